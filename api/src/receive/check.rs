//! Collects what is wrong with a request, so that a caller hears of every field at once.
//!
//! Guarantees: nothing passes [`Check::finish`] if any field was wrong.

use std::borrow::Cow;
use std::str::FromStr;

use billfold_domain::kernel::Refusal;
use billfold_domain::kernel::text::is_deceptive;
use chrono::{DateTime, Datelike, NaiveDate, Utc};

use crate::problem::{FieldError, Part, Problem};

/// The wrong fields found so far.
#[derive(Debug)]
pub struct Check {
    part: Part,
    errors: Vec<FieldError>,
}

impl Default for Check {
    /// A check of the body.
    fn default() -> Self {
        Self { part: Part::Body, errors: Vec::new() }
    }
}

impl Check {
    /// A check of query parameters; a pointer is `/<name>`.
    #[must_use]
    pub fn query() -> Self {
        Self { part: Part::Query, errors: Vec::new() }
    }

    /// Notes that a field is wrong.
    pub fn wrong(
        &mut self,
        pointer: impl Into<String>,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<String>,
    ) {
        let error = FieldError::body(pointer, code, detail);
        self.errors.push(FieldError { part: self.part, ..error });
    }

    /// Whether something was found to be wrong.
    #[must_use]
    pub fn is_wrong(&self) -> bool {
        !self.errors.is_empty()
    }

    /// A text of 1 to `max` characters, none of which deceives its reader; its ends are trimmed.
    pub fn text(&mut self, pointer: &str, value: &str, max: usize) -> Option<String> {
        let text = value.trim();
        let rule = if value.chars().count() > max {
            ("text.too_long", format!("has more than {max} characters"))
        } else if text.is_empty() {
            ("text.empty", "must not be empty".to_owned())
        } else if text.chars().any(is_deceptive) {
            (
                "text.control_character",
                "holds control characters or letters that turn its direction".to_owned(),
            )
        } else {
            return Some(text.to_owned());
        };
        self.wrong(pointer, rule.0, rule.1);
        None
    }

    /// The same for a field that may be absent; an empty one counts as absent.
    pub fn optional_text(
        &mut self,
        pointer: &str,
        value: Option<&str>,
        max: usize,
    ) -> Option<String> {
        let blank = |text: &str| text.trim().is_empty() && text.chars().count() <= max;
        value.filter(|text| !blank(text)).and_then(|text| self.text(pointer, text, max))
    }

    /// The name of a kind of thing, such as `invoice`, that may be absent: 1 to 40 small letters
    /// and `_`.
    pub fn optional_kind(&mut self, pointer: &str, value: Option<&str>) -> Option<String> {
        let legal = |text: &str| text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        let kind = value?;
        if (1..=40).contains(&kind.len()) && legal(kind) {
            return Some(kind.to_owned());
        }
        self.wrong(pointer, "kind.malformed", "must be 1 to 40 small letters and _");
        None
    }

    /// A business date between 1900 and 2999: beyond is a typing error.
    pub fn date(&mut self, pointer: &str, value: NaiveDate) -> Option<NaiveDate> {
        if (1900..=2999).contains(&value.year()) {
            return Some(value);
        }
        self.wrong(pointer, "date.out_of_range", "must lie in 1900 to 2999");
        None
    }

    /// The value of one field, whose refusal is about that field whatever name it has elsewhere.
    pub fn value<T, R: Refusal>(&mut self, pointer: &str, result: Result<T, R>) -> Option<T> {
        result
            .map_err(|refusal| {
                let detail = match refusal.problems().first() {
                    Some(problem) => problem.detail.clone(),
                    None => refusal.to_string(),
                };
                self.wrong(pointer, refusal.code(), detail);
            })
            .ok()
    }

    /// A decimal number as text of at most `max` characters, read by `parse`.
    pub fn number<T, R: Refusal>(
        &mut self,
        pointer: &str,
        text: &str,
        max: usize,
        parse: impl FnOnce(&str) -> Result<T, R>,
    ) -> Option<T> {
        if text.len() > max {
            self.wrong(pointer, "text.too_long", format!("has more than {max} characters"));
            return None;
        }
        self.value(pointer, parse(text))
    }

    /// The value of a group of fields, whose refusal names those that are wrong below `pointer`.
    pub fn parts<T, R: Refusal>(&mut self, pointer: &str, result: Result<T, R>) -> Option<T> {
        result
            .map_err(|refusal| {
                for problem in refusal.problems() {
                    let at = format!("{pointer}{}", problem.field);
                    self.wrong(at, problem.code, problem.detail);
                }
            })
            .ok()
    }

    /// A value that may be absent, read by `parse`.
    pub fn optional<T, R: Refusal>(
        &mut self,
        pointer: &str,
        text: Option<&str>,
        parse: impl FnOnce(&str) -> Result<T, R>,
    ) -> Option<Option<T>> {
        match text {
            None => Some(None),
            Some(text) => self.value(pointer, parse(text)).map(Some),
        }
    }

    /// An id in its text form.
    pub fn id<T: FromStr>(&mut self, pointer: &str, text: &str) -> Option<T> {
        let id = text.parse().ok();
        if id.is_none() {
            self.wrong(pointer, "id.malformed", "is no id of that kind");
        }
        id
    }

    /// An id that may be absent.
    pub fn optional_id<T: FromStr>(
        &mut self,
        pointer: &str,
        text: Option<&str>,
    ) -> Option<Option<T>> {
        match text {
            None => Some(None),
            Some(text) => self.id(pointer, text).map(Some),
        }
    }

    /// A business date that may be absent.
    pub fn optional_date(
        &mut self,
        pointer: &str,
        value: Option<NaiveDate>,
    ) -> Option<Option<NaiveDate>> {
        match value {
            None => Some(None),
            Some(day) => self.date(pointer, day).map(Some),
        }
    }

    /// An instant that may be absent, in the same years as business dates.
    pub fn optional_instant(
        &mut self,
        pointer: &str,
        value: Option<DateTime<Utc>>,
    ) -> Option<Option<DateTime<Utc>>> {
        let day = value.map(|instant| instant.date_naive());
        self.optional_date(pointer, day).map(|_| value)
    }

    /// Passes if every field was right.
    ///
    /// # Errors
    /// One problem that names every wrong field.
    pub fn finish(self) -> Result<(), Problem> {
        if self.errors.is_empty() { Ok(()) } else { Err(Problem::fields(self.errors)) }
    }

    /// The problem, where a value is absent because its field was wrong.
    #[must_use]
    pub fn problem(self) -> Problem {
        Problem::fields(self.errors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_field_is_told_at_once() {
        let mut check = Check::default();
        assert_eq!(check.text("/name", "  Ada ", 10).as_deref(), Some("Ada"));
        assert_eq!(check.text("/email", "", 10), None);
        assert_eq!(check.text("/phone", "\u{7}", 10), None);
        assert_eq!(check.optional_text("/company", Some(" "), 10), None);
        let problem = check.finish().unwrap_err();
        let found: Vec<_> = problem.errors().iter().map(|e| e.pointer.as_str()).collect();
        assert_eq!(found, ["/email", "/phone"]);
    }
}
