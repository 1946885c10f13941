//! What holds whatever was asked.

use std::collections::BTreeMap;
use std::fmt;

use billfold_domain::credit::CreditBalance;
use billfold_domain::invoice::{Document, Invoice};
use billfold_domain::kernel::Money;
use billfold_domain::ledger::{self, AccountCode, Side, accounts};
use billfold_domain::payment::{Payment, RefundStage};
use billfold_domain::schema;
use billfold_tests::till::Till;
use chrono::NaiveDate;
use sqlx::Row as _;
use uuid::Uuid;

/// Signed minor units by name and currency.
type Sums = BTreeMap<(&'static str, &'static str), i64>;

/// What there was to hold.
#[derive(Default)]
pub(crate) struct Held {
    events: i64,
    invoices: usize,
    payments: usize,
    numbers: i64,
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { events, invoices, payments, numbers } = self;
        write!(f, "{events} events, {invoices} invoices, {payments} payments, {numbers} numbers")
    }
}

/// Every law, over everything that was ever asked.
pub(crate) async fn hold(till: &Till) -> Held {
    let mut held = Held::default();
    let mut documents = Sums::new();
    for id in streams(till, "invoice").await {
        let (invoice, _) = till.door.load::<Invoice>(till.tenant, id).await.expect("an invoice");
        if let Some(document) = invoice.document() {
            an_invoice_is_its_lines_and_its_tax_groups(document);
            if matches!(invoice, Invoice::Open(_) | Invoice::Settled { .. }) {
                what_is_owed_is_what_was_neither_paid_nor_given_back(document);
            }
            if matches!(invoice, Invoice::Open(_)) {
                add(&mut documents, "owed", document.balance_due);
            }
            held.invoices += 1;
        }
    }
    for id in streams(till, "payment").await {
        let (payment, _) = till.door.load::<Payment>(till.tenant, id).await.expect("a payment");
        let Some(settled) = payment.settled() else { continue };
        add(&mut documents, "credit", settled.credit);
        add(&mut documents, "unmatched", settled.unapplied);
        let waits = settled.refunds.iter().filter(|one| one.stage == RefundStage::Requested);
        waits.for_each(|refund| add(&mut documents, "promised back", refund.amount));
        held.payments += 1;
    }
    for id in streams(till, "credit").await {
        let loaded = till.door.load::<CreditBalance>(till.tenant, id).await;
        let (credit, _) = loaded.expect("credit");
        let Some(held) = credit.held() else { continue };
        let balance = held.balance().expect("a sum");
        assert!(!balance.is_negative(), "credit below zero: {held:?}");
        add(&mut documents, "credit", balance);
    }
    held.events = the_books_are_the_documents(till, &documents).await;
    held.numbers = numbers_have_no_gap_and_follow_dates(till).await;
    held
}

fn an_invoice_is_its_lines_and_its_tax_groups(document: &Document) {
    let currency = document.total.currency();
    let sum = |parts: Vec<Money>| Money::sum(currency, parts).expect("a sum");
    let lines = sum(document.lines.iter().map(|line| line.net).collect());
    let bases = sum(document.tax_groups.iter().map(|group| group.base).collect());
    let taxes = sum(document.tax_groups.iter().map(|group| group.tax).collect());
    assert_eq!((lines, bases, taxes), (document.net, document.net, document.tax), "{document:?}");
    assert_eq!(document.total, sum(vec![document.net, document.tax]), "{document:?}");
}

fn what_is_owed_is_what_was_neither_paid_nor_given_back(document: &Document) {
    let paid = document.applied.iter().map(|part| part.amount);
    let credit = document.credits.iter().map(|part| part.amount);
    let notes = document.credit_notes.iter().map(|note| note.offset);
    let parts = paid.chain(credit).chain(notes).chain([document.balance_due]);
    let whole = Money::sum(document.total.currency(), parts).expect("a sum");
    assert!(!document.balance_due.is_negative(), "{document:?}");
    // The rest of a claim that was given up is owed by nobody.
    let given_up = document.written_off_on.is_some() && whole.minor() < document.total.minor();
    assert!(given_up || whole == document.total, "{whole} of {document:?}");
}

/// The postings of all events balance in each currency and say what the documents say.
async fn the_books_are_the_documents(till: &Till, documents: &Sums) -> i64 {
    let (mut books, mut after, mut events) = (Sums::new(), 0_i64, 0);
    let mut totals: BTreeMap<&'static str, i64> = BTreeMap::new();
    loop {
        let rows = sqlx::query(
            "select position, aggregate_type, event_type, event_version, payload::text from events
             where position > $1 order by position limit 20000",
        )
        .bind(after)
        .fetch_all(&till.db.feed)
        .await
        .expect("the events");
        if rows.is_empty() {
            break;
        }
        for row in rows {
            (after, events) = (row.get::<i64, _>(0), events + 1);
            let [kind, event, version, payload] = [1, 2, 3, 4].map(|at| row.get::<&str, _>(at));
            let event = schema::decode(kind, event, version, payload.as_bytes()).expect("an event");
            let Some(posting) = ledger::postings(&event).expect("a posting") else { continue };
            for entry in posting.entries() {
                let minor = entry.amount.minor();
                let signed = if entry.side == Side::Debit { minor } else { -minor };
                let currency = entry.amount.currency().code();
                *totals.entry(currency).or_default() += signed;
                if let Some((name, sign)) = shown(entry.account) {
                    *books.entry((name, currency)).or_default() += sign * signed;
                }
            }
        }
    }
    assert!(totals.values().all(|total| *total == 0), "debits are not credits: {totals:?}");
    books.retain(|_, minor| *minor != 0);
    let mut documents = documents.clone();
    documents.retain(|_, minor| *minor != 0);
    assert_eq!(books, documents, "books and documents");
    events
}

/// What an account shows of the documents, and on which side it is positive.
fn shown(account: AccountCode) -> Option<(&'static str, i64)> {
    let known = [
        (accounts::RECEIVABLE, ("owed", 1)),
        (accounts::DISPUTES, ("owed", 1)),
        (accounts::CUSTOMER_CREDIT, ("credit", -1)),
        (accounts::UNAPPLIED_CASH, ("unmatched", -1)),
        (accounts::REFUNDS_PAYABLE, ("promised back", -1)),
    ];
    known.into_iter().find(|(code, _)| *code == account).map(|(_, shown)| shown)
}

/// Each series counts 1, 2, 3 in the order of the log, and no number is dated before its
/// predecessor. Answers how many there are.
async fn numbers_have_no_gap_and_follow_dates(till: &Till) -> i64 {
    let issued: Vec<(String, String)> = sqlx::query_as(
        "select coalesce(payload #>> '{issued,number,text}',
                         payload #>> '{voided,credit_note,text}'),
                coalesce(payload #>> '{issued,issue_date}', payload #>> '{voided,credited_on}')
         from events where event_type in ('invoice.issued', 'invoice.voided', 'credit_note.issued')
         order by position",
    )
    .fetch_all(&till.db.feed)
    .await
    .expect("the numbers");
    let mut series: BTreeMap<String, (i64, NaiveDate)> = BTreeMap::new();
    for (number, date) in &issued {
        let (name, count) = number.rsplit_once('-').expect("a series and a number");
        let (count, date) = (count.parse().expect("a number"), date.parse().expect("a date"));
        let (last, day) = series.get(name).copied().unwrap_or((0, NaiveDate::MIN));
        assert_eq!(count, last + 1, "{number} after {last}");
        assert!(date >= day, "{number} of {date} after {day}");
        series.insert(name.to_owned(), (count, date));
    }
    series.values().map(|(last, _)| last).sum()
}

async fn streams(till: &Till, kind: &str) -> Vec<Uuid> {
    sqlx::query_scalar("select distinct aggregate_id from events where aggregate_type = $1")
        .bind(kind)
        .fetch_all(&till.db.feed)
        .await
        .expect("the streams")
}

fn add(sums: &mut Sums, name: &'static str, amount: Money) {
    *sums.entry((name, amount.currency().code())).or_default() += amount.minor();
}
