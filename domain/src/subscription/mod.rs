//! A subscription: a service that is billed again and again, until it ends.
//!
//! An [`Interval`] says how far apart boundaries lie, an [`Anchor`] what they hold on to, and a
//! [`BillingSchedule`] which periods lie between them from the start of a service to its end. A
//! period that the start or the end cut short remembers its *cycle*, the full interval around it,
//! and costs its share of that. [`Conventions`] are the settings under which time becomes money;
//! [`proration`] does it.
//!
//! [`Subscription`] is what was agreed with a client: begun, changed, paused, resumed, ended and
//! billed. [`service`] keeps its phases and plans what is to be billed or to go back.
//!
//! | state  | start | change, move anchor | pause | resume | cancel | withdraw | adjust, bill |
//! | ------ | ----- | ------------------- | ----- | ------ | ------ | -------- | ------------ |
//! | absent | begun | –                   | –     | –      | –      | –        | –            |
//! | active | –     | active              | paused | –     | ending, ended | – | active       |
//! | ending | –     | ending              | paused | –     | ending, ended | active | ending  |
//! | paused | –     | –                   | –     | active | ended  | –        | paused       |
//! | ended  | –     | –                   | –     | active | –      | –        | ended        |
//!
//! What is not billed yet may be taxed anew at any time, as the seller's rates say.
//! Coupons are attached and detached while it is not ended, and come off what is billed.
//!
//! Guarantees that boundary n is always counted from the original anchor (31 January, then
//! 28 February, then 31 March), that periods have neither gaps nor overlaps, that no day is charged
//! twice, and that whatever has an answer is answered. Absent on purpose: clocks and time zones
//! (days come in as days at the customer's place, see [`Zone`](crate::kernel::Zone)), documents,
//! and whose turn it is to be billed.

mod anchor;
mod command;
pub mod conventions;
mod coupons;
mod decide;
mod error;
mod event;
mod interval;
mod periods;
pub mod proration;
pub mod service;
mod state;
#[cfg(test)]
mod tests;

pub use anchor::{Anchor, BillingDay, Boundaries};
pub use command::{
    AdjustLine, Bill, CancelAt, ChangePlan, ChangePolicy, Rules, StartSubscription,
    SubscriptionCommand, UseCoupon,
};
pub use conventions::{Conventions, LastDay};
pub use coupons::{AttachedCoupon, CouponOff, LineDiscount};
pub use error::SubscriptionRefusal;
pub use event::SubscriptionEvent;
pub use interval::{Interval, IntervalUnit};
pub use periods::{BillingPeriod, BillingSchedule, MOST_PERIODS, PeriodRefusal, Periods, Timing};
pub use state::{Contract, PendingChange, Standing, Subscription};
