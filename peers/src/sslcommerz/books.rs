//! What the provider remembers, and its books.

use std::collections::BTreeMap;

use super::{Notice, Operation};

/// Minor units of a currency, as the provider counts: two decimals in every one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Money {
    /// Hundredths.
    pub minor: i64,
    /// Its code.
    pub currency: String,
}

impl Money {
    /// So many hundredths.
    #[must_use]
    pub fn new(minor: i64, currency: &str) -> Self {
        Self { minor, currency: currency.to_owned() }
    }

    /// An amount as requests write it.
    pub(super) fn read(text: &str, currency: &str) -> Option<Self> {
        let (whole, cents) = text.split_once('.')?;
        let minor = format!("{whole}{cents}").parse().ok().filter(|_| cents.len() == 2)?;
        Some(Self::new(minor, currency))
    }

    /// As answers write it.
    pub(super) fn text(&self) -> String {
        format!("{}.{:02}", self.minor / 100, self.minor % 100)
    }

    /// What it is in taka, half a paisa up; 121.2652 for one of any other.
    pub(super) fn in_taka(&self) -> i64 {
        if self.currency == "BDT" { self.minor } else { (self.minor * 1_212_652 + 5_000) / 10_000 }
    }
}

/// The provider's books of a store, in minor units of taka.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books {
    /// What payers paid, by the bank's name for it, as asked and in taka.
    pub charges: BTreeMap<String, (Money, i64)>,
    /// What was kept of it.
    pub fees: i64,
    /// What went back or is about to, by the bank's name for the payment.
    pub refunds: BTreeMap<String, i64>,
}

/// A page that was opened.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) tran_id: String,
    pub(super) asked: Money,
    /// Where the browser posts to: paid, failed, given up.
    pub(super) returns: [String; 3],
    pub(super) ipn_url: String,
    pub(super) value_a: String,
}

/// A try to pay.
#[derive(Clone, Debug)]
pub(super) struct Try {
    pub(super) tran_id: String,
    pub(super) val_id: String,
    pub(super) bank_tran_id: String,
    pub(super) status: String,
    pub(super) error: String,
    pub(super) paid: Money,
    pub(super) at: String,
    pub(super) risk: u8,
    pub(super) value_a: String,
    /// Whether the validation knows it: a notice alone is no payment.
    pub(super) is_known: bool,
}

impl Try {
    pub(super) fn is_paid(&self) -> bool {
        matches!(self.status.as_str(), "VALID" | "VALIDATED")
    }

    /// What the store gets of it: the provider keeps 4 in a hundred.
    pub(super) fn left(&self) -> i64 {
        self.paid.in_taka() - self.paid.in_taka() * 4 / 100
    }
}

/// A refund.
#[derive(Clone, Debug)]
pub(super) struct Refund {
    pub(super) name: String,
    pub(super) ours: String,
    pub(super) bank_tran_id: String,
    pub(super) tran_id: String,
    pub(super) taka: i64,
    pub(super) status: String,
}

/// What the provider remembers.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) sessions: Vec<Session>,
    pub(super) tries: Vec<Try>,
    pub(super) refunds: Vec<Refund>,
    pub(super) notices: Vec<Notice>,
    pub(super) asked: Vec<(Operation, Vec<(String, String)>)>,
    pub(super) finds_by_our_name: bool,
    pub(super) forgets_lists: bool,
    pub(super) refuses_with: Option<String>,
    /// Members that validations hold in place of their own, as JSON.
    pub(super) strange: Option<String>,
    counted: u32,
}

impl State {
    /// A number that was not given before.
    pub(super) fn number(&mut self) -> u32 {
        self.counted += 1;
        self.counted
    }

    pub(super) fn session(&self, tran_id: &str) -> Option<Session> {
        self.sessions.iter().rfind(|session| session.tran_id == tran_id).cloned()
    }

    /// What is left of a payment to send back, in taka.
    pub(super) fn refundable(&self, bank_tran_id: &str) -> Option<(String, i64)> {
        let of = self.tries.iter().find(|one| one.bank_tran_id == bank_tran_id && one.is_paid())?;
        let gone = self
            .refunds
            .iter()
            .filter(|refund| refund.bank_tran_id == bank_tran_id && refund.status != "cancelled");
        let left = of.paid.in_taka() - gone.map(|refund| refund.taka).sum::<i64>();
        Some((of.tran_id.clone(), left))
    }

    pub(super) fn end_refunds(&mut self, word: &str) {
        for refund in self.refunds.iter_mut().filter(|refund| refund.status == "processing") {
            refund.status = word.to_owned();
        }
    }

    pub(super) fn books(&self) -> Books {
        let mut books = Books::default();
        for one in self.tries.iter().filter(|one| one.is_paid() && one.is_known) {
            let taka = one.paid.in_taka();
            books.charges.insert(one.bank_tran_id.clone(), (one.paid.clone(), taka));
            books.fees += taka - one.left();
        }
        for refund in self.refunds.iter().filter(|refund| refund.status != "cancelled") {
            *books.refunds.entry(refund.bank_tran_id.clone()).or_default() += refund.taka;
        }
        books
    }
}
