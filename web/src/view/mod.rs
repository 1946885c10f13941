//! Values as pages show them: amounts, dates, positions, identifiers, states, icons.
//!
//! Each type writes its own HTML, so that a template cannot forget the isolation (`<bdi
//! dir="ltr">`) that keeps figures readable in right-to-left pages, nor show a state by colour
//! alone. Absent on purpose: floats, locale tables, and any lookup; a value here is already
//! decided.

mod amount;
mod badge;
mod icon;
mod link;
mod time;

use std::fmt;

pub(crate) use amount::Amount;
pub(crate) use badge::{Badge, Tone};
pub(crate) use icon::{Icon, icon};
pub(crate) use link::{Ident, Position, at, count, grouped};
pub(crate) use time::{ByPlace, ClockTime, Day, Moment};

/// Text with the five characters escaped that HTML gives a meaning to.
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
            let (before, from) = rest.split_at(at);
            f.write_str(before)?;
            let mut characters = from.chars();
            f.write_str(match characters.next() {
                Some('&') => "&amp;",
                Some('<') => "&lt;",
                Some('>') => "&gt;",
                Some('"') => "&quot;",
                _ => "&#39;",
            })?;
            rest = characters.as_str();
        }
        f.write_str(rest)
    }
}

#[cfg(test)]
mod tests;
