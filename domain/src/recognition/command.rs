//! What may be asked of the recognition of revenue.

use chrono::NaiveDate;

use crate::recognition::Earned;

/// A request about the recognition of revenue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecognitionCommand {
    /// Bring revenue to where it should stand once a day is over.
    Recognise {
        /// The day; it must be over at the seller's place.
        through: NaiveDate,
        /// What all lines together earned since the beginning, through that day.
        earned: Vec<Earned>,
    },
}
