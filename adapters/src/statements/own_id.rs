//! Ids for lines to which a bank gives none, or one that it gives to others too.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

/// How many bytes of a hash make an id.
const BYTES: usize = 16;

/// The ids given so far in one file.
///
/// An id follows from what a line says and from how many lines before it say the same. Two files
/// that overlap by whole days so give a line one id.
#[derive(Debug, Default)]
pub(super) struct OwnIds {
    seen: BTreeMap<String, u32>,
}

impl OwnIds {
    /// The id of a line that has one, or one of its own from what it says.
    pub(super) fn id(&mut self, theirs: Option<&str>, says: &[&str]) -> String {
        let id = theirs.map_or_else(|| hashed(says), str::to_owned);
        let count = self.seen.entry(id.clone()).or_default();
        *count = count.saturating_add(1);
        if *count == 1 { id } else { format!("{id}/{count}") }
    }
}

fn hashed(says: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in says {
        // The length keeps `a, bc` and `ab, c` apart.
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    let digest = hash.finalize();
    let bytes = digest.iter().take(BYTES);
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_say_the_same_are_counted_and_others_told_apart() {
        let mut ids = OwnIds::default();
        let (first, second) = (ids.id(None, &["a", "bc"]), ids.id(None, &["a", "bc"]));
        assert_eq!(second, format!("{first}/2"));
        assert_ne!(first, ids.id(None, &["ab", "c"]));
        assert_eq!(OwnIds::default().id(None, &["a", "bc"]), first, "in another file too");
        assert_eq!(first.len(), 32);
        assert_eq!(ids.id(Some("REF"), &["a"]), "REF");
        assert_eq!(ids.id(Some("REF"), &["b"]), "REF/2");
    }
}
