//! What may be asked of an affiliate.

use chrono::NaiveDate;

use crate::affiliate::{CommissionTerms, PayoutTo};
use crate::kernel::{ClientId, Currency, Money, PaymentId};

/// A request about an affiliate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AffiliateCommand {
    /// Make a client an affiliate, for staff to approve.
    Enrol {
        /// The client; one who is an affiliate already is refused by the claim.
        client_id: ClientId,
        /// What links carry: lower case letters, digits, `_` and `-`, at most 40; unique.
        code: String,
    },
    /// Let the affiliate refer and earn.
    Approve,
    /// Agree on terms for sales from a day on.
    SetTerms {
        /// The terms.
        terms: CommissionTerms,
        /// First day they count for; not before the day the request counts for.
        valid_from: NaiveDate,
    },
    /// Let nothing be earned or paid out until further notice.
    Suspend {
        /// Why, 1 to 500 characters.
        reason: String,
    },
    /// End the suspension.
    Resume,
    /// Record that the affiliate brought a client, on the day the request counts for.
    Refer {
        /// The client; one whom another affiliate brought is refused by the claim.
        client_id: ClientId,
        /// The day the client clicked the link.
        clicked_on: NaiveDate,
    },
    /// Count how often the links were clicked on a day.
    CountClicks {
        /// The day; not after the day the request counts for.
        on: NaiveDate,
        /// The clicks of the day so far, so that a count reported twice counts once.
        clicks: u64,
    },
    /// Let no further sale to a client earn, as after fraud. What was earned stays.
    RejectReferral {
        /// The client.
        client_id: ClientId,
        /// Why, 1 to 500 characters.
        reason: String,
    },
    /// Earn a commission by a payment of a referred client.
    Accrue(AccrueCommission),
    /// Approve every commission whose hold is over, a thousand at most; ask again for more.
    ApproveDue,
    /// Refuse a commission that is in no payout, as after fraud.
    RejectCommission {
        /// The commission.
        no: u32,
        /// Why, 1 to 500 characters.
        reason: String,
    },
    /// Take back the part of a commission that refunds are of its sale.
    Reverse {
        /// The payment that earned it.
        payment_id: PaymentId,
        /// What of the sale has been refunded so far, this refund included, without tax. The
        /// whole so far, so that a refund reported twice takes back nothing twice.
        refunded: Money,
    },
    /// Pay out what is approved, less clawbacks.
    RequestPayout {
        /// The currency.
        currency: Currency,
        /// Where to.
        to: PayoutTo,
    },
    /// Record that the money of a payout went out.
    RecordPayoutSent {
        /// The payout.
        no: u32,
        /// What the channel calls it, 1 to 200 characters.
        reference: String,
    },
    /// Record that it did not; what was in it waits for another payout.
    RecordPayoutFailed {
        /// The payout.
        no: u32,
        /// What the channel said, 1 to 500 characters.
        reason: String,
    },
}

/// A payment of a referred client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccrueCommission {
    /// The payment; it earns one commission.
    pub payment_id: PaymentId,
    /// Who paid.
    pub client_id: ClientId,
    /// What was sold, without tax; not negative.
    pub sale: Money,
    /// How many items were sold; counts where an amount was agreed for each.
    pub items: u32,
    /// The day of the sale; not after the day the request counts for.
    pub on: NaiveDate,
}
