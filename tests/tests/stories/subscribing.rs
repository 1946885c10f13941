//! A client subscribes, changes its mind, pauses and leaves: every document follows at once, and no
//! cent is billed twice or lost.

use billfold_tests::shop::{Reply, Shop, eur};
use reqwest::Method;
use serde_json::{Value, json};

/// A product with a monthly price.
async fn product(shop: &Shop, code: &str, price: &str) -> String {
    let new = json!({ "code": code, "name": format!("VPS {code}"), "kind": "vps" });
    let product = shop.post("/api/v1/products", new).await.made();
    let price = json!({ "cycle": monthly(), "price": eur(price) });
    let path = format!("/api/v1/products/{product}");
    let seen = shop.get(&path).await.version();
    shop.change(Method::POST, &format!("{path}/prices"), seen, price).await.expect(200);
    product
}

fn monthly() -> Value {
    json!({ "every": "months", "count": 1 })
}

fn listed() -> Value {
    json!({ "currency": "EUR", "cycle": monthly() })
}

/// Subscribes from today on, billed by calendar months, with German tax.
async fn subscribe(shop: &Shop, client: &str, product: &str) -> Reply {
    let new = json!({
        "client_id": client,
        "product_id": product,
        "offer": listed(),
        "tax": { "category": "S", "rate": "19", "country": "DE" },
        "anchor": { "kind": "calendar" },
    });
    shop.post("/api/v1/subscriptions", new).await.expect(201)
}

async fn act(shop: &Shop, id: &str, verb: &str, body: Value) -> Reply {
    let path = format!("/api/v1/subscriptions/{id}");
    let seen = shop.get(&path).await.version();
    shop.change(Method::POST, &format!("{path}/{verb}"), seen, body).await
}

async fn pay(shop: &Shop, invoice: &Value) {
    let path = format!("/api/v1/invoices/{}/pay", invoice.as_str().unwrap());
    shop.post(&path, json!({ "method": "manual_bank" })).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_costs_what_its_preview_said_and_the_old_plan_is_given_back() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let small = product(shop, "small", "31.00").await;
        let large = product(shop, "large", "62.00").await;
        let begun = subscribe(shop, &client, &small).await;
        assert_eq!(begun.body["billing"]["net"], eur("30.00"), "30 of 31 days of March");
        assert_eq!(begun.body["billing"]["total"], eur("35.70"));
        let id = begun.body["id"].as_str().unwrap().to_owned();
        let again = act(shop, &id, "pause", json!({ "on": "2026-02-01" })).await;
        again.problem(409, "subscription.before_terms");

        shop.clock.advance_days(9);
        let change = json!({ "product_id": large, "offer": listed() });
        let path = format!("/api/v1/subscriptions/{id}/preview");
        let seen = shop.post(&path, json!({ "change": change })).await.expect(200).body;
        let real = act(shop, &id, "change", change).await.expect(200).body;
        assert_eq!(seen["document"]["total"], real["billing"]["total"]);
        assert_eq!(real["billing"]["net"], eur("21.00"), "42.00 for 21 days, 21.00 back");
        let invoice = real["billing"]["invoice_id"].as_str().unwrap();
        let lines = shop.read_invoice(invoice).await["lines"].clone();
        assert_eq!(lines[0]["net"], eur("42.00"));
        assert_eq!(lines[1]["net"], eur("-21.00"));
        assert_eq!(lines[1]["description"], "VPS small, not used, 21 of 31 days");

        let read = shop.get(&format!("/api/v1/subscriptions/{id}")).await.body;
        assert_eq!((&read["name"], &read["status"]), (&json!("VPS large"), &json!("active")));
        assert_eq!(read["next_due"], "2026-04-01");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_paid_invoice_gives_back_is_credit_that_pays_the_next_one() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let small = product(shop, "small", "31.00").await;
        let begun = subscribe(shop, &client, &small).await.body;
        let id = begun["id"].as_str().unwrap().to_owned();
        pay(shop, &begun["billing"]["invoice_id"]).await;

        shop.clock.advance_days(10);
        let paused = act(shop, &id, "pause", json!({})).await.expect(200).body;
        let note = paused["billing"]["credit_note_id"].as_str().unwrap();
        assert_eq!(paused["billing"]["net"], eur("-20.00"));
        assert_eq!(paused["billing"]["to_credit"], eur("23.80"));
        let note = shop.get(&format!("/api/v1/credit-notes/{note}")).await.expect(200).body;
        assert_eq!((&note["total"], &note["to_credit"]), (&eur("23.80"), &eur("23.80")));
        assert_eq!(note["corrects"][0]["invoice_id"], begun["billing"]["invoice_id"]);
        let listed = shop.fresh("/api/v1/credit-notes").await.expect(200).body;
        assert_eq!(listed["items"][0]["number"], note["number"]);

        shop.clock.advance_days(20);
        let resumed = act(shop, &id, "resume", json!({})).await.expect(200).body;
        assert_eq!(resumed["billing"]["total"], eur("36.89"), "all of April but its first day");
        assert_eq!(resumed["billing"]["credit_used"], eur("23.80"));
        assert_eq!(resumed["billing"]["due"], eur("13.09"));
        let invoice = resumed["billing"]["invoice_id"].as_str().unwrap();
        assert_eq!(shop.read_invoice(invoice).await["balance_due"], eur("13.09"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_unpaid_invoice_gives_back_is_no_longer_owed() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let small = product(shop, "small", "31.00").await;
        let begun = subscribe(shop, &client, &small).await.body;
        let id = begun["id"].as_str().unwrap().to_owned();
        shop.clock.advance_days(10);
        let end = json!({ "at": { "kind": "immediate" } });
        let ended = act(shop, &id, "cancel", end).await.expect(200).body;
        assert_eq!(ended["billing"]["to_credit"], eur("0.00"));
        let invoice = begun["billing"]["invoice_id"].as_str().unwrap();
        let read = shop.read_invoice(invoice).await;
        assert_eq!((&read["total"], &read["balance_due"]), (&eur("35.70"), &eur("11.90")));
        act(shop, &id, "pause", json!({})).await.problem(409, "subscription.ended");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_voided_invoice_of_a_subscription_is_not_given_back_once_more() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let small = product(shop, "small", "31.00").await;
        let begun = subscribe(shop, &client, &small).await.body;
        let invoice = begun["billing"]["invoice_id"].as_str().unwrap();
        shop.program().void(invoice).await.expect(200);
        let id = begun["id"].as_str().unwrap().to_owned();
        let end = json!({ "at": { "kind": "immediate" } });
        let ended = act(shop, &id, "cancel", end).await.expect(200).body;
        assert_eq!(ended["billing"], Value::Null);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_is_billed_once_however_often_it_is_asked() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let small = product(shop, "small", "31.00").await;
        let mut ids = Vec::new();
        for _ in 0..2 {
            let begun = subscribe(shop, &client, &small).await.body;
            ids.push(begun["id"].as_str().unwrap().to_owned());
        }
        shop.clock.advance_days(30);
        let due = shop.fresh("/api/v1/subscriptions?due_by=2026-04-01").await.expect(200).body;
        assert_eq!(due["items"].as_array().unwrap().len(), 2);
        let named_twice = [&ids[..], &ids[..1]].concat();
        let bill = json!({ "client_id": client, "currency": "EUR", "subscriptions": named_twice });
        let billed = shop.post("/api/v1/subscriptions/bill", bill.clone()).await.expect(200).body;
        assert_eq!(billed["billing"]["net"], eur("62.00"), "both on one invoice");
        let again = shop.post("/api/v1/subscriptions/bill", bill).await.expect(200).body;
        assert_eq!(again["billing"], Value::Null);
        let due = shop.fresh("/api/v1/subscriptions?due_by=2026-04-01").await.expect(200).body;
        assert_eq!(due["items"], json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_field_of_a_subscription_is_named_and_nothing_begins() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let new = json!({
            "client_id": client,
            "product_id": "nothing",
            "offer": { "currency": "EUR" },
            "quantity": "many",
            "tax": { "category": "S", "rate": "0", "country": "DE" },
            "anchor": { "kind": "billing_day", "day": 32 },
        });
        let refused = shop.post("/api/v1/subscriptions", new).await;
        assert_eq!(refused.status, 400, "{}", refused.body);
        let errors = refused.body["errors"].as_array().unwrap();
        let pointers: Vec<_> = errors.iter().map(|error| error["pointer"].clone()).collect();
        let wrong = ["/product_id", "/offer/cycle", "/quantity", "/tax/rate", "/anchor/day"];
        assert_eq!(pointers, wrong);
        let listed = shop.fresh("/api/v1/subscriptions").await.expect(200).body;
        assert_eq!(listed["items"], json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_of_which_a_part_went_back_is_not_taken_back_whole() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let (small, large) =
            (product(shop, "small", "31.00").await, product(shop, "large", "62.00").await);
        let begun = subscribe(shop, &client, &small).await.body;
        pay(shop, &begun["billing"]["invoice_id"]).await;
        let id = begun["id"].as_str().unwrap().to_owned();
        shop.clock.advance_days(9);
        let change = json!({ "product_id": large, "offer": listed() });
        act(shop, &id, "change", change).await.expect(200);
        let first = begun["billing"]["invoice_id"].as_str().unwrap();
        shop.program().void(first).await.problem(409, "subscription.gave_back");
        assert_eq!(shop.read_invoice(first).await["status"], "paid");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_ends_also_when_its_invoice_was_given_up_and_nothing_goes_back() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let small = product(shop, "small", "31.00").await;
        let begun = subscribe(shop, &client, &small).await.body;
        let invoice = begun["billing"]["invoice_id"].as_str().unwrap();
        let path = format!("/api/v1/invoices/{invoice}");
        let seen = shop.get(&path).await.version();
        let reason = json!({ "reason": "insolvent" });
        shop.change(Method::POST, &format!("{path}/write-off"), seen, reason).await.expect(200);
        let id = begun["id"].as_str().unwrap().to_owned();
        let end = json!({ "at": { "kind": "immediate" } });
        let ended = act(shop, &id, "cancel", end).await.expect(200).body;
        assert_eq!(ended["billing"], Value::Null, "nobody paid what would go back");
        let read = shop.get(&format!("/api/v1/subscriptions/{id}")).await.body;
        assert_eq!((&read["status"], &read["next_due"]), (&json!("ended"), &Value::Null));
    })
    .await;
}
