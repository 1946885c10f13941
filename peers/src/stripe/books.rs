//! The balance: every movement, to the minor unit.

use std::collections::BTreeMap;
use std::fmt::Write;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::World;

/// What Stripe keeps for a dispute, in its units.
pub(super) const DISPUTE_FEE: i64 = 1_500;

/// What moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// A payment arrived.
    Charge,
    /// A refund left.
    Refund,
    /// A refund came back.
    RefundFailure,
    /// A bank took money.
    Dispute,
    /// A bank gave money back.
    DisputeReversal,
    /// Money went to the seller's bank.
    Payout,
}

impl EntryKind {
    /// Stripe's word in its itemised report, and in the history.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Charge => ("charge", "charge"),
            Self::Refund => ("refund", "refund"),
            Self::RefundFailure => ("refund_failure", "refund_failure"),
            Self::Dispute => ("dispute", "adjustment"),
            Self::DisputeReversal => ("dispute_reversal", "adjustment"),
            Self::Payout => ("payout", "payout"),
        }
    }
}

/// A movement, in Stripe's units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub id: String,
    /// What moved.
    pub kind: EntryKind,
    /// Small letters.
    pub currency: String,
    /// Before fees; positive towards the seller.
    pub gross: i64,
    /// What Stripe kept.
    pub fee: i64,
    /// The charge, refund or dispute behind it.
    pub source: String,
    /// The payment behind it.
    pub payment: String,
    /// Our reference of the payment, or of the refund.
    pub ours: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// The balance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books {
    /// Every movement, in order.
    pub entries: Vec<Entry>,
}

impl Books {
    pub(super) fn of(entries: &[Entry]) -> Self {
        Self { entries: entries.to_vec() }
    }

    /// Gross amounts of a kind, by currency in small letters.
    #[must_use]
    pub fn sum(&self, kind: EntryKind) -> BTreeMap<String, i64> {
        let mut sums = BTreeMap::new();
        for entry in self.entries.iter().filter(|entry| entry.kind == kind) {
            *sums.entry(entry.currency.clone()).or_insert(0) += entry.gross;
        }
        sums
    }

    /// How many movements of a kind there were.
    #[must_use]
    pub fn count(&self, kind: EntryKind) -> usize {
        self.entries.iter().filter(|entry| entry.kind == kind).count()
    }

    /// The balance history of the dashboard, for currencies with two decimals.
    #[must_use]
    pub fn history_csv(&self) -> String {
        let mut file = String::from(
            "id,Type,Source,Amount,Fee,Net,Currency,Created (UTC),Available On (UTC),\
             Description,Transfer,payment_id (metadata),refund_id (metadata)\n",
        );
        for entry in &self.entries {
            let at = entry.at.format("%Y-%m-%d %H:%M");
            let (ours, refund) = entry.references();
            let _ = writeln!(
                file,
                "{},{},{},{},{},{},{},{at},{at},\"a line, of words\",,{ours},{refund}",
                entry.id,
                entry.kind.words().1,
                entry.source,
                major(entry.gross),
                major(entry.fee),
                major(entry.gross - entry.fee),
                entry.currency,
            );
        }
        file
    }

    /// The itemised report, for currencies with two decimals.
    #[must_use]
    pub fn itemised_csv(&self) -> String {
        let mut file = String::from(
            "balance_transaction_id,created_utc,created,currency,gross,fee,net,\
             reporting_category,source_id,description,automatic_payout_id,payment_intent_id,\
             payment_metadata[payment_id],refund_metadata[refund_id]\n",
        );
        for entry in &self.entries {
            let at = entry.at.format("%Y-%m-%d %H:%M:%S");
            let (ours, refund) = entry.references();
            let _ = writeln!(
                file,
                "{},{at},{at},{},{},{},{},{},{},,po_1,{},{ours},{refund}",
                entry.id,
                entry.currency,
                major(entry.gross),
                major(entry.fee),
                major(entry.gross - entry.fee),
                entry.kind.words().0,
                entry.source,
                entry.payment,
            );
        }
        file
    }
}

impl Entry {
    fn references(&self) -> (&str, &str) {
        match self.kind {
            EntryKind::Refund => ("", &self.ours),
            _ => (&self.ours, ""),
        }
    }
}

fn major(minor: i64) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let minor = minor.unsigned_abs();
    format!("{sign}{}.{:02}", minor / 100, minor % 100)
}

/// What Stripe keeps of a charge: 1.4 % and 25.
pub(super) fn charge_fee(amount: i64) -> i64 {
    (amount * 14 + 500) / 1_000 + 25
}

impl World {
    /// Books a movement; answers its name.
    pub(super) fn book(
        &mut self,
        kind: EntryKind,
        gross: i64,
        fee: i64,
        source: &Value,
        ours: &Value,
    ) -> String {
        self.made += 1;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let payment = match source["object"].as_str() {
            Some("payment_intent") => text(&source["id"]),
            _ => text(&source["payment_intent"]),
        };
        let entry = Entry {
            id: format!("txn_{:06}", self.made),
            kind,
            currency: text(&source["currency"]),
            gross,
            fee,
            source: text(&source["id"]),
            payment,
            ours: text(ours),
            at: self.now,
        };
        let id = entry.id.clone();
        self.entries.push(entry);
        id
    }
}
