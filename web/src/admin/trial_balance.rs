//! The trial balance: every account with what was debited and credited up to a position and a day;
//! both sides equal.

use askama::Template;

use crate::layout::Shell;
use crate::view::{Amount, Moment};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/trial_balance.html")]
pub(crate) struct TrialBalance {
    /// The frame.
    pub(crate) shell: Shell,
    /// Known at this position, as typed; empty for now.
    pub(crate) as_of: String,
    /// Effective up to and including, `YYYY-MM-DD`; empty for all.
    pub(crate) on: String,
    /// When that position was recorded, if one was asked for.
    pub(crate) at: Option<Moment>,
    /// One per currency.
    pub(crate) books: Vec<Books>,
}

/// The accounts of one currency.
#[derive(Clone, Debug)]
pub(crate) struct Books {
    /// The code.
    pub(crate) currency: String,
    /// By account code.
    pub(crate) lines: Vec<Account>,
    /// The sum of the debit balances.
    pub(crate) debit: Amount,
    /// The sum of the credit balances.
    pub(crate) credit: Amount,
    /// Whether they are equal; the page says so either way.
    pub(crate) even: bool,
}

/// One account.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    /// `1200`.
    pub(crate) code: String,
    /// `Accounts receivable`.
    pub(crate) name: String,
    /// Everything debited.
    pub(crate) debited: Amount,
    /// Everything credited.
    pub(crate) credited: Amount,
    /// The balance, if on the debit side.
    pub(crate) debit: Option<Amount>,
    /// The balance, if on the credit side.
    pub(crate) credit: Option<Amount>,
    /// The newest event that moved it.
    pub(crate) position: i64,
}

/// One entry of a posting, with the account's name.
#[derive(Clone, Debug)]
pub(crate) struct AccountLine {
    /// `1200`.
    pub(crate) code: String,
    /// `Accounts receivable`.
    pub(crate) name: String,
    /// Product kind, tax rate, gateway.
    pub(crate) detail: String,
    /// On the debit side.
    pub(crate) debit: Option<Amount>,
    /// On the credit side.
    pub(crate) credit: Option<Amount>,
}
