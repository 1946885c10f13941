//! One look at one invoice: whether it gets a case, and the facts its case decides by.

use billfold_domain::dunning::{DunningCase, InvoiceFacts, OpenCase, Owed, StopReason, needs_case};
use billfold_domain::invoice::{Document, Invoice};
use billfold_domain::kernel::InvoiceId;
use billfold_domain::payment::Payment;
use chrono::NaiveDate;

use super::chosen::Chosen;
use super::facts::facts_of;
use crate::error::Refused;

/// An invoice and its case, as the log has them.
pub(super) struct Seen {
    pub(super) invoice_id: InvoiceId,
    pub(super) invoice: Invoice,
    pub(super) case: DunningCase,
    pub(super) payments: Vec<(NaiveDate, Payment)>,
}

/// What is to be asked of the case.
pub(super) struct Look {
    /// Whether it is to be opened first.
    pub(super) open: bool,
    /// How the invoice stands.
    pub(super) facts: InvoiceFacts,
}

impl Seen {
    /// Whether there is anything to ask on a day. One that somebody stopped, or that ended the
    /// service, is left alone.
    pub(super) fn look(&self, owed: &Owed, on: NaiveDate) -> Option<Look> {
        let document = self.invoice.document()?;
        let of = (&self.invoice, document);
        let facts = facts_of(self.invoice_id, of, &self.payments, owed);
        match &self.case {
            DunningCase::Open(_) => Some(Look { open: false, facts }),
            DunningCase::Stopped {
                reason: StopReason::Terminated | StopReason::ByHand { .. },
                ..
            } => None,
            DunningCase::Absent | DunningCase::Stopped { .. } => {
                needs_case(&facts, on).then_some(Look { open: true, facts })
            }
        }
    }

    /// The case that is to be opened.
    pub(super) fn new_case(&self, chosen: Chosen) -> Result<OpenCase, Refused> {
        let document = self.document()?;
        let (strategy_version, strategy) = chosen;
        Ok(OpenCase {
            invoice_id: self.invoice_id,
            client_id: document.client_id,
            due_date: document.due_date,
            strategy_version,
            strategy,
        })
    }

    /// The invoice as issued.
    pub(super) fn document(&self) -> Result<&Document, Refused> {
        let absent = billfold_domain::invoice::InvoiceRefusal::NotIssued;
        self.invoice.document().ok_or_else(|| Refused::of(&absent))
    }
}
