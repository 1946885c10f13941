//! Secrets of a driver, as history names them.
//!
//! Guarantees that an event can say which secrets hold from then on, and whether they differ from
//! those before, but never what they are: values lie sealed beside the log, under the id. Absent
//! on purpose: encryption.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::kernel::pii::BlindIndex;
use crate::kernel::refusal::Invalid;
use crate::kernel::text::check_key;

/// How many secrets may be kept together.
const MOST_NAMES: usize = 20;

/// A set of secrets that is kept beside the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretsRef {
    /// Under which id it is kept.
    pub id: Uuid,
    /// What its secrets are called, such as `secret_key`.
    pub names: BTreeSet<String>,
    /// A keyed hash of names and values: equal sets can be told, none can be read.
    pub digest: BlindIndex,
}

impl SecretsRef {
    /// Whether both stand for the same names and values, wherever they are kept.
    pub fn same_as(&self, other: &Self) -> bool {
        (&self.names, &self.digest) == (&other.names, &other.digest)
    }

    /// Refuses names that are none, and more than twenty.
    pub fn check(&self) -> Result<(), Invalid> {
        if self.names.len() > MOST_NAMES {
            let detail = format!("must not be more than {MOST_NAMES}");
            return Err(Invalid::one("names", "list.too_long", detail));
        }
        Invalid::gather(self.names.iter().map(|name| check_key("names", name)))
    }

    /// Roughly how many bytes its texts occupy, for caches.
    pub fn weight(&self) -> usize {
        let names = self.names.iter().map(String::len);
        names.fold(self.digest.as_str().len(), usize::saturating_add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Refusal;

    fn kept(id: u128, names: &[&str], digest: char) -> SecretsRef {
        SecretsRef {
            id: Uuid::from_u128(id),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            digest: BlindIndex::try_new(digest.to_string().repeat(64)).unwrap(),
        }
    }

    #[test]
    fn secrets_are_told_apart_by_what_they_are_and_not_by_where_they_lie() {
        let ours = kept(1, &["secret_key", "webhook_secret"], 'a');
        assert!(ours.same_as(&kept(2, &["webhook_secret", "secret_key"], 'a')));
        assert!(!ours.same_as(&kept(1, &["secret_key", "webhook_secret"], 'b')));
        assert!(!ours.same_as(&kept(1, &["secret_key"], 'a')));
        assert!(ours.weight() > kept(1, &[], 'a').weight());
    }

    #[test]
    fn every_name_is_a_key_and_there_are_not_many() {
        assert_eq!(kept(1, &["secret_key"], 'a').check(), Ok(()));
        let code = |kept: SecretsRef| kept.check().unwrap_err().code();
        assert_eq!(code(kept(1, &["Secret key"], 'a')), "key.malformed");
        let names: Vec<String> = (0..21).map(|at| format!("key_{at}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(code(kept(1, &names, 'a')), "list.too_long");
    }
}
