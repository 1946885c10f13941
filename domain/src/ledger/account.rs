//! What an account is.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The left or the right side of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The left side: what we have, and what it cost.
    Debit,
    /// The right side: what we owe, and what we earned.
    Credit,
}

impl Side {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Debit => "debit",
            Self::Credit => "credit",
        }
    }

    /// The other side.
    pub fn other(self) -> Self {
        match self {
            Self::Debit => Self::Credit,
            Self::Credit => Self::Debit,
        }
    }
}

/// A code of the chart, such as `1200`. Only the chart makes them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct AccountCode(&'static str);

impl AccountCode {
    pub(super) const fn listed(code: &'static str) -> Self {
        Self(code)
    }

    /// The four digits.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for AccountCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for AccountCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// What an account stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// What we have.
    Asset,
    /// What we owe.
    Liability,
    /// What we earned.
    Income,
    /// What it cost.
    Expense,
}

impl AccountKind {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Asset => "asset",
            Self::Liability => "liability",
            Self::Income => "income",
            Self::Expense => "expense",
        }
    }

    /// The side on which such an account grows.
    pub fn normal_side(self) -> Side {
        match self {
            Self::Asset | Self::Expense => Side::Debit,
            Self::Liability | Self::Income => Side::Credit,
        }
    }
}

/// An account of the chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Account {
    /// Its code.
    pub code: AccountCode,
    /// Its name in English.
    pub name: &'static str,
    /// What it stands for.
    pub kind: AccountKind,
}
