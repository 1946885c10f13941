//! Why a document cannot be issued: every rule it breaks, each with its field.

use std::error::Error;
use std::fmt;

use crate::einvoice::Rule;
use crate::kernel::{Problem, Refusal, RefusalKind};

/// A rule that a document breaks, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The rule.
    pub rule: Rule,
    /// JSON pointer into the document, such as `/lines/2/name`.
    pub field: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.rule.says(), self.rule.id())
    }
}

/// All that keeps a document from being issued; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unissuable {
    first: Broken,
    more: Vec<Broken>,
}

impl Unissuable {
    /// Refuses if anything is broken.
    pub(super) fn unless_empty(broken: Vec<Broken>) -> Result<(), Self> {
        let mut broken = broken.into_iter();
        match broken.next() {
            None => Ok(()),
            Some(first) => Err(Self { first, more: broken.collect() }),
        }
    }

    /// Every broken rule, in the order of the document.
    pub fn broken(&self) -> impl Iterator<Item = &Broken> {
        std::iter::once(&self.first).chain(&self.more)
    }
}

impl Refusal for Unissuable {
    fn code(&self) -> &'static str {
        self.first.rule.code()
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Rule
    }

    fn field(&self) -> Option<&str> {
        Some(&self.first.field)
    }

    fn problems(&self) -> Vec<Problem> {
        let problem = |broken: &Broken| Problem {
            field: broken.field.clone(),
            code: broken.rule.code(),
            detail: broken.to_string(),
        };
        self.broken().map(problem).collect()
    }
}

impl fmt::Display for Unissuable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the document cannot be issued: ")?;
        for (at, broken) in self.broken().enumerate() {
            let between = if at == 0 { "" } else { "; " };
            write!(f, "{between}{}: {broken}", broken.field)?;
        }
        Ok(())
    }
}

impl Error for Unissuable {}
