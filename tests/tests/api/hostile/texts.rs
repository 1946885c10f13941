//! Markup, scripts, SQL and letters that turn the reading direction, in every text somebody may
//! type: kept as it was typed and shown as text, or refused.

use std::collections::BTreeSet;

use billfold_tests::shop::{PASSWORD, Shop, eur, line, send};
use reqwest::Method;
use serde_json::{Value, json};

use super::Desk;

/// Breaks out of an attribute, a tag, a script and a query, if anything lets it.
const HARM: &str = "x\"><img src=x onerror=alert(7)>';--";

/// Text fields that take no free text: numbers, keys and ids of a shape, secrets, addresses of
/// mail and the web. What is refused in them is the subject of `bodies.rs` and of the documents.
const SHAPED: &[&str] = &[
    "ceremony",
    "email",
    "host_name",
    "issuer",
    "link",
    "password",
    "current_password",
    "new_password",
    "code",
    "refresh_token",
    "gateway",
    "method",
    "option",
    "paid_by",
    "url",
    "time_zone",
    "unit_price",
    "price",
    "vat_id",
    "phone",
    "iban",
    "bic",
    "postal_code",
];

/// Free texts of the API: names of fields of request bodies that are strings with room for a
/// sentence and no given shape.
fn free_texts(document: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            let body = &operation["requestBody"]["content"]["application/json"]["schema"];
            gather(document, body, "", &mut found, &mut BTreeSet::new());
        }
    }
    found.retain(|name| !SHAPED.contains(&name.as_str()));
    found
}

fn gather(
    all: &Value,
    schema: &Value,
    name: &str,
    found: &mut BTreeSet<String>,
    seen: &mut BTreeSet<String>,
) {
    let schema = match schema["$ref"].as_str() {
        // A schema is named by one field or by several; texts of its own have names of their own.
        Some(reference) if !seen.insert(format!("{name} {reference}")) => return,
        Some(reference) => all.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    };
    let is_text = schema["type"] == "string"
        || schema["type"].as_array().is_some_and(|types| types.contains(&json!("string")));
    let is_free = ["enum", "pattern", "format", "const"].iter().all(|key| schema[key].is_null());
    if is_text && is_free && schema["maxLength"].as_u64().is_some_and(|most| most >= 35) {
        found.insert(name.to_owned());
    }
    for key in ["oneOf", "anyOf", "allOf"] {
        for part in schema[key].as_array().into_iter().flatten() {
            gather(all, part, name, found, seen);
        }
    }
    if schema["items"].is_object() {
        gather(all, &schema["items"], name, found, seen);
    }
    for (field, part) in schema["properties"].as_object().into_iter().flatten() {
        gather(all, part, field, found, seen);
    }
}

/// Names of the fields of a body that carry the harm.
fn planted(body: &Value, name: &str, found: &mut BTreeSet<String>) {
    match body {
        Value::String(text) if text.contains(HARM) => drop(found.insert(name.to_owned())),
        Value::Array(items) => items.iter().for_each(|item| planted(item, name, found)),
        Value::Object(fields) => fields.iter().for_each(|(name, one)| planted(one, name, found)),
        _ => {}
    }
}

/// Types into forms of the API, and remembers into which fields.
struct Typist<'a> {
    shop: &'a Shop,
    planted: BTreeSet<String>,
}

impl Typist<'_> {
    async fn post(&mut self, path: &str, body: Value) -> Value {
        planted(&body, "", &mut self.planted);
        let reply = self.shop.post(path, body).await;
        assert!(matches!(reply.status, 200 | 201), "{path}: {}", reply.body);
        reply.body
    }

    async fn made(&mut self, path: &str, body: Value) -> String {
        self.post(path, body).await["id"].as_str().expect("an id").to_owned()
    }

    async fn change(&mut self, method: Method, of: &str, verb: &str, body: Value) {
        planted(&body, "", &mut self.planted);
        let seen = self.shop.get(of).await.version();
        let reply = self.shop.change(method, &format!("{of}{verb}"), seen, body).await;
        assert!(matches!(reply.status, 200 | 201), "{of}{verb}: {}", reply.body);
    }

    async fn people(&mut self) -> String {
        let field = json!({ "label": HARM, "kind": "text" });
        self.change(Method::PUT, "/api/v1/settings", "/custom-fields/manager", field).await;
        let account = json!({ "iban": "DE89370400440532013000", "holder": HARM });
        let letterhead = json!({ "line1": HARM, "line2": HARM, "city": HARM, "state": HARM,
            "registration": HARM, "bank_account": account });
        self.change(Method::PUT, "/api/v1/settings", "/letterhead", letterhead).await;
        let address = json!({ "line1": HARM, "line2": HARM, "city": HARM, "state": HARM,
            "country": "DE" });
        let person = json!({ "name": HARM, "company": HARM, "first_name": HARM,
            "last_name": HARM, "address": address });
        let client = self.made("/api/v1/clients", json!({ "contact": person })).await;
        let path = format!("/api/v1/clients/{client}");
        let contact = json!({ "kinds": ["billing"], "person": person });
        self.change(Method::POST, &path, "/contacts", contact).await;
        self.change(Method::POST, &path, "/notes", json!({ "text": HARM })).await;
        let values = json!({ "values": { "manager": HARM } });
        self.change(Method::PUT, &path, "/custom-fields", values).await;
        let footer = json!({ "text": HARM, "company": HARM, "note": HARM });
        let brand = json!({ "name": HARM, "footer": footer });
        self.change(Method::PUT, "/api/v1/branding", "", brand).await;
        let role = json!({ "name": HARM, "description": HARM, "permissions": ["clients:read"] });
        self.made("/api/v1/roles", role).await;
        let department = json!({ "name": HARM, "description": HARM });
        self.made("/api/v1/departments", department).await;
        let eve = json!({ "name": HARM, "email": "eve@example.org", "password": PASSWORD });
        self.made("/api/v1/staff", eve).await;
        self.post("/api/v1/api-keys", json!({ "name": HARM, "scopes": ["clients:read"] })).await;
        let group = json!({ "code": "vip", "name": HARM });
        self.made("/api/v1/client-groups", group).await;
        client
    }

    async fn catalogue(&mut self, client: &str) {
        let body = json!({ "code": "vps-s", "name": HARM, "kind": "vps" });
        let product = self.made("/api/v1/products", body).await;
        let path = format!("/api/v1/products/{product}");
        let markdown = format!(
            "# {HARM}\n\n<script>alert(7)</script>\n\n[a](javascript:alert(7)) \
             ![b](https://evil.example/pixel.png) {HARM}"
        );
        let body = json!({ "description": markdown,
            "features": [{ "key": HARM, "value": HARM }] });
        self.change(Method::PUT, &path, "/description", body).await;
        let choice = json!({ "key": "a", "label": HARM });
        let options = json!({ "options": [
            { "key": "place", "label": HARM, "kind": "choice", "choices": [choice] },
            { "key": "note", "label": HARM, "kind": "text" },
        ] });
        self.change(Method::PUT, &path, "/options", options).await;
        let price = json!({ "cycle": { "every": "months", "count": 1 }, "price": eur("9.00") });
        self.change(Method::POST, &path, "/prices", price).await;
        let answers = json!([{ "option": "note", "answer": HARM },
            { "option": "place", "answer": "a" }]);
        let item = json!({ "product_id": product, "answers": answers,
            "cycle": { "every": "months", "count": 1 } });
        let goods = json!({ "kind": "goods", "description": HARM, "unit_price": eur("1.00") });
        let order = json!({ "client_id": client, "items": [item, goods] });
        let order = self.made("/api/v1/orders", order).await;
        let path = format!("/api/v1/orders/{order}");
        self.change(Method::POST, &path, "/hold", json!({ "reason": HARM })).await;
    }

    async fn money(&mut self, client: &str) {
        let mut sold = line("10.00");
        sold["description"] = json!(HARM);
        sold["tax"] = json!({ "category": "E", "rate": "0", "country": "DE" });
        let draft = json!({ "client_id": client, "currency": "EUR", "lines": [sold] });
        let invoice = self.made("/api/v1/invoices", draft).await;
        let path = format!("/api/v1/invoices/{invoice}");
        let issue = json!({ "buyer_reference": HARM, "order_reference": HARM,
            "exemption_reason": { "text": HARM } });
        self.change(Method::POST, &path, "/issue", issue).await;
        let pay = json!({ "method": "manual_bank", "amount": eur("1.00"), "reference": HARM });
        self.post(&format!("{path}/pay"), pay).await;
        let stage = json!({ "name": HARM, "when": { "days": 3 }, "action": "remind" });
        let strategy = json!({ "code": "own", "name": HARM,
            "terms": { "stages": [stage], "grace_days": 0 } });
        self.made("/api/v1/dunning-strategies", strategy).await;
        let rate = json!({ "country": "US", "region": HARM, "rate": "7",
            "valid_from": "2026-01-01" });
        let rate = self.made("/api/v1/tax-rates", rate).await;
        let exempt = json!({ "client_id": client, "evidence": HARM, "reason": { "text": HARM } });
        self.change(Method::POST, &format!("/api/v1/tax-rates/{rate}"), "/exemptions", exempt)
            .await;
        let endpoint = json!({ "url": "https://8.8.8.8/", "description": HARM,
            "event_types": ["nothing.ever"] });
        self.made("/api/v1/webhook-endpoints", endpoint).await;
        let fees = json!({ "account": "5100", "side": "debit", "amount": eur("7.00"),
            "detail": HARM });
        let bank = json!({ "account": "1300", "side": "credit", "amount": eur("7.00"),
            "detail": HARM });
        let adjustment = json!({ "reason": HARM, "lines": [fees, bank] });
        self.post("/api/v1/journal/adjustments", adjustment).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_into_any_text_is_shown_as_text_on_every_page() {
    let shop = Shop::open().await;
    let desk = Desk::first(&shop).await;
    let mut typist = Typist { shop: &shop, planted: BTreeSet::new() };
    let client = typist.people().await;
    typist.catalogue(&client).await;
    typist.money(&client).await;
    let document = send(shop.http().get(shop.url("/openapi.json"))).await.expect(200).body;
    let missing: Vec<_> = free_texts(&document).difference(&typist.planted).cloned().collect();
    assert!(missing.is_empty(), "plant something in these too: {missing:?}");

    shop.fresh("/api/v1/invoices").await.expect(200);
    shop.fresh("/api/v1/audit").await.expect(200);
    let mut shown = 0;
    for page in desk.walk().await {
        for broken in ["<img src=x", "<script>alert", "href=\"javascript:", "src=\"https://"] {
            assert!(!page.html.contains(broken), "{} lets {broken} out", page.path);
        }
        assert!(page.status < 500, "{}: {}", page.path, page.status);
        shown += usize::from(page.html.contains("alert(7)"));
    }
    assert!(shown > 15, "{shown} pages show it as text");
    let read = shop.get(&format!("/api/v1/clients/{client}")).await.expect(200).body;
    assert_eq!(read["contact"]["name"], HARM, "kept as it was typed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_is_a_value_and_never_part_of_a_statement() {
    let shop = Shop::open().await;
    let client = shop.client("Ada").await;
    shop.invoice(&client, &["10.00"]).await;
    let document = send(shop.http().get(shop.url("/openapi.json"))).await.expect(200).body;
    let mut asked = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        if path.contains('{') || path.contains("feed") {
            continue;
        }
        for parameter in item["get"]["parameters"].as_array().into_iter().flatten() {
            let Some(name) = parameter["name"].as_str().filter(|_| parameter["in"] == "query")
            else {
                continue;
            };
            for value in ["' or '1'='1", "1; drop table events", "\\", "%", "_", "\u{202e}", "')"] {
                let query = serde_urlencoded::to_string([(name, value)]).unwrap();
                let reply = shop.get(&format!("{path}?{query}")).await;
                assert!(reply.status < 500, "{path}?{query}: {}", reply.body);
                let found = reply.body["items"].as_array().map_or(0, Vec::len);
                let is_filter = name != "sort" && name != "cursor" && name != "limit";
                assert!(!is_filter || found == 0, "{path}?{query}: {}", reply.body);
                asked += 1;
            }
        }
    }
    assert!(asked > 200, "{asked} queries");
    shop.assert_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_turns_or_hides_what_is_read_is_refused() {
    let shop = Shop::open().await;
    for (what, letter) in [
        ("an override of the direction", '\u{202e}'),
        ("an embedded direction", '\u{202b}'),
        ("an isolated direction", '\u{2067}'),
        ("a line separator", '\u{2028}'),
        ("a paragraph separator", '\u{2029}'),
        ("a byte order mark", '\u{feff}'),
        ("a control character", '\u{7}'),
        ("a control character of the second set", '\u{85}'),
    ] {
        let name = format!("Ada{letter}ecalevoL");
        let body = json!({ "contact": { "name": name } });
        let reply = shop.post("/api/v1/clients", body).await.problem(400, "malformed");
        assert_eq!(reply.pointer(), "/contact/name", "{what}");
    }
    for name in ["محمد علی‌پور", "שרה כהן", "👩‍💻 Ada", "Zoë Ångström", "李小龙"]
    {
        shop.client(name).await;
    }
}
