//! Puts the parts together: the only code that knows every crate.
//!
//! Guarantee: what is started here ends here, in the opposite order; a part that cannot start stops
//! the start with one line. Absent on purpose: rules, SQL, HTML.

mod foundation;
mod node;

pub use foundation::Foundation;
pub use node::{Followers, Node};
