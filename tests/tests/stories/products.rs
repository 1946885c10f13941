//! A catalogue is looked after: what is said about a product, what it grants, asks and costs, with
//! a trial, and what becomes of those who bought it before it was retired.

use billfold_tests::shop::{Reply, Shop, eur, fresh_key, send};
use reqwest::Method;
use serde_json::{Value, json};

fn monthly() -> Value {
    json!({ "every": "months", "count": 1 })
}

async fn product(shop: &Shop, code: &str) -> String {
    let new = json!({ "code": code, "name": format!("VPS {code}"), "kind": "vps" });
    shop.post("/api/v1/products", new).await.made()
}

async fn act(shop: &Shop, id: &str, verb: &str, method: Method, body: Value) -> Reply {
    let path = format!("/api/v1/products/{id}");
    let seen = shop.get(&path).await.version();
    shop.change(method, &format!("{path}/{verb}"), seen, body).await
}

async fn price(shop: &Shop, id: &str, amount: &str, trial_days: u32) {
    let body = json!({ "cycle": monthly(), "price": eur(amount), "trial_days": trial_days });
    act(shop, id, "prices", Method::POST, body).await.expect(200);
}

/// Subscribes from today on, billed by calendar months, with German tax.
async fn subscribe(shop: &Shop, client: &str, product: &str) -> Reply {
    let new = json!({
        "client_id": client,
        "product_id": product,
        "offer": { "currency": "EUR", "cycle": monthly() },
        "tax": { "category": "S", "rate": "19", "country": "DE" },
        "anchor": { "kind": "calendar" },
    });
    shop.post("/api/v1/subscriptions", new).await
}

async fn bill(shop: &Shop, day: &str) -> u64 {
    shop.clock.set(format!("{day}T09:00:00Z").parse().unwrap());
    shop.bill(shop.run_through(day)).await.issued
}

async fn read(shop: &Shop, id: &str) -> Value {
    shop.get(&format!("/api/v1/products/{id}")).await.expect(200).body
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_of_the_catalogue_is_free_and_bills_on_the_day_after_it() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let product = product(shop, "vps-s").await;
        price(shop, &product, "31.00", 14).await;
        assert_eq!(read(shop, &product).await["prices"][0]["trial_days"], 14);

        let begun = subscribe(shop, &client, &product).await.expect(201);
        assert_eq!(begun.body["billing"], Value::Null, "2 March is free");
        let path = format!("/api/v1/subscriptions/{}", begun.body["id"].as_str().unwrap());
        assert_eq!(shop.get(&path).await.body["status"], "trialing");
        assert_eq!(bill(shop, "2026-03-15").await, 0, "the last free day");
        assert_eq!(bill(shop, "2026-03-16").await, 1);
        assert_eq!(bill(shop, "2026-03-17").await, 0, "once");
        let bills = shop.fresh(&format!("/api/v1/invoices?client_id={client}")).await.expect(200);
        let invoice = bills.body["items"][0]["id"].as_str().unwrap().to_owned();
        let invoice = shop.read_invoice(&invoice).await;
        assert_eq!(invoice["lines"][0]["net"], eur("16.00"), "16 of 31 days of March");
        assert_eq!(shop.get(&path).await.body["status"], "active");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_price_and_its_trial_are_for_those_who_come_later() {
    Shop::story(async |shop| {
        let (first, second) = (shop.client("Grace Hopper").await, shop.client("Ada").await);
        let product = product(shop, "vps-s").await;
        price(shop, &product, "31.00", 0).await;
        let begun = subscribe(shop, &first, &product).await.expect(201);
        assert_eq!(begun.body["billing"]["net"], eur("30.00"), "30 of 31 days of March");
        price(shop, &product, "62.00", 30).await;
        let begun = subscribe(shop, &second, &product).await.expect(201);
        assert_eq!(begun.body["billing"], Value::Null);
        assert_eq!(bill(shop, "2026-04-01").await, 2, "the new price begins after its trial");
        let bills = shop.fresh(&format!("/api/v1/invoices?client_id={first}")).await.expect(200);
        let totals: Vec<_> =
            bills.body["items"].as_array().unwrap().iter().map(|bill| &bill["total"]).collect();
        assert!(totals.contains(&&eur("36.89")), "31.00 and tax: {totals:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retired_product_is_not_sold_and_those_who_have_it_keep_it() {
    Shop::story(async |shop| {
        let (first, second) = (shop.client("Grace Hopper").await, shop.client("Ada").await);
        let product = product(shop, "vps-s").await;
        price(shop, &product, "31.00", 0).await;
        subscribe(shop, &first, &product).await.expect(201);
        act(shop, &product, "retire", Method::POST, json!({})).await.expect(200);

        let refused = subscribe(shop, &second, &product).await.problem(409, "product.retired");
        assert_eq!(refused.pointer(), "/product_id");
        let renamed = act(shop, &product, "name", Method::PUT, json!({ "name": "New name" })).await;
        renamed.problem(409, "product.retired");
        assert_eq!(bill(shop, "2026-04-01").await, 1, "the running one goes on");
        assert_eq!(read(shop, &product).await["retired"], true, "it is there for ever");
        let sold = shop.fresh("/api/v1/products").await.expect(200).body;
        assert_eq!(sold["items"].as_array().unwrap().len(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_of_a_product_stands_in_the_product_and_in_the_list() {
    Shop::story(async |shop| {
        let product = product(shop, "vps-s").await;
        let name = json!({ "name": "Small server" });
        act(shop, &product, "name", Method::PUT, name).await.expect(200);
        let said = json!({ "description": "# Small\n\n*Fast*", "featured": true,
            "features": [{ "key": "Disk", "value": "10 GB" }] });
        act(shop, &product, "description", Method::PUT, said.clone()).await.expect(200);
        let granted = json!([{ "kind": "emails", "limit": null },
            { "kind": "disk_mib", "limit": 10240 }]);
        let quotas = json!({ "quotas": granted });
        act(shop, &product, "quotas", Method::PUT, quotas).await.expect(200);
        let asked = json!([{ "key": "location", "label": "Where it stands", "kind": "choice",
            "required": true, "choices": [
                { "key": "fra", "label": "Frankfurt", "surcharges": [] },
                { "key": "ash", "label": "Ashburn", "surcharges": [eur("2.00")] }] }]);
        let options = json!({ "options": asked });
        act(shop, &product, "options", Method::PUT, options).await.expect(200);

        let list = shop.fresh("/api/v1/products").await.expect(200).body;
        for found in [read(shop, &product).await, list["items"][0].clone()] {
            assert_eq!(found["name"], "Small server");
            for field in ["description", "featured", "features"] {
                assert_eq!(found[field], said[field], "{field}");
            }
            assert_eq!((&found["quotas"], &found["options"]), (&granted, &asked));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_value_is_refused_with_the_name_of_its_field() {
    Shop::story(async |shop| {
        let product = product(shop, "vps-s").await;
        let asks = async |verb: &str, body: Value| {
            act(shop, &product, verb, Method::PUT, body).await.expect(400).pointer().to_owned()
        };
        let option = |more: Value| {
            let mut option = json!({ "key": "a", "label": "A", "kind": "choice" });
            option.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            json!({ "options": [option] })
        };
        assert_eq!(asks("options", option(json!({}))).await, "/options/0/choices");
        let choice = json!({ "key": "B", "label": "B" });
        let wrong = option(json!({ "choices": [choice] }));
        assert_eq!(asks("options", wrong).await, "/options/0/choices/0/key");
        let choice = json!({ "key": "b", "label": "B", "surcharges": [eur("1.001")] });
        let wrong = option(json!({ "choices": [choice] }));
        let at = "/options/0/choices/0/surcharges/0/amount";
        assert_eq!(asks("options", wrong).await, at);
        let twice = json!({ "quotas": [{ "kind": "emails" }, { "kind": "emails", "limit": 1 }] });
        assert_eq!(asks("quotas", twice).await, "/quotas/1/kind");
        let feature = json!({ "description": "", "features": [{ "key": "", "value": "1" }] });
        assert_eq!(asks("description", feature).await, "/features/0/key");
        assert_eq!(asks("name", json!({ "name": " " })).await, "/name");
        let price = json!({ "cycle": monthly(), "price": eur("1.00"), "trial_days": 3651 });
        let refused = act(shop, &product, "prices", Method::POST, price).await;
        assert_eq!(refused.problem(400, "trial.too_long").pointer(), "/trial_days");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_of_another_seller_is_not_there() {
    Shop::story(async |shop| {
        let product = product(shop, "vps-s").await;
        let neighbour = shop.neighbour().await;
        let path = format!("/api/v1/products/{product}");
        neighbour.get(&path).await.problem(404, "not_found");
        let body = json!({ "description": "Mine" });
        let refused = neighbour.change(Method::PUT, &format!("{path}/description"), 1, body).await;
        refused.expect(404);
        assert_eq!(read(shop, &product).await["description"], "");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_twice_under_one_key_is_done_once() {
    Shop::story(async |shop| {
        let product = product(shop, "vps-s").await;
        let path = format!("/api/v1/products/{product}");
        let (key, seen) = (fresh_key(), shop.get(&path).await.version());
        let ask = async |body: Value| {
            let request = shop.request(Method::PUT, &format!("{path}/description"));
            let request = request.header("idempotency-key", &key);
            send(request.header("if-match", format!("\"{seen}\"")).json(&body)).await
        };
        let said = json!({ "description": "Small" });
        let first = ask(said.clone()).await.expect(200);
        let again = ask(said).await.expect(200);
        assert_eq!(first.body, again.body);
        ask(json!({ "description": "Large" })).await.problem(422, "command.key_reused");
        assert_eq!(shop.get(&path).await.version(), seen + 1);
    })
    .await;
}
