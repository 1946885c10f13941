//! What was reported of a closed month stays so until somebody reopens it.

use std::collections::BTreeMap;

use billfold_domain::accounting_period::{AccountingPeriodEvent, Month};
use billfold_domain::schema::Event;
use billfold_projections::account_balances::{When, trial_balance};
use billfold_projections::{AsOf, Reads, journal, paging};
use chrono::NaiveDate;

use crate::books::{Fresh, History, tenant};
use crate::log::followed_by;

/// The read models of the books.
const MONEY: &[&str] = &["journal", "account_balances"];

type Figures = BTreeMap<(String, String), (i64, i64)>;

/// Every account as true on a day and as known at a position.
async fn figures(reads: &Reads, seller: usize, day: NaiveDate, position: usize) -> Figures {
    let as_of = AsOf::Position(position as i64);
    let when = When { as_of, effective_on: Some(day) };
    let found = trial_balance(reads, tenant(seller), when).await.unwrap().value;
    let figure = |one: &billfold_projections::account_balances::Balance| {
        let key = (one.account.to_string(), one.currency.code().to_owned());
        (key, (one.debit, one.credit))
    };
    found.accounts.iter().map(figure).collect()
}

fn period(fresh: &Fresh) -> Option<&AccountingPeriodEvent> {
    match &fresh.event {
        Event::AccountingPeriod(event) => Some(event),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_of_a_closed_month_never_change_until_it_is_reopened() {
    let history = History::long(3_000);
    let (_db, reads) = followed_by(&history, 300, MONEY).await;
    let (mut closings, mut late) = (0, 0);
    for (at, fresh) in history.events.iter().enumerate() {
        let Some(AccountingPeriodEvent::Closed { month }) = period(fresh) else { continue };
        let seller = usize::from(fresh.tenant != tenant(0));
        let later = history.events.iter().enumerate().skip(at + 1);
        let mut later = later.filter(|(_, other)| other.tenant == fresh.tenant);
        let opens = |other: &Fresh| {
            let last = period(other).and_then(AccountingPeriodEvent::closes_through);
            last.is_some_and(|last| last.is_none_or(|last| last < *month))
        };
        let until = later.find(|(_, other)| opens(other)).map_or(history.events.len(), |it| it.0);
        let day = month.last_day();
        let closed = figures(&reads, seller, day, at + 1).await;
        assert_eq!(figures(&reads, seller, day, until).await, closed, "{month} of {seller}");
        let between = history.events[at..until].iter();
        let own = between.filter(|other| other.tenant == fresh.tenant);
        late += own.filter(|other| other.effective_on <= day).count();
        closings += 1;
    }
    assert!(closings > 10 && late > 10, "{closings} closings, {late} facts that were late");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_fact_keeps_its_own_day_beside_the_one_it_is_posted_on() {
    let history = History::long(1_500);
    let (_db, reads) = followed_by(&history, 300, MONEY).await;
    let filter = journal::Filter::default();
    let wanted = paging::Wanted { limit: 500, ..paging::Wanted::default() };
    let mut moved = 0;
    for seller in [0, 1] {
        let mut next = wanted.clone();
        loop {
            let page = journal::page(&reads, tenant(seller), &filter, &next).await.unwrap().value;
            for posted in &page.rows {
                let fresh = &history.events[usize::try_from(posted.position()).unwrap() - 1];
                let days = (fresh.effective_on, fresh.posted_on);
                for head in &posted.heads {
                    assert_eq!((head.true_day, head.effective_on), days);
                }
                assert!(posted.entries.iter().all(|entry| entry.effective_on == days.1));
                moved += usize::from(days.0 != days.1);
                let open = Month::of(days.1).unwrap().first_day();
                assert!(days.0 == days.1 || days.1 == open, "on the first open day");
            }
            let Some(cursor) = page.next else { break };
            next = paging::Wanted { after: Some(cursor), ..wanted.clone() };
        }
    }
    assert!(moved > 3, "{moved} late facts");
}
