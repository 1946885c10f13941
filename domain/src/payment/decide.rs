//! What may happen to a payment in which state.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::text::{check_key, check_line, check_optional_line};
use crate::kernel::{Aggregate, Invalid, InvoiceId, Issued, Money, Origin};
use crate::payment::{
    Allocation, DeclinePayment, DeclinedPayment, Payment, PaymentCommand, PaymentEvent,
    PaymentRefusal, SettlePayment, SettledPayment, Share, Source,
};

/// How many invoices one payment may pay at once.
const ALLOCATION_LIMIT: usize = 1_000;

impl Aggregate for Payment {
    const TYPE: &'static str = "payment";
    type Command = PaymentCommand;
    type Event = PaymentEvent;
    type Refusal = PaymentRefusal;

    fn decide(&self, ask: &Issued<PaymentCommand>) -> Result<Vec<PaymentEvent>, PaymentRefusal> {
        use PaymentCommand as Ask;
        match (self, &ask.command) {
            (Self::Absent, Ask::Settle(new)) => settle(new, ask.effective_on),
            (Self::Absent, Ask::Decline(new)) => decline(new, ask.effective_on),
            (Self::Absent, Ask::Allocate { .. }) => Err(PaymentRefusal::Absent),
            (Self::Settled(known), Ask::Settle(new)) => settle_again(known, new),
            (Self::Settled(known), Ask::Allocate { invoice_id, amount, from }) => {
                allocate(known, *invoice_id, *amount, *from)
            }
            (Self::Settled(_), Ask::Decline(_)) => Err(PaymentRefusal::AlreadyRecorded),
            (Self::Declined(known), Ask::Decline(new)) => decline_again(known, new),
            (Self::Declined(_), Ask::Settle(_) | Ask::Allocate { .. }) => {
                Err(PaymentRefusal::Declined)
            }
        }
    }

    fn apply(&mut self, event: &PaymentEvent) {
        self.take(event);
    }

    fn weight(&self) -> usize {
        let allocations = self.settled().map_or(0, |paid| size_of_val(paid.allocations.as_slice()));
        size_of::<Self>().saturating_add(allocations)
    }
}

bridge_to_cqrs_es!(Payment);

type Decision = Result<Vec<PaymentEvent>, PaymentRefusal>;

fn settle(new: &SettlePayment, today: NaiveDate) -> Decision {
    Invalid::gather([
        check_key("gateway", &new.gateway),
        check_optional_line("reference", new.reference.as_deref(), 200),
        new.origin.as_ref().map_or(Ok(()), Origin::check),
    ])?;
    check_date(new.received_on, today)?;
    check_shares(&new.allocations)?;
    if !new.amount.is_positive() {
        return Err(PaymentRefusal::NotPositive);
    }
    if new.to_credit.is_negative() {
        return Err(PaymentRefusal::NegativeCredit);
    }
    let currency = new.amount.currency();
    let allocated = Money::sum(currency, new.allocations.iter().map(|share| share.amount))?;
    let given = allocated.checked_add(new.to_credit)?;
    let unapplied = new.amount.checked_sub(given)?;
    if unapplied.is_negative() {
        return Err(PaymentRefusal::MoreThanArrived { given, amount: new.amount });
    }
    let number = |(no, share): (u32, &Share)| {
        let Share { invoice_id, amount } = *share;
        Allocation { no, invoice_id, amount }
    };
    Ok(vec![PaymentEvent::Settled {
        client_id: new.client_id,
        amount: new.amount,
        gateway: new.gateway.clone(),
        reference: new.reference.clone(),
        received_on: new.received_on,
        allocations: (1..).zip(&new.allocations).map(number).collect(),
        to_credit: new.to_credit,
        unapplied,
        origin: new.origin.clone(),
    }])
}

/// The same money reported again: by the gateway's reference, or by a second run of an import.
fn settle_again(known: &SettledPayment, new: &SettlePayment) -> Decision {
    let same_money = (known.client_id, known.amount) == (new.client_id, new.amount);
    let same_reference = known.reference.is_some()
        && known.reference == new.reference
        && known.gateway == new.gateway;
    let same_origin = known.origin.is_some() && known.origin == new.origin;
    if same_money && (same_reference || same_origin) {
        return Ok(Vec::new());
    }
    Err(PaymentRefusal::AlreadyRecorded)
}

fn decline(new: &DeclinePayment, today: NaiveDate) -> Decision {
    Invalid::gather([check_key("gateway", &new.gateway), check_line("reason", &new.reason, 500)])?;
    check_date(new.on, today)?;
    if !new.amount.is_positive() {
        return Err(PaymentRefusal::NotPositive);
    }
    Ok(vec![PaymentEvent::Declined {
        client_id: new.client_id,
        amount: new.amount,
        gateway: new.gateway.clone(),
        reason: new.reason.clone(),
        on: new.on,
    }])
}

/// The same failure reported again.
fn decline_again(known: &DeclinedPayment, new: &DeclinePayment) -> Decision {
    let same = known.client_id == new.client_id
        && known.amount == new.amount
        && known.gateway == new.gateway
        && known.on == new.on;
    if same { Ok(Vec::new()) } else { Err(PaymentRefusal::AlreadyRecorded) }
}

fn allocate(
    known: &SettledPayment,
    invoice_id: InvoiceId,
    amount: Money,
    from: Source,
) -> Decision {
    if !amount.is_positive() {
        return Err(PaymentRefusal::NotPositive);
    }
    let left = known.left(from).checked_sub(amount)?;
    if left.is_negative() {
        return Err(PaymentRefusal::MoreThanLeft { amount, left: known.left(from) });
    }
    let last = known.allocations.iter().map(|allocation| allocation.no).max().unwrap_or(0);
    let (no, client_id) = (last.saturating_add(1), known.client_id);
    Ok(vec![PaymentEvent::Allocated { no, client_id, invoice_id, amount, from, left }])
}

fn check_date(date: NaiveDate, today: NaiveDate) -> Result<(), PaymentRefusal> {
    if date > today {
        return Err(PaymentRefusal::InFuture { date, today });
    }
    Ok(())
}

fn check_shares(shares: &[Share]) -> Result<(), PaymentRefusal> {
    let (limit, found) = (ALLOCATION_LIMIT, shares.len());
    if found > limit {
        return Err(PaymentRefusal::TooManyAllocations { limit, found });
    }
    let mut seen = BTreeSet::new();
    for share in shares {
        if !share.amount.is_positive() {
            return Err(PaymentRefusal::NotPositive);
        }
        if !seen.insert(share.invoice_id) {
            return Err(PaymentRefusal::InvoiceTwice { invoice_id: share.invoice_id });
        }
    }
    Ok(())
}
