//! Taxes are looked up for each document, and nothing leaves that EN 16931 would not let out.

use billfold_app::billing_run::BillingRun;
use billfold_tests::shop::{Reply, Shop, eur, line};
use reqwest::Method;
use serde_json::{Value, json};

/// Defines a tax and returns its id.
async fn define(shop: &Shop, country: &str, rate: &str, more: Value) -> String {
    let mut body = json!({ "country": country, "rate": rate, "valid_from": "2020-01-01" });
    let fields = more.as_object().expect("an object").clone();
    body.as_object_mut().expect("an object").extend(fields);
    shop.post("/api/v1/tax-rates", body).await.made()
}

/// Registers a client in a country, with a VAT number or without.
async fn client_in(shop: &Shop, country: &str, vat_id: Option<&str>) -> String {
    let contact = json!({ "name": "Grace Hopper", "vat_id": vat_id,
        "address": { "country": country } });
    shop.post("/api/v1/clients", json!({ "contact": contact })).await.made()
}

/// Drafts an invoice over 100 euros whose tax the rates decide.
async fn draft(shop: &Shop, client: &str) -> String {
    let mut line = line("100.00");
    line.as_object_mut().expect("an object").remove("tax");
    line["tax_class"] = json!("standard");
    let body = json!({ "client_id": client, "currency": "EUR", "lines": [line] });
    shop.post("/api/v1/invoices", body).await.made()
}

async fn document(shop: &Shop, invoice: &str) -> Value {
    shop.fresh(&format!("/api/v1/invoices/{invoice}/document")).await.expect(200).body
}

async fn act(shop: &Shop, path: &str, verb: &str, body: Value) -> Reply {
    let seen = shop.get(path).await.version();
    shop.change(Method::POST, &format!("{path}/{verb}"), seen, body).await
}

async fn put(shop: &Shop, path: &str, what: &str, body: Value) -> Reply {
    let seen = shop.get(path).await.version();
    shop.change(Method::PUT, &format!("{path}/{what}"), seen, body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_is_taxed_where_the_client_is_and_the_document_says_why() {
    Shop::story(async |shop| {
        let german = define(shop, "DE", "19", json!({})).await;
        let french = define(shop, "FR", "20", json!({})).await;
        let cases = [
            ("DE", None, "S", "19", "DE", Some(&german)),
            ("FR", None, "S", "20", "FR", Some(&french)),
            ("FR", Some("FR12345678901"), "AE", "0", "FR", None),
            ("DE", Some("DE987654321"), "S", "19", "DE", Some(&german)),
            ("US", None, "O", "0", "US", None),
        ];
        for (country, number, category, rate, at, used) in cases {
            let client = client_in(shop, country, number).await;
            let invoice = draft(shop, &client).await;
            shop.program().issue(&invoice).await.expect(200);
            let issued = document(shop, &invoice).await;
            let tax = json!({ "category": category, "rate": rate, "country": at });
            assert_eq!(issued["lines"][0]["tax"], tax, "{country} {number:?}");
            let evidence = &issued["tax_evidence"][0];
            assert_eq!(evidence["customer"], country);
            let found = evidence["rates"][0]["tax_rate_id"].as_str();
            assert_eq!(found, used.map(String::as_str), "{evidence}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_rate_counts_from_its_day_and_leaves_what_was_issued_alone() {
    Shop::story(async |shop| {
        let vat = define(shop, "DE", "19", json!({})).await;
        let client = client_in(shop, "DE", None).await;
        let (before, after) = (draft(shop, &client).await, draft(shop, &client).await);
        shop.program().issue(&before).await.expect(200);
        let path = format!("/api/v1/tax-rates/{vat}");
        let set = json!({ "rate": "16", "valid_from": "2026-07-01", "valid_to": "2027-01-01" });
        act(shop, &path, "rates", set.clone()).await.expect(200);
        let past = json!({ "rate": "1", "valid_from": "2026-01-01" });
        act(shop, &path, "rates", past).await.problem(422, "tax_rate.in_past");
        shop.clock.set("2026-07-02T09:00:00Z".parse().unwrap());
        shop.program().issue(&after).await.expect(200);
        assert_eq!(document(shop, &before).await["total"], eur("119.00"));
        let issued = document(shop, &after).await;
        assert_eq!(issued["total"], eur("116.00"));
        assert_eq!(issued["tax_evidence"][0]["rates"][0]["version"], 2);
        let listed = shop.fresh("/api/v1/tax-rates?country=DE").await.expect(200).body;
        assert_eq!(listed["items"][0]["rates"].as_array().map(Vec::len), Some(2), "{listed}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_is_taxed_anew_for_each_document() {
    Shop::story(async |shop| {
        let vat = define(shop, "DE", "19", json!({})).await;
        let client = client_in(shop, "DE", None).await;
        let product = json!({ "code": "vps-s", "name": "VPS S", "kind": "vps" });
        let product = shop.post("/api/v1/products", product).await.made();
        let cycle = json!({ "every": "months", "count": 1 });
        let price = json!({ "cycle": cycle, "price": eur("31.00") });
        act(shop, &format!("/api/v1/products/{product}"), "prices", price).await.expect(200);
        let new = json!({ "client_id": client, "product_id": product, "tax_class": "standard",
            "offer": { "currency": "EUR", "cycle": cycle }, "anchor": { "kind": "calendar" } });
        let begun = shop.post("/api/v1/subscriptions", new).await.expect(201).body;
        assert_eq!(begun["billing"]["total"], eur("35.70"), "30 of 31 days of March at 19 %");
        let set = json!({ "rate": "20", "valid_from": "2026-04-01" });
        act(shop, &format!("/api/v1/tax-rates/{vat}"), "rates", set).await.expect(200);
        shop.clock.set("2026-04-01T09:00:00Z".parse().unwrap());
        let report = shop.bill(shop.run_through("2026-04-01")).await;
        assert_eq!((report.issued, report.quarantined.len()), (1, 0), "{report:?}");
        let bills = shop.fresh(&format!("/api/v1/invoices?client_id={client}")).await.expect(200);
        let totals: Vec<_> =
            bills.body["items"].as_array().unwrap().iter().map(|bill| &bill["total"]).collect();
        assert!(totals.contains(&&eur("37.20")), "April at 20 %: {totals:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exempt_client_pays_no_tax_while_its_certificate_holds() {
    Shop::story(async |shop| {
        let vat = define(shop, "DE", "19", json!({})).await;
        let path = format!("/api/v1/tax-rates/{vat}");
        let client = client_in(shop, "DE", None).await;
        let exempt = json!({ "client_id": client, "evidence": "certificate 4711",
            "reason": { "code": "VATEX-EU-132" } });
        act(shop, &path, "exemptions", exempt).await.expect(200);
        let shown = shop.get(&path).await.expect(200).body.to_string();
        assert!(shown.contains("VATEX-EU-132") && !shown.contains("4711"), "{shown}");
        let (free, taxed) = (draft(shop, &client).await, draft(shop, &client).await);
        shop.program().issue(&free).await.expect(200);
        let issued = document(shop, &free).await;
        assert_eq!(issued["lines"][0]["tax"]["category"], "E");
        assert_eq!(issued["exemption_reason"]["code"], "VATEX-EU-132");
        act(shop, &path, "exemptions/end", json!({ "client_id": client })).await.expect(200);
        shop.program().issue(&taxed).await.expect(200);
        assert_eq!(document(shop, &taxed).await["total"], eur("119.00"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_apply_is_told_without_a_document() {
    Shop::story(async |shop| {
        define(shop, "DE", "19", json!({})).await;
        define(shop, "CA", "5", json!({ "code": "gst" })).await;
        let quebec = json!({ "code": "qst", "region": "QC", "turn": 2, "compound": true });
        define(shop, "CA", "10", quebec).await;
        let client = client_in(shop, "CA", None).await;
        let asked = format!("/api/v1/tax-rates/resolve?client_id={client}");
        assert_eq!(shop.get(&asked).await.expect(200).body["tax"]["rate"], "5");
        let facts = json!({ "region": "QC" });
        put(shop, &format!("/api/v1/clients/{client}"), "tax-facts", facts).await.expect(200);
        let found = shop.get(&asked).await.expect(200).body;
        assert_eq!(found["tax"]["rate"], "15.5", "10 % on 105 %: {found}");
        assert_eq!(found["rates"].as_array().map(Vec::len), Some(2));
        let french = client_in(shop, "FR", Some("FR12345678901")).await;
        let open = json!({ "vat_check": "pending" });
        put(shop, &format!("/api/v1/clients/{french}"), "tax-facts", open).await.expect(200);
        let asked = format!("/api/v1/tax-rates/resolve?client_id={french}");
        shop.get(&asked).await.problem(409, "tax_rate.vat_check_open");
        let nobody = "/api/v1/tax-rates/resolve?client_id=cli_00000000000000000000000000";
        shop.get(nobody).await.expect(404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_has_one_rate_of_a_tax_and_another_seller_sees_none_of_it() {
    Shop::story(async |shop| {
        let vat = define(shop, "DE", "19", json!({})).await;
        let twice = json!({ "country": "DE", "rate": "19", "valid_from": "2020-01-01" });
        let taken = shop.post("/api/v1/tax-rates", twice.clone()).await;
        taken.problem(409, "tax_rate.place_taken");
        let turned = json!({ "country": "DE", "rate": "7", "tax_class": "reduced",
            "valid_from": "2026-01-01", "valid_to": "2025-01-01" });
        let refused = shop.post("/api/v1/tax-rates", turned).await;
        assert_eq!(refused.expect(400).pointer(), "/valid_to");
        let neighbour = shop.neighbour().await;
        neighbour.get(&format!("/api/v1/tax-rates/{vat}")).await.problem(404, "not_found");
        neighbour.post("/api/v1/tax-rates", twice).await.made();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_en_16931_would_not_let_out_is_refused_by_the_id_of_its_rule() {
    Shop::story(async |shop| {
        let client = client_in(shop, "DE", None).await;
        let seller = "/api/v1/settings";
        put(shop, seller, "vat-id", json!({})).await.expect(200);
        let invoice = shop.draft(&client, &["10.00"]).await;
        let refused = shop.program().issue(&invoice).await.problem(422, "einvoice.tax_ids");
        assert_eq!(refused.pointer(), "/seller/vat_id");
        assert!(refused.body["detail"].as_str().unwrap().contains("BR-S-02"), "{}", refused.body);
        let local = json!({ "vat_id": "12345678901" });
        put(shop, seller, "vat-id", local).await.expect(200);
        let number = shop.program().issue(&invoice).await.expect(200).body["number"].clone();
        assert_eq!(number, "INV-2026-000001", "a refusal takes no number");
        let mut reverse = line("10.00");
        reverse["tax"] = json!({ "category": "AE", "rate": "0", "country": "FR" });
        let body = json!({ "client_id": client, "currency": "EUR", "lines": [reverse] });
        let invoice = shop.post("/api/v1/invoices", body).await.made();
        let refused = shop.program().issue(&invoice).await.problem(422, "einvoice.tax_ids");
        assert_eq!(refused.pointer(), "/buyer/vat_id");
        assert!(refused.body["detail"].as_str().unwrap().contains("BR-AE-02"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exempt_line_says_why_or_stays_a_draft() {
    Shop::story(async |shop| {
        let client = client_in(shop, "DE", None).await;
        let mut exempt = line("10.00");
        exempt["tax"] = json!({ "category": "E", "rate": "0", "country": "DE" });
        let body = json!({ "client_id": client, "currency": "EUR", "lines": [exempt] });
        let invoice = shop.post("/api/v1/invoices", body).await.made();
        let refused = shop.program().issue(&invoice).await;
        let refused = refused.problem(422, "einvoice.exemption_reason");
        assert!(refused.body["detail"].as_str().unwrap().contains("BR-E-10"));
        let reason = json!({ "buyer_reference": "04011000-12345-34",
            "exemption_reason": { "text": "Article 132 of 2006/112/EC" } });
        shop.program().act(&invoice, "issue", reason).await.expect(200);
        let issued = document(shop, &invoice).await;
        assert_eq!(issued["exemption_reason"]["text"], "Article 132 of 2006/112/EC");
        assert_eq!(issued["buyer_reference"], "04011000-12345-34");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proforma_is_taxed_anew_on_the_day_it_becomes_an_invoice() {
    Shop::story(async |shop| {
        let vat = define(shop, "DE", "19", json!({})).await;
        let client = client_in(shop, "DE", None).await;
        let invoice = draft(shop, &client).await;
        let made = shop.post("/api/v1/proformas", json!({ "invoice_id": invoice })).await;
        let made = made.expect(201).body;
        assert_eq!(made["total"], eur("119.00"));
        let set = json!({ "rate": "20", "valid_from": "2026-03-15" });
        act(shop, &format!("/api/v1/tax-rates/{vat}"), "rates", set).await.expect(200);
        shop.clock.set("2026-03-20T09:00:00Z".parse().unwrap());
        let proforma = format!("/api/v1/proformas/{}", made["id"].as_str().unwrap());
        let paid = json!({ "method": "manual_bank" });
        let paid = shop.post(&format!("{proforma}/pay"), paid).await.expect(201).body;
        assert_eq!(paid["total"], eur("120.00"));
        let issued = document(shop, paid["invoice_id"].as_str().unwrap()).await;
        assert_eq!(issued["tax_evidence"][0]["rates"][0]["version"], 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_left_out_is_taxed_as_of_the_invoice_it_was_left_out_of() {
    Shop::story(async |shop| {
        let vat = define(shop, "DE", "19", json!({})).await;
        let client = client_in(shop, "DE", None).await;
        let invoice = draft(shop, &client).await;
        shop.program().issue(&invoice).await.expect(200);
        let set = json!({ "rate": "20", "valid_from": "2026-03-15" });
        act(shop, &format!("/api/v1/tax-rates/{vat}"), "rates", set).await.expect(200);
        shop.clock.set("2026-03-20T09:00:00Z".parse().unwrap());
        let mut line = line("50.00");
        line.as_object_mut().expect("an object").remove("tax");
        line["tax_class"] = json!("standard");
        let more = json!({ "reason": "one server was left out", "lines": [line] });
        let debit = shop.program().act(&invoice, "debit-corrections", more).await;
        assert_eq!(debit.body["total"], eur("59.50"), "{}", debit.body);
        let issued = document(shop, &debit.made()).await;
        assert_eq!(issued["tax_evidence"][0]["rates"][0]["rate"], "19");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_document_over_an_exempt_sale_says_why() {
    Shop::story(async |shop| {
        let client = client_in(shop, "DE", None).await;
        let mut exempt = line("10.00");
        exempt["tax"] = json!({ "category": "E", "rate": "0", "country": "DE" });
        let body = json!({ "client_id": client, "currency": "EUR", "lines": [exempt] });
        let drafted = shop.post("/api/v1/invoices", body).await.made();
        let asked = json!({ "invoice_id": drafted });
        let silent = shop.post("/api/v1/proformas", asked).await;
        silent.problem(422, "einvoice.exemption_reason");
        let reason = json!({ "text": "Article 132 of 2006/112/EC" });
        let asked = json!({ "invoice_id": drafted, "exemption_reason": reason });
        let proforma = shop.post("/api/v1/proformas", asked).await.made();
        let paid = json!({ "method": "manual_bank" });
        let paid = shop.post(&format!("/api/v1/proformas/{proforma}/pay"), paid).await;
        let invoice = paid.expect(201).body["invoice_id"].as_str().unwrap().to_owned();
        let more = json!({ "reason": "one hour was left out", "lines": [exempt] });
        let debit = shop.program().act(&invoice, "debit-corrections", more).await.made();
        assert_eq!(document(shop, &debit).await["exemption_reason"]["text"], reason["text"]);
        let part = json!({ "reason": "outage", "lines": [{ "line_no": 1, "net": eur("4.00") }] });
        let note = shop.program().act(&invoice, "credit-notes", part).await.made();
        let note = shop.get(&format!("/api/v1/credit-notes/{note}")).await.expect(200).body;
        assert_eq!(note["exemption_reason"]["text"], reason["text"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_subscription_will_cost_is_told_at_the_rate_of_that_day() {
    Shop::story(async |shop| {
        let vat = define(shop, "DE", "19", json!({})).await;
        let client = client_in(shop, "DE", None).await;
        let product = json!({ "code": "vps-s", "name": "VPS S", "kind": "vps" });
        let product = shop.post("/api/v1/products", product).await.made();
        let cycle = json!({ "every": "months", "count": 1 });
        let price = json!({ "cycle": cycle, "price": eur("31.00") });
        act(shop, &format!("/api/v1/products/{product}"), "prices", price).await.expect(200);
        let new = json!({ "client_id": client, "product_id": product, "tax_class": "standard",
            "offer": { "currency": "EUR", "cycle": cycle }, "anchor": { "kind": "calendar" } });
        let id = shop.post("/api/v1/subscriptions", new).await.made();
        let path = format!("/api/v1/subscriptions/{id}");
        let change = json!({ "product_id": product, "quantity": "2", "policy": "at_period_end",
            "offer": { "currency": "EUR", "cycle": cycle } });
        act(shop, &path, "change", change).await.expect(200);
        let set = json!({ "rate": "20", "valid_from": "2026-04-01" });
        act(shop, &format!("/api/v1/tax-rates/{vat}"), "rates", set).await.expect(200);
        let told = shop.post(&format!("{path}/preview"), json!({})).await.expect(200).body;
        assert_eq!(told["document"]["total"], eur("74.40"), "two at 20 %: {told}");
        shop.clock.set("2026-04-01T09:00:00Z".parse().unwrap());
        let report = shop.bill(shop.run_through("2026-04-01")).await;
        assert_eq!((report.issued, report.quarantined.len()), (1, 0), "{report:?}");
        let bills = shop.fresh(&format!("/api/v1/invoices?client_id={client}")).await.expect(200);
        let totals: Vec<_> =
            bills.body["items"].as_array().unwrap().iter().map(|bill| &bill["total"]).collect();
        assert!(totals.contains(&&eur("74.40")), "as it was told: {totals:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_that_are_billed_together_are_each_taxed_and_lowered_as_alone() {
    Shop::story(async |shop| {
        let vat = define(shop, "DE", "19", json!({})).await;
        define(shop, "FR", "10", json!({})).await;
        let half = json!({ "code": "HALF", "discount": { "kind": "percent", "percent": "50" } });
        let half = shop.post("/api/v1/coupons", half).await.made();
        let product = json!({ "code": "vps-s", "name": "VPS S", "kind": "vps" });
        let product = shop.post("/api/v1/products", product).await.made();
        let cycle = json!({ "every": "months", "count": 1 });
        let price = json!({ "cycle": cycle, "price": eur("31.00") });
        act(shop, &format!("/api/v1/products/{product}"), "prices", price).await.expect(200);
        let people = [
            ("DE", None, true, "18.60"),
            ("FR", None, false, "34.10"),
            ("FR", Some("FR12345678901"), true, "15.50"),
            ("US", None, false, "31.00"),
        ];
        let mut clients = Vec::new();
        for (country, number, lowered, _) in people {
            let client = client_in(shop, country, number).await;
            let new = json!({ "client_id": client, "product_id": product,
                "tax_class": "standard", "anchor": { "kind": "calendar" },
                "offer": { "currency": "EUR", "cycle": cycle } });
            let id = shop.post("/api/v1/subscriptions", new).await.made();
            if lowered {
                let path = format!("/api/v1/subscriptions/{id}");
                act(shop, &path, "coupon", json!({ "code": "HALF" })).await.expect(200);
            }
            clients.push(client);
        }
        let set = json!({ "rate": "20", "valid_from": "2026-04-01" });
        act(shop, &format!("/api/v1/tax-rates/{vat}"), "rates", set).await.expect(200);
        shop.clock.set("2026-04-01T09:00:00Z".parse().unwrap());
        shop.fresh("/api/v1/subscriptions").await.expect(200);
        let run = shop.run_through("2026-04-01");
        let rehearsal = shop.bill(BillingRun { rehearse: true, ..run.clone() }).await;
        let report = shop.bill(run).await;
        assert_eq!((report.issued, report.quarantined.len()), (4, 0), "{report:?}");
        assert_eq!(report.sums, rehearsal.sums, "as it was rehearsed");
        for (client, (country, number, _, total)) in clients.iter().zip(people) {
            let path = format!("/api/v1/invoices?client_id={client}");
            let bills = shop.fresh(&path).await.expect(200).body;
            let mut bills = bills["items"].as_array().unwrap().iter();
            let bill = bills.find(|bill| bill["total"] == eur(total));
            let bill = bill.unwrap_or_else(|| panic!("{country} {number:?}: no {total}"));
            let issued = document(shop, bill["id"].as_str().unwrap()).await;
            let evidence = &issued["tax_evidence"][0];
            assert_eq!(evidence["customer"], country, "{issued}");
            let version = &evidence["rates"][0]["version"];
            assert_eq!(version == 2, country == "DE", "{evidence}");
        }
        let read = shop.get(&format!("/api/v1/coupons/{half}")).await.expect(200).body;
        assert_eq!(read["redeemed"], 2, "by both who had it");
    })
    .await;
}
