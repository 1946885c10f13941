//! What can have happened to the data of somebody.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::kernel::aggregate::name_events;
use crate::kernel::{EventBody, KeyClass};

/// Whose data lies under a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataSubjectKind {
    /// A client.
    Client,
    /// A member of staff.
    Staff,
    /// Everybody who asked for something in one month: addresses and programs of requests.
    Origins,
}

/// A fact about the data of somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataSubjectEvent {
    /// Everything held about them was asked for; who asked stands in the event's header.
    Exported {
        /// Counted per stream from 1.
        no: u32,
        /// Who it is.
        kind: DataSubjectKind,
        /// Why.
        reason: String,
        /// Until when it may be fetched.
        until: DateTime<Utc>,
    },
    /// The time to keep a part of it was over; its key was destroyed.
    Erased {
        /// Who it is.
        kind: DataSubjectKind,
        /// Which part.
        class: KeyClass,
        /// The last day on which it was kept.
        kept_until: NaiveDate,
    },
}

name_events!(DataSubjectEvent {
    Exported => "data_subject.exported" v "1",
    Erased => "data_subject.erased" v "1",
});

impl EventBody for DataSubjectEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }
}
