//! What is known of a client's credit.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::credit::{Credit, CreditEvent, CreditKind, CreditPart, CreditSource};
use crate::kernel::{ClientId, CreditBalanceId, Currency, InvoiceId, Money, MoneyRefusal};

/// What a client may spend in one currency.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreditBalance {
    /// There never was any.
    #[default]
    Absent,
    /// There is, or was.
    Held(Held),
}

/// Credit by where it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Whose it is.
    pub client_id: ClientId,
    /// The currency.
    pub currency: Currency,
    /// What is left, oldest first; what is used up is forgotten.
    pub grants: Vec<Grant>,
    /// How often credit came in.
    pub granted: u32,
    /// How often it paid something.
    pub spent: u32,
    /// How often something that was spent came back.
    pub unspent: u32,
    /// How often something was withdrawn.
    pub withdrawn: u32,
    /// The newest sources, so that one that is told again is known.
    pub sources: Vec<CreditSource>,
    /// What money of voided invoices pays, oldest first: only that can be called back.
    pub spendings: Vec<Spending>,
}

/// A part of a grant that pays an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spending {
    /// Which payment out of the balance.
    pub no: u32,
    /// The invoice.
    pub invoice_id: InvoiceId,
    /// The grant; `left` is what of it pays the invoice.
    pub grant: Grant,
}

/// Credit of one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Counts the grants of the balance.
    pub no: u32,
    /// Where it comes from.
    pub source: CreditSource,
    /// What is left of it.
    pub left: Money,
    /// Its last day, if it has one.
    pub expires_on: Option<NaiveDate>,
}

/// How many sources are remembered.
const SOURCES_KEPT: usize = 256;

impl CreditBalance {
    /// The id of a client's balance in a currency.
    pub fn id_of(client_id: ClientId, currency: Currency) -> CreditBalanceId {
        CreditBalanceId::derive(client_id.uuid(), currency.code())
    }

    /// The balance, once anything came in.
    pub fn held(&self) -> Option<&Held> {
        match self {
            Self::Absent => None,
            Self::Held(held) => Some(held),
        }
    }

    pub(super) fn take(&mut self, event: &CreditEvent) {
        match event {
            CreditEvent::Granted { no, client_id, amount, source, expires_on, .. } => {
                if matches!(self, Self::Absent) {
                    *self = Self::Held(Held {
                        client_id: *client_id,
                        currency: amount.currency(),
                        grants: Vec::new(),
                        granted: 0,
                        spent: 0,
                        unspent: 0,
                        withdrawn: 0,
                        sources: Vec::new(),
                        spendings: Vec::new(),
                    });
                }
                if let Self::Held(held) = self {
                    held.grants.push(Grant {
                        no: *no,
                        source: *source,
                        left: *amount,
                        expires_on: *expires_on,
                    });
                    held.granted = *no;
                    held.remember(*source);
                }
            }
            CreditEvent::Spent { no, invoice_id, parts, .. } => {
                if let Self::Held(held) = self {
                    held.spent = *no;
                    held.remember_spending(*no, *invoice_id, parts);
                    held.lower(parts);
                }
            }
            CreditEvent::Unspent { no, spent_no, grant, amount, .. } => {
                if let Self::Held(held) = self {
                    held.unspent = *no;
                    held.call_back(*spent_no, *grant, *amount);
                }
            }
            CreditEvent::Withdrawn { no, parts, .. } => {
                if let Self::Held(held) = self {
                    held.withdrawn = *no;
                    held.lower(parts);
                }
            }
        }
    }
}

impl Held {
    /// All that may be spent, also what has a last day.
    ///
    /// # Errors
    /// It is more than money can be.
    pub fn balance(&self) -> Result<Money, MoneyRefusal> {
        Money::sum(self.currency, self.grants.iter().map(|grant| grant.left))
    }

    /// What can be spent on a day.
    ///
    /// # Errors
    /// It is more than money can be.
    pub fn usable(&self, on: NaiveDate) -> Result<Money, MoneyRefusal> {
        let lasts = |grant: &&Grant| grant.expires_on.is_none_or(|last| on <= last);
        Money::sum(self.currency, self.grants.iter().filter(lasts).map(|grant| grant.left))
    }

    /// The grants as the rule of their order sees them.
    pub(super) fn credits(&self) -> Vec<Credit> {
        let credit = |grant: &Grant| Credit {
            id: grant.no.to_string(),
            kind: grant.source.kind(),
            order: grant.no,
            left: grant.left,
            expires_on: grant.expires_on,
        };
        self.grants.iter().map(credit).collect()
    }

    /// Takes parts out of the grants.
    fn lower(&mut self, parts: &[CreditPart]) {
        for part in parts {
            if let Some(grant) = self.grants.iter_mut().find(|grant| grant.no == part.grant) {
                grant.left = grant.left.checked_sub(part.amount).unwrap_or(grant.left);
            }
        }
        self.grants.retain(|grant| !grant.left.is_zero());
    }

    /// Keeps what money of voided invoices pays, before it is taken out of the grants.
    fn remember_spending(&mut self, no: u32, invoice_id: InvoiceId, parts: &[CreditPart]) {
        for part in parts {
            let grant = self.grants.iter().find(|grant| grant.no == part.grant);
            if let Some(grant) = grant.filter(|grant| grant.source.is_voided_invoice()) {
                let grant = Grant { left: part.amount, ..*grant };
                self.spendings.push(Spending { no, invoice_id, grant });
            }
        }
    }

    /// Puts back into a grant what had paid an invoice.
    fn call_back(&mut self, spent_no: u32, grant: u32, amount: Money) {
        let named = |one: &&mut Spending| one.no == spent_no && one.grant.no == grant;
        let Some(spending) = self.spendings.iter_mut().find(named) else { return };
        let known = spending.grant;
        spending.grant.left = known.left.checked_sub(amount).unwrap_or(known.left);
        self.spendings.retain(|one| !one.grant.left.is_zero());
        match self.grants.binary_search_by_key(&grant, |one| one.no) {
            Ok(at) => {
                if let Some(there) = self.grants.get_mut(at) {
                    there.left = there.left.checked_add(amount).unwrap_or(there.left);
                }
            }
            Err(at) => self.grants.insert(at, Grant { left: amount, ..known }),
        }
    }

    fn remember(&mut self, source: CreditSource) {
        self.sources.push(source);
        let old = self.sources.len().saturating_sub(SOURCES_KEPT);
        self.sources.drain(..old);
    }
}

impl CreditSource {
    fn is_voided_invoice(self) -> bool {
        matches!(self, Self::VoidedInvoice(_))
    }

    fn kind(self) -> CreditKind {
        match self {
            Self::CreditNote(_) | Self::VoidedInvoice(_) => CreditKind::CreditNote,
            Self::Payment(_)
            | Self::GiftCard { .. }
            | Self::CancelledGiftCard(_)
            | Self::CommissionPayout { .. } => CreditKind::Wallet { priority: 1 },
        }
    }
}
