//! Every error is a problem that says what is wrong and where.

use billfold_tests::shop::{Shop, eur, fresh_key, line, send};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_and_what_cannot_be_read_is_a_problem() {
    let shop = Shop::open().await;
    shop.get("/api").await.problem(404, "not_found");
    shop.get("/api/v2/clients").await.problem(404, "not_found");
    let text = |kind: &str, body: &str| {
        let request = shop.request(Method::POST, "/api/v1/clients");
        let request = request.header("idempotency-key", fresh_key());
        request.header("content-type", kind).body(body.to_owned())
    };
    send(text("text/plain", "{}")).await.problem(415, "media_type");
    let none = shop.request(Method::POST, "/api/v1/clients");
    let none = none.header("idempotency-key", fresh_key());
    send(none.body("{}")).await.problem(415, "media_type");
    let large = format!("{{\"contact\":\"{}\"}}", "x".repeat(1024 * 1024));
    send(text("application/json", &large)).await.problem(413, "body_too_large");
    for broken in ["", "{", "{\"contact\":{\"name\":\"A\"}} {}", "\u{feff}{}"] {
        let reply = send(text("application/json", broken)).await.problem(400, "malformed");
        assert_eq!(reply.body["errors"][0]["code"], "body.not_json", "{broken}");
    }
    let deep = "[".repeat(100_000);
    send(text("application/json", &deep)).await.problem(400, "malformed");
    send(text("application/json; charset=utf-8", "{}")).await.problem(400, "malformed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_field_is_pointed_at() {
    let shop = Shop::open().await;
    let client = shop.client("Ada").await;
    let with = |change: Value| {
        let mut body = line("9.90");
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        json!({ "client_id": client, "currency": "EUR", "lines": [body] })
    };
    let tax = json!({ "category": "Z", "rate": "19", "country": "DE" });
    for (body, pointer) in [
        (json!({}), "/client_id"),
        (json!({ "client_id": 7 }), "/client_id"),
        (json!({ "client_id": "inv_00000000000000000000000000" }), "/client_id"),
        (json!({ "client_id": client, "currencies": "EUR" }), "/currencies"),
        (json!({ "client_id": client, "currency": "EURO" }), "/currency"),
        (json!({ "client_id": client, "due_date": "2026-02-30" }), "/due_date"),
        (json!({ "client_id": client, "due_date": "+99999-01-01" }), "/due_date"),
        (with(json!({ "unit_price": 9.9 })), "/lines/0/unit_price"),
        (with(json!({ "unit_price": "9,90" })), "/lines/0/unit_price"),
        (with(json!({ "unit_price": "99999999999999999999999999999" })), "/lines/0/unit_price"),
        (with(json!({ "quantity": "1e9" })), "/lines/0/quantity"),
        (with(json!({ "quantity": "0.0000001" })), "/lines/0/quantity"),
        (with(json!({ "quantity": "0".repeat(25) })), "/lines/0/quantity"),
        (with(json!({ "kind": "spaceship" })), "/lines/0/kind"),
        (with(json!({ "kind": "Hosting" })), "/lines/0/kind"),
        (with(json!({ "description": "a\u{0}b" })), "/lines/0/description"),
        (with(json!({ "description": " " })), "/lines/0/description"),
        (with(json!({ "description": "x".repeat(501) })), "/lines/0/description"),
        (with(json!({ "tax": tax })), "/lines/0/tax/rate"),
        (
            with(json!({ "period": { "from": "2026-03-01", "to": "2026-03-01" } })),
            "/lines/0/period/to",
        ),
    ] {
        let reply = shop.post("/api/v1/invoices", body.clone()).await.problem(400, "malformed");
        assert_eq!(reply.pointer(), pointer, "{body}: {}", reply.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_nobody_reads_is_refused() {
    let shop = Shop::open().await;
    let body = json!({ "code": "vps-s", "name": "VPS S", "kind": "vps" });
    let product = shop.post("/api/v1/products", body).await.made();
    let twice = json!({ "cycle": { "every": "once", "count": 2 }, "price": eur("1.00") });
    let path = format!("/api/v1/products/{product}/prices");
    let refused = shop.change(Method::POST, &path, 1, twice).await.problem(400, "malformed");
    assert_eq!(refused.pointer(), "/cycle");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_wrong_fields_are_told_at_once() {
    let shop = Shop::open().await;
    let contact = json!({ "name": "", "email": "nobody", "address": { "country": "DE" } });
    let body = json!({ "contact": contact, "country": "Germany", "currency": "euro" });
    let reply = shop.post("/api/v1/clients", body).await.problem(400, "malformed");
    let errors = reply.body["errors"].as_array().unwrap();
    let mut found: Vec<&str> = errors.iter().map(|e| e["pointer"].as_str().unwrap()).collect();
    found.sort_unstable();
    assert_eq!(found, ["/contact/email", "/contact/name", "/country", "/currency"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn money_is_exact_or_refused() {
    let shop = Shop::open().await;
    let client = shop.client("Ada").await;
    let invoice = shop.invoice(&client, &["10.00"]).await;
    let pay = |amount: Value| json!({ "method": "manual_bank", "amount": amount });
    let path = format!("/api/v1/invoices/{invoice}/pay");
    for (amount, pointer, code) in [
        (eur("1.234"), "/amount/amount", "money.too_precise"),
        (eur("ten"), "/amount/amount", "money.not_a_number"),
        (eur("99999999999999999.99"), "/amount/amount", "money.out_of_range"),
        (json!({ "amount": "1.5", "currency": "JPY" }), "/amount/amount", "money.too_precise"),
        (json!({ "amount": "1", "currency": "XYZ" }), "/amount/currency", "currency.unknown"),
        (json!({ "amount": "1.00" }), "/amount/currency", "field.missing"),
    ] {
        let reply = shop.post(&path, pay(amount.clone())).await.problem(400, "malformed");
        assert_eq!(reply.pointer(), pointer, "{amount}");
        assert_eq!(reply.body["errors"][0]["code"], code, "{amount}");
    }
    let other = json!({ "amount": "11.90", "currency": "USD" });
    let reply = shop.post(&path, pay(other)).await.problem(422, "money.mixed_currencies");
    assert_eq!(reply.pointer(), "/amount");
    for nothing in ["0.00", "-1.00"] {
        let reply = shop.post(&path, pay(eur(nothing))).await;
        assert!((400..=422).contains(&reply.status), "{}", reply.body);
    }
    let read = shop.get(&format!("/api/v1/invoices/{invoice}")).await.expect(200);
    assert_eq!(read.body["balance_due"], eur("11.90"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_query_is_pointed_at() {
    let shop = Shop::open().await;
    for (query, pointer) in [
        ("limit=0", "/limit"),
        ("limit=101", "/limit"),
        ("limit=ten", "/limit"),
        ("cursor=%C3%A9", "/cursor"),
        ("cursor=zz", "/cursor"),
        ("cursor=41", "/cursor"),
        ("status=sad", "/status"),
        ("currency=eur", "/currency"),
        ("client_id=x", "/client_id"),
        ("due_from=yesterday", "/due_from"),
        ("sort=colour", "/sort"),
        ("colour=red", "/colour"),
        ("limit=1&limit=2", "/limit"),
    ] {
        let reply = shop.get(&format!("/api/v1/invoices?{query}")).await;
        let reply = reply.problem(400, "malformed");
        assert_eq!(reply.pointer(), pointer, "{query}: {}", reply.body);
        assert_eq!(reply.body["errors"][0]["in"], "query", "{query}");
    }
    for (path, pointer) in [
        ("clients?min_position=-1", "/min_position"),
        ("clients?email=", "/email"),
        ("audit?entity_type=Invoice", "/entity_type"),
        ("events?aggregate_type=a%20b", "/aggregate_type"),
        ("events?from=-4800-01-01T00:00:00Z", "/from"),
        ("audit?to=0001-01-01T00:00:00Z", "/to"),
        ("journal?from=-4800-01-01", "/from"),
        ("orders?to=9999-01-01", "/to"),
        ("payments?from=1066-10-14", "/from"),
        ("invoices?due_to=3000-01-01", "/due_to"),
        ("trial-balance?effective_on=-4800-01-01", "/effective_on"),
    ] {
        let reply = shop.get(&format!("/api/v1/{path}")).await.problem(400, "malformed");
        assert_eq!(reply.pointer(), pointer, "{path}: {}", reply.body);
    }
    let reply = shop.get("/api/v1/trial-balance?as_of=soon").await.problem(400, "malformed");
    assert_eq!(reply.pointer(), "/as_of");
    let client = shop.client("Ada").await;
    let ledger = format!("/api/v1/clients/{client}/ledger");
    assert_eq!(shop.get(&ledger).await.problem(400, "malformed").pointer(), "/currency");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_to_come_is_waited_for_and_then_told() {
    let shop = Shop::open().await;
    let far = shop.position().await + 1_000;
    let reply = shop.get(&format!("/api/v1/clients?min_position={far}")).await;
    let reply = reply.problem(409, "not_yet");
    assert!(reply.body["position"].as_i64().unwrap() < far, "{}", reply.body);
    assert!(reply.headers.contains_key("retry-after"));
    let client = shop.client("Ada").await;
    let invoice = shop.invoice(&client, &["1.00"]).await;
    let path = format!("/api/v1/invoices/{invoice}?as_of={far}");
    shop.get(&path).await.problem(409, "not_yet");
}
