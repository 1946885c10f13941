//! An auditor asks for every number, and whether one is missing.

use billfold_tests::shop::Shop;
use serde_json::{Value, json};

fn printed(register: &Value) -> Vec<&str> {
    let items = register["items"].as_array().unwrap();
    items.iter().map(|item| item["printed"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_number_of_a_series_stands_in_the_register_with_its_document() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let first = shop.invoice(&client, &["10.00"]).await;
        let second = shop.invoice(&client, &["20.00"]).await;
        shop.draft(&client, &["30.00"]).await;
        shop.program().void(&first).await.expect(200);
        let part = json!({ "reason": "outage", "lines": [{ "line_no": 1 }] });
        let note = shop.program().act(&second, "credit-notes", part).await.made();

        let path = "/api/v1/number-register?series=invoice/INV&year=2026";
        let register = shop.fresh(path).await.expect(200).body;
        assert_eq!(register["check"]["summary"], "complete from 1 to 2");
        assert_eq!(register["check"]["series"]["complete"], true);
        assert_eq!(register["check"]["gaps"], json!([]));
        assert_eq!(printed(&register), ["INV-2026-000001", "INV-2026-000002"]);
        let items = &register["items"];
        assert_eq!(
            (&items[0]["status"], &items[1]["status"]),
            (&json!("voided"), &json!("issued"))
        );
        assert_eq!(items[0]["voided_by"], "CN-2026-000001");
        assert_eq!(items[1]["invoice_id"], json!(second));

        let path = "/api/v1/number-register?series=credit_note/CN/2026";
        let notes = shop.fresh(path).await.expect(200).body;
        assert_eq!(notes["check"]["summary"], "complete from 1 to 2");
        assert_eq!(notes["items"][0]["invoice_id"], json!(first), "a note over a whole invoice");
        assert_eq!(notes["items"][1]["credit_note_id"], json!(note));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_is_read_page_by_page_and_series_by_series() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        for _ in 0..3 {
            shop.invoice(&client, &["10.00"]).await;
        }
        let path = "/api/v1/number-register?series=invoice/INV/2026&limit=2";
        let first = shop.fresh(path).await.expect(200).body;
        assert_eq!(printed(&first), ["INV-2026-000001", "INV-2026-000002"]);
        assert_eq!(first["check"]["summary"], "complete from 1 to 3", "of the whole series");
        let cursor = first["next_cursor"].as_str().unwrap();
        let rest = shop.get(&format!("{path}&cursor={cursor}")).await.expect(200).body;
        assert_eq!((printed(&rest), &rest["next_cursor"]), (vec!["INV-2026-000003"], &json!(null)));
        let series = shop.fresh("/api/v1/number-series").await.expect(200).body;
        assert_eq!(series["items"][0]["series"], "invoice/INV/2026");
        assert_eq!(
            (&series["items"][0]["count"], &series["items"][0]["last"]),
            (&json!(3), &json!(3))
        );
        let none = shop.get("/api/v1/number-register?series=invoice/X").await.expect(200).body;
        assert_eq!((&none["check"], &none["items"]), (&json!(null), &json!([])));
        let unnamed = shop.get("/api/v1/number-register").await;
        assert_eq!((unnamed.status, unnamed.pointer()), (400, "/series"));
        let neighbour = shop.neighbour().await;
        let foreign = neighbour.get("/api/v1/number-series").await.expect(200).body;
        assert_eq!(foreign["items"], json!([]), "of another seller");
    })
    .await;
}
