//! What can have happened to a proforma.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::client::ContactCard;
use crate::invoice::{Line, Seller, TaxGroup};
use crate::kernel::aggregate::name_events;
use crate::kernel::{ClientId, DocumentNumber, EventBody, InvoiceId, Money, OrderId, Pii};

/// A fact about a proforma. None of them posts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProformaEvent {
    /// It was issued: complete and numbered, and nothing is owed for it.
    Issued(Box<IssuedProforma>),
    /// It became an invoice.
    Converted {
        /// The invoice.
        invoice_id: InvoiceId,
        /// Its number as printed.
        invoice_number: String,
        /// The day it did.
        on: NaiveDate,
    },
    /// Nobody is to pay it any more.
    Withdrawn {
        /// Why.
        reason: String,
        /// Since when.
        on: NaiveDate,
    },
}

/// A proforma as it was issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedProforma {
    /// Its number, taken by this very event.
    pub number: DocumentNumber,
    /// Its date at the seller's place.
    pub issue_date: NaiveDate,
    /// The last day on which it is meant to be paid, if there is one.
    pub valid_until: Option<NaiveDate>,
    /// Who would be billed.
    pub client_id: ClientId,
    /// The order it is about, if any.
    pub order_id: Option<OrderId>,
    /// Who would bill, as of that day.
    pub seller: Seller,
    /// Who would be billed, as of that day; sealed under the fiscal key.
    pub buyer: Option<Pii<ContactCard>>,
    /// The lines, numbered from 1.
    pub lines: Vec<Line>,
    /// Tax by category, rate and country, as an invoice would have it.
    pub tax_groups: Vec<TaxGroup>,
    /// Sum of the lines.
    pub net: Money,
    /// Sum of the groups' taxes.
    pub tax: Money,
    /// Net and tax.
    pub total: Money,
}

name_events!(ProformaEvent {
    Issued => "proforma.issued" v "1",
    Converted => "proforma.converted" v "1",
    Withdrawn => "proforma.withdrawn" v "1",
});

impl EventBody for ProformaEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }

    fn effective_on(&self) -> Option<NaiveDate> {
        match self {
            Self::Issued(issued) => Some(issued.issue_date),
            Self::Converted { on, .. } | Self::Withdrawn { on, .. } => Some(*on),
        }
    }

    fn numbers(&self) -> Vec<&DocumentNumber> {
        match self {
            Self::Issued(issued) => vec![&issued.number],
            Self::Converted { .. } | Self::Withdrawn { .. } => Vec::new(),
        }
    }
}
