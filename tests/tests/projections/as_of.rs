//! A past answer is the answer that would have been given then: a fold that stops there.

use std::collections::BTreeMap;

use billfold_domain::kernel::{ClientId, Currency};
use billfold_domain::ledger::accounts::COMMISSION_PAYABLE;
use billfold_domain::ledger::{self, AccountCode, Side};
use billfold_projections::account_balances::{self, When, balance, balance_with, trial_balance};
use billfold_projections::{AsOf, Error, client_ledger, event_index, journal, paging};
use chrono::{Days, NaiveDate, TimeDelta};

use crate::books::{History, currency, first_day, tenant};
use crate::log::{BATCH, followed_by, recorded_at};

/// The read models that know money as of any position.
const MONEY: &[&str] = &["journal", "account_balances", "event_index"];

type Sums = BTreeMap<(String, String, Option<ClientId>), (i64, i64)>;

/// The client of a sum that is part of what clients owe; commissions have a statement of their own.
fn of_account((account, _, party): &(String, String, Option<ClientId>)) -> Option<ClientId> {
    party.filter(|_| account != COMMISSION_PAYABLE.as_str())
}

/// Debits and credits per account, currency and client, folded from the events up to a position.
fn refold(history: &History, seller: usize, position: usize, until: Option<NaiveDate>) -> Sums {
    let mut sums = Sums::new();
    let known = history.events.iter().take(position);
    let counts = known.filter(|event| {
        event.tenant == tenant(seller) && until.is_none_or(|day| event.posted_on <= day)
    });
    for event in counts {
        let Some(posting) = ledger::postings(&event.event).unwrap() else { continue };
        for entry in posting.entries() {
            let currency = entry.amount.currency().code().to_owned();
            let sum = sums.entry((entry.account.to_string(), currency, entry.party)).or_default();
            match entry.side {
                Side::Debit => sum.0 += entry.amount.minor(),
                Side::Credit => sum.1 += entry.amount.minor(),
            }
        }
    }
    sums
}

fn code_of(account: &str) -> AccountCode {
    ledger::account(account).unwrap().code
}

fn by_account(sums: &Sums) -> BTreeMap<(String, String), (i64, i64)> {
    let mut accounts = BTreeMap::new();
    for ((account, currency, _), (debit, credit)) in sums {
        let sum: &mut (i64, i64) = accounts.entry((account.clone(), currency.clone())).or_default();
        (sum.0, sum.1) = (sum.0 + debit, sum.1 + credit);
    }
    accounts
}

#[tokio::test(flavor = "multi_thread")]
async fn balances_as_of_any_position_and_day_are_those_of_a_truncated_fold() {
    let history = History::long(14_000);
    let length = history.events.len();
    assert!(length > 9_000, "the history must span several blocks, it has {length} events");
    let (_db, reads) = followed_by(&history, 1000, MONEY).await;
    let blocks = [4_094, 4_095, 4_096, 4_097, 8_191, 8_192, length - 1, length];
    for position in blocks.into_iter().chain((0..length).step_by(1_717)) {
        for days in [None, Some(0), Some(30), Some(200), Some(2_000)] {
            let day = days.map(|days| first_day() + Days::new(days));
            let as_of = AsOf::Position(position as i64);
            let when = When { as_of, effective_on: day };
            for seller in [0, 1] {
                let expected = by_account(&refold(&history, seller, position, day));
                let trial = trial_balance(&reads, tenant(seller), when).await.unwrap();
                assert_eq!(trial.as_of_position, length as i64);
                assert_eq!(trial.value.position, position as i64);
                assert!(trial.value.is_balanced());
                let accounts = trial.value.accounts.iter();
                let found: BTreeMap<_, _> = accounts
                    .map(|one| {
                        let key = (one.account.to_string(), one.currency.code().to_owned());
                        (key, (one.debit, one.credit))
                    })
                    .collect();
                assert_eq!(found, expected, "as of {position} until {day:?}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_account_and_one_client_answer_as_the_trial_balance_does() {
    let history = History::long(2_000);
    let length = history.events.len();
    let (_db, reads) = followed_by(&history, 300, MONEY).await;
    for position in [length / 3, length / 2, length] {
        let as_of = AsOf::Position(position as i64);
        let when = When { as_of, effective_on: None };
        let sums = refold(&history, 0, position, None);
        for ((account, code), expected) in by_account(&sums) {
            let currency = Currency::parse(&code).unwrap();
            let found =
                balance(&reads, tenant(0), code_of(&account), currency, when).await.unwrap().value;
            assert_eq!((found.debit, found.credit), expected, "{account}");
        }
        let mut owed: BTreeMap<ClientId, i64> = BTreeMap::new();
        for ((account, code, party), expected) in &sums {
            let Some(party) = *party else { continue };
            let currency = Currency::parse(code).unwrap();
            let found =
                balance_with(&reads, tenant(0), code_of(account), currency, party, when).await;
            let found = found.unwrap().value;
            assert_eq!((found.debit, found.credit), *expected, "{account} {party}");
            if account != COMMISSION_PAYABLE.as_str() {
                *owed.entry(party).or_default() += expected.0 - expected.1;
            }
        }
        for (party, expected) in owed {
            let found = client_ledger::balances(&reads, tenant(0), party, when).await.unwrap();
            assert_eq!(found.value, [(currency(0), expected)]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instant_stands_for_the_last_position_recorded_until_then() {
    let history = History::long(600);
    let length = history.events.len();
    let (_db, reads) = followed_by(&history, 300, MONEY).await;
    for position in (BATCH..length).step_by(97) {
        let batch_end = position.div_ceil(BATCH) * BATCH;
        let instant = recorded_at(position) + TimeDelta::milliseconds(999);
        let at = |as_of| When { as_of, effective_on: None };
        let by_instant = trial_balance(&reads, tenant(0), at(AsOf::Instant(instant))).await;
        let by_instant = by_instant.unwrap().value;
        assert_eq!(by_instant.position, batch_end.min(length) as i64);
        let by_position = at(AsOf::Position(by_instant.position));
        let by_position = trial_balance(&reads, tenant(0), by_position).await.unwrap().value;
        assert_eq!(by_instant, by_position);
    }
    let before = recorded_at(1) - TimeDelta::seconds(1);
    let when = When { as_of: AsOf::Instant(before), effective_on: None };
    let nothing = trial_balance(&reads, tenant(0), when).await.unwrap().value;
    assert_eq!((nothing.position, nothing.accounts.len()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_to_come_is_refused_with_the_one_reached() {
    let history = History::long(100);
    let (_db, reads) = followed_by(&history, 300, MONEY).await;
    let length = history.events.len() as i64;
    let when = When { as_of: AsOf::Position(length + 1), effective_on: None };
    let refused = trial_balance(&reads, tenant(0), when).await.unwrap_err();
    assert!(
        matches!(refused, Error::NotYet { position, wanted, .. }
            if position == length && wanted == length + 1),
        "{refused}"
    );
    let short = std::time::Duration::from_millis(30);
    let refused = reads.wait("journal", length + 1, short).await.unwrap_err();
    assert!(matches!(refused, Error::NotYet { name: "journal", .. }), "{refused}");
    assert_eq!(reads.wait("journal", length, short).await.unwrap(), length);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_balance_is_explained_by_movements_that_add_up_to_it() {
    let history = History::long(1_500);
    let (_db, reads) = followed_by(&history, 300, MONEY).await;
    let as_of = AsOf::Position(history.events.len() as i64 * 2 / 3);
    let when = When { as_of, effective_on: None };
    let sums = refold(&history, 0, history.events.len() * 2 / 3, None);
    let clients: std::collections::BTreeSet<ClientId> =
        sums.keys().filter_map(of_account).collect();
    assert!(!clients.is_empty());
    for client in clients {
        let owed = client_ledger::balances(&reads, tenant(0), client, when).await.unwrap().value;
        let mut wanted = paging::Wanted { limit: 3, ..paging::Wanted::default() };
        let mut movements = Vec::new();
        loop {
            let page = client_ledger::page(&reads, tenant(0), client, currency(0), when, &wanted);
            let page = page.await.unwrap().value;
            movements.extend(page.rows);
            let Some(next) = page.next else { break };
            // a cursor survives being written into an address
            wanted.after = Some(next.to_string().parse().unwrap());
        }
        movements.reverse();
        let mut balance = 0;
        for movement in &movements {
            balance += match movement.side {
                Side::Debit => movement.amount,
                Side::Credit => -movement.amount,
            };
            assert_eq!(movement.balance, balance);
            let found = event_index::find(&reads, tenant(0), movement.position).await.unwrap();
            assert_eq!(found.value.unwrap().event_id, movement.event_id);
        }
        assert_eq!(owed, [(currency(0), balance)]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_as_of_a_position_is_its_beginning() {
    let history = History::long(400);
    let (_db, reads) = followed_by(&history, 300, MONEY).await;
    let half = history.events.len() / 2;
    let as_of = AsOf::Position(half as i64);
    let filter = journal::Filter { as_of, ..journal::Filter::default() };
    let wanted = paging::Wanted { limit: 500, ..paging::Wanted::default() };
    let page = journal::page(&reads, tenant(0), &filter, &wanted).await.unwrap().value;
    let expected: Vec<i64> = (1..)
        .zip(history.events.iter().take(half))
        .filter(|(_, event)| event.tenant == tenant(0))
        .filter(|(_, event)| ledger::postings(&event.event).unwrap().is_some())
        .map(|(position, _)| position)
        .collect();
    let mut found: Vec<i64> = page.rows.iter().map(journal::Posted::position).collect();
    found.reverse();
    assert_eq!(found, expected);
    let now = account_balances::When::default();
    assert!(trial_balance(&reads, tenant(0), now).await.unwrap().value.is_balanced());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_balance_names_its_last_entry_and_the_journal_of_the_account_adds_up_to_it() {
    let history = History::long(1_500);
    let (_db, reads) = followed_by(&history, 300, MONEY).await;
    let half = AsOf::Position(history.events.len() as i64 / 2);
    let (every, wanted) =
        (journal::Filter::default(), paging::Wanted { limit: 5_000, ..paging::Wanted::default() });
    let all = journal::page(&reads, tenant(0), &every, &wanted).await.unwrap().value.rows;
    let mut days: Vec<NaiveDate> = all.iter().map(|it| it.entries[0].effective_on).collect();
    days.sort_unstable();
    let some_day = Some(days[days.len() / 2]);
    for (as_of, effective_on) in [(AsOf::Now, None), (half, None), (half, some_day)] {
        let when = When { as_of, effective_on };
        let balances = trial_balance(&reads, tenant(0), when).await.unwrap().value.accounts;
        assert!(balances.len() > 3);
        for balance in balances {
            let filter = journal::Filter {
                account: Some(balance.account),
                currency: Some(balance.currency),
                to: effective_on,
                as_of,
                ..journal::Filter::default()
            };
            let rows = journal::page(&reads, tenant(0), &filter, &wanted).await.unwrap().value.rows;
            assert_eq!(rows[0].position(), balance.last_position, "{balance:?}");
            let own = rows.iter().flat_map(|posted| &posted.entries);
            let own =
                own.filter(|it| (it.account, it.currency) == (balance.account, balance.currency));
            let net: i64 =
                own.map(|it| if it.side == Side::Debit { it.amount } else { -it.amount }).sum();
            assert_eq!(net, balance.net(), "{balance:?}");
        }
    }
}
