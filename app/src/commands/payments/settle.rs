//! The one way in which money that arrived pays invoices: the payment names its shares, each
//! invoice takes its own.

use billfold_domain::invoice::{ApplyPayment, Invoice, InvoiceCommand};
use billfold_domain::kernel::PaymentId;
use billfold_domain::payment::{Allocation, Payment, PaymentCommand, PaymentEvent, SettlePayment};

use crate::commands::{No, Table};

/// Settles a payment and applies every allocation it names; answers the allocations.
pub(in crate::commands) fn settle(
    table: &mut Table<'_, '_>,
    payment_id: PaymentId,
    payment: SettlePayment,
) -> Result<Vec<Allocation>, No> {
    let client_id = payment.client_id;
    let events = table.decide::<Payment>(payment_id.uuid(), PaymentCommand::Settle(payment))?;
    let mut applied = Vec::new();
    for event in events {
        let PaymentEvent::Settled { allocations, .. } = event else { continue };
        for allocation in allocations {
            let apply = ApplyPayment {
                payment_id,
                allocation_no: allocation.no,
                client_id,
                amount: allocation.amount,
            };
            let invoice = allocation.invoice_id.uuid();
            table.decide::<Invoice>(invoice, InvoiceCommand::ApplyPayment(apply))?;
            applied.push(allocation);
        }
    }
    Ok(applied)
}
