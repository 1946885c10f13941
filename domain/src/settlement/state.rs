//! What is known of a settlement.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::settlement::{
    LineMatch, LineSettled, LineUnmatched, SettlementEvent, SettlementLine, SettlementSource,
};

/// A settlement.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    /// There is none under this id.
    #[default]
    Absent,
    /// It is being gone through.
    Open(Statement),
    /// Every line is answered.
    Closed(Statement),
}

/// A statement and what became of its lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Whose it is.
    pub source: SettlementSource,
    /// Key of its form.
    pub format: String,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub file_hash: String,
    /// Whether all lines of the file are here.
    pub is_whole: bool,
    /// Its lines, by number; what payers wrote is left out.
    pub lines: Vec<HeldLine>,
    /// What lines are already, and whether it came in by them.
    pub(super) taken: BTreeSet<(LineMatch, bool)>,
}

/// A line and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldLine {
    /// The line.
    pub line: SettlementLine,
    /// What became of it.
    pub standing: LineStanding,
}

/// What became of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineStanding {
    /// Nothing yet.
    Read,
    /// A person is to look.
    SetAside(LineUnmatched),
    /// It is known what it is.
    Matched(LineMatch),
    /// It is in the books.
    Booked,
    /// A person did something with it.
    Settled(LineSettled),
}

impl HeldLine {
    /// Whether something is still to be done about it.
    pub fn is_open(&self) -> bool {
        matches!(self.standing, LineStanding::Read | LineStanding::SetAside(_))
    }
}

impl Statement {
    /// The line of a number.
    pub fn line(&self, no: u32) -> Option<&HeldLine> {
        let at = usize::try_from(no.checked_sub(1)?).ok()?;
        self.lines.get(at)
    }

    /// The lines about which something is still to be done.
    pub fn open_lines(&self) -> impl Iterator<Item = &HeldLine> {
        self.lines.iter().filter(|held| held.is_open())
    }

    fn stand(&mut self, no: u32, standing: LineStanding) {
        let at = no.checked_sub(1).and_then(|at| usize::try_from(at).ok());
        let Some(held) = at.and_then(|at| self.lines.get_mut(at)) else { return };
        let is = match &standing {
            LineStanding::Matched(to) => Some(*to),
            LineStanding::Settled(LineSettled::Recorded { payment_id }) => {
                Some(LineMatch::Payment { payment_id: *payment_id })
            }
            _ => None,
        };
        self.taken.extend(is.map(|is| (is, held.line.came_in())));
        held.standing = standing;
    }
}

impl Settlement {
    /// The statement, whether every line is answered or not.
    pub fn statement(&self) -> Option<&Statement> {
        match self {
            Self::Absent => None,
            Self::Open(statement) | Self::Closed(statement) => Some(statement),
        }
    }

    pub(super) fn take(&mut self, event: &SettlementEvent) {
        use SettlementEvent as Event;
        match (&mut *self, event) {
            (this, Event::Opened { source, format, file_hash, .. }) => {
                *this = Self::Open(Statement {
                    source: source.clone(),
                    format: format.clone(),
                    file_hash: file_hash.clone(),
                    is_whole: false,
                    lines: Vec::new(),
                    taken: BTreeSet::new(),
                });
            }
            (Self::Open(statement), Event::LinesRead { lines, is_last, .. }) => {
                statement.is_whole |= is_last;
                let held = |line: &SettlementLine| HeldLine {
                    line: SettlementLine { text: None, ..line.clone() },
                    standing: LineStanding::Read,
                };
                statement.lines.extend(lines.iter().map(held));
            }
            (Self::Open(statement), Event::LineMatched { no, to, .. }) => {
                statement.stand(*no, LineStanding::Matched(*to));
            }
            (
                Self::Open(statement),
                Event::PayoutBooked { no, .. } | Event::FeeBooked { no, .. },
            ) => {
                statement.stand(*no, LineStanding::Booked);
            }
            (Self::Open(statement), Event::LineUnmatched { no, why }) => {
                statement.stand(*no, LineStanding::SetAside(*why));
            }
            (Self::Open(statement), Event::LineSettled { no, how }) => {
                statement.stand(*no, LineStanding::Settled(how.clone()));
            }
            (Self::Open(_), Event::Closed {}) => {
                if let Self::Open(statement) = std::mem::take(self) {
                    *self = Self::Closed(statement);
                }
            }
            (Self::Absent | Self::Closed(_), _) => {}
        }
    }
}
