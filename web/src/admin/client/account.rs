//! The account of a client as a row of versions: every event that concerns it, in the order of the
//! log.
//!
//! Guarantees: a version is a position of the log, so "as of" means what the books held then;
//! balances and running sums come from the postings alone. Limit: the newest two thousand postings;
//! older ones are summed from the list of clients. Absent on purpose: drafts, which move nothing.

use std::collections::{BTreeMap, BTreeSet};

use billfold_domain::kernel::{ClientId, Currency, TenantId};
use billfold_domain::ledger::Side;
use billfold_domain::ledger::accounts::{CUSTOMER_CREDIT, RECEIVABLE, UNAPPLIED_CASH};
use billfold_projections::client_list::{self, ClientBalanceRow};
use billfold_projections::event_index::{self, Filter, Stored};
use billfold_projections::journal::{self, EntryRow, Posted};
use billfold_projections::payment_list::{self, PaymentStatus};
use billfold_projections::{Order, Wanted};
use chrono::{DateTime, Utc};

use crate::error::PageError;
use crate::state::WebState;

/// Rows of one look into the journal.
const LOOK: u32 = 500;
/// Looks into the journal.
const LOOKS: usize = 4;

/// A client's account.
pub(super) struct Account {
    tenant: TenantId,
    client: ClientId,
    versions: Vec<i64>,
    postings: BTreeMap<i64, Posted>,
    /// What older postings than those held here sum up to, per account and currency.
    carried: BTreeMap<(&'static str, Currency), i64>,
    /// The position it was read at.
    pub(super) position: i64,
}

/// The accounts that are kept per client: code, name, and the side that counts as more.
pub(super) const KEPT: [(&str, &str, Side); 3] = [
    ("1200", "Receivable", Side::Debit),
    ("2100", "Customer credit", Side::Credit),
    ("2450", "Unapplied", Side::Credit),
];

impl Account {
    /// Reads the account.
    pub(super) async fn of(
        state: &WebState,
        tenant: TenantId,
        client: ClientId,
    ) -> Result<Account, PageError> {
        let filter = Filter {
            stream: Some(("client".to_owned(), Some(client.uuid()))),
            ..Filter::default()
        };
        let wanted = Wanted { limit: LOOK, ..Wanted::default() };
        let own = event_index::page(state.reads(), tenant, &filter, &wanted).await?;
        let declined = payment_list::Filter {
            client: Some(client),
            status: Some(PaymentStatus::Declined),
            ..payment_list::Filter::default()
        };
        let order = Order::Descending;
        let declined =
            payment_list::page(state.reads(), tenant, &declined, order, &wanted).await?.value;
        let (postings, whole) = postings(state, tenant, client).await?;
        let mut versions: BTreeSet<i64> = postings.keys().copied().collect();
        versions.extend(own.value.rows.iter().map(|event| event.position));
        versions.extend(declined.rows.iter().map(|payment| payment.last_position));
        let mut account = Account {
            tenant,
            client,
            versions: versions.into_iter().collect(),
            postings,
            carried: BTreeMap::new(),
            position: own.as_of_position,
        };
        if !whole {
            let now = client_list::balances(state.reads(), tenant, &[client]).await?.value;
            account.carry(&now);
        }
        Ok(account)
    }

    /// How many versions there are.
    pub(super) fn len(&self) -> usize {
        self.versions.len()
    }

    /// The position of a version, counted from 1; the newest for a version beyond the last.
    pub(super) fn position_of(&self, version: usize) -> i64 {
        let last = self.versions.len().saturating_sub(1);
        let at = version.saturating_sub(1).min(last);
        self.versions.get(at).copied().unwrap_or_default()
    }

    /// The last version that was recorded before `instant`; the first if none was.
    pub(super) async fn version_before(
        &self,
        state: &WebState,
        instant: DateTime<Utc>,
    ) -> Result<usize, PageError> {
        let order = Order::Ascending;
        let events = event_index::at(state.reads(), self.tenant, &self.versions, order).await?;
        let before = events.value.iter().filter(|event| event.recorded_at < instant).count();
        Ok(before.max(1))
    }

    /// Events of versions from the one at `position` back, newest first.
    pub(super) async fn events_up_to(
        &self,
        state: &WebState,
        position: i64,
        limit: usize,
    ) -> Result<Vec<Stored>, PageError> {
        let known = self.versions.iter().rev().filter(|one| **one <= position).take(limit);
        self.events(state, known.copied().collect()).await
    }

    /// The first few events after `position`, newest first.
    pub(super) async fn events_after(
        &self,
        state: &WebState,
        position: i64,
        limit: usize,
    ) -> Result<Vec<Stored>, PageError> {
        let later = self.versions.iter().filter(|one| **one > position).take(limit);
        self.events(state, later.copied().collect()).await
    }

    /// Postings up to `position`, newest first.
    pub(super) fn postings_up_to(&self, position: i64) -> impl Iterator<Item = &Posted> {
        self.postings.range(..=position).rev().map(|(_, posted)| posted)
    }

    /// What a kept account held at `position`, per currency, in minor units.
    pub(super) fn balance(&self, code: &str, more: Side, position: i64) -> BTreeMap<Currency, i64> {
        let mut sums: BTreeMap<Currency, i64> = BTreeMap::new();
        for ((account, currency), sum) in &self.carried {
            if *account == code {
                *sums.entry(*currency).or_default() += sum;
            }
        }
        for posted in self.postings.range(..=position).map(|(_, posted)| posted) {
            for entry in self.own(posted).filter(|entry| entry.account == code) {
                let sum = sums.entry(entry.currency).or_default();
                *sum = sum.saturating_add(signed(entry, more));
            }
        }
        sums
    }

    /// The entries of a posting on this client's accounts.
    pub(super) fn own<'a>(&self, posted: &'a Posted) -> impl Iterator<Item = &'a EntryRow> {
        let client = self.client;
        posted.entries.iter().filter(move |entry| entry.party == Some(client))
    }

    /// Whether an entry is on one of this client's accounts.
    pub(super) fn is_own(&self, entry: &EntryRow) -> bool {
        entry.party == Some(self.client)
    }

    /// Whether older postings exist than those held here.
    pub(super) fn is_cut(&self) -> bool {
        !self.carried.is_empty()
    }

    async fn events(&self, state: &WebState, at: Vec<i64>) -> Result<Vec<Stored>, PageError> {
        if at.is_empty() {
            return Ok(Vec::new());
        }
        let order = Order::Descending;
        Ok(event_index::at(state.reads(), self.tenant, &at, order).await?.value)
    }

    /// What the list of clients holds and the postings here do not explain.
    fn carry(&mut self, now: &[ClientBalanceRow]) {
        for row in now {
            let held = [row.receivable, row.credit, row.unapplied];
            for ((code, _, more), held) in KEPT.into_iter().zip(held) {
                let here = self.balance(code, more, i64::MAX);
                let here = here.get(&row.currency).copied().unwrap_or_default();
                self.carried.insert((code, row.currency), held.saturating_sub(here));
            }
        }
    }
}

/// An entry's amount, positive on the side that counts as more.
pub(super) fn signed(entry: &EntryRow, more: Side) -> i64 {
    if entry.side == more { entry.amount } else { entry.amount.saturating_neg() }
}

/// The order in which a posting's entries on a client's accounts head it.
pub(super) fn rank(account: &str) -> usize {
    let codes = [RECEIVABLE, CUSTOMER_CREDIT, UNAPPLIED_CASH];
    codes.iter().position(|code| code.as_str() == account).unwrap_or(codes.len())
}

async fn postings(
    state: &WebState,
    tenant: TenantId,
    client: ClientId,
) -> Result<(BTreeMap<i64, Posted>, bool), PageError> {
    let filter = journal::Filter { party: Some(client), ..journal::Filter::default() };
    let mut wanted = Wanted { limit: LOOK, ..Wanted::default() };
    let mut postings = BTreeMap::new();
    for _ in 0..LOOKS {
        let page = journal::page(state.reads(), tenant, &filter, &wanted).await?.value;
        postings.extend(page.rows.into_iter().map(|posted| (posted.position(), posted)));
        wanted.after = page.next;
        if wanted.after.is_none() {
            return Ok((postings, true));
        }
    }
    Ok((postings, false))
}
