//! What is known of a credit note: all of it, since it never changes.

use serde::{Deserialize, Serialize};

use crate::credit_note::{CreditNoteEvent, IssuedNote};

/// A credit note.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreditNote {
    /// Nothing exists under this id.
    #[default]
    Absent,
    /// It was issued.
    Issued(Box<IssuedNote>),
}

impl CreditNote {
    /// The note, once it was issued.
    pub fn issued(&self) -> Option<&IssuedNote> {
        match self {
            Self::Absent => None,
            Self::Issued(note) => Some(note),
        }
    }

    pub(super) fn take(&mut self, event: &CreditNoteEvent) {
        let CreditNoteEvent::Issued(note) = event;
        *self = Self::Issued(note.clone());
    }
}
