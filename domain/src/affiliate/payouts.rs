//! How what was earned reaches the affiliate.

use chrono::NaiveDate;

use crate::affiliate::decide::{Decision, check_active};
use crate::affiliate::{
    AffiliateEvent, AffiliateRefusal, Partner, Payable, Payout, PayoutStatus, PayoutTo,
};
use crate::kernel::text::check_line;
use crate::kernel::{Currency, Money};

pub(super) fn request(
    partner: &Partner,
    currency: Currency,
    to: &PayoutTo,
    today: NaiveDate,
) -> Decision {
    to.check()?;
    check_active(partner)?;
    let Payable { amount, commissions, clawbacks } = partner.book.payable(currency)?;
    let agreed = partner.terms_on(today);
    let minimum =
        agreed.map_or(Money::zero(currency), |version| version.terms.minimum_in(currency));
    if !amount.is_positive() || amount.checked_sub(minimum)?.is_negative() {
        return Err(AffiliateRefusal::BelowMinimum { payable: amount, minimum });
    }
    Ok(vec![AffiliateEvent::PayoutRequested {
        no: partner.book.next_payout(),
        amount,
        to: to.clone(),
        commissions,
        clawbacks,
        on: today,
    }])
}

/// Suspended or not: the money is on its way.
pub(super) fn sent(partner: &Partner, no: u32, reference: &str, today: NaiveDate) -> Decision {
    check_line("reference", reference, 200)?;
    let payout = find(partner, no)?;
    match payout.status {
        PayoutStatus::Requested => Ok(vec![AffiliateEvent::PayoutSent {
            no,
            affiliate: partner.client_id,
            amount: payout.amount,
            to: payout.to.clone(),
            reference: reference.to_owned(),
            on: today,
        }]),
        PayoutStatus::Sent => Ok(Vec::new()),
        PayoutStatus::Failed => Err(AffiliateRefusal::PayoutFailed { no }),
    }
}

pub(super) fn failed(partner: &Partner, no: u32, reason: &str, today: NaiveDate) -> Decision {
    check_line("reason", reason, 500)?;
    let payout = find(partner, no)?;
    match payout.status {
        PayoutStatus::Requested => Ok(vec![AffiliateEvent::PayoutFailed {
            no,
            amount: payout.amount,
            reason: reason.to_owned(),
            on: today,
        }]),
        PayoutStatus::Sent => Err(AffiliateRefusal::PayoutSent { no }),
        PayoutStatus::Failed => Ok(Vec::new()),
    }
}

fn find(partner: &Partner, no: u32) -> Result<&Payout, AffiliateRefusal> {
    partner.book.payout(no).ok_or(AffiliateRefusal::NoSuchPayout { no })
}
