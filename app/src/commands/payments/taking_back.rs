//! The one way in which money leaves a payment again, or comes back to it: the payment says from
//! where, each invoice gives its own part back or takes it again.

use billfold_domain::invoice::{
    ApplyPayment, Invoice, InvoiceCommand, UnapplyCause, UnapplyPayment,
};
use billfold_domain::kernel::{ClientId, InvoiceId, Money, PaymentId};
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
}

impl Planned {
    /// Loads the payment, which the command is about, and names every invoice it has paid.
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
        let paid = known.state.0.settled().map_or(&[][..], |paid| paid.allocations.as_slice());
        let touches = touches.reads::<Payment>(payment_id.uuid());
        let name = |touches: Touches, part: &Allocation| owed_invoice(touches, part.invoice_id);
        let touches = paid.iter().fold(touches, name);
        Ok((Self { payment_id, version: known.version }, touches))
    }

    /// The payment, unless it moved since, for then it may have paid other invoices.
    pub(super) fn settled(self, table: &Table<'_, '_>) -> Result<SettledPayment, No> {
        table.unmoved::<Payment>(self.payment_id.uuid(), self.version)?;
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

/// Lets invoices ask again for what had paid them.
pub(super) fn reopen(
    table: &mut Table<'_, '_>,
    payment_id: PaymentId,
    reversals: &[Reversal],
    cause: UnapplyCause,
) -> Result<(), No> {
    for reversal in reversals.iter().filter(|reversal| reversal.reopens) {
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
