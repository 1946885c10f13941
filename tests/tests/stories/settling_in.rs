//! A seller says who it is, how its documents are numbered and when they are due (SET-01, SET-05,
//! TEN-03, TEN-05).

use billfold_tests::shop::{Reply, Shop};
use reqwest::Method;
use serde_json::{Value, json};

/// Changes a setting as it is now.
async fn set(shop: &Shop, what: &str, body: Value) -> Reply {
    let seen = shop.get("/api/v1/settings").await.version();
    shop.change(Method::PUT, &format!("/api/v1/settings/{what}"), seen, body).await
}

fn numbers(invoices: Value, credit_notes: Value) -> Value {
    json!({ "invoice_numbers": invoices, "credit_note_numbers": credit_notes })
}

fn format(prefix: &str, digits: u8, scheme: &str) -> Value {
    json!({ "prefix": prefix, "digits": digits, "scheme": scheme })
}

#[tokio::test(flavor = "multi_thread")]
async fn later_documents_follow_the_settings_and_issued_ones_stay_as_they_are() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let before = shop.invoice(&client, &["10.00"]).await;
        let shown = shop.read_invoice(&before).await;
        set(shop, "name", json!({ "name": "Nordlicht Hosting AG" })).await.expect(200);
        let new = numbers(format("RE", 4, "per_month"), format("GS", 1, "plain"));
        set(shop, "document-numbers", new.clone()).await.expect(200);
        set(shop, "payment-term", json!({ "days": 30 })).await.expect(200);

        let after = shop.invoice(&client, &["20.00"]).await;
        let after = shop.read_invoice(&after).await;
        assert_eq!(after["number"], "RE-202603-0001");
        assert_eq!(
            (&after["issue_date"], &after["due_date"]),
            (&json!("2026-03-02"), &json!("2026-04-01"))
        );
        assert_eq!(shop.read_invoice(&before).await, shown);
        let voided = shop.program().void(&before).await.expect(200);
        assert_eq!(voided.body["credit_note"], "GS-1");

        let settings = shop.get("/api/v1/settings").await.expect(200).body;
        assert_eq!(settings["name"], "Nordlicht Hosting AG");
        assert_eq!(settings["payment_term_days"], 30);
        for kind in ["invoice_numbers", "credit_note_numbers"] {
            assert_eq!(settings[kind], new[kind]);
        }
        let told = shop.fresh("/api/v1/audit?entity_type=tenant&limit=100").await.expect(200).body;
        let told: Vec<_> = told["items"].as_array().unwrap().iter().collect();
        for kind in ["tenant.renamed", "tenant.invoice_numbers_set", "tenant.payment_term_set"] {
            assert_eq!(told.iter().filter(|row| row["event_type"] == kind).count(), 1, "{kind}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_say_where_the_seller_was_reached_and_paid_when_they_were_issued() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let before = shop.invoice(&client, &["10.00"]).await;
        let account = json!({ "iban": "DE89370400440532013000", "bic": "COBADEFFXXX" });
        let first =
            json!({ "line1": "Speicherstadt 4", "city": "Hamburg", "bank_account": account });
        set(shop, "letterhead", first).await.expect(200);
        let between = shop.invoice(&client, &["20.00"]).await;
        set(shop, "letterhead", json!({ "city": "Bremen" })).await.expect(200);
        let after = shop.invoice(&client, &["30.00"]).await;

        let said = async |id: &str| {
            let document = shop.fresh(&format!("/api/v1/invoices/{id}/document")).await;
            document.expect(200).body["seller"]["letterhead"].clone()
        };
        assert_eq!(said(&before).await, json!(null));
        assert_eq!(said(&between).await["city"], "Hamburg");
        assert_eq!(said(&between).await["bank_account"]["iban"], "DE89370400440532013000");
        assert_eq!(said(&after).await["city"], "Bremen");
        assert_eq!(said(&after).await["bank_account"], json!(null));

        let typo = json!({ "bank_account": { "iban": "DE88370400440532013000" }, "email": "x" });
        let wrong = set(shop, "letterhead", typo).await;
        let wrong = wrong.problem(400, "malformed");
        assert_eq!(wrong.pointer(), "/email");
        assert_eq!(wrong.body["errors"][1]["pointer"], "/bank_account/iban");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_number_is_ever_printed_twice_whatever_prefixes_are_chosen() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let yearly = |prefix: &str| format(prefix, 6, "per_year");
        let path = "document-numbers";
        set(shop, path, numbers(yearly("RE"), yearly("GS"))).await.expect(200);
        let used = set(shop, path, numbers(yearly("CN"), yearly("GS"))).await;
        let used = used.problem(400, "number_format.used_prefix");
        assert_eq!(used.pointer(), "/invoice_numbers/prefix");
        let used = set(shop, path, numbers(yearly("RE"), yearly("INV"))).await;
        let used = used.problem(400, "number_format.used_prefix");
        assert_eq!(used.pointer(), "/credit_note_numbers/prefix");
        let same = set(shop, path, numbers(yearly("RE"), yearly("RE"))).await;
        same.problem(400, "number_format.same_prefix");
        // Who comes back to a prefix counts on where it stood.
        set(shop, path, numbers(yearly("INV"), yearly("CN"))).await.expect(200);
        let first = shop.invoice(&client, &["1.00"]).await;
        set(shop, path, numbers(yearly("RE"), yearly("GS"))).await.expect(200);
        shop.invoice(&client, &["2.00"]).await;
        set(shop, path, numbers(yearly("INV"), yearly("CN"))).await.expect(200);
        let second = shop.invoice(&client, &["3.00"]).await;
        assert_eq!(shop.read_invoice(&first).await["number"], "INV-2026-000001");
        assert_eq!(shop.read_invoice(&second).await["number"], "INV-2026-000002");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_that_breaks_a_rule_names_its_field_and_changes_nothing() {
    Shop::story(async |shop| {
        let before = shop.get("/api/v1/settings").await.expect(200).body;
        let yearly = |prefix: &str| format(prefix, 6, "per_year");
        let wrong = [
            ("name", json!({ "name": "" }), "/name"),
            ("name", json!({ "name": "x".repeat(201) }), "/name"),
            ("payment-term", json!({ "days": 366 }), "/days"),
            ("payment-term", json!({ "days": -1 }), "/days"),
            ("document-numbers", numbers(yearly("re"), yearly("CN")), "/invoice_numbers/prefix"),
            (
                "document-numbers",
                numbers(yearly("RE"), format("CN", 13, "plain")),
                "/credit_note_numbers/digits",
            ),
            (
                "document-numbers",
                numbers(format("RE", 3, "per_client"), yearly("CN")),
                "/invoice_numbers/scheme",
            ),
        ];
        for (what, body, pointer) in wrong {
            let refused = set(shop, what, body.clone()).await.expect(400);
            assert_eq!(refused.pointer(), pointer, "{body}");
        }
        assert_eq!(shop.get("/api/v1/settings").await.expect(200).body, before);
        let stale = json!({ "name": "Somebody else" });
        let path = "/api/v1/settings/name";
        set(shop, "name", json!({ "name": "Nordlicht" })).await.expect(200);
        let seen = before["version"].as_i64().unwrap();
        let stale = shop.change(Method::PUT, path, seen, stale).await;
        assert_eq!(stale.status, 412, "{}", stale.body);
    })
    .await;
}
