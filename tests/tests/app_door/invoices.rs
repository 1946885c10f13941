//! Invoices: drafts, numbers, credit notes.

use std::collections::BTreeSet;
use std::sync::Arc;

use billfold_app::Kind;
use billfold_app::commands::invoices::{
    AddLine, DiscardDraft, IssueInvoice, RemoveLine, ReviseDraft, SetDueDate, VoidInvoice,
    WriteOffInvoice,
};
use billfold_app::commands::payments::{Pays, RecordPayment, ShareOf};
use billfold_domain::invoice::{Invoice, InvoiceStatus, Particulars};
use billfold_domain::kernel::InvoiceId;
use chrono::NaiveDate;
use futures_util::future::join_all;

use crate::house::{House, eur, line, refused};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn issue(invoice_id: InvoiceId) -> IssueInvoice {
    IssueInvoice {
        invoice_id,
        issue_date: None,
        due_date: None,
        particulars: Particulars::default(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_edited_issued_once_and_frozen() {
    let house = House::open().await;
    let client = house.client("Ada Lovelace").await;
    let invoice_id = house.draft("draft", client, &["10.00"]).await;
    let added = house.ask("add", AddLine { invoice_id, line: line("99.00").into() }).await.unwrap();
    assert_eq!(added.answer.line_no, 2);
    house.ask("remove", RemoveLine { invoice_id, line_no: 2 }).await.unwrap();
    house.ask("due", SetDueDate { invoice_id, due_date: day("2026-03-09") }).await.unwrap();
    let issued = house.ask("issue", issue(invoice_id)).await.unwrap();
    assert_eq!(issued.answer.number, "INV-2026-000001");
    assert_eq!(issued.answer.issue_date, day("2026-03-02"));
    assert_eq!(issued.answer.due_date, day("2026-03-09"));
    assert_eq!(issued.answer.total, eur("11.90"));
    let late = house.ask("late", AddLine { invoice_id, line: line("1.00").into() }).await;
    assert_eq!(refused(late), ("invoice.already_issued".to_owned(), Kind::State));
    let twice = house.ask("twice", issue(invoice_id)).await;
    assert_eq!(refused(twice), ("invoice.already_issued".to_owned(), Kind::State));
    let discarded = house.draft("other", client, &["1.00"]).await;
    let discard = DiscardDraft { invoice_id: discarded, reason: "mistake".to_owned() };
    house.ask("discard", discard).await.unwrap();
    let gone = house.ask("gone", issue(discarded)).await;
    assert_eq!(refused(gone).0, "invoice.discarded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revised_draft_keeps_what_stayed_and_is_changed_wholly_or_not_at_all() {
    let house = House::open().await;
    let client = house.client("Ada Lovelace").await;
    let invoice_id = house.draft("draft", client, &["10.00", "20.00", "30.00"]).await;
    let revise = |prices: &[&str], due: Option<&str>| ReviseDraft {
        invoice_id,
        lines: prices.iter().map(|price| line(price).into()).collect(),
        due_date: due.map(day),
    };
    let same = house.ask("same", revise(&["10.00", "20.00", "30.00"], None)).await.unwrap();
    assert_eq!(same.events(), 0);
    let revised = revise(&["10.00", "30.00", "40.00"], Some("2026-03-09"));
    let revised = house.ask("revised", revised).await.unwrap();
    assert_eq!(revised.events(), 3, "one line removed, one added, and the date");
    let mut bad = revise(&["10.00", "50.00"], None);
    bad.lines[1].description = String::new();
    let refusal = house.ask("bad", bad).await.unwrap_err();
    assert_eq!(refusal.refused().unwrap().field(), Some("/lines/1/description"));
    let (stands, _) = house.door.load::<Invoice>(house.tenant, invoice_id.uuid()).await.unwrap();
    let Invoice::Draft(draft) = stands else { panic!("no draft") };
    let lines: Vec<_> = draft.lines.iter().map(|line| (line.no, line.net)).collect();
    assert_eq!(lines, [(1, eur("10.00")), (3, eur("30.00")), (4, eur("40.00"))]);
    assert_eq!(draft.due_date, Some(day("2026-03-09")));
    house.ask("issue", issue(invoice_id)).await.unwrap();
    let late = house.ask("late", revise(&["1.00"], None)).await;
    assert_eq!(refused(late).0, "invoice.already_issued");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_day_of_issue_is_the_sellers_and_numbers_follow_dates() {
    let house = House::open().await;
    let client = house.client("Ada Lovelace").await;
    // Half past eleven in the evening of the last day in London is next year in Berlin.
    house.clock.set("2026-12-31T23:30:00Z".parse().unwrap());
    let new_year = house.invoice("new year", client, &["1.00"]).await;
    assert_eq!(new_year.number, "INV-2027-000001");
    assert_eq!(new_year.due_date, day("2027-01-15"));
    let invoice_id = house.draft("draft", client, &["1.00"]).await;
    let on = |date: &str| IssueInvoice {
        invoice_id,
        issue_date: Some(day(date)),
        due_date: None,
        particulars: Particulars::default(),
    };
    let future = house.ask("future", on("2027-01-02")).await;
    assert_eq!(refused(future), ("invoice.issue_date_in_future".to_owned(), Kind::Rule));
    let dated = house.ask("dated", on("2026-06-01")).await.unwrap().answer;
    assert_eq!(dated.number, "INV-2026-000001");
    let invoice_id = house.draft("before", client, &["1.00"]).await;
    let before = IssueInvoice { invoice_id, ..on("2026-05-31") };
    let before = house.ask("before it", before).await;
    assert_eq!(refused(before), ("number.date_before_last".to_owned(), Kind::Rule));
    let effective: chrono::DateTime<chrono::Utc> = sqlx::query_scalar(
        "select effective_at from events where event_type = 'invoice.issued'
         order by position desc limit 1",
    )
    .fetch_one(&house.db.feed)
    .await
    .unwrap();
    assert_eq!(effective.to_rfc3339(), "2026-05-31T22:00:00+00:00", "midnight in Berlin");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_issues_through_two_doors_leave_no_gap_and_no_double() {
    let house = House::open().await;
    let client = house.client("Ada Lovelace").await;
    let mut drafts = Vec::new();
    for at in 0..200 {
        drafts.push(house.draft(&format!("draft {at}"), client, &["1.00"]).await);
    }
    let doors = [Arc::new(house.door.clone()), Arc::new(house.another_door().await)];
    let asked = drafts.into_iter().enumerate().map(|(at, invoice_id)| {
        let request = house.request(&format!("issue {at}"), issue(invoice_id));
        let door = Arc::clone(&doors[at % 2]);
        async move { door.execute(request).await.unwrap().answer.number }
    });
    let numbers: BTreeSet<String> = join_all(asked).await.into_iter().collect();
    let wanted: BTreeSet<String> = (1..=200).map(|no| format!("INV-2026-{no:06}")).collect();
    assert_eq!(numbers, wanted);
    let (last, refusals): (i64, i64) = sqlx::query_as(
        "select (select last from counters), (select count(*) from receipts where outcome <> 0)",
    )
    .fetch_one(&house.db.feed)
    .await
    .unwrap();
    assert_eq!((last, refusals), (200, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_void_takes_a_number_of_its_own_and_turns_what_was_paid_into_credit() {
    let house = House::open().await;
    let client = house.client("Ada Lovelace").await;
    let issued = house.invoice("one", client, &["100.00"]).await;
    let pay = RecordPayment {
        payment_id: None,
        client_id: client,
        amount: eur("19.00"),
        method: "manual_cash".to_owned(),
        reference: None,
        received_on: None,
        pays: Pays::Invoices(vec![ShareOf { invoice_id: issued.invoice_id, amount: None }]),
    };
    house.ask("pay", pay).await.unwrap();
    let void = VoidInvoice { invoice_id: issued.invoice_id, reason: "wrong product".to_owned() };
    let voided = house.ask("void", void.clone()).await.unwrap().answer;
    assert_eq!(voided.credit_note, "CN-2026-000001");
    assert_eq!((voided.offset, voided.to_credit), (eur("100.00"), eur("19.00")));
    let twice = house.ask("twice", void).await;
    assert_eq!(refused(twice), ("invoice.already_voided".to_owned(), Kind::State));
    let next = house.invoice("two", client, &["1.00"]).await;
    assert_eq!(next.number, "INV-2026-000002", "a refused void takes no number");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_can_be_given_up_and_a_zero_invoice_is_settled_at_issue() {
    let house = House::open().await;
    let client = house.client("Ada Lovelace").await;
    let issued = house.invoice("one", client, &["10.00"]).await;
    let write_off =
        WriteOffInvoice { invoice_id: issued.invoice_id, reason: "gone away".to_owned() };
    house.ask("write off", write_off.clone()).await.unwrap();
    assert_eq!(refused(house.ask("again", write_off).await).1, Kind::State);
    let zero = house.invoice("zero", client, &["0.00"]).await;
    let id = zero.invoice_id.uuid();
    let (invoice, _) = house.door.load::<Invoice>(house.tenant, id).await.unwrap();
    assert_eq!(invoice.status(day("2026-03-02")), Some(InvoiceStatus::Paid));
    let types = house.event_types(id).await;
    assert_eq!(types[types.len() - 2..], ["invoice.issued", "invoice.settled"]);
}
