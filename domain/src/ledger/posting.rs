//! A balanced set of entries.

use serde::Serialize;
use thiserror::Error;

use crate::kernel::{ClientId, Currency, Money, MoneyRefusal};
use crate::ledger::{AccountCode, Side};

/// What one fact does to the ledger: at least two entries, debits equal to credits in each
/// currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Posting {
    entries: Vec<Entry>,
}

/// An amount on one side of one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The account.
    pub account: AccountCode,
    /// The side.
    pub side: Side,
    /// How much; more than nothing.
    pub amount: Money,
    /// Whose account it is, where accounts are kept per client.
    pub party: Option<ClientId>,
    /// The subdivision: a gateway's key, a kind of line, a country and rate such as `DE/19`.
    pub detail: Option<String>,
}

/// Why entries are no posting. Reaching one from an event is a bug in a rule, or an event that
/// contradicts itself.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LedgerError {
    /// One entry does not make two.
    #[error("a posting needs two entries or more, this one has {found}")]
    TooFew {
        /// How many there are.
        found: usize,
    },
    /// An entry of nothing or less.
    #[error("an entry on account {account} must be more than nothing")]
    NotPositive {
        /// The account.
        account: AccountCode,
    },
    /// The sides differ.
    #[error("debits and credits differ by {difference}")]
    Unbalanced {
        /// Debits less credits, in the first currency that differs.
        difference: Money,
    },
    /// A code that is not in the chart of accounts.
    #[error("account {code} is not in the chart of accounts")]
    UnknownAccount {
        /// The code.
        code: String,
    },
    /// A sum past the limit of money.
    #[error(transparent)]
    Money(#[from] MoneyRefusal),
}

impl Posting {
    /// Checks the entries; the only way to a posting.
    pub fn try_new(entries: Vec<Entry>) -> Result<Self, LedgerError> {
        if entries.len() < 2 {
            return Err(LedgerError::TooFew { found: entries.len() });
        }
        if let Some(entry) = entries.iter().find(|entry| !entry.amount.is_positive()) {
            return Err(LedgerError::NotPositive { account: entry.account });
        }
        let mut differences: Vec<Money> = Vec::new();
        for entry in &entries {
            let currency = entry.amount.currency();
            match differences.iter_mut().find(|sum| sum.currency() == currency) {
                Some(sum) => *sum = sum.checked_add(entry.signed())?,
                None => differences.push(entry.signed()),
            }
        }
        match differences.into_iter().find(|difference| !difference.is_zero()) {
            Some(difference) => Err(LedgerError::Unbalanced { difference }),
            None => Ok(Self { entries }),
        }
    }

    /// The entries, debits first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

impl Entry {
    /// The amount with a sign: debits positive, credits negative.
    pub fn signed(&self) -> Money {
        match self.side {
            Side::Debit => self.amount,
            Side::Credit => self.amount.negate(),
        }
    }
}

/// Entries on their way to a posting. Amounts on one account, party and detail are put
/// together; what comes to nothing is left out, and what is negative changes sides.
pub(super) struct Draft {
    currency: Currency,
    lines: Vec<DraftLine>,
}

struct DraftLine {
    account: AccountCode,
    party: Option<ClientId>,
    detail: Option<String>,
    /// Debits positive, credits negative.
    signed: Money,
}

impl Draft {
    pub(super) fn new(currency: Currency) -> Self {
        Self { currency, lines: Vec::new() }
    }

    pub(super) fn debit(&mut self, to: Target, amount: Money) -> Result<(), LedgerError> {
        self.add(to, amount)
    }

    pub(super) fn credit(&mut self, to: Target, amount: Money) -> Result<(), LedgerError> {
        self.add(to, amount.negate())
    }

    fn add(&mut self, to: Target, signed: Money) -> Result<(), LedgerError> {
        let Target { account, party, detail } = to;
        let same = |line: &&mut DraftLine| {
            line.account == account && line.party == party && line.detail == detail
        };
        match self.lines.iter_mut().find(same) {
            Some(line) => line.signed = line.signed.checked_add(signed)?,
            None => {
                let signed = Money::zero(self.currency).checked_add(signed)?;
                self.lines.push(DraftLine { account, party, detail, signed });
            }
        }
        Ok(())
    }

    /// One amount from one account to another; nothing if it is nothing.
    pub(super) fn transfer(
        amount: Money,
        debit: Target,
        credit: Target,
    ) -> Result<Option<Posting>, LedgerError> {
        let mut draft = Self::new(amount.currency());
        draft.debit(debit, amount)?;
        draft.credit(credit, amount)?;
        draft.finish()
    }

    /// The posting, debits first; nothing if every amount came to nothing.
    pub(super) fn finish(self) -> Result<Option<Posting>, LedgerError> {
        let mut entries: Vec<Entry> = self
            .lines
            .into_iter()
            .filter(|line| !line.signed.is_zero())
            .map(|line| Entry {
                account: line.account,
                side: if line.signed.is_positive() { Side::Debit } else { Side::Credit },
                amount: line.signed.abs(),
                party: line.party,
                detail: line.detail,
            })
            .collect();
        if entries.is_empty() {
            return Ok(None);
        }
        entries.sort_by_key(|entry| entry.side);
        Posting::try_new(entries).map(Some)
    }
}

/// Where an amount goes.
pub(super) struct Target {
    account: AccountCode,
    party: Option<ClientId>,
    detail: Option<String>,
}

impl Target {
    /// An account of the house.
    pub(super) fn of(account: AccountCode) -> Self {
        Self { account, party: None, detail: None }
    }

    /// An account kept per client.
    pub(super) fn of_client(account: AccountCode, client: ClientId) -> Self {
        Self { account, party: Some(client), detail: None }
    }

    /// A subdivision of an account.
    pub(super) fn detailed(account: AccountCode, detail: impl Into<String>) -> Self {
        Self { account, party: None, detail: Some(detail.into()) }
    }
}
