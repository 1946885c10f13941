//! Commands: once per key, against the version seen, answered with what to read next.

use billfold_tests::shop::{Shop, eur, line, send};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_with_the_same_key_is_answered_as_the_first_time() {
    let shop = Shop::open().await;
    let body = json!({ "contact": { "name": "Ada", "email": "ada@example.org" } });
    let first = shop.post_as("k-1", "/api/v1/clients", body.clone()).await.expect(201);
    assert!(!first.headers.contains_key("idempotent-replayed"));
    let again = shop.post_as("k-1", "/api/v1/clients", body).await.expect(201);
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert_eq!(again.body, first.body);
    assert_eq!(again.headers["location"], first.headers["location"]);
    assert_eq!(again.headers["etag"], first.headers["etag"]);
    let other = json!({ "contact": { "name": "Eve" } });
    let reused = shop.post_as("k-1", "/api/v1/clients", other).await;
    let reused = reused.problem(422, "command.key_reused");
    assert_eq!(reused.pointer(), "/idempotency-key");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_the_answer_to_its_key_for_ever() {
    let shop = Shop::open().await;
    let client = shop.client("Ada").await;
    let draft = shop.draft(&client, &["1.00"]).await;
    let path = format!("/api/v1/invoices/{draft}/pay");
    let body = json!({ "method": "manual_bank" });
    let first = shop.post_as("k-1", &path, body.clone()).await;
    assert_eq!(first.status, 409, "{}", first.body);
    let seen = shop.get(&format!("/api/v1/invoices/{draft}")).await.version();
    let issue = format!("/api/v1/invoices/{draft}/issue");
    shop.change(Method::POST, &issue, seen, json!({})).await.expect(200);
    let again = shop.post_as("k-1", &path, body.clone()).await;
    assert_eq!(again.status, 409, "{}", again.body);
    assert_eq!(again.headers["idempotent-replayed"], "true");
    shop.post(&path, body).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sellers_may_use_the_same_key() {
    let shop = Shop::open().await;
    let neighbour = shop.key_of_neighbour().await;
    let body = json!({ "contact": { "name": "Ada", "email": "ada@example.org" } });
    let ours = shop.post_as("k-1", "/api/v1/clients", body.clone()).await.made();
    let request = shop.http().post(shop.url("/api/v1/clients")).bearer_auth(&neighbour);
    let theirs = send(request.header("idempotency-key", "k-1").json(&body)).await;
    assert_ne!(theirs.made(), ours);
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_presses_of_one_button_are_one_command() {
    let shop = Shop::open().await;
    let body = json!({ "contact": { "name": "Ada", "email": "ada@example.org" } });
    let presses = (0..20).map(|_| shop.post_as("k-1", "/api/v1/clients", body.clone()));
    let ids: Vec<String> = join_all(presses).await.into_iter().map(|reply| reply.made()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let list = shop.fresh("/api/v1/clients").await.expect(200);
    assert_eq!(list.body["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_what_was_not_seen_is_refused() {
    let shop = Shop::open().await;
    let client = shop.client("Ada").await;
    let path = format!("/api/v1/clients/{client}");
    let read = shop.get(&path).await;
    let seen = read.version();
    assert_eq!(read.body["version"], seen);
    let suspend = format!("{path}/suspend");
    let reason = json!({ "reason": "does not answer" });
    let done = shop.change(Method::POST, &suspend, seen, reason.clone()).await.expect(200);
    assert_eq!(done.version(), seen + 1);
    assert_eq!(done.body["version"], seen + 1);
    let stale = shop.change(Method::POST, &suspend, seen, reason).await;
    let stale = stale.problem(412, "command.conflict");
    assert_eq!(stale.body["version"], seen + 1);
    assert_eq!(stale.headers["etag"], format!("\"{}\"", seen + 1));
    let contact = json!({ "contact": { "name": "Ada Byron" } });
    let path = format!("{path}/contact");
    shop.change(Method::PUT, &path, seen + 1, contact).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_people_who_saw_the_same_version_one_wins() {
    let shop = Shop::open().await;
    let client = shop.client("Ada").await;
    let draft = shop.draft(&client, &["1.00"]).await;
    let seen = shop.get(&format!("/api/v1/invoices/{draft}")).await.version();
    let path = format!("/api/v1/invoices/{draft}/lines");
    let adds = (0..8).map(|_| shop.change(Method::POST, &path, seen, line("5.00")));
    let mut statuses: Vec<u16> = join_all(adds).await.iter().map(|reply| reply.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
    let read = shop.get(&format!("/api/v1/invoices/{draft}")).await.expect(200);
    assert_eq!(read.body["lines"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_command_wrote_can_be_read_at_its_position() {
    let shop = Shop::open().await;
    for name in ["Ada", "Grace", "Edsger"] {
        let body = json!({ "contact": { "name": name } });
        let made = shop.post("/api/v1/clients", body).await.expect(201);
        let position = made.body["position"].as_i64().unwrap();
        let list = shop.get(&format!("/api/v1/clients?min_position={position}")).await.expect(200);
        assert!(list.body["as_of_position"].as_i64().unwrap() >= position);
        assert!(list.body.to_string().contains(made.body["id"].as_str().unwrap()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_written_line_by_line_and_issued() {
    let shop = Shop::open().await;
    let client = shop.client("Ada").await;
    let draft = shop.draft(&client, &["10.00"]).await;
    let path = format!("/api/v1/invoices/{draft}");
    let seen = shop.get(&path).await.version();
    let added = shop.change(Method::POST, &format!("{path}/lines"), seen, line("5.55")).await;
    assert_eq!(added.body["line_no"], 2, "{}", added.body);
    let removed = format!("{path}/lines/1");
    let removed = shop.change(Method::DELETE, &removed, added.version(), json!({})).await;
    let due = json!({ "due_date": "2026-03-20" });
    let due = shop.change(Method::PUT, &format!("{path}/due-date"), removed.version(), due).await;
    let read = shop.get(&path).await.expect(200);
    assert_eq!(read.body["status"], "draft");
    assert_eq!(read.body["net"], eur("5.55"));
    assert_eq!(read.body["tax"], eur("1.05"));
    assert_eq!(read.body["number"], serde_json::Value::Null);
    let issue = format!("{path}/issue");
    let issued = shop.change(Method::POST, &issue, due.version(), json!({})).await.expect(200);
    assert_eq!(issued.body["number"], "INV-2026-000001");
    assert_eq!(issued.body["issue_date"], "2026-03-02");
    assert_eq!(issued.body["due_date"], "2026-03-20");
    assert_eq!(issued.body["total"], eur("6.60"));
    let late =
        shop.change(Method::POST, &format!("{path}/lines"), issued.version(), line("1")).await;
    assert_eq!(late.status, 409, "{}", late.body);
    let write_off = format!("{path}/write-off");
    let reason = json!({ "reason": "the client has vanished" });
    shop.change(Method::POST, &write_off, issued.version(), reason).await.expect(200);
    assert_eq!(shop.get(&path).await.body["status"], "uncollectible");
    shop.assert_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_at_catalogue_prices_becomes_an_invoice() {
    let shop = Shop::open().await;
    let client = shop.client("Ada").await;
    let body = json!({ "code": "hosting-s", "name": "Hosting S", "kind": "hosting" });
    let product = shop.post("/api/v1/products", body).await.made();
    let seen = shop.get(&format!("/api/v1/products/{product}")).await.version();
    let price = json!({ "cycle": { "every": "months", "count": 1 }, "price": eur("9.90"),
        "setup_fee": eur("5.00") });
    let path = format!("/api/v1/products/{product}/prices");
    shop.change(Method::POST, &path, seen, price).await.expect(200);
    let item = json!({ "product_id": product, "cycle": { "every": "months", "count": 1 },
        "quantity": "2" });
    let body = json!({ "client_id": client, "items": [item] });
    let placed = shop.post("/api/v1/orders", body).await.expect(201);
    assert_eq!(placed.body["total"], eur("29.80"));
    let order = placed.body["id"].as_str().unwrap();
    let tax = json!({ "category": "S", "rate": "19", "country": "DE" });
    let body = json!({ "client_id": client, "order_id": order, "tax": tax });
    let invoice = shop.post("/api/v1/invoices", body).await.made();
    let path = format!("/api/v1/invoices/{invoice}");
    let seen = shop.get(&path).await.version();
    let issued = shop.change(Method::POST, &format!("{path}/issue"), seen, json!({})).await;
    assert_eq!(issued.body["total"], eur("35.46"), "{}", issued.body);
    let order = shop.get(&format!("/api/v1/orders/{order}")).await.expect(200);
    assert_eq!(order.body["status"], "accepted");
    assert_eq!(order.body["invoice_id"], invoice);
    let seen = order.version();
    let path = format!("/api/v1/orders/{}/cancel", order.body["id"].as_str().unwrap());
    let late = shop.change(Method::POST, &path, seen, json!({ "reason": "too late" })).await;
    assert_eq!(late.status, 409, "{}", late.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_client_is_nobody_and_the_books_stay() {
    let shop = Shop::open().await;
    let client = shop.client("Ada Lovelace").await;
    let invoice = shop.invoice(&client, &["10.00"]).await;
    let path = format!("/api/v1/clients/{client}");
    let seen = shop.get(&path).await.version();
    let reason = json!({ "reason": "asked to be forgotten" });
    shop.change(Method::POST, &format!("{path}/erase"), seen, reason).await.expect(200);
    let read = shop.get(&path).await.expect(200);
    assert_eq!((&read.body["status"], &read.body["contact"]), (&json!("erased"), &json!(null)));
    let list = shop.fresh("/api/v1/clients").await.expect(200);
    assert!(!list.body.to_string().contains("Lovelace"), "{}", list.body);
    let taxed = format!("/api/v1/tax-rates/resolve?client_id={client}");
    shop.get(&taxed).await.problem(409, "client.erased");
    // The buyer on the issued document is kept as long as the law asks for it.
    let document = shop.fresh(&format!("/api/v1/invoices/{invoice}/document")).await.expect(200);
    assert_eq!(document.body["buyer"]["name"], "Ada Lovelace");
    shop.assert_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_belongs_to_one_client() {
    let shop = Shop::open().await;
    let ada = shop.client("Ada").await;
    let body = json!({ "contact": { "name": "Eve", "email": "ADA@example.org" } });
    let taken = shop.post("/api/v1/clients", body).await;
    assert_eq!(taken.status, 409, "{}", taken.body);
    assert!(!taken.body.to_string().contains("example.org"), "{}", taken.body);
    let found = shop.fresh("/api/v1/clients?email=Ada%40example.org").await.expect(200);
    assert_eq!(found.body["items"][0]["id"], ada);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_of_two_who_replace_the_lines_of_a_draft_is_told() {
    let shop = Shop::open().await;
    let client = shop.client("Ada").await;
    let draft = shop.draft(&client, &["1.00", "2.00"]).await;
    let seen = shop.get(&format!("/api/v1/invoices/{draft}")).await.version();
    let path = format!("/api/v1/invoices/{draft}/lines");
    let replace = |price: &str| json!({ "lines": [line("2.00"), line(price)] });
    shop.change(Method::PUT, &path, seen, replace("3.00")).await.expect(200);
    let second = shop.change(Method::PUT, &path, seen, replace("4.00")).await;
    second.problem(412, "command.conflict");
    let lines = shop.read_invoice(&draft).await["lines"].clone();
    let numbers: Vec<_> = lines.as_array().unwrap().iter().map(|line| &line["no"]).collect();
    assert_eq!(numbers, [2, 3], "{lines}");
}
