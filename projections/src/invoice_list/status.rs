//! The words for how an invoice stands.

use billfold_domain::invoice::InvoiceStatus;

use crate::row::cell::{word_cell, words};

/// The stored part of an invoice's status; the rest follows from amounts and the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lifecycle {
    /// Begun; has no number and owes nobody anything.
    Draft,
    /// A draft that was thrown away; no list shows it.
    Discarded,
    /// Issued, whatever was paid since.
    Issued,
    /// Taken back by a credit note.
    Voided,
    /// Given up.
    WrittenOff,
}

words! {
    Lifecycle = "lifecycle of an invoice" {
        Draft => "draft",
        Discarded => "discarded",
        Issued => "issued",
        Voided => "voided",
        WrittenOff => "written_off",
    }
}

fn status_of(word: &str) -> Option<InvoiceStatus> {
    InvoiceStatus::ALL.into_iter().find(|status| status.word() == word)
}
word_cell!(InvoiceStatus, "status of an invoice", InvoiceStatus::word, status_of);
