//! More arrives than is owed: the rest belongs to the client.

use billfold_tests::shop::{Shop, eur};
use reqwest::Method;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn what_arrives_beyond_the_debt_is_credit_and_pays_the_next_invoice() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let first = shop.invoice(&client, &["10.00"]).await;
        let body = json!({ "method": "manual_bank", "amount": eur("20.00") });
        let paid = shop.post(&format!("/api/v1/invoices/{first}/pay"), body).await.expect(201);
        assert_eq!(paid.body["to_credit"], eur("8.10"));
        assert_eq!(paid.body["paid"][0]["amount"], eur("11.90"));
        let account = shop.balance(&client).await;
        assert_eq!((&account["receivable"], &account["credit"]), (&eur("0.00"), &eur("8.10")));
        let explained = format!("/api/v1/clients/{client}/explain?currency=EUR");
        let explained = shop.fresh(&explained).await.expect(200);
        assert_eq!(explained.body["summary"], "the client has 8.10 EUR to their credit");

        let next = shop.invoice(&client, &["5.00"]).await;
        let payment = format!("/api/v1/payments/{}", paid.body["id"].as_str().unwrap());
        let spend = |amount: &str| {
            json!({ "invoice_id": next, "amount": eur(amount),
            "from": "credit" })
        };
        let path = format!("{payment}/match");
        let seen = shop.fresh(&payment).await.version();
        shop.change(Method::POST, &path, seen, spend("5.95")).await.expect(200);
        assert_eq!(shop.read_invoice(&next).await["status"], "paid");
        let account = shop.balance(&client).await;
        assert_eq!((&account["receivable"], &account["credit"]), (&eur("0.00"), &eur("2.15")));

        let last = shop.invoice(&client, &["10.00"]).await;
        let seen = shop.fresh(&payment).await.version();
        let beyond = json!({ "invoice_id": last, "amount": eur("2.16"), "from": "credit" });
        let beyond = shop.change(Method::POST, &path, seen, beyond).await;
        assert_eq!(beyond.problem(422, "payment.more_than_left").pointer(), "/amount");
        assert_eq!(shop.balance(&client).await["credit"], eur("2.15"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_of_a_client_who_owes_nothing_is_all_credit() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        shop.draft(&client, &["10.00"]).await;
        let body = json!({ "client_id": client, "amount": eur("7.00"), "method": "manual_bank" });
        let paid = shop.post("/api/v1/payments", body).await.expect(201).body;
        assert_eq!((&paid["paid"], &paid["to_credit"]), (&json!([]), &eur("7.00")));
        assert_eq!(shop.balance(&client).await["credit"], eur("7.00"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_kept_apart_is_neither_credit_nor_payment_until_it_is_matched() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let invoice = shop.invoice(&client, &["10.00"]).await;
        let body = json!({ "client_id": client, "amount": eur("11.90"), "method": "manual_bank",
            "keep_unapplied": true });
        let kept = shop.post("/api/v1/payments", body).await.expect(201);
        assert_eq!(kept.body["unapplied"], eur("11.90"));
        let account = shop.balance(&client).await;
        assert_eq!((&account["receivable"], &account["credit"]), (&eur("11.90"), &eur("0.00")));
        assert_eq!(account["unapplied"], eur("11.90"));
        let payment = format!("/api/v1/payments/{}", kept.body["id"].as_str().unwrap());
        let seen = shop.fresh(&payment).await.version();
        let spend = json!({ "invoice_id": invoice, "amount": eur("11.90"), "from": "unapplied" });
        shop.change(Method::POST, &format!("{payment}/match"), seen, spend).await.expect(200);
        let account = shop.balance(&client).await;
        assert_eq!((&account["receivable"], &account["unapplied"]), (&eur("0.00"), &eur("0.00")));
    })
    .await;
}
