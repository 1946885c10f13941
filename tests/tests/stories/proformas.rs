//! A client pays first: the proforma says what the invoice will, and the invoice comes with the
//! money.

use billfold_tests::shop::{Reply, Shop, eur};
use reqwest::Method;
use serde_json::{Value, json};

/// A proforma over these net prices at 19 %; its id.
async fn proforma(shop: &Shop, client: &str, prices: &[&str]) -> String {
    let draft = shop.draft(client, prices).await;
    shop.post("/api/v1/proformas", json!({ "invoice_id": draft })).await.made()
}

async fn read(shop: &Shop, id: &str) -> Value {
    shop.get(&format!("/api/v1/proformas/{id}")).await.expect(200).body
}

async fn act(shop: &Shop, id: &str, verb: &str, body: Value) -> Reply {
    let path = format!("/api/v1/proformas/{id}");
    let seen = shop.get(&path).await.version();
    shop.change(Method::POST, &format!("{path}/{verb}"), seen, body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proforma_owes_nobody_anything_and_takes_no_fiscal_number() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let draft = shop.draft(&client, &["10.00"]).await;
        let made = shop.post("/api/v1/proformas", json!({ "invoice_id": draft })).await;
        let made = made.expect(201).body;
        assert_eq!((&made["number"], &made["total"]), (&json!("PRO-2026-000001"), &eur("11.90")));
        assert_eq!(shop.read_invoice(&draft).await["status"], "discarded");
        let again = shop.post("/api/v1/proformas", json!({ "invoice_id": draft })).await;
        again.problem(409, "invoice.discarded");
        let journal = shop.fresh("/api/v1/journal").await.expect(200).body;
        assert_eq!(journal["items"], json!([]), "nothing is posted");
        let open = shop.fresh("/api/v1/proformas?status=open").await.expect(200).body;
        assert_eq!(open["items"][0]["id"], made["id"]);
        shop.invoice(&client, &["1.00"]).await;
        let list = shop.fresh("/api/v1/invoices?number=INV-2026-000001").await.expect(200).body;
        assert_eq!(list["items"].as_array().unwrap().len(), 1, "the first fiscal number is free");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proforma_that_is_paid_is_a_paid_invoice_of_that_day() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let id = proforma(shop, &client, &["10.00"]).await;
        shop.clock.set("2026-03-20T09:00:00Z".parse().unwrap());
        let path = format!("/api/v1/proformas/{id}/pay");
        let part = json!({ "method": "manual_bank", "amount": eur("11.89") });
        let part = shop.post(&path, part).await.problem(422, "proforma.paid_in_part");
        assert_eq!(part.pointer(), "/amount");
        let paid = json!({ "method": "manual_bank", "amount": eur("12.00") });
        let paid = shop.post(&path, paid).await.expect(201).body;
        assert_eq!((&paid["total"], &paid["to_credit"]), (&eur("11.90"), &eur("0.10")));
        assert_eq!(paid["invoice_number"], "INV-2026-000001");
        let invoice = shop.read_invoice(paid["invoice_id"].as_str().unwrap()).await;
        assert_eq!(
            (&invoice["status"], &invoice["issue_date"]),
            (&json!("paid"), &json!("2026-03-20"))
        );
        let became = read(shop, &id).await;
        assert_eq!(
            (&became["status"], &became["invoice_id"]),
            (&json!("converted"), &paid["invoice_id"])
        );
        let account = shop.balance(&client).await;
        assert_eq!((&account["receivable"], &account["credit"]), (&eur("0.00"), &eur("0.10")));
        let again = shop.post(&path, json!({ "method": "manual_cash" })).await;
        again.problem(409, "proforma.already_converted");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proforma_becomes_an_invoice_by_command_once_or_is_withdrawn() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let first = proforma(shop, &client, &["10.00"]).await;
        let second = proforma(shop, &client, &["20.00"]).await;
        let invoice = act(shop, &first, "convert", json!({})).await.expect(201).body;
        assert_eq!(
            (&invoice["number"], &invoice["total"]),
            (&json!("INV-2026-000001"), &eur("11.90"))
        );
        assert_eq!(shop.balance(&client).await["receivable"], eur("11.90"));
        act(shop, &first, "convert", json!({})).await.problem(409, "proforma.already_converted");
        let why = json!({ "reason": "not wanted any more" });
        act(shop, &second, "withdraw", why.clone()).await.expect(200);
        assert_eq!(read(shop, &second).await["status"], "withdrawn");
        act(shop, &second, "convert", json!({})).await.problem(409, "proforma.withdrawn");
        act(shop, &first, "withdraw", why).await.problem(409, "proforma.already_converted");
        let path = "/api/v1/number-register?series=proforma/PRO&year=2026";
        let register = shop.fresh(path).await.expect(200).body;
        assert_eq!(register["check"]["summary"], "complete from 1 to 2");
        assert_eq!(register["items"][0]["proforma_id"], json!(first));
        let neighbour = shop.neighbour().await;
        let foreign = neighbour.get(&format!("/api/v1/proformas/{first}")).await;
        assert_eq!(foreign.status, 404);
    })
    .await;
}
