//! A coupon: money off, by a code.
//!
//! | step   | question                                        | answered by     |
//! | ------ | ----------------------------------------------- | --------------- |
//! | define | is this a coupon at all                         | [`Coupon::check`] |
//! | redeem | may this client have it, today, for this        | [`Coupon::redeem`] |
//! | hold   | what is left of it for this client              | [`HeldCoupon`]  |
//! | apply  | what does it take off these lines               | [`apply`]       |
//! | tax    | what is taxed then                              | [`apply_and_tax`] |
//!
//! Guarantees that no line and no coupon goes below zero, that coupons take whole cents and
//! lines keep their exact shares, and that what is taken and what is left sum to what there was.
//! Absent on purpose: counting redemptions safely when many come at once, which is a stream's
//! work: [`Redemptions`] comes in with what is reserved already counted.

mod apply;
mod error;
mod held;
mod redeem;
mod taxed;
mod terms;
#[cfg(test)]
mod tests;

pub use apply::{CouponLine, CouponUse, Discounted, apply};
pub use error::CouponRefusal;
pub use held::{HeldCoupon, Left};
pub use redeem::{Redemption, Redemptions};
pub use taxed::{DiscountedAndTaxed, apply_and_tax};
pub use terms::{Coupon, CouponStatus, Discount, Frequency, Limits, Scope};
