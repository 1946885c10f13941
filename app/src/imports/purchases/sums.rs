//! Sums of purchases per customer and per month, from the file or from the ledger, and where the
//! two differ.
//!
//! Guarantees: both sides are added up by the same simple rule in cents, so that equal means equal
//! to the cent.

use std::collections::{BTreeMap, HashSet};

use billfold_domain::kernel::{ClientId, TenantId};
use chrono::{Datelike, NaiveDate};

use super::row::Row;

/// Year and month.
pub type Month = (i32, u32);

/// Purchases, added up. Amounts are in cents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// How many purchases.
    pub rows: u64,
    /// All of them.
    pub total: i128,
    /// By customer.
    pub by_client: BTreeMap<ClientId, i128>,
    /// By month.
    pub by_month: BTreeMap<Month, i128>,
}

/// One place where the file and the ledger differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What was compared, such as `month 1997-03`.
    pub what: String,
    /// What the file says.
    pub file: i128,
    /// What the ledger says.
    pub ledger: i128,
}

/// An imported purchase as the ledger holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerPurchase {
    /// The id in the origin of its invoice.
    pub identity: String,
    /// Who was billed.
    pub client_id: ClientId,
    /// The day of issue.
    pub issue_date: NaiveDate,
    /// The invoice's total, in cents.
    pub minor: i64,
}

impl Sums {
    /// What the file says.
    #[must_use]
    pub fn of_file(rows: &[Row], tenant: TenantId) -> Self {
        let mut sums = Self::default();
        for row in rows {
            sums.add(row.client_id(tenant), row.date, row.amount.minor());
        }
        sums
    }

    /// What the ledger says about the purchases of this file; others it holds are left out.
    #[must_use]
    pub fn of_ledger(rows: &[Row], purchases: impl IntoIterator<Item = LedgerPurchase>) -> Self {
        let wanted: HashSet<String> = rows.iter().map(Row::identity).collect();
        let mut sums = Self::default();
        for purchase in purchases {
            if wanted.contains(&purchase.identity) {
                sums.add(purchase.client_id, purchase.issue_date, purchase.minor);
            }
        }
        sums
    }

    /// How many customers.
    #[must_use]
    pub fn clients(&self) -> usize {
        self.by_client.len()
    }

    /// Every place where this (the file) differs from the ledger; empty when they agree to the
    /// cent.
    #[must_use]
    pub fn differences(&self, ledger: &Self) -> Vec<Difference> {
        let mut found = Vec::new();
        let mut compare = |what: String, file: i128, ledger: i128| {
            if file != ledger {
                found.push(Difference { what, file, ledger });
            }
        };
        compare("rows".to_owned(), self.rows.into(), ledger.rows.into());
        compare("total".to_owned(), self.total, ledger.total);
        for month in self.by_month.keys().chain(missing(&ledger.by_month, &self.by_month)) {
            let name = format!("month {}-{:02}", month.0, month.1);
            compare(name, amount(&self.by_month, month), amount(&ledger.by_month, month));
        }
        for client in self.by_client.keys().chain(missing(&ledger.by_client, &self.by_client)) {
            let name = format!("client {client}");
            compare(name, amount(&self.by_client, client), amount(&ledger.by_client, client));
        }
        found
    }

    fn add(&mut self, client: ClientId, day: NaiveDate, minor: i64) {
        let minor = i128::from(minor);
        self.rows += 1;
        self.total += minor;
        *self.by_client.entry(client).or_default() += minor;
        *self.by_month.entry((day.year(), day.month())).or_default() += minor;
    }
}

fn missing<'a, K: Ord>(
    of: &'a BTreeMap<K, i128>,
    from: &'a BTreeMap<K, i128>,
) -> impl Iterator<Item = &'a K> {
    of.keys().filter(|key| !from.contains_key(key))
}

fn amount<K: Ord>(of: &BTreeMap<K, i128>, key: &K) -> i128 {
    of.get(key).copied().unwrap_or_default()
}
