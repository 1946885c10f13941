//! An affiliate: a client who brings others and earns a part of what they pay.
//!
//! | state     | enrol   | approve | suspend   | resume | refer, accrue, approve due, pay out |
//! | --------- | ------- | ------- | --------- | ------ | ----------------------------------- |
//! | absent    | applied | –       | –         | –      | –                                   |
//! | applied   | –       | active  | –         | –      | –                                   |
//! | active    | –       | –       | suspended | –      | active                              |
//! | suspended | –       | –       | –         | active | –                                   |
//!
//! Terms may be agreed on in any state. What a refund takes back and what becomes of a payout is
//! recorded while suspended too, because it happened.
//!
//! Guarantees that a payment earns one commission, that a commission is approved only after its
//! hold, that no more is taken back than was earned, that a payout is the sum of its approved
//! commissions less clawbacks and each of those is in one payout at a time, and that a client is
//! brought by one affiliate, who is somebody else (claims `affiliate.referral`,
//! `affiliate.client`, `affiliate.code`, `affiliate.payment`). Scope AFF-01 to AFF-07.
//!
//! One stream holds referrals, commissions and payouts of an affiliate. A payout sums up
//! commissions while refunds take them back: in one stream that is one decision on one version,
//! where a stream for each commission would need a saga to put what raced right again. The state
//! keeps a few hundred bytes for each commission, and an affiliate earns a few thousand of them.
//!
//! Clicks are summed by day, because there are too many of them for a log.
//!
//! Absent on purpose: who clicked, and where; bank details, which the channel of a payout keeps; a
//! payout that comes back after it was sent, which is money that arrived: a payment.

mod book;
mod command;
mod commissions;
mod decide;
mod error;
mod event;
mod payout_to;
mod payouts;
mod state;
mod statement;
mod terms;
#[cfg(test)]
mod tests;

pub use book::{
    Book, Commission, CommissionStatus, Payable, Payout, PayoutStatus, Rejection, Reversal, Stage,
};
pub use command::{AccrueCommission, AffiliateCommand};
pub use error::AffiliateRefusal;
pub use event::AffiliateEvent;
pub use payout_to::PayoutTo;
pub use state::{Affiliate, Partner, Referral, Standing, TermsVersion};
pub use statement::{LineKind, Statement, StatementLine};
pub use terms::{CommissionRate, CommissionTerms, Recurrence, Tier};
