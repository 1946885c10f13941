//! The use cases that can wait for a second person, one line each.
//!
//! Guarantees that what runs after a grant is the command that was asked for, byte by byte. Absent
//! on purpose: use cases with personal data in them, since what waits is kept in the log.

use std::sync::Arc;

use async_trait::async_trait;
use billfold_domain::approval::RequestedApproval;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::commands::affiliates::PayOutCommissions;
use crate::commands::invoices::WriteOffInvoice;
use crate::commands::payments::{LoseDispute, RefundInvoice, RefundPayment};
use crate::commands::request_hash::request_hash;
use crate::commands::{No, Plan, Room, Table, UseCase};
use crate::error::Error;

/// Every one of them, with how it is read back.
const CARRIED: [(&str, Read); 5] = [
    (RefundPayment::NAME, kept::<RefundPayment>),
    (RefundInvoice::NAME, kept::<RefundInvoice>),
    (WriteOffInvoice::NAME, kept::<WriteOffInvoice>),
    (LoseDispute::NAME, kept::<LoseDispute>),
    (PayOutCommissions::NAME, kept::<PayOutCommissions>),
];

type Read = fn(&str) -> Result<Kept, Error>;

/// A command that waits, and its fingerprint.
struct Kept {
    command: Box<dyn Carried>,
    hash: [u8; 32],
}

/// A use case, whichever.
#[async_trait]
pub(super) trait Carried: Send + Sync {
    /// As [`UseCase::plan`].
    async fn prepare(&self, room: &Room<'_>) -> Result<Plan<Value>, Error>;
    /// As [`UseCase::after`].
    async fn settle(&self, room: &Room<'_>, answer: &Value) -> Result<(), Error>;
}

/// Whether a use case can wait.
pub(super) fn can_wait(use_case: &str) -> bool {
    CARRIED.iter().any(|(name, _)| *name == use_case)
}

/// The command that an approval is about.
///
/// # Errors
/// It is not what was asked for: this release reads it in another way.
pub(super) fn command_of(asked: &RequestedApproval) -> Result<Box<dyn Carried>, Error> {
    let known = CARRIED.iter().find(|(name, _)| *name == asked.use_case);
    let (_, read) = known.ok_or_else(|| Error::bug(format!("{} can't wait", asked.use_case)))?;
    let kept = read(&asked.command)?;
    if hex(&kept.hash) != asked.command_hash {
        return Err(Error::bug("what waits is not what was asked for"));
    }
    Ok(kept.command)
}

/// A fingerprint as text.
pub(super) fn hex(hash: &[u8; 32]) -> String {
    use std::fmt::Write as _;
    hash.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn kept<U: UseCase + DeserializeOwned>(text: &str) -> Result<Kept, Error> {
    let command: U = serde_json::from_str(text).map_err(Error::bug)?;
    let hash = request_hash(U::NAME, &command)?;
    Ok(Kept { command: Box::new(Whichever(command)), hash })
}

struct Whichever<U>(U);

#[async_trait]
impl<U: UseCase> Carried for Whichever<U> {
    async fn prepare(&self, room: &Room<'_>) -> Result<Plan<Value>, Error> {
        let Plan { needs, main, effective_on, at_rest, cause, decide } = self.0.plan(room).await?;
        let decide = move |table: &mut Table<'_, '_>| {
            let answer = decide(table)?;
            serde_json::to_value(&answer).map_err(|error| No::Broken(error.to_string()))
        };
        Ok(Plan { needs, main, effective_on, at_rest, cause, decide: Arc::new(decide) })
    }

    async fn settle(&self, room: &Room<'_>, answer: &Value) -> Result<(), Error> {
        let answer = serde_json::from_value(answer.clone()).map_err(Error::bug)?;
        self.0.after(room, &answer).await
    }
}
