//! What may happen to a payment in which state.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::text::{check_key, check_line, check_optional_line};
use crate::kernel::{
    Aggregate, ClientId, Deed, Invalid, InvoiceId, Issued, Money, MoneyRefusal, Origin,
};
use crate::payment::{
    Allocation, Attempt, AttemptPayment, DeclinePayment, DeclinedPayment, GiveBack, Payment,
    PaymentCommand, PaymentEvent, PaymentRefusal, SettlePayment, SettledPayment, Share, Source,
    disputing, refunding,
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
        let today = ask.effective_on;
        match (self, &ask.command) {
            (Self::Absent, Ask::Attempt(new)) => attempt(new, today),
            (Self::Attempted(known), Ask::Attempt(new)) => attempt_again(known, new, today),
            (Self::Settled(known), Ask::Attempt(new)) => {
                late_report(new, known.client_id, known.amount, &known.gateway)
            }
            (Self::Declined(known), Ask::Attempt(new)) => {
                late_report(new, known.client_id, known.amount, &known.gateway)
            }
            (Self::Absent, Ask::Settle(new)) => settle(new, today),
            (Self::Attempted(tried), Ask::Settle(new)) => {
                check_same(tried, new.client_id, new.amount, &new.gateway)?;
                settle(new, today)
            }
            (Self::Settled(known), Ask::Settle(new)) => settle_again(known, new),
            (Self::Absent, Ask::Decline(new)) => decline(new, today),
            (Self::Attempted(tried), Ask::Decline(new)) => {
                check_same(tried, new.client_id, new.amount, &new.gateway)?;
                decline(new, today)
            }
            (Self::Settled(_), Ask::Decline(_)) => Err(PaymentRefusal::AlreadyRecorded),
            (Self::Declined(known), Ask::Decline(new)) => decline_again(known, new),
            (Self::Settled(known), later) => known.decide(later, today),
            (Self::Absent, _) => Err(PaymentRefusal::Absent),
            (Self::Attempted(_), _) => Err(PaymentRefusal::NotSettled),
            (Self::Declined(_), _) => Err(PaymentRefusal::Declined),
        }
    }

    fn apply(&mut self, event: &PaymentEvent) {
        self.take(event);
    }

    fn deed(&self, event: &PaymentEvent, _on: NaiveDate) -> Result<Option<Deed>, MoneyRefusal> {
        self.settled().map_or(Ok(None), |settled| refunding::deed(settled, event))
    }

    fn weight(&self) -> usize {
        let Some(paid) = self.settled() else { return size_of::<Self>() };
        size_of::<Self>()
            .saturating_add(size_of::<SettledPayment>())
            .saturating_add(size_of_val(paid.allocations.as_slice()))
            .saturating_add(size_of_val(paid.reversals.as_slice()))
            .saturating_add(size_of_val(paid.refunds.as_slice()))
            .saturating_add(size_of_val(paid.disputes.as_slice()))
    }
}

bridge_to_cqrs_es!(Payment);

pub(super) type Decision = Result<Vec<PaymentEvent>, PaymentRefusal>;

impl SettledPayment {
    /// What may happen once the money arrived.
    fn decide(&self, command: &PaymentCommand, today: NaiveDate) -> Decision {
        use PaymentCommand as Ask;
        match command {
            Ask::Allocate { invoice_id, amount, from } => {
                allocate(self, *invoice_id, *amount, *from)
            }
            Ask::Unallocate { allocation_no, amount, to, voided } => {
                refunding::unallocate(self, *allocation_no, *amount, *to, *voided)
            }
            Ask::RequestRefund(ask) => refunding::request(self, ask),
            Ask::ConfirmRefund { refund_no, reference, sent_on } => {
                refunding::confirm(self, *refund_no, reference.as_deref(), *sent_on, today)
            }
            Ask::FailRefund { refund_no, reason, back } => {
                refunding::fail(self, *refund_no, reason, back)
            }
            Ask::OpenDispute(ask) => disputing::open(self, ask, today),
            Ask::WinDispute { dispute_no, amount, back, on } => {
                disputing::win(self, *dispute_no, *amount, back, (*on, today))
            }
            Ask::LoseDispute { dispute_no, on } => disputing::lose(self, *dispute_no, *on, today),
            Ask::ChargeDisputeFee { dispute_no, fee, on } => {
                disputing::charge_fee(self, *dispute_no, *fee, (*on, today))
            }
            Ask::Attempt(_) | Ask::Settle(_) | Ask::Decline(_) => {
                Err(PaymentRefusal::AlreadyRecorded)
            }
        }
    }
}

fn attempt(new: &AttemptPayment, today: NaiveDate) -> Decision {
    Invalid::gather([
        check_key("gateway", &new.gateway),
        check_optional_line("reference", new.reference.as_deref(), 200),
    ])?;
    check_date("/on", new.on, today)?;
    if !new.amount.is_positive() {
        return Err(PaymentRefusal::NotPositive);
    }
    Ok(vec![PaymentEvent::Attempted {
        client_id: new.client_id,
        amount: new.amount,
        gateway: new.gateway.clone(),
        reference: new.reference.clone(),
        stage: new.stage,
        invoice_id: new.invoice_id,
        on: new.on,
    }])
}

/// The same attempt at another stage; at the same stage it is the same report again.
fn attempt_again(known: &Attempt, new: &AttemptPayment, today: NaiveDate) -> Decision {
    if (known.client_id, known.amount) != (new.client_id, new.amount)
        || known.gateway != new.gateway
    {
        return Err(PaymentRefusal::AlreadyRecorded);
    }
    if known.stage == new.stage && known.reference == new.reference {
        return Ok(Vec::new());
    }
    attempt(new, today)
}

/// News of an attempt that was decided since: it came late and changes nothing (PAY-20).
fn late_report(
    new: &AttemptPayment,
    client_id: ClientId,
    amount: Money,
    gateway: &str,
) -> Decision {
    if (new.client_id, new.amount, new.gateway.as_str()) == (client_id, amount, gateway) {
        return Ok(Vec::new());
    }
    Err(PaymentRefusal::AlreadyRecorded)
}

/// An attempt ends as itself: same client, same way, same currency. The amount may differ, for
/// whatever arrived has arrived.
fn check_same(
    tried: &Attempt,
    client_id: ClientId,
    amount: Money,
    gateway: &str,
) -> Result<(), PaymentRefusal> {
    let known = (tried.client_id, tried.amount.currency(), tried.gateway.as_str());
    if known == (client_id, amount.currency(), gateway) {
        return Ok(());
    }
    Err(PaymentRefusal::AlreadyRecorded)
}

fn settle(new: &SettlePayment, today: NaiveDate) -> Decision {
    Invalid::gather([
        check_key("gateway", &new.gateway),
        check_optional_line("reference", new.reference.as_deref(), 200),
        new.origin.as_ref().map_or(Ok(()), Origin::check),
    ])?;
    check_date("/received_on", new.received_on, today)?;
    check_shares(&new.allocations)?;
    if !new.amount.is_positive() {
        return Err(PaymentRefusal::NotPositive);
    }
    let to_credit = new.to_credit;
    let (allocations, unapplied) = share_out(new.amount, &new.allocations, to_credit, 1)?;
    Ok(vec![PaymentEvent::Settled {
        client_id: new.client_id,
        amount: new.amount,
        gateway: new.gateway.clone(),
        reference: new.reference.clone(),
        received_on: new.received_on,
        allocations,
        to_credit,
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
    check_date("/on", new.on, today)?;
    if !new.amount.is_positive() {
        return Err(PaymentRefusal::NotPositive);
    }
    Ok(vec![PaymentEvent::Declined {
        client_id: new.client_id,
        amount: new.amount,
        gateway: new.gateway.clone(),
        reason: new.reason.clone(),
        decline: new.decline,
        invoice_id: new.invoice_id,
        on: new.on,
    }])
}

/// The same failure reported again.
fn decline_again(known: &DeclinedPayment, new: &DeclinePayment) -> Decision {
    let same = known.client_id == new.client_id
        && known.amount == new.amount
        && known.gateway == new.gateway
        && known.invoice_id == new.invoice_id
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
    let (no, client_id) = (next_allocation_no(known), known.client_id);
    Ok(vec![PaymentEvent::Allocated { no, client_id, invoice_id, amount, from, left }])
}

/// Where money goes that comes back to a payment: its allocations with their numbers, and the
/// rest that nobody has matched.
pub(super) fn place(
    known: &SettledPayment,
    amount: Money,
    back: &GiveBack,
) -> Result<(Vec<Allocation>, Money), PaymentRefusal> {
    check_shares(&back.allocations)?;
    share_out(amount, &back.allocations, back.to_credit, next_allocation_no(known))
}

/// Numbers shares and says what an amount leaves over beside them and the credit.
fn share_out(
    amount: Money,
    shares: &[Share],
    to_credit: Money,
    first: u32,
) -> Result<(Vec<Allocation>, Money), PaymentRefusal> {
    if to_credit.is_negative() {
        return Err(PaymentRefusal::NegativeCredit);
    }
    let allocated = Money::sum(amount.currency(), shares.iter().map(|share| share.amount))?;
    let given = allocated.checked_add(to_credit)?;
    let unapplied = amount.checked_sub(given)?;
    if unapplied.is_negative() {
        return Err(PaymentRefusal::MoreThanArrived { given, amount });
    }
    let number = |(no, share): (u32, &Share)| {
        let Share { invoice_id, amount } = *share;
        Allocation { no, invoice_id, amount }
    };
    Ok(((first..).zip(shares).map(number).collect(), unapplied))
}

fn next_allocation_no(known: &SettledPayment) -> u32 {
    let last = known.allocations.iter().map(|allocation| allocation.no).max();
    last.unwrap_or(0).saturating_add(1)
}

pub(super) fn check_date(
    field: &'static str,
    date: NaiveDate,
    today: NaiveDate,
) -> Result<(), PaymentRefusal> {
    if date > today {
        return Err(PaymentRefusal::InFuture { field, date, today });
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
