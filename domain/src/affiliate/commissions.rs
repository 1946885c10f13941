//! How a commission is earned, approved and taken back.

use chrono::NaiveDate;

use crate::affiliate::decide::{Decision, check_active};
use crate::affiliate::{
    AccrueCommission, AffiliateEvent, AffiliateRefusal, Commission, Partner, TermsVersion,
};
use crate::kernel::text::check_line;
use crate::kernel::{Money, PaymentId};

/// How many commissions one request approves.
const APPROVAL_LIMIT: usize = 1_000;

pub(super) fn accrue(partner: &Partner, sale: &AccrueCommission, today: NaiveDate) -> Decision {
    if let Some(known) = partner.book.of_payment(sale.payment_id) {
        return accrue_again(known, sale);
    }
    check_active(partner)?;
    if sale.sale.is_negative() {
        return Err(AffiliateRefusal::NegativeSale);
    }
    if sale.on > today {
        return Err(AffiliateRefusal::InFuture { date: sale.on, today });
    }
    let agreed = earning(partner, sale)?;
    let amount = agreed.terms.rate.commission(sale.sale, sale.items)?;
    let no = partner.book.next_commission();
    let counts_from = agreed.terms.counts_from(sale.on);
    let accrued = AffiliateEvent::CommissionAccrued {
        no,
        payment_id: sale.payment_id,
        client_id: sale.client_id,
        sale: sale.sale,
        items: sale.items,
        terms: agreed.version,
        amount,
        on: sale.on,
        counts_from,
    };
    if agreed.terms.hold_days > 0 {
        return Ok(vec![accrued]);
    }
    Ok(vec![accrued, approved(partner, no, sale.payment_id, amount, today)])
}

/// The same payment reported again earns nothing again.
fn accrue_again(known: &Commission, sale: &AccrueCommission) -> Decision {
    if (known.client_id, known.sale) == (sale.client_id, sale.sale) {
        return Ok(Vec::new());
    }
    Err(AffiliateRefusal::AlreadyEarned { no: known.no })
}

/// The terms under which a sale earns.
fn earning<'a>(
    partner: &'a Partner,
    sale: &AccrueCommission,
) -> Result<&'a TermsVersion, AffiliateRefusal> {
    let client_id = sale.client_id;
    let referral = partner.referrals.get(&client_id).filter(|known| known.on <= sale.on);
    let referral = referral.ok_or(AffiliateRefusal::NotReferred { client_id })?;
    if let Some(rejected_on) = referral.rejected_on {
        return Err(AffiliateRefusal::ReferralRejected { client_id, rejected_on });
    }
    let agreed = partner.terms_on(sale.on).ok_or(AffiliateRefusal::NoTerms { on: sale.on })?;
    let own = partner.book.commissions.iter().filter(|known| known.client_id == client_id);
    if agreed.terms.earns(referral.on, sale.on, own.count()) {
        return Ok(agreed);
    }
    Err(AffiliateRefusal::EarnsNoMore { client_id })
}

pub(super) fn approve_due(partner: &Partner, today: NaiveDate) -> Decision {
    check_active(partner)?;
    let due = partner.book.due(today).take(APPROVAL_LIMIT);
    let approve = |one: &Commission| approved(partner, one.no, one.payment_id, one.left, today);
    Ok(due.map(approve).collect())
}

fn approved(
    partner: &Partner,
    no: u32,
    payment_id: PaymentId,
    amount: Money,
    on: NaiveDate,
) -> AffiliateEvent {
    let affiliate = partner.client_id;
    AffiliateEvent::CommissionApproved { no, payment_id, affiliate, amount, on }
}

/// Suspended or not: nothing is earned or paid out by it.
pub(super) fn reject(partner: &Partner, no: u32, reason: &str, today: NaiveDate) -> Decision {
    check_line("reason", reason, 500)?;
    let known = partner.book.commission(no).ok_or(AffiliateRefusal::NoSuchCommission { no })?;
    if known.rejected.is_some() {
        return Ok(Vec::new());
    }
    if let Some(payout) = known.payout {
        return Err(AffiliateRefusal::InPayout { no, payout });
    }
    Ok(vec![AffiliateEvent::CommissionRejected {
        no,
        payment_id: known.payment_id,
        affiliate: partner.client_id,
        amount: known.earned.checked_sub(partner.book.taken_back(known)?)?,
        stage: known.stage(),
        reason: reason.to_owned(),
        on: today,
    }])
}

/// Suspended or not: what a refund takes back is owed back.
pub(super) fn reverse(
    partner: &Partner,
    payment_id: PaymentId,
    refunded: Money,
    today: NaiveDate,
) -> Decision {
    let known = partner.book.of_payment(payment_id);
    let known = known.ok_or(AffiliateRefusal::NothingEarned { payment_id })?;
    if refunded.is_negative() {
        return Err(AffiliateRefusal::NegativeRefund);
    }
    if refunded.checked_sub(known.sale)?.is_positive() {
        return Err(AffiliateRefusal::MoreThanSold { refunded, sale: known.sale });
    }
    if known.rejected.is_some() {
        return Ok(Vec::new());
    }
    let amount = partner.book.to_reverse(known, refunded)?;
    let is_news = refunded.checked_sub(known.refunded)?.is_positive();
    // Without news there is still something to take back where a sale of nothing earned an
    // amount for an item: its refund is of nothing, and the whole.
    if !(is_news || amount.is_positive()) {
        return Ok(Vec::new());
    }
    Ok(vec![AffiliateEvent::CommissionReversed {
        no: partner.book.next_reversal(),
        commission: known.no,
        payment_id,
        affiliate: partner.client_id,
        refunded,
        amount,
        stage: known.stage(),
        on: today,
    }])
}
