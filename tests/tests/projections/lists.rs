//! Each read model against what the domain itself makes of the same events.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use billfold_domain::client::Client;
use billfold_domain::credit_note::CreditNoteEvent;
use billfold_domain::invoice::{Invoice, InvoiceEvent, InvoiceStatus};
use billfold_domain::kernel::Money;
use billfold_domain::ledger::accounts::COMMISSION_PAYABLE;
use billfold_domain::order::Order as PlacedOrder;
use billfold_domain::payment::{Payment, PaymentEvent};
use billfold_domain::product::Product;
use billfold_domain::schema::Event;
use billfold_domain::schema::event_types;
use billfold_projections::client_list::{self, ClientStatus, Known};
use billfold_projections::event_index;
use billfold_projections::invoice_list::{self, Filter, Sort};
use billfold_projections::order_list::{self, OrderStatus};
use billfold_projections::revenue_by_day::{self, Per};
use billfold_projections::{Error, Order, Reads, Wanted, audit_log, payment_list, product_list};
use chrono::{Days, NaiveDate, TimeDelta};
use uuid::Uuid;

use crate::books::{History, currency, first_day, tenant};
use crate::log::{followed, recorded_at};

fn history() -> History {
    History::long(1_200)
}

fn days(history: &History) -> [NaiveDate; 3] {
    let last = history.today(0);
    [first_day(), first_day() + Days::new(100), last + Days::new(400)]
}

/// Otherwise the proofs of the books would pass without having been asked.
#[test]
fn the_random_history_tells_every_fact_that_the_second_opinion_on_money_knows() {
    let known = include_str!("../../../projections/sql/money_by_log.sql");
    let told: BTreeSet<_> = history().events.iter().map(|it| it.event.event_type()).collect();
    let names = event_types().map(|(name, _)| name);
    let posting = names.filter(|name| known.contains(&format!("'{name}'")));
    let missing: Vec<_> = posting.filter(|name| !told.contains(name)).collect();
    assert!(missing.is_empty(), "never told: {missing:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_invoice_stands_as_its_own_events_say() {
    let history = history();
    let (_db, reads) = followed(&history, 200).await;
    let mut seen = BTreeSet::new();
    for (id, client, state) in &history.sellers[0].invoices {
        let found = invoice_list::find(&reads, tenant(0), *id).await.unwrap().value;
        if *state == Invoice::Absent {
            assert_eq!(found, None);
            continue;
        }
        let row = found.unwrap();
        assert_eq!(row.client_id, *client);
        for day in days(&history) {
            assert_eq!(row.status(day), state.status(day), "{row:?}");
            seen.extend(row.status(day).map(InvoiceStatus::word));
        }
        if let Some(document) = state.document() {
            let number = invoice_list::find_by_number(&reads, tenant(0), &document.number);
            assert_eq!(number.await.unwrap().value.as_ref(), Some(&row));
            assert_eq!(row.issue_date, Some(document.issue_date));
            assert_eq!(row.due_date, Some(document.due_date));
            let amounts = [document.net, document.tax, document.total].map(Money::minor);
            assert_eq!([row.net, row.tax, row.total], amounts);
            let paid: i64 = document.applied.iter().map(|part| part.amount.minor()).sum();
            let credit: i64 = document.credits.iter().map(|part| part.amount.minor()).sum();
            assert_eq!(row.paid, paid + credit);
            let payments = payment_list::of_invoice(&reads, tenant(0), *id).await.unwrap().value;
            let taken = payment_list::taken_from_invoice(&reads, tenant(0), *id);
            let taken: i64 = taken.await.unwrap().value.iter().map(|part| part.amount).sum();
            assert_eq!(payments.iter().map(|part| part.amount).sum::<i64>() - taken, paid);
        }
        match state {
            Invoice::Open(document) => assert_eq!(row.balance_due, document.balance_due.minor()),
            Invoice::Settled { on, .. } => {
                assert_eq!((row.balance_due, row.settled_on), (0, Some(*on)));
            }
            Invoice::Draft(draft) => {
                let net: i64 = draft.lines.iter().map(|line| line.net.minor()).sum();
                assert_eq!((row.net, row.number), (net, None));
            }
            _ => assert_eq!(row.balance_due, 0),
        }
    }
    for status in InvoiceStatus::ALL {
        let refunded = status == InvoiceStatus::Refunded;
        assert!(refunded || seen.contains(status.word()), "no invoice was {status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_and_counts_by_status_hold_exactly_the_invoices_of_that_status() {
    let history = history();
    let (_db, reads) = followed(&history, 200).await;
    for day in days(&history) {
        let counts = invoice_list::counts(&reads, tenant(0), day).await.unwrap().value;
        for status in InvoiceStatus::ALL {
            let invoices = history.sellers[0].invoices.iter();
            let expected: BTreeSet<_> = invoices
                .filter(|(_, _, state)| state.status(day) == Some(status))
                .map(|(id, _, _)| *id)
                .collect();
            let filter = Filter { status: vec![status], ..Filter::on(day) };
            let found = every(&reads, &filter, Sort::IssueDate, Order::Descending, 500).await;
            let ids: BTreeSet<_> = found.iter().map(|row| row.invoice_id).collect();
            assert_eq!(ids, expected, "{status} on {day}");
            let count = counts.iter().find(|count| count.status == status);
            let count = count.map_or((0, 0, 0), |one| (one.invoices, one.total, one.balance_due));
            let total: i64 = found.iter().map(|row| row.total).sum();
            let owed: i64 = found.iter().map(|row| row.balance_due).sum();
            assert_eq!(count, (expected.len() as i64, total, owed), "{status} on {day}");
        }
    }
}

async fn every(
    reads: &Reads,
    filter: &Filter,
    sort: Sort,
    order: Order,
    limit: u32,
) -> Vec<invoice_list::InvoiceRow> {
    let (mut rows, mut wanted) = (Vec::new(), Wanted { limit, ..Wanted::default() });
    loop {
        let page = invoice_list::page(reads, tenant(0), filter, (sort, order), &wanted);
        let page = page.await.unwrap().value;
        rows.extend(page.rows);
        let Some(next) = page.next else { return rows };
        wanted.after = Some(next.to_string().parse().unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_any_size_and_order_hold_every_row_once() {
    let history = history();
    let (_db, reads) = followed(&history, 200).await;
    let filter = Filter::on(first_day());
    let all = every(&reads, &filter, Sort::Total, Order::Ascending, 500).await;
    assert!(all.is_sorted_by_key(|row| (row.total, row.invoice_id)));
    for sort in [Sort::IssueDate, Sort::DueDate, Sort::Number, Sort::Total, Sort::BalanceDue] {
        let down = every(&reads, &filter, sort, Order::Descending, 7).await;
        let mut up = every(&reads, &filter, sort, Order::Ascending, 11).await;
        up.reverse();
        assert_eq!(down, up, "{sort:?}");
        let ids: BTreeSet<_> = down.iter().map(|row| row.invoice_id).collect();
        assert_eq!((ids.len(), down.len()), (all.len(), all.len()));
    }
    let client = all[0].client_id;
    let mine = Filter { client: Some(client), ..filter.clone() };
    let mine = every(&reads, &mine, Sort::IssueDate, Order::Descending, 3).await;
    let expected = all.iter().filter(|row| row.client_id == client).count();
    assert_eq!(mine.len(), expected);
    let part = Filter { number: Some("2026-00000".to_owned()), ..filter.clone() };
    assert_eq!(every(&reads, &part, Sort::Number, Order::Ascending, 500).await.len(), 9);
    let wanted = Wanted { after: Some("313131".parse().unwrap()), limit: 5, ..Wanted::default() };
    let by = (Sort::Total, Order::Ascending);
    let refused = invoice_list::page(&reads, tenant(0), &filter, by, &wanted).await.unwrap_err();
    assert!(matches!(refused, Error::Cursor(_)), "{refused}");
    // two values, but not of this list
    let wanted = Wanted { after: Some("611f62".parse().unwrap()), limit: 5, ..Wanted::default() };
    let refused = invoice_list::page(&reads, tenant(0), &filter, by, &wanted).await.unwrap_err();
    assert!(matches!(refused, Error::Cursor(_)), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_owe_what_the_ledger_says_and_the_erased_are_empty() {
    let history = history();
    let (_db, reads) = followed(&history, 200).await;
    let (mut erased, mut balances) = (0, HashMap::new());
    for event in history.events.iter().filter(|event| event.tenant == tenant(0)) {
        let Ok(Some(posting)) = billfold_domain::ledger::postings(&event.event) else { continue };
        for entry in posting.entries() {
            // What a client earned as an affiliate is apart from what the client owes.
            if let Some(party) = entry.party.filter(|_| entry.account != COMMISSION_PAYABLE) {
                *balances.entry(party).or_insert(0) += entry.signed().minor();
            }
        }
    }
    for (id, state) in &history.sellers[0].clients {
        let row = client_list::find(&reads, tenant(0), &Known::Id(*id)).await.unwrap();
        let row = row.value.unwrap();
        match state {
            Client::Active(profile) => {
                assert_eq!(row.status, ClientStatus::Active);
                assert_eq!(row.contact.unwrap().0, profile.contact);
            }
            Client::Suspended(_) => assert_eq!(row.status, ClientStatus::Suspended),
            _ => {
                assert_eq!((row.status, row.contact), (ClientStatus::Erased, None));
                erased += 1;
            }
        }
        let sums = client_list::balances(&reads, tenant(0), &[*id]).await.unwrap().value;
        let owed = sums
            .iter()
            .map(|sum| sum.receivable + sum.disputed - sum.credit - sum.unapplied - sum.refunds);
        let owed: i64 = owed.sum();
        assert_eq!(owed, balances.get(id).copied().unwrap_or(0));
    }
    assert!(erased > 0);
    let counts = client_list::counts(&reads, tenant(0)).await.unwrap().value;
    let clients: i64 = counts.iter().map(|(_, count)| count).sum();
    assert_eq!(clients as usize, history.sellers[0].clients.len());
    let by = client_list::Sort::Receivable;
    let top = client_list::top(&reads, tenant(0), currency(0), by, 5).await.unwrap().value;
    assert!(top.is_sorted_by_key(|row| -row.receivable) && !top.is_empty());
    let (filter, wanted) =
        (client_list::Filter::default(), Wanted { limit: 3, ..Wanted::default() });
    let page = client_list::page(&reads, tenant(0), &filter, Order::Ascending, &wanted);
    let page = page.await.unwrap().value;
    let wanted = Wanted { after: page.next, limit: 3, ..Wanted::default() };
    let next = client_list::page(&reads, tenant(0), &filter, Order::Ascending, &wanted);
    let next = next.await.unwrap().value;
    assert!(page.rows.last().unwrap().last_position > 0);
    assert_ne!(page.rows.last(), next.rows.first());
}

#[tokio::test(flavor = "multi_thread")]
async fn products_orders_and_payments_stand_as_their_own_events_say() {
    let history = history();
    let (_db, reads) = followed(&history, 200).await;
    let books = &history.sellers[0];
    for (id, state) in &books.sold() {
        let found = product_list::find(&reads, tenant(0), *id).await.unwrap().value.unwrap();
        let (listing, retired) = match state {
            Product::Listed(listing) => (listing, false),
            Product::Retired(listing) => (listing, true),
            Product::Absent => unreachable!("only what was created is kept"),
        };
        assert_eq!((&found.product.code, &found.product.name), (&listing.code, &listing.name));
        assert_eq!(
            (found.product.kind, found.product.retired_on.is_some()),
            (listing.kind, retired)
        );
        let prices: Vec<_> = found.prices.iter().map(|one| (one.price, one.cycle.0)).collect();
        let expected = listing.prices.iter().map(|one| (one.price.minor(), one.cycle));
        assert_eq!(prices, expected.collect::<Vec<_>>());
        let trials: Vec<_> = found.prices.iter().map(|one| one.trial_days).collect();
        let expected = listing.prices.iter().map(|one| i64::from(one.trial_days));
        assert_eq!(trials, expected.collect::<Vec<_>>());
        let row = &found.product;
        let said = (&row.description, &row.features.0, row.featured);
        let expected = &listing.presentation;
        assert_eq!(said, (&expected.description, &expected.features, expected.featured));
        assert_eq!((&row.quotas.0, &row.options.0), (&listing.quotas, &listing.options));
        let tiers = product_list::tier_prices(&reads, tenant(0), *id).await.unwrap().value;
        let tiers: Vec<_> = tiers.into_iter().map(|one| (one.tier, one.price)).collect();
        let expected = listing.tier_prices.iter();
        let expected = expected.map(|one| (one.tier.clone(), one.price.price.minor()));
        assert_eq!(tiers, expected.collect::<Vec<_>>());
    }
    for (id, state) in &books.orders {
        let row = order_list::find(&reads, tenant(0), *id).await.unwrap().value.unwrap();
        let status = match state {
            PlacedOrder::Placed(_) => OrderStatus::Placed,
            PlacedOrder::Held(_) => OrderStatus::Held,
            PlacedOrder::Accepted(_) => OrderStatus::Accepted,
            PlacedOrder::Completed(_) => OrderStatus::Completed,
            PlacedOrder::Cancelled(_) => OrderStatus::Cancelled,
            PlacedOrder::Absent => unreachable!("only what was placed is kept"),
        };
        let invoice_id = state.accepted().and_then(|accepted| accepted.invoice_id);
        assert_eq!((row.status, row.invoice_id), (status, invoice_id));
    }
    for (id, client, state) in &books.payments {
        let found = payment_list::find(&reads, tenant(0), *id).await.unwrap().value;
        let (row, allocations) = found.unwrap();
        let Payment::Settled(settled) = state else { panic!("{state:?}") };
        assert_eq!((row.client_id, row.amount), (*client, settled.amount.minor()));
        let left = (settled.credit.minor(), settled.unapplied.minor());
        assert_eq!((row.credit, row.unapplied), left);
        let left = settled.refundable().unwrap().minor();
        assert_eq!(row.allocated + row.credit + row.unapplied, left);
        let back = payment_list::returned(&reads, tenant(0), *id).await.unwrap().value;
        let refunds: Vec<_> = back.refunds.iter().map(|one| (one.refund_no, one.amount)).collect();
        let expected = settled.refunds.iter().map(|one| (i64::from(one.no), one.amount.minor()));
        assert_eq!(refunds, expected.collect::<Vec<_>>());
        let disputes = back.disputes.iter().map(|one| (one.amount, one.undecided, one.lost));
        let expected = settled.disputes.iter();
        let expected = expected.map(|one| [one.amount, one.undecided, one.lost].map(Money::minor));
        let expected: Vec<_> = expected.map(|[amount, left, lost]| (amount, left, lost)).collect();
        assert_eq!(disputes.collect::<Vec<_>>(), expected);
        let parts: Vec<_> = allocations.iter().map(|one| (one.invoice_id, one.amount)).collect();
        let expected = settled.allocations.iter().map(|one| (one.invoice_id, one.amount.minor()));
        assert_eq!(parts, expected.collect::<Vec<_>>());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_unmatched_payments_and_products_on_sale_are_listed_where_that_is_asked() {
    let history = history();
    let (_db, reads) = followed(&history, 200).await;
    let filter = payment_list::Filter { unapplied: true, ..payment_list::Filter::default() };
    let wanted = Wanted { limit: 500, ..Wanted::default() };
    let page = payment_list::page(&reads, tenant(0), &filter, Order::Ascending, &wanted);
    assert!(page.await.unwrap().value.rows.iter().all(|row| row.unapplied > 0));
    let open = product_list::page(&reads, tenant(0), false, &wanted).await.unwrap().value.rows;
    let all = product_list::page(&reads, tenant(0), true, &wanted).await.unwrap().value.rows;
    assert!(open.len() < all.len() && all.len() == history.sellers[0].sold().len());
}

#[tokio::test(flavor = "multi_thread")]
async fn revenue_counts_on_the_day_the_fact_names_or_the_first_open_one() {
    let history = history();
    let (_db, reads) = followed(&history, 200).await;
    let mut expected: BTreeMap<NaiveDate, [i64; 4]> = BTreeMap::new();
    for event in history.events.iter().filter(|event| event.tenant == tenant(0)) {
        let sums = expected.entry(event.posted_on).or_default();
        match &event.event {
            Event::Invoice(InvoiceEvent::Issued(issued)) => sums[0] += issued.net.minor(),
            Event::Invoice(InvoiceEvent::Voided(voided)) => sums[1] += voided.net.minor(),
            Event::Invoice(InvoiceEvent::WrittenOff { amount, .. }) => sums[2] += amount.minor(),
            Event::CreditNote(CreditNoteEvent::Issued(note)) => sums[1] += note.net.minor(),
            Event::Payment(PaymentEvent::Settled { amount, .. }) => sums[3] += amount.minor(),
            _ => {}
        }
    }
    expected.retain(|_, sums| *sums != [0; 4]);
    let span = (first_day(), history.today(0));
    let days = revenue_by_day::sums(&reads, tenant(0), Per::Day, span).await.unwrap().value;
    let found: BTreeMap<_, _> = days
        .iter()
        .map(|row| (row.day, [row.invoiced_net, row.credited_net, row.written_off, row.collected]))
        .filter(|(_, sums)| *sums != [0; 4])
        .collect();
    assert_eq!(found, expected);
    let months = revenue_by_day::sums(&reads, tenant(0), Per::Month, span).await.unwrap().value;
    let sum = |rows: &[revenue_by_day::RevenueRow]| {
        rows.iter().fold((0, 0), |sum, row| (sum.0 + row.invoiced_net, sum.1 + row.collected))
    };
    assert_eq!(sum(&months), sum(&days));
    assert!(months.iter().all(|row| row.day.to_string().ends_with("-01")));
    let today = history.today(0);
    let chart = revenue_by_day::chart(&reads, tenant(0), currency(0), today).await.unwrap().value;
    assert_eq!(chart.len(), 12);
    let filter = Filter { status: vec![InvoiceStatus::Overdue], ..Filter::on(today) };
    let late = every(&reads, &filter, Sort::DueDate, Order::Ascending, 500).await;
    let late = late.iter().filter(|row| row.due_date >= Some(chart[0].month));
    let past_due: i64 = chart.iter().map(|month| month.past_due).sum();
    assert_eq!(past_due, late.map(|row| row.balance_due).sum::<i64>());
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_found_by_type_stream_actor_process_and_time() {
    let history = history();
    let (_db, reads) = followed(&history, 200).await;
    let positions = |matches: &dyn Fn(usize) -> bool| -> Vec<i64> {
        let all = history.events.iter().enumerate();
        let ours = all.filter(|(_, event)| event.tenant == tenant(0));
        ours.filter(|(at, _)| matches(at + 1)).map(|(at, _)| at as i64 + 1).collect()
    };
    let event = |position: usize| &history.events[position - 1];
    let stream = history.sellers[0].invoices[3].0.uuid();
    let any = event_index::Filter { order: Order::Ascending, ..event_index::Filter::default() };
    let (from, to) = (recorded_at(100), recorded_at(400) + TimeDelta::milliseconds(1));
    let cases: Vec<(event_index::Filter, Vec<i64>)> = vec![
        (any.clone(), positions(&|_| true)),
        (
            event_index::Filter { types: vec!["payment.settled".to_owned()], ..any.clone() },
            positions(&|at| event(at).event.event_type() == "payment.settled"),
        ),
        (
            event_index::Filter {
                stream: Some(("invoice".to_owned(), Some(stream))),
                ..any.clone()
            },
            positions(&|at| event(at).aggregate_id == stream),
        ),
        (
            event_index::Filter { stream: Some(("client".to_owned(), None)), ..any.clone() },
            positions(&|at| event(at).aggregate_type == "client"),
        ),
        (
            event_index::Filter { correlation: Some(stream), ..any.clone() },
            positions(&|at| event(at).correlation() == stream),
        ),
        (event_index::Filter { actor: Some("staff:nobody".to_owned()), ..any.clone() }, Vec::new()),
        (
            event_index::Filter { from: Some(from), to: Some(to), ..any.clone() },
            positions(&|at| (from..=to).contains(&recorded_at(at))),
        ),
    ];
    for (filter, expected) in cases {
        let (mut found, mut wanted) = (Vec::new(), Wanted { limit: 90, ..Wanted::default() });
        loop {
            let page = event_index::page(&reads, tenant(0), &filter, &wanted).await.unwrap().value;
            found.extend(page.rows);
            let Some(next) = page.next else { break };
            wanted.after = Some(next);
        }
        let ids: Vec<i64> = found.iter().map(|one| one.position).collect();
        assert_eq!(ids, expected, "{filter:?}");
        for one in found {
            assert_eq!(one.payload, event(one.position as usize).payload);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_says_who_did_what_from_where_and_why() {
    let history = history();
    let (_db, reads) = followed(&history, 200).await;
    let wanted = Wanted { limit: 500, ..Wanted::default() };
    let filter = audit_log::Filter {
        action: Some(audit_log::Action::Delete),
        entity_type: Some("invoice".to_owned()),
        ..audit_log::Filter::default()
    };
    let page = audit_log::page(&reads, tenant(0), &filter, &wanted).await.unwrap().value;
    let expected = history.events.iter().filter(|event| {
        let gone = ["invoice.voided", "invoice.discarded", "invoice.line_removed"];
        event.tenant == tenant(0) && gone.contains(&event.event.event_type())
    });
    assert_eq!(page.rows.len(), expected.count());
    let voided = page.rows.iter().find(|row| row.event_type == "invoice.voided").unwrap();
    assert_eq!(voided.reason.as_deref(), Some("wrong"));
    assert_eq!(voided.ip(), Some("192.0.2.7"));
    assert_eq!(voided.user_agent(), Some("tests"));
    assert!(voided.actor.starts_with("staff:"));
    assert!(page.rows.is_sorted_by_key(|row| -row.position));
    let nothing = audit_log::Filter {
        action: Some(audit_log::Action::Delete),
        entity_type: Some("payment".to_owned()),
        entity_id: Some(Uuid::from_u128(1)),
        ..audit_log::Filter::default()
    };
    let page = audit_log::page(&reads, tenant(0), &nothing, &wanted).await.unwrap();
    assert!(page.value.rows.is_empty());
    assert_eq!(page.as_of_position, history.events.len() as i64);
}
