//! The one way in which money that arrived pays invoices: the payment names its shares, each
//! invoice takes its own, and dunning ends for those that are paid.

use billfold_domain::invoice::{ApplyPayment, Invoice, InvoiceCommand};
use billfold_domain::kernel::PaymentId;
use billfold_domain::payment::{Allocation, Payment, PaymentCommand, PaymentEvent, SettlePayment};

use crate::commands::dunning::end_if_over;
use crate::commands::{No, Table};

/// Settles a payment and applies every allocation it names; answers the allocations. The plan must
/// name each invoice by [`owed_invoice`](crate::commands::dunning::owed_invoice).
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
            end_if_over(table, allocation.invoice_id)?;
            applied.push(allocation);
        }
    }
    Ok(applied)
}
