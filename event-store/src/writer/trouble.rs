//! What an error of the database means for a batch.
//!
//! Guarantees: nothing is reported as failed that may have been stored. Only an error that the
//! server itself reported for COMMIT proves a rollback; a connection that broke there leaves the
//! outcome unknown.

use sqlx::error::DatabaseError;
use sqlx::postgres::PgDatabaseError;

/// Why an attempt to store a batch ended.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Rolled back; the same batch may pass now.
    Again(String),
    /// The connection is gone and nothing was stored.
    Lost(String),
    /// The connection is gone and COMMIT was on its way.
    Unknown(String),
    /// The database does not take writes now; nothing was stored.
    Unavailable(String),
    /// The database refuses what the batch holds; nothing was stored.
    Refused(String),
}

impl Trouble {
    /// The meaning of an error before COMMIT was sent.
    pub(super) fn before_commit(error: sqlx::Error) -> Self {
        match Class::of(&error) {
            Class::Again => Self::Again(text(&error)),
            Class::Lost => Self::Lost(text(&error)),
            Class::Unavailable => Self::Unavailable(text(&error)),
            Class::Refused => Self::Refused(text(&error)),
        }
    }

    /// The meaning of an error in answer to COMMIT.
    pub(super) fn at_commit(error: sqlx::Error) -> Self {
        match Class::of(&error) {
            Class::Again => Self::Again(text(&error)),
            Class::Lost => Self::Unknown(text(&error)),
            Class::Unavailable => Self::Unavailable(text(&error)),
            Class::Refused => Self::Refused(text(&error)),
        }
    }
}

enum Class {
    Again,
    Lost,
    Unavailable,
    Refused,
}

impl Class {
    fn of(error: &sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(database) => Self::of_code(database.code().as_deref()),
            sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::Decode(_)
            | sqlx::Error::Encode(_)
            | sqlx::Error::RowNotFound
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::TypeNotFound { .. } => Self::Refused,
            _ => Self::Lost,
        }
    }

    /// By SQLSTATE, or its first two characters.
    fn of_code(code: Option<&str>) -> Self {
        match code {
            // serialization failure, deadlock, lock timeout
            Some("40001" | "40P01" | "55P03") => Self::Again,
            // the server or this connection is being shut down, or is starting
            Some("57P01" | "57P02" | "57P03" | "57P05" | "25P03") => Self::Lost,
            // statement timeout, read-only server
            Some("57014" | "25006") => Self::Unavailable,
            Some(code) => match code.get(..2) {
                Some("08") => Self::Lost,
                // out of disk, memory or connections; I/O errors of the server
                Some("53" | "58") => Self::Unavailable,
                _ => Self::Refused,
            },
            None => Self::Refused,
        }
    }
}

/// What the error says, without the detail line, which may quote data.
fn text(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(database) => {
            let postgres = database.try_downcast_ref::<PgDatabaseError>();
            let place = postgres.and_then(PgDatabaseError::constraint);
            let place = place.map(|name| format!(" ({name})")).unwrap_or_default();
            let code = database.code().unwrap_or_default();
            format!("{code} {}{place}", DatabaseError::message(&**database))
        }
        other => other.to_string(),
    }
}
