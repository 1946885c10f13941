//! Every route and every page, asked by the staff of one seller with the ids of another (TEN-01,
//! TEN-07): nothing is told, nothing changes, and a foreign id is answered like one that names
//! nothing.
//!
//! The routes come from the document and the pages from the router, so that none is forgotten: one
//! with an id of a new kind fails here until a thing of that kind is made in [`things`].

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use billfold_tests::shop::{Caller, PASSWORD, Shop, eur, fresh_key, send};
use reqwest::Method;
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use sqlx::Row;
use uuid::Uuid;

use super::routes::{body_for, dunned, hired, money_off, routes, subscribed_and_left};

/// A name that only the first seller's client has, and an amount that only its invoice has.
pub(super) const NAME: &str = "Wilhelmina Quicksilver";
pub(super) const AMOUNT: &str = "4711.13";

/// One thing of every kind, by the word of its collection in addresses.
pub(super) async fn things(shop: &Shop) -> BTreeMap<&'static str, String> {
    let client = shop.client(NAME).await;
    let invoice = shop.invoice(&client, &[AMOUNT]).await;
    let pay = format!("/api/v1/invoices/{invoice}/pay");
    let payment = shop.post(&pay, json!({ "method": "manual_bank" })).await.made();
    let product = json!({ "code": "vps-s", "name": "VPS S", "kind": "vps" });
    let product = shop.post("/api/v1/products", product).await.made();
    let item = json!({ "kind": "goods", "description": "A rack",
        "unit_price": { "amount": "1.00", "currency": "EUR" } });
    let order = json!({ "client_id": client, "items": [item] });
    let order = shop.post("/api/v1/orders", order).await.made();
    let (subscription, note) = subscribed_and_left(shop, &client, &product).await;
    let (coupon, card) = money_off(shop).await;
    let run = shop.post("/api/v1/billing-runs", json!({})).await.made();
    let draft = shop.draft(&client, &["5.00"]).await;
    let proforma = shop.post("/api/v1/proformas", json!({ "invoice_id": draft })).await.made();
    let affiliate = json!({ "client_id": client, "code": "friend" });
    let affiliate = shop.post("/api/v1/affiliates", affiliate).await.made();
    let late = shop.invoice(&client, &["10.00"]).await;
    let (strategy, case) = dunned(shop, &late).await;
    let endpoint = json!({ "url": "https://8.8.8.8/", "event_types": ["nothing.ever"] });
    let endpoint = shop.post("/api/v1/webhook-endpoints", endpoint).await.made();
    let (role, grace) = hired(shop).await;
    let department = shop.post("/api/v1/departments", json!({ "name": "Billing" })).await.made();
    let key = json!({ "name": "shop", "scopes": ["clients:read"] });
    let key = shop.post("/api/v1/api-keys", key).await.made();
    let group = json!({ "code": "gold", "name": "Gold", "discount": "5" });
    let group = shop.post("/api/v1/client-groups", group).await;
    let group = group.body["id"].as_str().unwrap_or("grp_01kchkq7w7fc9r6a8b9c0d1e2f").to_owned();
    let rates = shop.get("/api/v1/tax-rates").await.expect(200).body;
    let rate = rates["items"][0]["id"].as_str().unwrap_or("tax_01kchkq7w7fc9r6a8b9c0d1e2f");
    let approval = waiting(shop, &payment).await;
    BTreeMap::from([
        ("approvals", approval),
        ("clients", client),
        ("invoices", invoice),
        ("payments", payment),
        ("products", product),
        ("orders", order),
        ("subscriptions", subscription),
        ("credit-notes", note),
        ("coupons", coupon),
        ("gift-cards", card),
        ("billing-runs", run),
        ("proformas", proforma),
        ("affiliates", affiliate),
        ("dunning-strategies", strategy),
        ("dunning-cases", case),
        ("webhook-endpoints", endpoint),
        ("roles", role),
        ("staff", grace),
        ("departments", department),
        ("api-keys", key),
        ("client-groups", group),
        ("tax-rates", rate.to_owned()),
        ("tenants", shop.tenant.to_string()),
        ("sessions", "ses_01kchkq7w7fc9r6a8b9c0d1e2f".to_owned()),
    ])
}

/// A refund that waits for a second person.
async fn waiting(shop: &Shop, payment: &str) -> String {
    let path = "/api/v1/settings/approval-limits";
    let seen = shop.get(path).await.version();
    let limits = json!({ "limits": [{ "kind": "refund", "up_to": eur("0.01") }] });
    shop.change(Method::PUT, path, seen, limits).await.expect(200);
    let path = format!("/api/v1/payments/{payment}");
    let seen = shop.get(&path).await.version();
    let refund = json!({ "amount": eur("1.00"), "reason": "because" });
    let waits = shop.change(Method::POST, &format!("{path}/refund"), seen, refund).await;
    waits.expect(202).body["approval_id"].as_str().expect("an approval").to_owned()
}

/// An address with the things in the places of ids; whether it names one of them.
pub(super) fn filled(path: &str, things: &BTreeMap<&str, String>, position: i64) -> (String, bool) {
    let mut names = false;
    let mut segments: Vec<String> = Vec::new();
    for segment in path.split('/') {
        let before = segments.last().cloned().unwrap_or_default();
        segments.push(match segment {
            "{id}" if before == "periods" => "2026-02".to_owned(),
            "{id}" if before == "projections" => "journal".to_owned(),
            "{id}" if before == "schedules" => "bill_due_subscriptions".to_owned(),
            "{id}" if before == "passkeys" => "01960000-0000-7000-8000-000000000000".to_owned(),
            "{id}" => {
                // Pages call two collections by shorter words.
                let noun = match before.as_str() {
                    "dunning" => "dunning-cases",
                    "webhooks" => "webhook-endpoints",
                    "client-records" | "client-parts" | "client-data" => "clients",
                    noun => noun,
                };
                names = true;
                let thing = things.get(noun);
                thing.unwrap_or_else(|| panic!("make one of {noun} in things()")).clone()
            }
            "{client_id}" => things["clients"].clone(),
            "{position}" => {
                names = true;
                position.to_string()
            }
            "{host_name}" => {
                names = true;
                "pay.example.org".to_owned()
            }
            "{name}" if path.contains("host-names") => "pay.example.org".to_owned(),
            "{no}" | "{line_no}" => "1".to_owned(),
            "{code}" => "1200".to_owned(),
            "{job}" => "bill_due_subscriptions".to_owned(),
            "{name}" => "journal".to_owned(),
            "{format}" => "csv".to_owned(),
            "{key}" => "manager".to_owned(),
            "{month}" => "2026-02".to_owned(),
            "{passkey_id}" => "01960000-0000-7000-8000-000000000000".to_owned(),
            "{verb}" => "suspend".to_owned(),
            other => {
                assert!(!other.starts_with('{'), "say in filled() what {other} of {path} is");
                other.to_owned()
            }
        });
    }
    (segments.join("/"), names)
}

/// A key as the forms of pages carry one.
pub(super) fn form_key() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(1);
    Uuid::from_u128(COUNT.fetch_add(1, Ordering::Relaxed).into()).to_string()
}

/// Everything that is kept for a seller: where each of its streams stands, and its rows that are
/// no history.
pub(super) async fn kept_for(shop: &Shop) -> Vec<String> {
    let mut kept = Vec::new();
    let pools = shop.db.pools();
    let heads = "select aggregate_type || ' ' || aggregate_id || ' ' || last_sequence \
                 from streams where tenant_id = $1 order by 1";
    let rows = sqlx::query(heads).bind(shop.tenant.uuid()).fetch_all(&pools.feed).await.unwrap();
    kept.extend(rows.iter().map(|row| row.get::<String, _>(0)));
    for table in ["staff", "sessions", "api_keys", "webhook_cursors", "reset_codes"] {
        let all = format!("select count(*) from {table} where tenant_id = $1");
        let count: i64 = sqlx::query_scalar(&all)
            .bind(shop.tenant.uuid())
            .fetch_one(&pools.owner)
            .await
            .unwrap();
        kept.push(format!("{table} {count}"));
    }
    kept
}

/// Staff of another seller who may do everything there, signed in.
async fn neighbours_staff(shop: &Shop) -> Caller {
    let neighbour = shop.neighbour().await;
    let roles = neighbour.get("/api/v1/roles").await.expect(200).body;
    let admin = roles["items"][0]["id"].as_str().unwrap().to_owned();
    let body = json!({ "name": "Eve", "email": "eve@example.net", "password": PASSWORD,
        "roles": [admin] });
    neighbour.post("/api/v1/staff", body).await.made();
    shop.sign_in("eve@example.net", PASSWORD).await
}

fn tells(body: &str, things: &BTreeMap<&str, String>, asked: &str) -> Option<String> {
    let ids = things.values().filter(|id| !asked.contains(id.as_str()));
    let all = ids.map(String::as_str).chain([NAME, AMOUNT]);
    all.filter(|word| body.contains(word)).map(str::to_owned).next()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_route_tells_or_changes_anything_of_another_seller() {
    let shop = Shop::open().await;
    let things = things(&shop).await;
    let position = shop.position().await;
    shop.fresh("/api/v1/invoices").await.expect(200);
    let eve = neighbours_staff(&shop).await;
    let before = kept_for(&shop).await;
    let mut asked = 0;
    for route in routes(&shop).await {
        // What ends the session that asks, or waits for events for ever.
        if ["logout", "follow_events", "end_other_sessions"].contains(&route.name.as_str()) {
            continue;
        }
        let (path, names) = filled(&route.template, &things, position);
        let asks = [("currency", "?currency=EUR"), ("permission", "?permission=invoices:read")];
        let query = asks.into_iter().find(|(name, _)| route.takes(name)).map_or("", |(_, ask)| ask);
        let request = eve.request(route.method.clone(), &(path.clone() + query));
        let request = request.header("if-match", "\"1\"").header("idempotency-key", fresh_key());
        let mut body = body_for(&route.name, &things["products"], &things["invoices"]);
        if route.method == Method::POST && !names {
            body = about_others(&things);
        }
        let answer = request.json(&body).send().await.expect("an answer");
        let status = answer.status().as_u16();
        if answer.headers().get("content-type").is_some_and(|media| media == "text/event-stream") {
            continue;
        }
        let text = answer.text().await.unwrap();
        if names {
            assert_eq!(status, 404, "{} {path}: {text}", route.name);
        }
        assert!(status < 500, "{} {path}: {text}", route.name);
        let told = tells(&text, &things, &format!("{path}{body}"));
        assert_eq!(told, None, "{} {path} tells {text}", route.name);
        asked += 1;
    }
    assert!(asked > 150, "{asked} routes");
    assert_eq!(kept_for(&shop).await, before);
}

/// A body that names a thing of the other seller under every name that bodies know.
fn about_others(things: &BTreeMap<&str, String>) -> Value {
    json!({
        "client_id": things["clients"],
        "invoice_id": things["invoices"],
        "product_id": things["products"],
        "order_id": things["orders"],
        "subscription_id": things["subscriptions"],
        "tenant": things["tenants"],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_made_for_a_client_of_another_seller() {
    let shop = Shop::open().await;
    let things = things(&shop).await;
    let eve = neighbours_staff(&shop).await;
    let before = kept_for(&shop).await;
    let (client, invoice, product) = (&things["clients"], &things["invoices"], &things["products"]);
    let line = billfold_tests::shop::line("1.00");
    let item = json!({ "kind": "goods", "description": "A rack",
        "unit_price": { "amount": "1.00", "currency": "EUR" } });
    let bodies = [
        ("orders", json!({ "client_id": client, "items": [item] })),
        ("invoices", json!({ "client_id": client, "currency": "EUR", "lines": [line] })),
        ("proformas", json!({ "invoice_id": invoice })),
        ("dunning-cases", json!({ "invoice_id": invoice })),
        ("affiliates", json!({ "client_id": client, "code": "mine" })),
        (
            "subscriptions",
            json!({ "client_id": client, "product_id": product,
                "offer": { "currency": "EUR", "cycle": { "every": "months", "count": 1 } },
                "tax": { "category": "S", "rate": "19", "country": "DE" } }),
        ),
    ];
    for (collection, body) in bodies {
        let reply = eve.post(&format!("/api/v1/{collection}"), body).await;
        assert_eq!(reply.status, 404, "{collection}: {}", reply.body);
    }
    assert_eq!(kept_for(&shop).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_tells_or_changes_anything_of_another_seller() {
    let shop = Shop::open().await;
    let things = things(&shop).await;
    let position = shop.position().await;
    shop.fresh("/api/v1/invoices").await.expect(200);
    let eve = neighbours_staff(&shop).await;
    let token = eve.get("/api/v1/auth/me").await.expect(200).body["csrf_token"].clone();
    let before = kept_for(&shop).await;
    let browser = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
    let mut asked = 0;
    for page in shop.addresses().iter().filter(|path| path.starts_with("/admin")) {
        let ends = ["/admin/stream", "/admin/sign-out", "/admin/security/sessions"];
        if ends.iter().any(|end| page.starts_with(end)) {
            continue;
        }
        let (path, names) = filled(page, &things, position);
        for method in [Method::GET, Method::POST] {
            let request = eve.request(method.clone(), &path).build().unwrap();
            let mut form = browser.request(method.clone(), shop.url(&path));
            form = form.headers(request.headers().clone());
            if method == Method::POST {
                let sent = format!("csrf={}&key={}", token.as_str().unwrap(), form_key());
                let media = "application/x-www-form-urlencoded";
                form = form.header("content-type", media).body(sent);
            }
            let answer = form.send().await.expect("an answer");
            let status = answer.status().as_u16();
            let text = answer.text().await.unwrap();
            if names {
                // A form with a fault is told so before anything is looked up.
                let known = if method == Method::POST { 422 } else { 404 };
                assert!([400, 404, 405, known].contains(&status), "{method} {path}: {status}");
            }
            assert!(status < 500, "{method} {path}: {status}");
            assert_eq!(tells(&text, &things, &path), None, "{method} {path}");
            asked += 1;
        }
    }
    assert!(asked > 100, "{asked} pages");
    assert_eq!(kept_for(&shop).await, before);
    send(eve.request(Method::GET, "/api/v1/auth/me")).await.expect(200);
}
