//! Money comes in and pays what is owed: once, and to the cent.

use billfold_tests::shop::{Shop, eur, fresh_key};
use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};

/// How many payments there are, after everything that was written so far.
async fn payments(shop: &Shop) -> usize {
    let list = shop.fresh("/api/v1/payments").await.expect(200);
    list.body["items"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_transfer_settles_two_invoices_to_the_cent() {
    Shop::story(async |shop| {
        let ada = shop.staff("Ada Lovelace").await;
        let client = shop.client("Grace Hopper").await;
        let mut invoices = Vec::new();
        for price in ["10.00", "3.33"] {
            let draft = shop.draft(&client, &[price]).await;
            ada.issue(&draft).await.expect(200);
            invoices.push(draft);
            shop.clock.advance(TimeDelta::hours(1));
        }
        let body = json!({
            "client_id": client, "amount": eur("15.86"), "method": "manual_bank",
            "reference": "2026-03-04/0042",
        });
        let paid = ada.post("/api/v1/payments", body).await.expect(201).body;
        let shares = json!([
            { "invoice_id": invoices[0], "amount": eur("11.90") },
            { "invoice_id": invoices[1], "amount": eur("3.96") },
        ]);
        assert_eq!(paid["paid"], shares);
        assert_eq!((&paid["to_credit"], &paid["unapplied"]), (&eur("0.00"), &eur("0.00")));
        for invoice in &invoices {
            let read = shop.read_invoice(invoice).await;
            assert_eq!((&read["status"], &read["balance_due"]), (&json!("paid"), &eur("0.00")));
            assert_eq!(read["closed_on"], "2026-03-02");
            assert_eq!(read["payments"][0]["payment_id"], paid["id"]);
        }
        let account = shop.balance(&client).await;
        assert_eq!((&account["receivable"], &account["credit"]), (&eur("0.00"), &eur("0.00")));
        assert_eq!((&account["invoiced"], &account["collected"]), (&eur("15.86"), &eur("15.86")));
        let audit = shop.fresh("/api/v1/audit?entity_type=payment").await.expect(200);
        assert!(audit.body["items"][0]["actor"].as_str().unwrap().starts_with("staff:"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cent_too_little_leaves_a_cent_owed() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let (one, two) =
            (shop.invoice(&client, &["10.00"]).await, shop.invoice(&client, &["3.33"]).await);
        let shares = json!([{ "invoice_id": one }, { "invoice_id": two }]);
        let body = json!({ "client_id": client, "amount": eur("15.85"), "method": "manual_bank",
            "invoices": shares });
        shop.post("/api/v1/payments", body).await.expect(201);
        assert_eq!(shop.read_invoice(&one).await["status"], "paid");
        let short = shop.read_invoice(&two).await;
        assert_eq!(short["status"], "partially_paid");
        assert_eq!(short["balance_due"], eur("0.01"));
        assert_eq!(shop.balance(&client).await["receivable"], eur("0.01"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pay_pressed_twice_is_one_payment_and_one_answer() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let invoice = shop.invoice(&client, &["10.00"]).await;
        let path = format!("/api/v1/invoices/{invoice}/pay");
        let body = json!({ "method": "manual_bank" });
        let first = shop.post_as("pay-1", &path, body.clone()).await.expect(201);
        shop.clock.advance_days(3);
        let second = shop.post_as("pay-1", &path, body).await.expect(201);
        assert_eq!(second.body, first.body);
        assert_eq!(second.headers["location"], first.headers["location"]);
        assert_eq!(second.headers["idempotent-replayed"], "true");
        assert_eq!(payments(shop).await, 1);
        assert_eq!(shop.balance(&client).await["credit"], eur("0.00"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pay_pressed_twice_at_the_same_moment_is_one_payment() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let invoice = shop.invoice(&client, &["10.00"]).await;
        let path = format!("/api/v1/invoices/{invoice}/pay");
        let press = || shop.post_as("pay-1", &path, json!({ "method": "manual_bank" }));
        let answers = join_all((0..8).map(|_| press())).await;
        let first = answers[0].clone().expect(201).body;
        for answer in answers {
            assert_eq!(answer.expect(201).body, first);
        }
        assert_eq!(payments(shop).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_people_who_mark_an_invoice_as_paid_the_second_is_told_it_is() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let invoice = shop.invoice(&client, &["10.00"]).await;
        let path = format!("/api/v1/invoices/{invoice}/pay");
        let (ada, eve) = (shop.staff("Ada Lovelace").await, shop.staff("Eve Adams").await);
        let body = || json!({ "method": "manual_cash" });
        let both = [ada.post(&path, body()), eve.post(&path, body())];
        let mut both = join_all(both).await;
        both.sort_by_key(|reply| reply.status);
        let late = both.pop().unwrap().problem(409, "invoice.already_settled");
        assert_eq!(late.body["detail"], "the invoice was settled on 2026-03-02");
        both.pop().unwrap().expect(201);
        assert_eq!(payments(shop).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_paid_one_amount_does_not_pay_another() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let invoice = shop.invoice(&client, &["10.00"]).await;
        let path = format!("/api/v1/invoices/{invoice}/pay");
        let pay = |amount: &str| json!({ "method": "manual_bank", "amount": eur(amount) });
        shop.post_as("pay-1", &path, pay("1.00")).await.expect(201);
        let other = shop.post_as("pay-1", &path, pay("2.00")).await;
        assert_eq!(other.problem(422, "command.key_reused").pointer(), "/idempotency-key");
        let elsewhere = shop.post_as("pay-1", "/api/v1/invoices", json!({ "client_id": client }));
        elsewhere.await.problem(422, "command.key_reused");
        let read = shop.read_invoice(&invoice).await;
        assert_eq!(read["balance_due"], eur("10.90"));
        assert_eq!(payments(shop).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_of_a_bank_statement_is_one_payment_whoever_books_it() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let invoice = shop.invoice(&client, &["10.00"]).await;
        let path = format!("/api/v1/invoices/{invoice}/pay");
        let body = json!({ "method": "manual_bank", "amount": eur("5.00"), "reference": "S7/3" });
        let twice = join_all((0..2).map(|_| shop.post(&path, body.clone()))).await;
        let (booked, refused): (Vec<_>, Vec<_>) =
            twice.into_iter().partition(|reply| reply.status == 201);
        assert_eq!((booked.len(), refused.len()), (1, 1));
        for reply in refused {
            reply.problem(409, "payment.reference_taken");
        }
        assert_eq!(payments(shop).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_does_not_fit_is_refused_whole_and_the_field_is_named() {
    Shop::story(async |shop| {
        let (ada, bob) = (shop.client("Ada Lovelace").await, shop.client("Bob Stone").await);
        let invoice = shop.invoice(&ada, &["10.00"]).await;
        let draft = shop.draft(&ada, &["10.00"]).await;
        let pay = |client: &str, amount: &str, shares: Value| {
            json!({ "client_id": client, "amount": eur(amount), "method": "manual_bank",
                "invoices": shares })
        };
        let (all, part) = (
            json!({ "invoice_id": invoice }),
            |amount: &str| json!({ "invoice_id": invoice, "amount": eur(amount) }),
        );
        for (body, status, code, pointer) in [
            (pay(&bob, "5.00", json!([all])), 422, "payment.does_not_fit", "/invoices/0"),
            (
                pay(&ada, "5.00", json!([part("6.00")])),
                422,
                "payment.more_than_arrived",
                "/invoices",
            ),
            (
                pay(&ada, "20.00", json!([part("12.00")])),
                422,
                "invoice.more_than_owed",
                "/invoices/0/amount",
            ),
            (
                pay(&ada, "9.00", json!([part("1.00"), part("1.00")])),
                422,
                "payment.invoice_twice",
                "/invoices",
            ),
            (
                pay(&ada, "9.00", json!([{ "invoice_id": draft }])),
                409,
                "invoice.not_issued",
                "/invoices/0",
            ),
            (pay(&ada, "0.00", json!([])), 400, "payment.not_positive", "/amount"),
        ] {
            let reply = shop.post_as(&fresh_key(), "/api/v1/payments", body).await;
            assert_eq!(reply.problem(status, code).pointer(), pointer, "{code}");
        }
        assert_eq!(payments(shop).await, 0);
        assert_eq!(shop.read_invoice(&invoice).await["balance_due"], eur("11.90"));
    })
    .await;
}
