//! Two sellers on one server know nothing of each other.

use billfold_tests::shop::{Caller, Shop, line};
use reqwest::Method;
use serde_json::{Value, json};

/// The addresses at which a seller's things are read.
async fn addresses(shop: &Shop) -> Vec<String> {
    let client = shop.client("Grace Hopper").await;
    let invoice = shop.invoice(&client, &["10.00"]).await;
    let pay = format!("/api/v1/invoices/{invoice}/pay");
    let payment = shop.post(&pay, json!({ "method": "manual_bank" })).await.made();
    let body = json!({ "code": "vps-s", "name": "VPS S", "kind": "vps" });
    let product = shop.post("/api/v1/products", body).await.made();
    let item = json!({ "kind": "goods", "description": "A rack",
        "unit_price": { "amount": "1.00", "currency": "EUR" } });
    let body = json!({ "client_id": client, "items": [item] });
    let order = shop.post("/api/v1/orders", body).await.made();
    let position = shop.position().await;
    let lists = ["clients", "invoices", "orders", "payments", "products", "events", "journal"];
    for list in lists {
        shop.fresh(&format!("/api/v1/{list}")).await.expect(200);
    }
    let client = format!("/api/v1/clients/{client}");
    let invoice = format!("/api/v1/invoices/{invoice}");
    vec![
        format!("{client}/balance"),
        format!("{client}/ledger?currency=EUR"),
        format!("{client}/explain?currency=EUR"),
        client,
        format!("{invoice}/document"),
        format!("{invoice}/events"),
        format!("{invoice}/payments"),
        format!("{invoice}?as_of={position}"),
        invoice,
        format!("/api/v1/payments/{payment}"),
        format!("/api/v1/products/{product}"),
        format!("/api/v1/orders/{order}"),
        format!("/api/v1/events/{position}"),
        format!("/api/v1/events/{position}/chain"),
        format!("/api/v1/integrity/proofs/{position}"),
    ]
}

/// An answer without what differs from request to request.
fn told(mut body: Value) -> Value {
    body["instance"] = Value::Null;
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_id_is_answered_like_one_that_does_not_exist() {
    Shop::story(async |shop| {
        let neighbour = shop.neighbour().await;
        let nothing = neighbour.get("/api/v1/invoices/inv_00000000000000000000000000").await;
        let nothing = told(nothing.problem(404, "not_found").body);
        for path in addresses(shop).await {
            shop.get(&path).await.expect(200);
            let foreign = neighbour.get(&path).await.problem(404, "not_found");
            assert_eq!(told(foreign.body), nothing, "{path}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_bills_or_pays_across_sellers() {
    Shop::story(async |shop| {
        let neighbour = shop.neighbour().await;
        let client = shop.client("Grace Hopper").await;
        let invoice = shop.invoice(&client, &["10.00"]).await;
        let draft = json!({ "client_id": client, "currency": "EUR", "lines": [line("1.00")] });
        neighbour.post("/api/v1/invoices", draft).await.expect(404);
        let amount = json!({ "amount": "11.90", "currency": "EUR" });
        let pay = json!({ "client_id": client, "amount": amount, "method": "manual_bank" });
        neighbour.post("/api/v1/payments", pay).await.expect(404);
        let contact = json!({ "contact": { "name": "Eve Adams" } });
        let own = neighbour.post("/api/v1/clients", contact).await.made();
        let pay = json!({ "client_id": own, "amount": amount, "method": "manual_bank",
            "invoices": [{ "invoice_id": invoice }] });
        neighbour.post("/api/v1/payments", pay).await.expect(404);
        let path = format!("/api/v1/invoices/{invoice}");
        let reason = json!({ "reason": "not mine" });
        neighbour.change(Method::POST, &format!("{path}/void"), 3, reason).await.expect(404);
        assert_eq!(shop.read_invoice(&invoice).await["status"], "open");
        assert!(books(&neighbour, shop).await.is_empty(), "nothing was posted at the neighbour's");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_books_of_each_seller_balance_alone() {
    Shop::story(async |shop| {
        let neighbour = shop.neighbour().await;
        let client = shop.client("Grace Hopper").await;
        shop.invoice(&client, &["10.00"]).await;
        let contact = json!({ "contact": { "name": "Grace Hopper" } });
        let theirs = neighbour.post("/api/v1/clients", contact).await.made();
        let body = json!({ "client_id": theirs, "currency": "EUR", "lines": [line("2.00")] });
        let draft = neighbour.post("/api/v1/invoices", body).await.made();
        neighbour.issue(&draft).await.expect(200);
        let eur = |amount: &str| json!({ "amount": amount, "currency": "EUR" });
        for (who, owed) in [(shop.program(), "11.90"), (&neighbour, "2.38")] {
            let accounts = books(who, shop).await;
            let receivable = accounts.iter().find(|one| one["account"] == "1200").unwrap();
            assert_eq!(receivable["net"], eur(owed));
        }
    })
    .await;
}

/// The accounts of a caller's seller, in balance, after everything that was written so far.
async fn books(caller: &Caller, shop: &Shop) -> Vec<Value> {
    let position = shop.position().await;
    let books = caller.get(&format!("/api/v1/trial-balance?min_position={position}")).await;
    let books = books.expect(200).body;
    assert_eq!(books["balanced"], true, "{books}");
    books["accounts"].as_array().unwrap().clone()
}
