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
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClaimKey {
    /// What sort of thing, such as `product_code`.
    pub scope: &'static str,
    /// The thing itself, already brought to one spelling (case, blanks) by the caller; no personal
    /// data in clear.
    pub key: String,
}

impl fmt::Display for ClaimKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.scope, self.key)
    }
}
