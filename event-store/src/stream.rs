//! Names inside the log: a stream, and what a stream may claim for itself.
//!
//! Guarantees: every name carries its tenant or is only used beside one, so that no lookup can
//! cross tenants. Absent on purpose: text forms of ids; they belong to whoever talks to people.

use std::fmt;

use uuid::Uuid;

/// One stream of events: one aggregate of one tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamKey {
    /// The seller that owns the stream.
    pub tenant: Uuid,
    /// The kind of stream, such as `invoice`; must be one of the kinds the store was opened with.
    pub kind: &'static str,
    /// The stream's own id.
    pub id: Uuid,
}

impl fmt::Display for StreamKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} of tenant {}", self.kind, self.id, self.tenant)
    }
}

/// Something that may exist once per tenant: a product code, a gateway's reference. One stream
/// holds it.
///
/// What a scope beginning with `installation.` names may exist once in the whole log. Only the
/// stream of a tenant itself, whose id is the tenant's, may hold that.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClaimKey {
    /// What sort of thing, such as `product_code`.
    pub scope: &'static str,
    /// The thing itself, already brought to one spelling (case, blanks) by the caller; no personal
    /// data in clear.
    pub key: String,
}

impl ClaimKey {
    /// Beside which tenant the claim is kept: that of the command, or nobody's if it is unique in
    /// the whole log.
    pub fn kept_by(&self, tenant: Uuid) -> Uuid {
        keeper(self.scope, tenant)
    }

    /// The stream of this kind and id that holds the claim as it is kept.
    pub(crate) fn held_by(&self, keeper: Uuid, kind: &'static str, id: Uuid) -> StreamKey {
        let tenant = if keeper.is_nil() { id } else { keeper };
        StreamKey { tenant, kind, id }
    }
}

/// Beside which tenant claims of a scope are kept, when `tenant` takes them.
pub fn keeper(scope: &str, tenant: Uuid) -> Uuid {
    if scope.starts_with("installation.") { Uuid::nil() } else { tenant }
}

impl fmt::Display for ClaimKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.scope, self.key)
    }
}
