//! What can have happened to a credit note.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::client::ContactCard;
use crate::invoice::{Corrected, Line, Seller, TaxGroup};
use crate::kernel::aggregate::name_events;
use crate::kernel::{ClientId, DocumentNumber, EventBody, InvoiceId, Money, Pii};

/// A fact about a credit note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreditNoteEvent {
    /// The note was issued: complete, numbered and frozen.
    Issued(Box<IssuedNote>),
}

/// A credit note as it was issued. Amounts count in favour of the client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedNote {
    /// Its number, taken by this very event.
    pub number: DocumentNumber,
    /// Date of the note at the seller's place.
    pub issue_date: NaiveDate,
    /// Whose it is.
    pub client_id: ClientId,
    /// The invoices it corrects.
    pub corrects: Vec<Corrected>,
    /// Why.
    pub reason: String,
    /// Who credits, as of that day.
    pub seller: Seller,
    /// Who is credited, as of that day; sealed under the fiscal key.
    pub buyer: Option<Pii<ContactCard>>,
    /// The lines, numbered from 1.
    pub lines: Vec<Line>,
    /// Tax by category, rate and country.
    pub tax_groups: Vec<TaxGroup>,
    /// Sum of the lines.
    pub net: Money,
    /// Sum of the groups' taxes.
    pub tax: Money,
    /// Net and tax: offsets and credit together.
    pub total: Money,
    /// What lowers which unpaid invoice.
    pub offsets: Vec<Offset>,
    /// What became the client's credit.
    pub to_credit: Money,
    /// The last day of that credit, if it has one.
    pub expires_on: Option<NaiveDate>,
}

/// What of a note lowers an unpaid invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offset {
    /// Which invoice.
    pub invoice_id: InvoiceId,
    /// How much.
    pub amount: Money,
}

name_events!(CreditNoteEvent {
    Issued => "credit_note.issued" v "1",
});

impl EventBody for CreditNoteEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }

    fn effective_on(&self) -> Option<NaiveDate> {
        let Self::Issued(issued) = self;
        Some(issued.issue_date)
    }

    fn numbers(&self) -> Vec<&DocumentNumber> {
        let Self::Issued(issued) = self;
        Some(&issued.number).into_iter().filter(|number| !number.is_imported()).collect()
    }
}
