//! What is known of the data of somebody.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::data_subject::DataSubjectEvent;
use crate::kernel::KeyClass;

/// What became of it so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataSubject {
    pub(super) exported: Option<Export>,
    pub(super) erased: Vec<KeyClass>,
}

/// The newest time it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// Counted from 1.
    pub no: u32,
    /// Until when it may be fetched.
    pub until: DateTime<Utc>,
}

impl DataSubject {
    /// The newest time it was asked for; nothing if it never was.
    pub fn exported(&self) -> Option<Export> {
        self.exported
    }

    pub(super) fn take(&mut self, event: &DataSubjectEvent) {
        match event {
            DataSubjectEvent::Exported { no, until, .. } => {
                self.exported = Some(Export { no: *no, until: *until });
            }
            DataSubjectEvent::Erased { class, .. } => self.erased.push(*class),
        }
    }
}
