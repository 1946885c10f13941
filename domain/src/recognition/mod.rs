//! Recognition of revenue: through which day a seller has recognised what was billed ahead, and
//! how much of it came to revenue so far (EVT-27).
//!
//! | state             | recognise a later day    | the same day | an earlier day |
//! | ----------------- | ------------------------ | ------------ | -------------- |
//! | nothing yet       | posted, if something is  | –            | –              |
//! | through some day  | posted, if something is  | nothing      | refused        |
//!
//! One stream per seller. Guarantees that revenue is recognised once however often it is asked for,
//! and that what is posted through a day sums to what all lines earned through it: a command says
//! what they *should* have come to, and the event takes the difference to what was posted before.
//! A line that was issued late, credited, voided, or recorded after its day was recognised is
//! therefore put right by the next day's recognition, and a posted day is never edited (IFRS 15,
//! ASC 606). Absent on purpose: the lines, which are read models' to keep
//! ([`Deferral`](crate::revenue::Deferral) says what one earned), and a calendar of runs.

mod command;
mod decide;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use command::RecognitionCommand;
pub use error::RecognitionRefusal;
pub use event::{Earned, RecognitionEvent};
pub use state::Recognition;
