//! Ends dunning for an invoice in the append that leaves nothing of it to be paid (SUB-19).

use billfold_domain::dunning::{DunningCase, DunningCaseCommand, InvoiceEnd, InvoiceFacts, Owed};
use billfold_domain::invoice::Invoice;
use billfold_domain::kernel::{InvoiceId, Zone};

use crate::commands::{No, Table, Touches};

/// Names an invoice that may be paid, taken back or given up, and the case that ends with it.
pub(in crate::commands) fn owed_invoice(touches: Touches, invoice_id: InvoiceId) -> Touches {
    touches
        .reads::<Invoice>(invoice_id.uuid())
        .reads::<DunningCase>(DunningCase::id_of(invoice_id).uuid())
}

/// How an invoice ended, if it has.
pub(super) fn invoice_end(invoice: &Invoice) -> Option<InvoiceEnd> {
    match invoice {
        Invoice::Settled { .. } => Some(InvoiceEnd::Paid),
        Invoice::Void { .. } => Some(InvoiceEnd::Voided),
        Invoice::Uncollectible { .. } => Some(InvoiceEnd::WrittenOff),
        Invoice::Absent | Invoice::Draft(_) | Invoice::Discarded | Invoice::Open(_) => None,
    }
}

/// Stops the case of an invoice that is owed no longer; what was suspended is lifted. The plan must
/// name it by [`owed_invoice`].
pub(in crate::commands) fn end_if_over(
    table: &mut Table<'_, '_>,
    invoice_id: InvoiceId,
) -> Result<(), No> {
    let case_id = DunningCase::id_of(invoice_id).uuid();
    if !matches!(table.state::<DunningCase>(case_id)?, DunningCase::Open(_)) {
        return Ok(());
    }
    let invoice = table.state::<Invoice>(invoice_id.uuid())?;
    let (Some(end), Some(document)) = (invoice_end(invoice), invoice.document()) else {
        return Ok(());
    };
    let facts = Box::new(InvoiceFacts {
        balance: document.balance_due,
        due_date: document.due_date,
        ended: Some(end),
        attempts: Vec::new(),
        disputed: false,
        has_new_method: false,
        owed: Owed::default(),
    });
    let zone = Zone::UTC;
    table.decide::<DunningCase>(case_id, DunningCaseCommand::Advance { facts, zone })?;
    Ok(())
}
