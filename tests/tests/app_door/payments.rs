//! Payments: shared out, never twice, never lost.

use billfold_app::Kind;
use billfold_app::commands::payments::{
    ChargeInvoice, ChargeOutcome, MatchPayment, Pays, RecordPayment, ShareOf,
};
use billfold_domain::invoice::Invoice;
use billfold_domain::kernel::{ClientId, InvoiceId, Money};
use billfold_domain::payment::{Payment, Source};
use futures_util::future::join_all;

use crate::house::{House, eur, refused};

fn payment(client: ClientId, amount: &str, pays: Pays) -> RecordPayment {
    RecordPayment {
        payment_id: None,
        client_id: client,
        amount: eur(amount),
        method: "manual_bank".to_owned(),
        reference: None,
        received_on: None,
        pays,
    }
}

fn only(invoice_id: InvoiceId, amount: Option<Money>) -> Pays {
    Pays::Invoices(vec![ShareOf { invoice_id, amount }])
}

async fn owed(house: &House, id: InvoiceId) -> Money {
    let (invoice, _) = house.door.load::<Invoice>(house.tenant, id.uuid()).await.unwrap();
    invoice.document().unwrap().balance_due
}

#[tokio::test(flavor = "multi_thread")]
async fn money_pays_the_oldest_invoices_first_and_the_rest_becomes_credit() {
    let house = House::open().await;
    let client = house.client("Ada Lovelace").await;
    let one = house.invoice("one", client, &["100.00"]).await.invoice_id;
    house.clock.advance_days(1);
    let two = house.invoice("two", client, &["100.00"]).await.invoice_id;
    let first = payment(client, "150.00", Pays::OldestFirst);
    let first = house.ask("first", first).await.unwrap().answer;
    let paid: Vec<_> = first.paid.iter().map(|share| (share.invoice_id, share.amount)).collect();
    assert_eq!(paid, [(one, Some(eur("119.00"))), (two, Some(eur("31.00")))]);
    assert_eq!(owed(&house, two).await, eur("88.00"));
    let second = payment(client, "100.00", Pays::OldestFirst);
    let second = house.ask("second", second).await.unwrap().answer;
    assert_eq!((second.to_credit, second.unapplied), (eur("12.00"), eur("0.00")));
    assert_eq!(owed(&house, two).await, eur("0.00"));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_payments_racing_on_one_invoice_settle_it_once() {
    let house = House::open().await;
    let client = house.client("Ada Lovelace").await;
    let id = house.invoice("one", client, &["100.00"]).await.invoice_id;
    let doors = [house.door.clone(), house.another_door().await];
    let race = doors.iter().enumerate().map(|(at, door)| {
        let pay = payment(client, "119.00", only(id, Some(eur("119.00"))));
        door.execute(house.request(&format!("pay {at}"), pay))
    });
    let answers = join_all(race).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let lost = answers.into_iter().find(Result::is_err).unwrap();
    assert_eq!(refused(lost), ("invoice.already_settled".to_owned(), Kind::State));
    let types = house.event_types(id.uuid()).await;
    assert_eq!(types.iter().filter(|name| *name == "invoice.settled").count(), 1);
    let payments: i64 =
        sqlx::query_scalar("select count(*) from events where event_type = 'payment.settled'")
            .fetch_one(&house.db.feed)
            .await
            .unwrap();
    assert_eq!(payments, 1, "the refused payment left nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_open_payments_at_once_pay_once_and_the_other_becomes_credit() {
    let house = House::open().await;
    let client = house.client("Ada Lovelace").await;
    house.invoice("one", client, &["100.00"]).await;
    let doors = [house.door.clone(), house.another_door().await];
    let race = doors.iter().enumerate().map(|(at, door)| {
        let pay = payment(client, "119.00", Pays::OldestFirst);
        door.execute(house.request(&format!("pay {at}"), pay))
    });
    let answers = join_all(race).await;
    let mut credit: Vec<_> =
        answers.into_iter().map(|answer| answer.unwrap().answer.to_credit).collect();
    credit.sort_by_key(|money| money.minor());
    assert_eq!(credit, [eur("0.00"), eur("119.00")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn unmatched_money_waits_and_is_matched_later() {
    let house = House::open().await;
    let client = house.client("Ada Lovelace").await;
    let held = house.ask("hold", payment(client, "50.00", Pays::Nothing)).await.unwrap().answer;
    assert_eq!((held.unapplied, held.to_credit), (eur("50.00"), eur("0.00")));
    let invoice_id = house.invoice("one", client, &["100.00"]).await.invoice_id;
    let matching = |amount: &str| MatchPayment {
        payment_id: held.payment_id,
        invoice_id,
        amount: eur(amount),
        from: Source::Unapplied,
    };
    let too_much = house.ask("too much", matching("50.01")).await;
    assert_eq!(refused(too_much), ("payment.more_than_left".to_owned(), Kind::Rule));
    house.ask("match", matching("50.00")).await.unwrap();
    assert_eq!(owed(&house, invoice_id).await, eur("69.00"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_does_not_fit_is_refused_whole() {
    let house = House::open().await;
    let (ada, bob) = (house.client("Ada Lovelace").await, house.client("Bob Stone").await);
    let id = house.invoice("one", ada, &["100.00"]).await.invoice_id;
    let before = house.events().await;
    let refusals = [
        (payment(bob, "10.00", only(id, Some(eur("10.00")))), "invoice."),
        (payment(ada, "10.00", only(id, Some(eur("20.00")))), "payment.more_than_arrived"),
        (payment(ada, "500.00", only(id, Some(eur("500.00")))), "invoice."),
        (payment(ada, "0.00", Pays::OldestFirst), "payment.not_positive"),
        (
            RecordPayment {
                method: "sandbox".to_owned(),
                ..payment(ada, "1.00", Pays::OldestFirst)
            },
            "payment.method_unknown",
        ),
        (
            RecordPayment {
                received_on: "2026-03-03".parse().ok(),
                ..payment(ada, "1.00", Pays::OldestFirst)
            },
            "payment.in_future",
        ),
    ];
    for (at, (ask, code)) in refusals.into_iter().enumerate() {
        let (found, _) = refused(house.ask(&format!("bad {at}"), ask).await);
        assert!(found.starts_with(code), "{found} is not {code}");
    }
    assert_eq!(house.events().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_reference_belongs_to_one_payment() {
    let house = House::open().await;
    let client = house.client("Ada Lovelace").await;
    let named = RecordPayment {
        reference: Some("stmt 7 line 3".to_owned()),
        ..payment(client, "10.00", Pays::Nothing)
    };
    house.ask("once", named.clone()).await.unwrap();
    let twice = house.ask("twice", named).await;
    assert_eq!(refused(twice), ("payment.reference_taken".to_owned(), Kind::State));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sandbox_settles_or_declines_by_the_cents_and_charges_once_per_key() {
    let house = House::open().await;
    let client = house.client("Ada Lovelace").await;
    let good = house.invoice("good", client, &["100.00"]).await.invoice_id;
    let charge = |invoice_id| ChargeInvoice { invoice_id, gateway: "sandbox".to_owned() };
    let charged = house.ask("charge", charge(good)).await.unwrap();
    assert!(matches!(charged.answer.outcome, ChargeOutcome::Settled { .. }));
    assert_eq!(owed(&house, good).await, eur("0.00"));
    let again = house.ask("charge", charge(good)).await.unwrap();
    assert_eq!((again.answer, again.replayed), (charged.answer, true));
    let paid = house.ask("other key", charge(good)).await;
    assert_eq!(refused(paid), ("invoice.already_settled".to_owned(), Kind::State));
    // 0.43 and 19 % are 0.51: not enough money there.
    let bad = house.invoice("bad", client, &["0.43"]).await.invoice_id;
    let declined = house.ask("decline", charge(bad)).await.unwrap().answer;
    assert!(matches!(declined.outcome, ChargeOutcome::Declined { .. }));
    assert_eq!(owed(&house, bad).await, eur("0.51"));
    let id = declined.payment_id.uuid();
    let (payment, _) = house.door.load::<Payment>(house.tenant, id).await.unwrap();
    assert!(matches!(payment, Payment::Declined(_)));
    let unknown = ChargeInvoice { invoice_id: bad, gateway: "nowhere".to_owned() };
    let unknown = house.ask("unknown", unknown).await;
    assert_eq!(refused(unknown), ("payment.gateway_unknown".to_owned(), Kind::Malformed));
}
