//! What every domain error answers: a stable code, a kind, and the fields it is about.
//!
//! Guarantees that a refusal carries enough for a problem document (RFC 9457) without the caller
//! knowing which aggregate refused. Absent on purpose: HTTP status numbers and translations.

use std::error::Error;
use std::fmt;

/// Why a request cannot be granted, as far as the caller must react differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefusalKind {
    /// The request itself is wrong; the same request can never be granted.
    Malformed,
    /// What the request is about does not exist.
    Missing,
    /// It exists, but the actor may not do this to it.
    Forbidden,
    /// Well formed, but against a rule of the business.
    Rule,
    /// It would have been granted in another state.
    State,
}

/// An answer of no, with its reason. `Display` is the detail, in lower case, for a person.
pub trait Refusal: Error + Send + Sync + 'static {
    /// A stable name such as `invoice.already_settled`; part of the API.
    fn code(&self) -> &'static str;

    /// How the caller must react.
    fn kind(&self) -> RefusalKind;

    /// A JSON pointer to the field of the command that is to blame, if one is.
    fn field(&self) -> Option<&str> {
        None
    }

    /// Everything that is wrong, so that a form can mark all its fields at once.
    fn problems(&self) -> Vec<Problem> {
        Problem::of(self)
    }
}

/// One field and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// JSON pointer into the request, such as `/lines/2/description`.
    pub field: String,
    /// Stable name of the rule.
    pub code: &'static str,
    /// What to change, in lower case.
    pub detail: String,
}

impl Problem {
    /// The one field a refusal names, if it names one.
    pub fn of(refusal: &(impl Refusal + ?Sized)) -> Vec<Self> {
        let problem = |field| Self::at(field, refusal.code(), refusal.to_string());
        refusal.field().map(problem).into_iter().collect()
    }

    fn at(field: &str, code: &'static str, detail: impl Into<String>) -> Self {
        let field = match field.strip_prefix('/') {
            Some(_) => field.to_owned(),
            None => format!("/{field}"),
        };
        Self { field, code, detail: detail.into() }
    }
}

/// Values that break their own rules, whatever the state: a list of problems, never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    first: Problem,
    more: Vec<Problem>,
}

impl Invalid {
    /// A single problem. `field` may be a name or a JSON pointer.
    pub fn one(field: &str, code: &'static str, detail: impl Into<String>) -> Self {
        Self { first: Problem::at(field, code, detail), more: Vec::new() }
    }

    /// All problems of several checks, or nothing if every check passed.
    pub fn gather(checks: impl IntoIterator<Item = Result<(), Self>>) -> Result<(), Self> {
        let mut failed = checks.into_iter().filter_map(Result::err);
        match failed.next() {
            None => Ok(()),
            Some(mut found) => {
                failed.for_each(|next| found.add(next));
                Err(found)
            }
        }
    }

    /// The same problems, one level deeper: `/name` becomes `/contact/name`.
    pub fn under(mut self, parent: &str) -> Self {
        let parent = parent.trim_start_matches('/');
        self.first.field = format!("/{parent}{}", self.first.field);
        for problem in &mut self.more {
            problem.field = format!("/{parent}{}", problem.field);
        }
        self
    }

    fn add(&mut self, other: Self) {
        self.more.push(other.first);
        self.more.extend(other.more);
    }
}

impl Refusal for Invalid {
    fn code(&self) -> &'static str {
        self.first.code
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Malformed
    }

    fn field(&self) -> Option<&str> {
        Some(&self.first.field)
    }

    fn problems(&self) -> Vec<Problem> {
        std::iter::once(&self.first).chain(&self.more).cloned().collect()
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.first.field, self.first.detail)?;
        for problem in &self.more {
            write!(f, "; {}: {}", problem.field, problem.detail)?;
        }
        Ok(())
    }
}

impl Error for Invalid {}
