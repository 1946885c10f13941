//! The one way in which money leaves a payment again, or comes back to it: the payment says from
//! where, each invoice gives its own part back or takes it again.
//!
//! What had paid an invoice that was voided since is the client's credit by now and leaves that. We
//! take no more than is left there; a bank does, and then the invoices that credit has paid ask
//! again (ADR 0016).

use billfold_domain::credit::{
    CreditBalance, CreditCommand, CreditEvent, Held, Reach, WithdrawCredit,
};
use billfold_domain::invoice::{
    ApplyPayment, Invoice, InvoiceCommand, UnapplyCause, UnapplyCredit, UnapplyPayment,
};
use billfold_domain::kernel::{ClientId, CreditBalanceId, InvoiceId, Money, PaymentId};
use billfold_domain::payment::{
    Allocation, Drawn, GiveBack, Payment, PaymentRefusal, Reversal, SettledPayment,
};

use crate::commands::dunning::{end_if_over, owed_invoice};
use crate::commands::{No, Room, Table, Touches};
use crate::error::{Error, Refused};

/// A payment as it was when its use case was planned.
#[derive(Clone, Copy, Debug)]
pub(super) struct Planned {
    payment_id: PaymentId,
    version: i64,
    credit: Option<(CreditBalanceId, i64)>,
}

impl Planned {
    /// Loads the payment, which the command is about, and names every invoice it has paid and the
    /// client's credit with every invoice that could be called back for it.
    pub(super) async fn new(
        room: &Room<'_>,
        payment_id: PaymentId,
    ) -> Result<(Self, Touches), Error> {
        let touches = Touches::new(room.tenant).main::<Payment>(payment_id.uuid());
        Self::beside(room, payment_id, touches).await
    }

    /// The same for a payment among others.
    pub(super) async fn beside(
        room: &Room<'_>,
        payment_id: PaymentId,
        touches: Touches,
    ) -> Result<(Self, Touches), Error> {
        let known = room.load::<Payment>(payment_id.uuid()).await?;
        let touches = touches.reads::<Payment>(payment_id.uuid());
        let version = known.version;
        let Some(settled) = known.state.0.settled() else {
            return Ok((Self { payment_id, version, credit: None }, touches));
        };
        let credit_id = credit_of(settled);
        let credit = room.load::<CreditBalance>(credit_id.uuid()).await?;
        let spendings = credit.state.0.held().map_or(&[][..], |held| held.spendings.as_slice());
        let paid = settled.allocations.iter().map(|part| part.invoice_id);
        let touches = paid
            .chain(spendings.iter().map(|spending| spending.invoice_id))
            .fold(touches.reads::<CreditBalance>(credit_id.uuid()), owed_invoice);
        Ok((Self { payment_id, version, credit: Some((credit_id, credit.version)) }, touches))
    }

    /// The payment, unless it or the client's credit moved since, for then they may have paid other
    /// invoices.
    pub(super) fn settled(self, table: &Table<'_, '_>) -> Result<SettledPayment, No> {
        table.unmoved::<Payment>(self.payment_id.uuid(), self.version)?;
        if let Some((credit_id, version)) = self.credit {
            table.unmoved::<CreditBalance>(credit_id.uuid(), version)?;
        }
        match table.state::<Payment>(self.payment_id.uuid())? {
            Payment::Settled(settled) => Ok(settled.as_ref().clone()),
            Payment::Absent => Err(Refused::of(&PaymentRefusal::Absent).into()),
            Payment::Attempted(_) => Err(Refused::of(&PaymentRefusal::NotSettled).into()),
            Payment::Declined(_) => Err(Refused::of(&PaymentRefusal::Declined).into()),
        }
    }
}

/// The invoices of a payment that a credit note took back: what had paid them is credit by now.
pub(super) fn voided(
    table: &Table<'_, '_>,
    settled: &SettledPayment,
) -> Result<Vec<InvoiceId>, No> {
    let mut voided = Vec::new();
    for allocation in &settled.allocations {
        let invoice_id = allocation.invoice_id;
        if let Invoice::Void { .. } = table.state::<Invoice>(invoice_id.uuid())? {
            voided.push(invoice_id);
        }
    }
    Ok(voided)
}

fn credit_of(settled: &SettledPayment) -> CreditBalanceId {
    CreditBalance::id_of(settled.client_id, settled.amount.currency())
}

/// Lets invoices ask again for what had paid them, and takes out of the client's credit what had
/// paid invoices that are voided.
pub(super) fn reopen(
    table: &mut Table<'_, '_>,
    payment_id: PaymentId,
    reversals: &[Reversal],
    cause: UnapplyCause,
) -> Result<(), No> {
    for reversal in reversals {
        if !reversal.reopens {
            withdraw(table, payment_id, reversal, cause)?;
            continue;
        }
        let unapply = InvoiceCommand::UnapplyPayment(UnapplyPayment {
            payment_id,
            allocation_no: reversal.allocation_no,
            reversal_no: reversal.no,
            amount: reversal.amount,
            cause,
        });
        table.decide::<Invoice>(reversal.invoice_id.uuid(), unapply)?;
    }
    Ok(())
}

/// Takes out of the client's credit what a payment gives back of a voided invoice. What a bank
/// takes is called back from the invoices that credit has paid.
fn withdraw(
    table: &mut Table<'_, '_>,
    payment_id: PaymentId,
    reversal: &Reversal,
    cause: UnapplyCause,
) -> Result<(), No> {
    let payment = table.state::<Payment>(payment_id.uuid())?;
    let credit_id = payment.settled().map(credit_of);
    let credit_id = credit_id.ok_or_else(|| No::Broken("no payment to give back".to_owned()))?;
    let reach = match cause {
        UnapplyCause::Refunded | UnapplyCause::Moved => Reach::Left,
        UnapplyCause::Disputed => Reach::Spent { except: voided_since(table, credit_id)? },
    };
    let withdraw = CreditCommand::Withdraw(WithdrawCredit {
        invoice_id: reversal.invoice_id,
        payment_id,
        reversal_no: reversal.no,
        amount: reversal.amount,
        reach,
    });
    for event in table.decide::<CreditBalance>(credit_id.uuid(), withdraw)? {
        if let CreditEvent::Unspent { no: unspent_no, spent_no: no, invoice_id, amount, .. } = event
        {
            let unapply = UnapplyCredit { credit_id, no, unspent_no, amount };
            table.decide::<Invoice>(invoice_id.uuid(), InvoiceCommand::UnapplyCredit(unapply))?;
        }
    }
    Ok(())
}

/// The invoices paid by credit that were voided since, so that they cannot ask again.
fn voided_since(table: &Table<'_, '_>, credit_id: CreditBalanceId) -> Result<Vec<InvoiceId>, No> {
    let held = table.state::<CreditBalance>(credit_id.uuid())?.held();
    let mut voided = Vec::new();
    for spending in held.map_or(&[][..], |held: &Held| held.spendings.as_slice()) {
        if let Invoice::Void { .. } = table.state::<Invoice>(spending.invoice_id.uuid())? {
            voided.push(spending.invoice_id);
        }
    }
    Ok(voided)
}

/// Where an amount goes that was drawn out and comes back: first to the invoices it had paid, as
/// far as they ask for money.
pub(super) fn give_back(
    table: &Table<'_, '_>,
    drawn: &Drawn,
    amount: Money,
) -> Result<GiveBack, No> {
    let zero = Money::zero(drawn.credit.currency());
    let mut owed = Vec::new();
    for reversal in &drawn.reversals {
        if let Invoice::Open(document) = table.state::<Invoice>(reversal.invoice_id.uuid())? {
            owed.push((reversal.invoice_id, document.balance_due));
        }
    }
    let open = |invoice| owed.iter().find(|(id, _)| *id == invoice).map_or(zero, |(_, due)| *due);
    drawn.give_back(amount, open).map_err(|no| Refused::of(&no).at("/amount").into())
}

/// Lets invoices take what came back.
pub(super) fn apply(
    table: &mut Table<'_, '_>,
    payment_id: PaymentId,
    client_id: ClientId,
    allocations: &[Allocation],
) -> Result<(), No> {
    for allocation in allocations {
        let apply = InvoiceCommand::ApplyPayment(ApplyPayment {
            payment_id,
            allocation_no: allocation.no,
            client_id,
            amount: allocation.amount,
        });
        table.decide::<Invoice>(allocation.invoice_id.uuid(), apply)?;
        end_if_over(table, allocation.invoice_id)?;
    }
    Ok(())
}
