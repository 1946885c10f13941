//! How what was earned reaches the affiliate.

use chrono::{Days, NaiveDate};

use crate::affiliate::decide::{Decision, check_active};
use crate::affiliate::{
    AffiliateEvent, AffiliateRefusal, Partner, Payable, Payout, PayoutStatus, PayoutTo,
};
use crate::kernel::text::check_line;
use crate::kernel::{Currency, Deed, DeedKind, Money, MoneyRefusal};

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

/// Days over which the payouts of one affiliate count as one.
const ONE_DEED: Days = Days::new(30);

/// A payout, beside the others of the affiliate in that currency of the last thirty days.
pub(super) fn deed(
    partner: &Partner,
    event: &AffiliateEvent,
    on: NaiveDate,
) -> Result<Option<Deed>, MoneyRefusal> {
    let AffiliateEvent::PayoutRequested { amount, .. } = event else { return Ok(None) };
    let since = on.checked_sub_days(ONE_DEED).unwrap_or(NaiveDate::MIN);
    let counts = |payout: &&Payout| {
        payout.status != PayoutStatus::Failed
            && payout.on > since
            && payout.amount.currency() == amount.currency()
    };
    let live = partner.book.payouts.iter().filter(counts).map(|payout| payout.amount);
    let in_all = Money::sum(amount.currency(), live)?;
    Ok(Some(Deed { kind: DeedKind::Payout, amount: *amount, in_all }))
}
