//! Proof that the log is what it was: everything that can be derived is derived again and compared.
//!
//! [`verify`] streams a log from a [`Source`] (the database, or an export file) into a
//! [`Verifier`] and ends with a [`Report`]: what was checked, how often, and each finding with
//! its place. Guarantees: any change of a column of events, batches, receipts, anchors or
//! streams, any row that is missing, added or moved, is found, unless somebody rebuilt the whole
//! chain from that place on, and then any older anchor from outside shows it. Memory is bounded,
//! except for about 100 bytes per stream. Absent on purpose: meaning. Money, numbers and claims
//! are derived again by a [`Rederive`].

mod database;
mod order;
mod proof;
mod report;
mod rows;
mod verifier;
mod window;

use async_trait::async_trait;

pub use self::database::DatabaseSource;
pub use self::proof::{Proof, ProofError, prove};
pub use self::report::{Check, CheckCount, Finding, Report};
pub use self::rows::{BatchRow, ReceiptRow, StreamRow};
pub use self::verifier::{Progress, Verifier, VerifyOptions};

use crate::feed::{LogHead, ReadError};
use crate::recorded::RecordedRef;

/// Something else that is derived from events and compared, such as document numbers or postings.
pub trait Rederive: Send {
    /// What the report calls it.
    fn name(&self) -> &'static str;
    /// The next event, in order of position.
    fn event(&mut self, event: &RecordedRef<'_>);
    /// Compares what was derived with what is stored.
    fn finish(&mut self) -> Vec<Finding>;
}

/// Where a log is read from.
#[async_trait]
pub trait Source: Send {
    /// The head row, as stored.
    ///
    /// # Errors
    /// It cannot be read.
    async fn head(&mut self) -> Result<LogHead, ReadError>;

    /// Hands all rows to the verifier, in the order it asks for, and gives it back.
    ///
    /// # Errors
    /// Some row cannot be read; there is no verdict then.
    async fn hand_over(&mut self, verifier: Verifier) -> Result<Verifier, ReadError>;
}

/// Verifies one log.
///
/// # Errors
/// The log cannot be read to its end. What is wrong with what was read is in the report, not here.
pub async fn verify(
    source: &mut dyn Source,
    options: VerifyOptions,
    progress: impl FnMut(Progress) + Send + 'static,
) -> Result<Report, ReadError> {
    let head = source.head().await?;
    let verifier = Verifier::new(head, options, progress);
    Ok(source.hand_over(verifier).await?.finish())
}
