//! Use cases about subscriptions: subscribe, change, pause, resume, cancel, and billing itself.
//!
//! Whatever changes a subscription bills at once what follows from it, in the same transaction, so
//! that history and documents can never disagree. A day that is given is the day the change counts
//! for; documents are dated today at the seller's place.

mod account;
mod acting;
mod adjust;
mod attach_coupon;
mod bill;
mod bill_many;
mod billing;
mod cancel;
mod change;
mod coupons;
mod detach_coupon;
mod offer;
mod pause;
mod preview;
mod resume;
mod set_anchor;
mod setting_off;
mod subscribe;
mod taxing;
mod withdraw;
mod withdraw_change;

pub(super) use account::Account;
pub use adjust::AdjustSubscriptionLine;
pub use attach_coupon::{AttachCoupon, CouponAttached};
pub use bill::{AccountBilled, BillAccount};
pub(crate) use bill_many::{Prepared, prepare};
pub(super) use billing::{Beside, Paper};
pub use billing::{BilledDocument, Billing};
pub use cancel::CancelSubscription;
pub use change::ChangeSubscription;
pub use detach_coupon::DetachCoupon;
pub use offer::{AgreedOffer, Offer};
pub use pause::PauseSubscription;
pub use preview::{Forecast, Foreseen, Thought, foresee};
pub use resume::ResumeSubscription;
pub use set_anchor::SetSubscriptionAnchor;
pub use subscribe::{Subscribe, Subscribed};
pub use withdraw::WithdrawCancellation;
pub use withdraw_change::WithdrawSubscriptionChange;

pub use acting::SubscriptionActed;
