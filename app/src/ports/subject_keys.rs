//! Port: wrapped data keys, one per subject and purpose.
//!
//! Contract: `create` never replaces a key and answers with the rows that stand afterwards, so that
//! two nodes that create at once agree; `destroy` leaves a row without a key, so that an erased
//! subject stays known as erased; all calls take many keys and cost one round trip.

use async_trait::async_trait;
use billfold_domain::kernel::{SubjectId, TenantId};
use chrono::{DateTime, NaiveDate, Utc};

use super::StoreFailure;

/// What a data key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Purpose {
    /// Contact data that is erased at once.
    Operational,
    /// Names and addresses on issued documents, kept until retention ends.
    Fiscal,
    /// The secret of blind indexes.
    Index,
}

impl Purpose {
    /// The word stored in the key table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Operational => "operational",
            Self::Fiscal => "fiscal",
            Self::Index => "index",
        }
    }

    /// The purpose stored as `word`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Operational, Self::Fiscal, Self::Index].into_iter().find(|p| p.as_str() == word)
    }

    /// One byte for authenticated data; never renumbered.
    pub(crate) fn tag(self) -> u8 {
        match self {
            Self::Operational => 1,
            Self::Fiscal => 2,
            Self::Index => 3,
        }
    }
}

/// A person (or the installation itself) whose data is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SubjectRef {
    /// The seller that holds the data.
    pub tenant: TenantId,
    /// Whose data it is.
    pub subject: SubjectId,
}

/// The name of one data key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyRef {
    /// The seller that holds the data.
    pub tenant: TenantId,
    /// Whose data it is.
    pub subject: SubjectId,
    /// What the key is for.
    pub purpose: Purpose,
}

/// One row of the key table.
#[derive(Clone, Debug)]
pub struct StoredKey {
    /// Which key.
    pub of: KeyRef,
    /// The key-encryption key that wrapped it.
    pub kek_id: String,
    /// The wrapped key; none once destroyed.
    pub wrapped: Option<Vec<u8>>,
    /// The last day on which law asks for the data; none when nothing asks.
    pub retain_until: Option<NaiveDate>,
}

/// The key table.
#[async_trait]
pub trait SubjectKeys: Send + Sync {
    /// The rows that exist among `wanted`, all of one tenant, in any order.
    async fn get(
        &self,
        tenant: TenantId,
        wanted: &[KeyRef],
    ) -> Result<Vec<StoredKey>, StoreFailure>;

    /// Stores keys that do not exist yet and raises `retain_until` where the given day is later;
    /// answers the rows that now stand for all of `keys`. A destroyed row stays destroyed.
    async fn create(
        &self,
        tenant: TenantId,
        keys: &[StoredKey],
        at: DateTime<Utc>,
    ) -> Result<Vec<StoredKey>, StoreFailure>;

    /// Destroys the subject's operational key, and its fiscal key when no day from `today` on asks
    /// for it. A row is left behind for each, also where none was, so that no key can be made
    /// again. Answers the day until which the fiscal key is kept, if it is.
    async fn destroy(
        &self,
        of: SubjectRef,
        today: NaiveDate,
        at: DateTime<Utc>,
    ) -> Result<Option<NaiveDate>, StoreFailure>;

    /// Persons whose fiscal key is all that is left and whose retention ended before `today`, with
    /// its last day, in the order of their ids.
    async fn expired(
        &self,
        tenant: TenantId,
        today: NaiveDate,
        after: Option<SubjectId>,
        limit: u32,
    ) -> Result<Vec<(SubjectId, NaiveDate)>, StoreFailure>;
}
