//! Reading a request: body, query, ids and the headers that guard a write.
//!
//! Guarantees: whatever is wrong is answered as a problem that points at the field; a malformed id
//! is a 404, since nothing can be at such an address; a body is JSON or refused with 415.
//! Absent on purpose: business rules. They belong to the domain and run under the log's lock.

mod body;
mod check;
mod idempotency;
mod ident;
mod picture;
mod precondition;
mod query;

pub use body::Body;
pub use check::Check;
pub use idempotency::IdempotencyKey;
pub use ident::Ident;
pub(crate) use ident::path_value;
pub use picture::Picture;
pub use precondition::{IfMatch, tag};
pub use query::{Filter, ListOf};
