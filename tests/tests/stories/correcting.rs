//! An issued invoice was partly wrong: it stays, and notes give back what was too much.

use billfold_tests::shop::{Reply, Shop, eur, line};
use reqwest::Method;
use serde_json::{Value, json};

/// Changes an invoice as it is now.
async fn act(shop: &Shop, invoice: &str, verb: &str, body: Value) -> Reply {
    shop.program().act(invoice, verb, body).await
}

async fn credit(shop: &Shop, invoice: &str, lines: Value) -> Reply {
    act(shop, invoice, "credit-notes", json!({ "reason": "outage", "lines": lines })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_of_an_unpaid_invoice_goes_back_and_less_is_owed() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let invoice = shop.invoice(&client, &["68.33", "57.50"]).await;
        let lines = json!([{ "line_no": 2 }]);
        let path = format!("/api/v1/invoices/{invoice}/credit-notes/preview");
        let shown = shop.post(&path, json!({ "lines": lines })).await.expect(200).body;
        assert_eq!((&shown["net"], &shown["total"]), (&eur("57.50"), &eur("68.43")));
        assert_eq!(shown["lines"][0]["line_no"], 2);
        let note = credit(shop, &invoice, lines).await;
        let id = note.clone().made();
        let note = note.body;
        assert_eq!((&note["number"], &note["total"]), (&json!("CN-2026-000001"), &shown["total"]));
        assert_eq!((&note["offset"], &note["to_credit"]), (&shown["total"], &eur("0.00")));
        let read = shop.read_invoice(&invoice).await;
        assert_eq!((&read["status"], &read["balance_due"]), (&json!("open"), &note["balance_due"]));
        let account = shop.balance(&client).await;
        assert_eq!((&account["receivable"], &account["credited"]), (&eur("81.31"), &eur("68.43")));
        let read = shop.get(&format!("/api/v1/credit-notes/{id}")).await.expect(200).body;
        assert_eq!(read["corrects"][0]["number"], "INV-2026-000001");
        assert_eq!(read["offsets"][0]["amount"], eur("68.43"));
        assert_eq!(read["lines"][0]["description"], "Web hosting");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_over_parts_close_an_invoice_to_exactly_zero_and_then_refuse() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let invoice = shop.invoice(&client, &["68.33", "57.50", "85.00"]).await;
        let total = shop.read_invoice(&invoice).await["total"].clone();
        credit(shop, &invoice, json!([{ "line_no": 1, "net": eur("0.03") }])).await.made();
        let gross = credit(shop, &invoice, json!([{ "line_no": 1, "gross": eur("50.00") }])).await;
        assert_eq!(gross.expect(201).body["total"], eur("50.00"));
        let beyond = credit(shop, &invoice, json!([{ "line_no": 1, "net": eur("26.29") }])).await;
        let refused = beyond.problem(422, "credit_note.over_credit");
        assert_eq!(refused.pointer(), "/lines/0");
        let rest = act(shop, &invoice, "credit-notes", json!({ "reason": "all of it" })).await;
        assert_eq!(rest.expect(201).body["balance_due"], eur("0.00"));
        let read = shop.read_invoice(&invoice).await;
        assert_eq!((&read["status"], &read["balance_due"]), (&json!("void"), &eur("0.00")));
        let account = shop.balance(&client).await;
        assert_eq!((&account["receivable"], &account["credited"]), (&eur("0.00"), &total));
        for account in ["2200", "4000"] {
            let path = format!("/api/v1/accounts/{account}?currency=EUR");
            let closed = shop.fresh(&path).await.expect(200);
            assert_eq!(closed.body["balance"]["net"], eur("0.00"), "{account}");
        }
        let list = shop.fresh("/api/v1/invoices?status=void").await.expect(200);
        assert_eq!(list.body["items"][0]["id"], json!(invoice));
        let again = act(shop, &invoice, "credit-notes", json!({ "reason": "again" })).await;
        again.problem(422, "credit_note.nothing_left");
        let voided = act(shop, &invoice, "void", json!({ "reason": "again" })).await;
        voided.problem(409, "invoice.already_credited");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_part_paid_invoice_the_unpaid_goes_first_and_the_rest_is_credit() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let invoice = shop.invoice(&client, &["100.00"]).await;
        let body = json!({ "method": "manual_bank", "amount": eur("100.00") });
        shop.post(&format!("/api/v1/invoices/{invoice}/pay"), body).await.expect(201);
        let note = credit(shop, &invoice, json!([{ "line_no": 1, "gross": eur("50.00") }])).await;
        let note = note.expect(201).body;
        assert_eq!((&note["offset"], &note["to_credit"]), (&eur("19.00"), &eur("31.00")));
        let account = shop.balance(&client).await;
        assert_eq!((&account["receivable"], &account["credit"]), (&eur("0.00"), &eur("31.00")));
        assert_eq!(shop.read_invoice(&invoice).await["status"], "paid");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_note_is_said_where_it_stands() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let invoice = shop.invoice(&client, &["10.00"]).await;
        let dollars = json!({ "amount": "1.00", "currency": "USD" });
        let both = json!([{ "line_no": 1, "net": eur("1.00"), "gross": eur("1.00") }]);
        let days = json!({ "from": "2026-03-01", "to": "2026-03-02" });
        for (lines, status, code, pointer) in [
            (json!([]), 400, "credit_note.no_lines", "/lines"),
            (both, 400, "credit_note.ambiguous_line", "/lines/0"),
            (json!([{ "line_no": 7 }]), 422, "credit_note.no_such_line", "/lines/0"),
            (json!([{ "line_no": 1, "days": days }]), 422, "credit_note.no_period", "/lines/0"),
            (json!([{ "line_no": 1, "net": dollars }]), 400, "money.mixed_currencies", "/lines/0"),
        ] {
            let refused = credit(shop, &invoice, lines.clone()).await;
            assert_eq!(refused.status, status, "{lines}: {}", refused.body);
            assert_eq!(refused.pointer(), pointer, "{lines}: {}", refused.body);
            let known = refused.body["code"] == code || refused.body["errors"][0]["code"] == code;
            assert!(known, "{lines}: {}", refused.body);
        }
        let draft = shop.draft(&client, &["10.00"]).await;
        let body = json!({ "reason": "never billed" });
        act(shop, &draft, "credit-notes", body).await.problem(409, "credit_note.not_creditable");
        let next = credit(shop, &invoice, json!([{ "line_no": 1 }])).await.expect(201);
        assert_eq!(next.body["number"], "CN-2026-000001", "a refused one takes no number");
        let path = format!("/api/v1/invoices/{invoice}/credit-notes");
        let stale = shop.change(Method::POST, &path, 1, json!({ "reason": "stale" })).await;
        assert_eq!(stale.status, 412, "{}", stale.body);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn days_without_service_go_back_and_the_subscription_gives_them_back_no_second_time() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let new = json!({ "code": "vps", "name": "VPS", "kind": "vps" });
        let product = shop.post("/api/v1/products", new).await.made();
        let cycle = json!({ "every": "months", "count": 1 });
        let price = json!({ "cycle": cycle, "price": eur("31.00") });
        let path = format!("/api/v1/products/{product}");
        let seen = shop.get(&path).await.version();
        shop.change(Method::POST, &format!("{path}/prices"), seen, price).await.expect(200);
        let offer = json!({ "currency": "EUR", "cycle": cycle });
        let tax = json!({ "category": "S", "rate": "19", "country": "DE" });
        let new = json!({ "client_id": client, "product_id": product, "offer": offer, "tax": tax });
        let begun = shop.post("/api/v1/subscriptions", new).await.expect(201).body;
        let invoice = begun["billing"]["invoice_id"].as_str().unwrap().to_owned();
        let days = json!({ "from": "2026-03-10", "to": "2026-03-13" });
        let note = credit(shop, &invoice, json!([{ "line_no": 1, "days": days }])).await;
        assert_eq!(note.expect(201).body["net"], eur("3.00"), "3 of 31 days");

        // Ended at once, all 31 days go back, of which 3 did already.
        let path = format!("/api/v1/subscriptions/{}", begun["id"].as_str().unwrap());
        let seen = shop.get(&path).await.version();
        let end = json!({ "at": { "kind": "immediate" } });
        let ended = shop.change(Method::POST, &format!("{path}/cancel"), seen, end).await;
        let billing = ended.expect(200).body["billing"].clone();
        assert_eq!(billing["net"], eur("-28.00"), "{billing}");
        let read = shop.read_invoice(&invoice).await;
        assert_eq!((&read["status"], &read["balance_due"]), (&json!("void"), &eur("0.00")));
        let again = act(shop, &invoice, "credit-notes", json!({ "reason": "again" })).await;
        again.problem(422, "credit_note.nothing_left");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_billed_too_little_is_asked_for_by_an_invoice_that_names_the_first() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let invoice = shop.invoice(&client, &["10.00"]).await;
        let more =
            |price: &str| json!({ "reason": "one server was left out", "lines": [line(price)] });
        let nothing = act(shop, &invoice, "debit-corrections", more("0.00")).await;
        assert_eq!(nothing.problem(422, "invoice.nothing_to_charge").pointer(), "/lines");
        let debit = act(shop, &invoice, "debit-corrections", more("5.00")).await;
        let id = debit.clone().made();
        assert_eq!(debit.body["number"], "INV-2026-000002");
        assert_eq!(debit.body["total"], eur("5.95"));
        let read = shop.read_invoice(&id).await;
        assert_eq!(read["corrects"]["number"], "INV-2026-000001");
        assert_eq!(read["corrects"]["reason"], "one server was left out");
        let document = shop.fresh(&format!("/api/v1/invoices/{id}/document")).await.expect(200);
        assert_eq!(document.body["type_code"], 383);
        assert_eq!(document.body["buyer"]["name"], "Grace Hopper");
        let first = shop.read_invoice(&invoice).await;
        assert_eq!((&first["total"], &first["corrects"]), (&eur("11.90"), &json!(null)));
        let list = shop.fresh(&format!("/api/v1/invoices?corrects={invoice}")).await.expect(200);
        assert_eq!(list.body["items"].as_array().unwrap().len(), 1);
        assert_eq!(shop.balance(&client).await["receivable"], eur("17.85"));
        shop.program().void(&invoice).await.expect(200);
        let gone = act(shop, &invoice, "debit-corrections", more("5.00")).await;
        gone.problem(409, "invoice.already_voided");
    })
    .await;
}
