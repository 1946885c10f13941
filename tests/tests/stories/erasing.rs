//! A client wants to be forgotten: the name goes, the sums stay.

use billfold_tests::shop::{Shop, eur};
use reqwest::Method;
use serde_json::{Value, json};

/// Every list and every sheet that could show a name.
async fn everything(shop: &Shop, client: &str) -> String {
    let mut seen = String::new();
    let lists =
        ["clients", "invoices", "orders", "payments", "events?limit=100", "audit", "journal"];
    for list in lists {
        seen += &shop.fresh(&format!("/api/v1/{list}")).await.expect(200).body.to_string();
    }
    for sheet in ["", "/balance", "/ledger?currency=EUR", "/explain?currency=EUR"] {
        let path = format!("/api/v1/clients/{client}{sheet}");
        seen += &shop.get(&path).await.expect(200).body.to_string();
    }
    seen
}

async fn books(shop: &Shop) -> Value {
    let mut books = shop.fresh("/api/v1/trial-balance").await.expect(200).body;
    for field in ["position", "as_of_position"] {
        books[field] = Value::Null;
    }
    books
}

async fn erase(shop: &Shop, client: &str) {
    let path = format!("/api/v1/clients/{client}");
    let seen = shop.get(&path).await.version();
    let reason = json!({ "reason": "asked to be forgotten" });
    shop.change(Method::POST, &format!("{path}/erase"), seen, reason).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_client_has_no_name_anywhere_and_every_sum_stays() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let paid = shop.invoice(&client, &["10.00"]).await;
        let pay = format!("/api/v1/invoices/{paid}/pay");
        let body = json!({ "method": "manual_bank", "amount": eur("15.00") });
        shop.post(&pay, body).await.expect(201);
        let open = shop.invoice(&client, &["3.33"]).await;
        assert!(everything(shop, &client).await.contains("Grace Hopper"));
        let (account, before) = (shop.balance(&client).await, books(shop).await);
        let documents = [shop.read_invoice(&paid).await, shop.read_invoice(&open).await];

        erase(shop, &client).await;
        let seen = everything(shop, &client).await;
        for trace in ["Grace", "Hopper", "grace.hopper"] {
            assert!(!seen.contains(trace), "{trace} in {seen}");
        }
        assert_eq!(shop.balance(&client).await, account);
        assert_eq!(books(shop).await, before);
        assert_eq!([shop.read_invoice(&paid).await, shop.read_invoice(&open).await], documents);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_client_still_pays_what_is_owed_and_is_billed_nothing_new() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let open = shop.invoice(&client, &["10.00"]).await;
        let draft = shop.draft(&client, &["1.00"]).await;
        erase(shop, &client).await;
        let pay = format!("/api/v1/invoices/{open}/pay");
        shop.post(&pay, json!({ "method": "manual_bank" })).await.expect(201);
        assert_eq!(shop.read_invoice(&open).await["status"], "paid");
        shop.program().issue(&draft).await.problem(409, "client.erased");
        let body = json!({ "client_id": client, "currency": "EUR" });
        shop.post("/api/v1/invoices", body).await.problem(409, "client.erased");
        let path = format!("/api/v1/clients/{client}");
        let seen = shop.get(&path).await.version();
        let contact = json!({ "contact": { "name": "Grace Hopper" } });
        let back = shop.change(Method::PUT, &format!("{path}/contact"), seen, contact).await;
        back.problem(409, "client.erased");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_of_an_erased_client_is_free_again() {
    Shop::story(async |shop| {
        let first = shop.client("Grace Hopper").await;
        erase(shop, &first).await;
        let second = shop.client("Grace Hopper").await;
        assert_ne!(first, second);
        let found = shop.fresh("/api/v1/clients?email=grace.hopper%40example.org").await;
        assert_eq!(found.expect(200).body["items"][0]["id"], second);
    })
    .await;
}
