//! Merkle trees in the shape of RFC 9162: a tree of n leaves is split at the largest power of two
//! below n.
//!
//! Guarantees: `root` and `Frontier` give the same root; a path proves that one leaf lies at one
//! index of a tree of one size. Leaves arrive hashed (`canonical`); the root of no leaves is
//! `canonical::empty_root`. Absent on purpose: consistency proofs. Batches hang on each other by
//! a linear chain.

use crate::canonical::{Hash, empty_root, node};

/// Folds leaves into a root one by one, holding one hash per level.
#[derive(Debug, Default, Clone)]
pub struct Frontier {
    /// Roots of perfect subtrees, largest first, with their number of leaves.
    subtrees: Vec<(u64, Hash)>,
}

impl Frontier {
    /// Adds the next leaf.
    pub fn push(&mut self, leaf: Hash) {
        let (mut size, mut right) = (1, leaf);
        while let Some(&(left_size, left)) = self.subtrees.last() {
            if left_size != size {
                break;
            }
            self.subtrees.pop();
            right = node(&left, &right);
            size *= 2;
        }
        self.subtrees.push((size, right));
    }

    /// The root of all leaves pushed so far.
    pub fn root(&self) -> Hash {
        let mut rest = self.subtrees.iter().rev().map(|(_, hash)| *hash);
        match rest.next() {
            None => empty_root(),
            Some(last) => rest.fold(last, |right, left| node(&left, &right)),
        }
    }

    /// Forgets all leaves.
    pub fn clear(&mut self) {
        self.subtrees.clear();
    }
}

/// The root of `leaves` in their order.
pub fn root(leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::default();
    for leaf in leaves {
        frontier.push(*leaf);
    }
    frontier.root()
}

/// The inclusion path of the leaf at `index`, from the leaf upwards; nothing if there is no such
/// leaf.
pub fn path(leaves: &[Hash], index: usize) -> Option<Vec<Hash>> {
    if index >= leaves.len() {
        return None;
    }
    let mut path = Vec::new();
    let (mut rest, mut at) = (leaves, index);
    while rest.len() > 1 {
        let (left, right) = rest.split_at(split(rest.len()));
        if at < left.len() {
            path.push(root(right));
            rest = left;
        } else {
            path.push(root(left));
            at -= left.len();
            rest = right;
        }
    }
    path.reverse();
    Some(path)
}

/// Whether `path` leads from `leaf` at `index` to `expected`, the root of a tree of `size` leaves.
pub fn path_holds(leaf: Hash, index: u64, size: u64, path: &[Hash], expected: &Hash) -> bool {
    root_of_path(leaf, index, size, path).is_some_and(|root| root == *expected)
}

/// RFC 9162, section 2.1.3.2.
fn root_of_path(leaf: Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    let (mut at, mut last) = (index, size - 1);
    let mut hash = leaf;
    for step in path {
        if last == 0 {
            return None;
        }
        if at & 1 == 1 || at == last {
            hash = node(step, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(&hash, step);
        }
        at >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(hash)
}

/// The largest power of two below `size`, which is above 1.
fn split(size: usize) -> usize {
    size.next_power_of_two() / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(count: u8) -> Vec<Hash> {
        (0..count).map(|index| [index; 32]).collect()
    }

    fn root_by_definition(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => empty_root(),
            [leaf] => *leaf,
            many => {
                let (left, right) = many.split_at(split(many.len()));
                node(&root_by_definition(left), &root_by_definition(right))
            }
        }
    }

    #[test]
    fn the_root_follows_the_recursive_definition_for_every_small_size() {
        for size in 0..70 {
            assert_eq!(root(&leaves(size)), root_by_definition(&leaves(size)), "{size} leaves");
        }
    }

    #[test]
    fn a_path_holds_for_its_leaf_and_index_and_for_nothing_else() {
        for size in 1..40u8 {
            let leaves = leaves(size);
            let root = root(&leaves);
            for index in 0..leaves.len() {
                let path = path(&leaves, index).unwrap();
                for claimed in 0..u64::from(size) {
                    let holds = path_holds(leaves[index], claimed, u64::from(size), &path, &root);
                    assert_eq!(holds, claimed == index as u64, "{index} of {size} as {claimed}");
                }
                assert!(!path_holds([255; 32], index as u64, u64::from(size), &path, &root));
                if !path.is_empty() {
                    let short = &path[1..];
                    assert!(!path_holds(leaves[index], index as u64, size.into(), short, &root));
                }
            }
            assert_eq!(super::path(&leaves, leaves.len()), None);
        }
    }
}
