//! From the refusals of the layers below to problems: once, here.
//!
//! Guarantees: a refusal keeps its code, its kind and its fields; what failed on our side is logged
//! here, once, and told to nobody.

use std::error::Error as StdError;
use std::time::Duration;

use billfold_app::{Error, Kind as RefusedKind, Refused};
use billfold_projections::Error as ReadError;

use crate::problem::{FieldError, Kind, Problem};

/// How soon it makes sense to ask again when something needed is away.
const SOON: Duration = Duration::from_secs(1);

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let (code, detail) = (error.code().to_owned(), error.to_string());
        match error {
            Error::Refused(refused) | Error::NotFound(refused) => refused.into(),
            Error::Waits(waiting) => Self::waits(waiting.into()),
            // At version 0 there is nothing, at least not for this seller.
            Error::Conflict { current: 0 } => Self::not_found(),
            Error::Conflict { current } => Self::new(Kind::Stale, code, detail).version(current),
            Error::KeyReused => Self::new(Kind::Rule, code, detail).at(FieldError::header(
                "idempotency-key",
                "key.reused",
                "is taken",
            )),
            Error::Busy { retry_after } => {
                Self::new(Kind::Unavailable, code, detail).retry_after(retry_after)
            }
            Error::Behind { position, cause } => {
                tracing::warn!(%cause, "a command is not decided");
                Self::new(Kind::NotYet, code, detail).position(position).retry_after(SOON)
            }
            Error::Unavailable(cause) => {
                log(&*cause, "the ledger is not available");
                Self::new(Kind::Unavailable, code, detail).retry_after(SOON)
            }
            Error::Unknown(cause) => {
                log(&*cause, "the outcome of a command is not known");
                Self::new(Kind::Unknown, code, detail).retry_after(SOON)
            }
            Error::Bug(cause) => {
                log(&*cause, "a command failed");
                Self::bug()
            }
        }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let replayed = refused.replayed;
        let kind = match refused.kind {
            RefusedKind::Malformed => Kind::Malformed,
            RefusedKind::Missing => Kind::NotFound,
            RefusedKind::Forbidden => Kind::Forbidden,
            RefusedKind::Rule => Kind::Rule,
            RefusedKind::State => Kind::State,
        };
        let problem = Self::new(kind, refused.code, refused.detail).replayed(replayed);
        refused.fields.into_iter().fold(problem, |problem, field| {
            problem.at(FieldError::body(field.pointer, field.code, field.detail))
        })
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::NotYet { position, wanted, .. } => Self::new(
                Kind::NotYet,
                "not_yet",
                format!("the read side has reached position {position}, not yet {wanted}"),
            )
            .position(position)
            .retry_after(SOON),
            ReadError::Cursor(_) => Self::field(FieldError::query(
                "cursor",
                "cursor.malformed",
                "is not one of this list; take next_cursor of the page before",
            )),
            ReadError::Database(_) | ReadError::NotBuilt { .. } => {
                log(&error, "the read side does not answer");
                Self::new(Kind::Unavailable, "reads.unavailable", "this cannot be read now")
                    .retry_after(SOON)
            }
            _ => {
                log(&error, "a read failed");
                Self::bug()
            }
        }
    }
}

fn log(error: &(dyn StdError + 'static), what: &str) {
    let mut chain = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        chain.push_str(": ");
        chain.push_str(&cause.to_string());
        source = cause.source();
    }
    tracing::error!(error = chain, "{what}");
}
