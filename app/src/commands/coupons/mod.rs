//! Use cases about coupons: create, revise, switch off and on, archive, and take one off a draft
//! (CPN-01 to CPN-03).
//!
//! A coupon is reserved when it comes off a draft, redeemed when the draft is issued, released when
//! it is discarded, and returned when the invoice is taken back whole. Absent on purpose: coupons
//! of subscriptions, which are attached there.

mod apply;
mod archive;
mod create;
mod disable;
mod enable;
mod lines;
mod reserving;
mod revise;
mod take_off;

pub use apply::{ApplyCoupon, CouponApplied};
pub use archive::ArchiveCoupon;
pub use create::{CouponCreated, CreateCoupon};
pub use disable::DisableCoupon;
pub use enable::EnableCoupon;
pub(super) use lines::{discount_lines, product_key};
pub(super) use reserving::{confirm, give_back, held_by, release, reserve};
pub use revise::ReviseCoupon;
pub use take_off::TakeCouponOff;
