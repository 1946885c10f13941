//! What may be asked about the data of somebody.

use chrono::NaiveDate;

use crate::data_subject::DataSubjectKind;
use crate::kernel::KeyClass;

/// Something to note about the data of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataSubjectCommand {
    /// Everything held about them is to be handed out.
    Export {
        /// Who it is.
        kind: DataSubjectKind,
        /// Why, 1 to 500 characters; no personal data.
        reason: String,
    },
    /// The time to keep a part of it is over.
    EndRetention {
        /// Who it is.
        kind: DataSubjectKind,
        /// Which part.
        class: KeyClass,
        /// The last day on which it was kept.
        kept_until: NaiveDate,
    },
}
