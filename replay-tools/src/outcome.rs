//! How a command ends: what it prints and the exit code.
//!
//! Codes: 0 all is well; 1 the command ran and found differences or refused rows; 2 wrong usage; 3
//! something needed was not there (database, file); 4 interrupted, run again to go on.

use serde::Serialize;
use std::fmt::Display;

/// What a finished command says of its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// All is well: exit code 0.
    Clean,
    /// It ran, and found differences or refused rows: exit code 1.
    Differences,
    /// It was stopped in the middle and can go on: exit code 4.
    Interrupted,
}

impl Verdict {
    /// The exit code of the process.
    pub fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Differences => 1,
            Self::Interrupted => 4,
        }
    }
}

/// Why a command could not run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database could not be reached or refused a statement.
    #[error("the database refused: {0}; check that it runs and that migrations are done")]
    Database(#[from] sqlx::Error),
    /// A file could not be read or written.
    #[error("{what}: {source}")]
    File {
        /// What was tried, with the path.
        what: String,
        /// Why it failed.
        source: std::io::Error,
    },
    /// An argument that can't be used.
    #[error("{0}")]
    Usage(String),
    /// The input is not what it claims to be.
    #[error("{0}")]
    Input(String),
    /// A part of the program said no.
    #[error("{0}")]
    Failed(String),
}

impl Error {
    /// The exit code of the process.
    pub fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Input(_) => 1,
            Self::Database(_) | Self::File { .. } | Self::Failed(_) => 3,
        }
    }

    /// An I/O error with what was tried.
    pub fn file(what: impl Display, source: std::io::Error) -> Self {
        Self::File { what: what.to_string(), source }
    }
}

/// Where results go.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// One JSON document instead of text.
    pub json: bool,
    /// No progress bar.
    pub quiet: bool,
}

impl Output {
    /// Prints the result: as JSON if asked for, else as its text.
    #[expect(clippy::print_stdout, reason = "the result of a command goes to standard output")]
    pub fn result<T: Serialize + Display>(&self, result: &T) {
        if self.json {
            match serde_json::to_string_pretty(result) {
                Ok(text) => println!("{text}"),
                Err(error) => println!("{{\"error\":\"{error}\"}}"),
            }
        } else {
            println!("{result}");
        }
    }
}
