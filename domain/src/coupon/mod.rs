//! A coupon: money off, by a code.
//!
//! | step   | question                                        | answered by              |
//! | ------ | ----------------------------------------------- | ------------------------ |
//! | define | is this a coupon at all                         | [`CouponTerms::check`]   |
//! | redeem | may this client have it, today, for this        | [`CouponTerms::redeem`]  |
//! | hold   | what is left of it for this client              | [`HeldCoupon`]           |
//! | apply  | what does it take off these lines               | [`apply`]                |
//! | tax    | what is taxed then                              | [`apply_and_tax`]        |
//! | spread | how much of it stands on which line             | [`spread`]               |
//!
//! | state    | create | revise, reserve | disable  | enable | archive  | confirm, give back |
//! | -------- | ------ | --------------- | -------- | ------ | -------- | ------------------ |
//! | absent   | active | –               | –        | –      | –        | –                  |
//! | active   | –      | active          | disabled | –      | archived | active             |
//! | disabled | –      | revise only     | –        | active | archived | disabled           |
//! | archived | –      | –               | –        | –      | –        | archived           |
//!
//! Guarantees that no line and no coupon goes below zero, that coupons take whole cents and
//! lines keep their exact shares, and that what is taken and what is left sum to what there was.
//! Guarantees as well that reservations and redemptions together never exceed the limits, of all
//! clients and of each: they are counted in the coupon's one stream, and of two that race the
//! later one is decided again. A code belongs to one coupon of a seller for ever (claim
//! `coupon.code`), and a coupon's id follows from it. What was reserved can be redeemed under the
//! terms of its reservation, whatever became of the coupon since; a redemption is returned when
//! what it came off is taken back whole. Scope CPN-01 to CPN-03. Absent on purpose: letting a
//! reservation lapse; whoever gives up the order or invoice releases it.

mod apply;
mod command;
mod decide;
mod error;
mod event;
mod held;
mod redeem;
mod spread;
mod state;
mod taxed;
mod terms;
#[cfg(test)]
mod tests;

pub use apply::{CouponLine, CouponUse, Discounted, apply};
pub use command::CouponCommand;
pub use error::CouponRefusal;
pub use event::CouponEvent;
pub use held::{HeldCoupon, Left};
pub use redeem::{RedeemedFor, Redemption, Redemptions};
pub use spread::{CouponShare, spread};
pub use state::{Coupon, OfferedCoupon, TakenCoupon};
pub use taxed::{DiscountedAndTaxed, apply_and_tax};
pub use terms::{CouponStatus, CouponTerms, Discount, Frequency, Limits, Scope};
