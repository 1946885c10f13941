//! Documents, their history, and the proof that an event lies in the log.

use billfold_event_store::chain::Proof;
use billfold_event_store::recorded::Recorded;
use billfold_tests::shop::{Shop, eur};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_document_stays_as_it_was_issued() {
    let shop = Shop::open().await;
    let client = shop.client("Ada Lovelace").await;
    let draft = shop.draft(&client, &["10.00", "2.50"]).await;
    let path = format!("/api/v1/invoices/{draft}");
    let early = shop.fresh(&format!("{path}/document")).await;
    assert_eq!(early.problem(409, "invoice.not_issued").status, 409);
    let seen = shop.get(&path).await.version();
    shop.change(Method::POST, &format!("{path}/issue"), seen, json!({})).await.expect(200);
    let client_path = format!("/api/v1/clients/{client}");
    let seen = shop.get(&client_path).await.version();
    let contact = json!({ "contact": { "name": "Ada Byron" } });
    shop.change(Method::PUT, &format!("{client_path}/contact"), seen, contact).await.expect(200);
    let document = shop.fresh(&format!("{path}/document")).await.expect(200);
    assert_eq!(document.body["buyer"]["name"], "Ada Lovelace");
    assert_eq!(document.body["seller"]["name"], "Seller GmbH");
    assert_eq!(document.body["number"], "INV-2026-000001");
    assert_eq!(document.body["total"], eur("14.88"));
    assert_eq!(document.body["tax_groups"][0]["tax"], eur("2.38"));
    assert_eq!(shop.get(&client_path).await.body["contact"]["name"], "Ada Byron");
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_happened_to_an_invoice_is_listed_in_order() {
    let shop = Shop::open().await;
    let client = shop.client("Ada").await;
    let invoice = shop.invoice(&client, &["10.00"]).await;
    let path = format!("/api/v1/invoices/{invoice}");
    let half = json!({ "method": "manual_bank", "amount": eur("5.00"), "reference": "0042" });
    shop.post(&format!("{path}/pay"), half).await.expect(201);
    shop.post(&format!("{path}/charge"), json!({ "gateway": "sandbox" })).await.expect(201);
    let events = shop.fresh(&format!("{path}/events")).await.expect(200);
    let types: Vec<&str> = events.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["event_type"].as_str().unwrap())
        .collect();
    let expected = [
        "invoice.drafted",
        "invoice.line_added",
        "invoice.issued",
        "invoice.payment_applied",
        "invoice.payment_applied",
        "invoice.settled",
    ];
    assert_eq!(types, expected);
    let paid = shop.fresh(&format!("{path}/payments")).await.expect(200);
    let amounts: Vec<&Value> =
        paid.body["items"].as_array().unwrap().iter().map(|one| &one["amount"]).collect();
    assert_eq!(amounts, [&eur("5.00"), &eur("6.90")]);
    let payment = paid.body["items"][0]["payment_id"].as_str().unwrap();
    let payment = shop.fresh(&format!("/api/v1/payments/{payment}")).await.expect(200);
    assert_eq!(payment.body["reference"], "0042");
    assert_eq!(payment.body["allocations"][0]["invoice_id"], invoice);
    assert_eq!(payment.version(), 1);
    let position = events.body["items"][3]["position"].as_i64().unwrap();
    let chain = shop.get(&format!("/api/v1/events/{position}/chain")).await.expect(200);
    let chain = chain.body["items"].as_array().unwrap();
    assert!(chain.iter().any(|event| event["event_type"] == "payment.settled"), "{chain:?}");
    let one = shop.get(&format!("/api/v1/events/{position}")).await.expect(200);
    assert_eq!(one.body["event_type"], "invoice.payment_applied");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_and_the_issued_invoice_agree() {
    let shop = Shop::open().await;
    let lines = [billfold_tests::shop::line("3.33"), billfold_tests::shop::line("6.66")];
    let body = json!({ "currency": "EUR", "lines": lines });
    let request = shop.request(Method::POST, "/api/v1/invoices/preview").json(&body);
    let preview = billfold_tests::shop::send(request).await.expect(200);
    let client = shop.client("Ada").await;
    let invoice = shop.invoice(&client, &["3.33", "6.66"]).await;
    let issued = shop.get(&format!("/api/v1/invoices/{invoice}")).await.expect(200);
    for field in ["net", "tax", "total", "tax_groups"] {
        assert_eq!(preview.body[field], issued.body[field], "{field}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_convinces_whoever_knows_only_the_head() {
    let shop = Shop::open().await;
    let client = shop.client("Ada").await;
    shop.invoice(&client, &["10.00"]).await;
    let position = shop.position().await;
    let answer = shop.get(&format!("/api/v1/integrity/proofs/{position}")).await.expect(200);
    let proof: Proof = serde_json::from_value(json!({
        "position": answer.body["position"], "index": answer.body["index"],
        "size": answer.body["size"], "path": answer.body["path"],
        "header": answer.body["header"], "batch_hash": answer.body["batch_hash"],
    }))
    .unwrap();
    let event = recorded(&answer.body["event"], position, &shop).await;
    assert!(proof.holds_for(&event.as_ref()), "{}", answer.body);
    let mut other = event.clone();
    other.actor = "staff:somebody".to_owned();
    assert!(!proof.holds_for(&other.as_ref()));
    let head = shop.get("/api/v1/integrity/head").await.expect(200);
    assert_eq!(head.body["batch_hash"], answer.body["batch_hash"]);
    shop.get("/api/v1/integrity/anchors").await.expect(200);
    shop.get("/api/v1/integrity/proofs/999999").await.problem(404, "not_found");
}

/// The event as the answer tells it; its two texts are taken byte for byte from the log.
async fn recorded(event: &Value, position: i64, shop: &Shop) -> Recorded {
    let text = |name: &str| event[name].as_str().unwrap().to_owned();
    let id = |name: &str| event[name].as_str().map(|text| text.parse().unwrap());
    let (payload, metadata): (String, String) =
        sqlx::query_as("select payload::text, metadata::text from events where position = $1")
            .bind(position)
            .fetch_one(&shop.db.feed)
            .await
            .unwrap();
    Recorded {
        log_id: 1,
        position,
        tenant_id: id("tenant_id").unwrap(),
        aggregate_type: text("aggregate_type"),
        aggregate_id: id("aggregate_id").unwrap(),
        sequence: event["sequence"].as_i64().unwrap(),
        event_type: text("event_type"),
        event_version: text("event_version"),
        event_id: id("event_id").unwrap(),
        recorded_at: event["recorded_at"].as_str().unwrap().parse().unwrap(),
        effective_at: event["effective_at"].as_str().unwrap().parse().unwrap(),
        command_id: id("command_id").unwrap(),
        correlation_id: id("correlation_id").unwrap(),
        causation_id: id("causation_id"),
        actor: text("actor"),
        leaf_hash: [0; 32],
        payload,
        metadata,
    }
}
