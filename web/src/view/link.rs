//! Numbers that identify: positions in the log, identifiers, counts.

use std::borrow::Borrow;
use std::fmt;

use askama::filters::HtmlSafe;

use super::Escaped;

/// A position of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// Which.
    pub(crate) at: i64,
    /// Whether it links to its event.
    pub(crate) leads: bool,
}

/// A position that links, as a call, where only those look who may see events.
pub(crate) fn at(position: impl Borrow<i64>) -> Position {
    Position { at: *position.borrow(), leads: true }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at;
        if !self.leads {
            return write!(f, r##"<span class="pos"><bdi dir="ltr">#{at}</bdi></span>"##);
        }
        write!(f, r##"<a class="pos" href="/admin/events/{at}"><bdi dir="ltr">#{at}</bdi></a>"##)
    }
}

impl HtmlSafe for Position {}

/// An identifier, document number or code, in the monospaced face.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ident(pub(crate) String);

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, r#"<bdi dir="ltr" class="mono">{}</bdi>"#, Escaped(&self.0))
    }
}

impl HtmlSafe for Ident {}

/// A count with its thousands grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Count(pub(crate) i64);

/// [`Count`] as a call, for templates.
pub(crate) fn count(number: impl Borrow<i64>) -> Count {
    Count(*number.borrow())
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "\u{2212}" } else { "" };
        write!(f, r#"<bdi dir="ltr" class="num">{sign}{}</bdi>"#, grouped(self.0.unsigned_abs()))
    }
}

impl HtmlSafe for Count {}

/// `1234567` as `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
