//! Why a request about a settlement is refused.

use thiserror::Error;

use crate::kernel::{Invalid, Money, MoneyRefusal, Problem, Refusal, RefusalKind};

/// A refusal about a settlement.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SettlementRefusal {
    /// A value breaks its own rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// A sum is past the limit of money.
    #[error(transparent)]
    Money(#[from] MoneyRefusal),
    /// No such settlement.
    #[error("there is no such settlement")]
    Absent,
    /// The id belongs to another file.
    #[error("another file is gone through under this id")]
    AlreadyOpened,
    /// Every line was answered.
    #[error("the settlement is closed")]
    Closed,
    /// The settlement has no such line.
    #[error("the settlement has no line {no}")]
    NoLine {
        /// The number asked for.
        no: u32,
    },
    /// The line was matched, booked or settled before.
    #[error("line {no} was answered before")]
    LineAnswered {
        /// The line.
        no: u32,
    },
    /// Such a line is never such a thing.
    #[error("line {no} is of another kind, or goes the other way")]
    OtherKind {
        /// The line.
        no: u32,
    },
    /// The line says another amount than we know.
    #[error("line {no} says {line}, with us it is {ours}; differences are not absorbed")]
    AmountDiffers {
        /// The line.
        no: u32,
        /// What it says.
        line: Money,
        /// What it is with us.
        ours: Money,
    },
    /// Another line of this settlement is that already.
    #[error("another line is matched to the same already")]
    Taken,
    /// Only what a provider says is booked.
    #[error("only lines of a payment provider are booked as payout or fee")]
    NotOfGateway,
    /// The settlement has as many lines as it may have.
    #[error("a settlement has at most {limit} lines, split the file")]
    Full {
        /// How many.
        limit: usize,
    },
    /// Not all lines of the file were taken in.
    #[error("the file was not read to its end, upload it again")]
    NotWhole,
    /// Something is still to be done.
    #[error("{count} lines are not answered yet")]
    LinesOpen {
        /// How many lines.
        count: usize,
    },
}

impl Refusal for SettlementRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::Money(refusal) => refusal.code(),
            Self::Absent => "settlement.absent",
            Self::AlreadyOpened => "settlement.already_opened",
            Self::Closed => "settlement.closed",
            Self::NoLine { .. } => "settlement.no_line",
            Self::LineAnswered { .. } => "settlement.line_answered",
            Self::OtherKind { .. } => "settlement.other_kind",
            Self::AmountDiffers { .. } => "settlement.amount_differs",
            Self::Taken => "settlement.taken",
            Self::NotOfGateway => "settlement.not_of_gateway",
            Self::Full { .. } => "settlement.full",
            Self::NotWhole => "settlement.not_whole",
            Self::LinesOpen { .. } => "settlement.lines_open",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Invalid(invalid) => invalid.kind(),
            Self::Money(refusal) => refusal.kind(),
            Self::Absent | Self::NoLine { .. } => RefusalKind::Missing,
            Self::OtherKind { .. }
            | Self::AmountDiffers { .. }
            | Self::NotOfGateway
            | Self::Full { .. } => RefusalKind::Rule,
            Self::AlreadyOpened
            | Self::Closed
            | Self::LineAnswered { .. }
            | Self::Taken
            | Self::NotWhole
            | Self::LinesOpen { .. } => RefusalKind::State,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(invalid) => invalid.field(),
            Self::Money(refusal) => refusal.field(),
            _ => None,
        }
    }

    fn problems(&self) -> Vec<Problem> {
        match self {
            Self::Invalid(invalid) => invalid.problems(),
            _ => Problem::of(self),
        }
    }
}
