//! Which days are unusual: the question in SQL finds what the rule says of the same counts.

use std::collections::BTreeMap;

use billfold_domain::kernel::TenantId;
use billfold_projections::unusual::{self, Before, DAYS_BEFORE, Filter, UnusualDay, Watched};
use billfold_projections::{Reads, Wanted};
use billfold_tests::harness::TestDb;
use chrono::{NaiveDate, TimeDelta};

use crate::books::tenant;
use crate::log::installed;

type Counts = BTreeMap<(Watched, String, NaiveDate), i64>;

fn first_day() -> NaiveDate {
    "2026-01-01".parse().unwrap()
}

/// A few months in which some days have a lot, and most have nothing.
fn counts(seed: u64) -> Counts {
    let mut state = seed;
    let mut pick = |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut counts = Counts::new();
    for kind in Watched::ALL {
        let who = if kind.is_by_actor() { vec!["staff:ada", "staff:grace"] } else { vec![""] };
        for subject in who {
            for day in 0..120 {
                let deeds = match pick(10) {
                    0..=4 => continue,
                    9 => pick(60),
                    _ => pick(6),
                };
                let day = first_day() + TimeDelta::days(day);
                counts.insert((kind, subject.to_owned(), day), deeds.cast_signed() + 1);
            }
        }
    }
    counts
}

/// Stores counts as the follower does, with the rights it has.
async fn store(db: &TestDb, tenant: TenantId, counts: &Counts) {
    let mut tx = db.feed.begin().await.unwrap();
    for ((kind, subject, day), deeds) in counts {
        sqlx::query("insert into p_unusual_v1 values ($1, $2, $3, $4, $5, 1)")
            .bind(tenant.uuid())
            .bind(kind.as_str())
            .bind(subject)
            .bind(day)
            .bind(deeds)
            .execute(&mut *tx)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
}

/// The rule, day by day.
fn expected(counts: &Counts, filter: &Filter) -> Vec<(NaiveDate, String, String, i64)> {
    let mut found = Vec::new();
    for ((kind, subject, day), deeds) in counts {
        let days = (1..=DAYS_BEFORE).map(|back| *day - TimeDelta::days(back));
        let had: Vec<i64> = days
            .map(|day| counts.get(&(*kind, subject.clone(), day)).copied().unwrap_or(0))
            .collect();
        let busiest = had.iter().copied().max().unwrap_or(0);
        let before = Before { total: had.iter().sum(), busiest };
        let threshold = kind.rule().threshold(before);
        let wanted = filter.kind.is_none_or(|one| one == *kind)
            && filter.from.is_none_or(|from| *day >= from)
            && filter.to.is_none_or(|to| *day <= to);
        if wanted && *deeds >= threshold {
            found.push((*day, kind.as_str().to_owned(), subject.clone(), threshold));
        }
    }
    found.sort();
    found.reverse();
    found
}

async fn all(reads: &Reads, tenant: TenantId, filter: &Filter, limit: u32) -> Vec<UnusualDay> {
    let mut wanted = Wanted { limit, total: true, ..Wanted::default() };
    let (mut rows, mut totals) = (Vec::new(), Vec::new());
    loop {
        let page = unusual::page(reads, tenant, filter, &wanted).await.unwrap().value;
        totals.push(page.total.unwrap().rows as usize);
        rows.extend(page.rows);
        wanted.after = page.next;
        if wanted.after.is_none() {
            break;
        }
    }
    assert!(totals.iter().all(|total| *total == rows.len()), "{totals:?} of {}", rows.len());
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn the_days_that_are_found_are_those_that_the_rule_names() {
    let db = installed().await;
    let reads = Reads::new(db.app.clone());
    let (ours, theirs) = (counts(1), counts(2));
    store(&db, tenant(0), &ours).await;
    store(&db, tenant(1), &theirs).await;
    let march = Filter {
        from: Some("2026-03-01".parse().unwrap()),
        to: Some("2026-03-31".parse().unwrap()),
        ..Filter::default()
    };
    let refunds = Filter { kind: Some(Watched::Refunds), ..Filter::default() };
    for (seller, counts) in [(tenant(0), &ours), (tenant(1), &theirs)] {
        for filter in [Filter::default(), march.clone(), refunds.clone()] {
            let expected = expected(counts, &filter);
            assert!(expected.len() > 3, "{filter:?} finds {}", expected.len());
            let rows = all(&reads, seller, &filter, 7).await;
            let found: Vec<_> = rows
                .iter()
                .map(|row| {
                    let count = &row.count;
                    let kind = count.kind.as_str().to_owned();
                    (count.day, kind, count.subject.clone(), row.threshold())
                })
                .collect();
            assert_eq!(found, expected, "{filter:?}");
        }
    }
}
