//! Why a file is not read.

use billfold_domain::kernel::{Refusal, RefusalKind};
use thiserror::Error;

/// A refusal of a file. It says where; what stands there may be personal data and is left out.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StatementRefusal {
    /// There is too much of it.
    #[error("the file has more than {most} bytes, split it")]
    TooLarge {
        /// How many it may have.
        most: usize,
    },
    /// It is no text, or in another encoding.
    #[error("line {line} is no UTF-8 text, choose the encoding of the file or export it anew")]
    NotText {
        /// The line, from 1.
        line: u64,
    },
    /// A column that is needed is not there.
    #[error("the file has no column {column}, export it with that column")]
    NoColumn {
        /// What it is called.
        column: String,
    },
    /// Something stands where something else should.
    #[error("line {line}, {column}: {detail}")]
    Value {
        /// The line, from 1.
        line: u64,
        /// The column or the element.
        column: String,
        /// What should stand there.
        detail: String,
    },
    /// The form of the file is broken.
    #[error("line {line}: {detail}")]
    Broken {
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        detail: String,
    },
}

impl StatementRefusal {
    /// A wrong value.
    pub(super) fn value(line: u64, column: &str, detail: impl Into<String>) -> Self {
        Self::Value { line, column: column.to_owned(), detail: detail.into() }
    }

    /// A broken form.
    pub(super) fn broken(line: u64, detail: impl Into<String>) -> Self {
        Self::Broken { line, detail: detail.into() }
    }
}

impl Refusal for StatementRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "statement.too_large",
            Self::NotText { .. } => "statement.not_text",
            Self::NoColumn { .. } => "statement.no_column",
            Self::Value { .. } => "statement.wrong_value",
            Self::Broken { .. } => "statement.broken",
        }
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Malformed
    }
}
