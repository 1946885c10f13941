//! What is known of a proforma.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::{InvoiceId, NumberFormat};
use crate::proforma::{IssuedProforma, ProformaEvent};

/// A proforma.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proforma {
    /// Nothing exists under this id.
    #[default]
    Absent,
    /// It waits to be paid.
    Open(Box<IssuedProforma>),
    /// It became an invoice.
    Converted {
        /// The proforma as issued.
        document: Box<IssuedProforma>,
        /// The invoice.
        invoice_id: InvoiceId,
        /// Its number as printed.
        invoice_number: String,
        /// The day it did.
        on: NaiveDate,
    },
    /// Nobody is to pay it any more.
    Withdrawn {
        /// The proforma as issued.
        document: Box<IssuedProforma>,
        /// Since when.
        on: NaiveDate,
    },
}

impl Proforma {
    /// How proformas are numbered: a series that is no fiscal one, anew each year.
    pub fn numbers() -> NumberFormat {
        NumberFormat::yearly("PRO")
    }

    /// The proforma as it was issued.
    pub fn document(&self) -> Option<&IssuedProforma> {
        match self {
            Self::Absent => None,
            Self::Open(document)
            | Self::Converted { document, .. }
            | Self::Withdrawn { document, .. } => Some(document),
        }
    }

    pub(super) fn take(&mut self, event: &ProformaEvent) {
        match event {
            ProformaEvent::Issued(issued) => *self = Self::Open(issued.clone()),
            ProformaEvent::Converted { invoice_id, invoice_number, on } => {
                self.close(|document| Self::Converted {
                    document,
                    invoice_id: *invoice_id,
                    invoice_number: invoice_number.clone(),
                    on: *on,
                });
            }
            ProformaEvent::Withdrawn { on, .. } => {
                self.close(|document| Self::Withdrawn { document, on: *on });
            }
        }
    }

    fn close(&mut self, close: impl FnOnce(Box<IssuedProforma>) -> Self) {
        *self = match std::mem::take(self) {
            Self::Open(document) => close(document),
            other => other,
        };
    }
}
