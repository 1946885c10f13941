//! Proration: what a part of a cycle costs, and what an unused part is worth.
//!
//! | file | question |
//! | ---- | -------- |
//! | `fraction.rs` | which share of a whole, exactly |
//! | `ruler.rs` | how long is a span, and which share of its cycle |
//! | `terms.rs` | what a share of a price and a quantity costs |
//! | `charge.rs` | what a service costs period by period |
//! | `unused.rs` | what of a billed line goes back |
//! | `stretch.rs` | the same between instants |
//!
//! Guarantees one rounding per line, of an exact fraction, and a credit that never exceeds what is
//! left of the line. Absent on purpose: taxes, coupons, and which lines a change brings, which is
//! the planner's.

mod charge;
mod fraction;
mod ruler;
mod stretch;
mod terms;
mod unused;

pub use charge::{Charge, charges, cycles};
pub use fraction::Fraction;
pub use ruler::Ruler;
pub use stretch::{Stretch, StretchChange, StretchLines};
pub use terms::Terms;
pub use unused::{BilledLine, BilledSpan, UnusedCredit};
