//! What is known of a client: names, further contacts, notes of staff, the seller's own fields; and
//! how a client is found.

use billfold_tests::shop::Shop;
use reqwest::Method;
use serde_json::{Value, json};

async fn version(shop: &Shop, path: &str) -> i64 {
    shop.get(path).await.version()
}

async fn log_text(shop: &Shop) -> String {
    let rows: Vec<(String,)> =
        sqlx::query_as("select payload::text from events").fetch_all(&shop.db.owner).await.unwrap();
    rows.into_iter().map(|(payload,)| payload).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_made_of_first_and_last_name_and_both_are_kept() {
    Shop::story(async |shop| {
        let contact = json!({ "first_name": "Ada", "last_name": "Lovelace",
            "email": "ada@analytical.example", "phone": "+44 20 7946 0958",
            "company": "Analytical Engines Ltd",
            "address": { "line1": "12 St James's Square", "city": "London", "state": "London",
                "postal_code": "SW1Y 4JH", "country": "GB" } });
        let id = shop.post("/api/v1/clients", json!({ "contact": contact })).await.made();
        shop.fresh("/api/v1/clients").await.expect(200);
        let found = shop.get(&format!("/api/v1/clients/{id}")).await.expect(200).body;
        assert_eq!(found["contact"]["name"], "Ada Lovelace");
        assert_eq!(found["contact"]["first_name"], "Ada");
        assert_eq!(found["contact"]["address"]["city"], "London");
        assert_eq!(found["status"], "active");
        assert!(found["registered_at"].is_string());
        assert_eq!(found["last_sign_in_at"], Value::Null);
        let nobody = json!({ "contact": { "email": "x@example.org" } });
        let refused = shop.post("/api/v1/clients", nobody).await;
        assert_eq!(refused.problem(400, "malformed").pointer(), "/contact/name");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_has_contacts_of_several_kinds_and_they_lie_sealed() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let path = format!("/api/v1/clients/{client}/contacts");
        let new = json!({ "kinds": ["technical", "billing"],
            "person": { "name": "Zuse Konrad", "email": "zuse@example.org" } });
        let made = shop.post(&path, new).await.expect(201).body;
        assert_eq!(made["no"], 1);
        let listed = shop.get(&path).await.expect(200).body;
        assert_eq!(listed["items"][0]["kinds"], json!(["billing", "technical"]));
        assert_eq!(listed["items"][0]["person"]["name"], "Zuse Konrad");

        let seen = version(shop, &path).await;
        let revised = json!({ "kinds": ["abuse"], "person": { "name": "Turing Alan" } });
        let one = format!("{path}/1");
        shop.change(Method::PUT, &one, seen, revised).await.expect(200);
        let listed = shop.get(&path).await.expect(200).body;
        assert_eq!(listed["items"][0]["kinds"], json!(["abuse"]));
        assert!(!log_text(shop).await.contains("Turing"));

        let seen = version(shop, &path).await;
        shop.change(Method::DELETE, &one, seen, json!({})).await.expect(200);
        assert_eq!(shop.get(&path).await.expect(200).body["items"], json!([]));
        let gone = shop.change(Method::DELETE, &one, version(shop, &path).await, json!({})).await;
        gone.problem(404, "client.no_such_contact");
        let again = json!({ "kinds": ["billing"], "person": { "name": "Zuse Konrad" } });
        assert_eq!(shop.post(&path, again).await.expect(201).body["no"], 2);
        let none = json!({ "kinds": [], "person": { "name": "" } });
        shop.post(&path, none).await.problem(400, "malformed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_notes_name_author_and_time_and_end_with_the_client() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let path = format!("/api/v1/clients/{client}/notes");
        let text = "Calls on Fridays.\nAsk for the harbour office.";
        shop.post(&path, json!({ "text": text })).await.expect(201);
        shop.post(&path, json!({ "text": "Moves in May." })).await.expect(201);
        let notes = shop.fresh(&path).await.expect(200).body;
        assert_eq!(notes["items"][0]["text"], "Moves in May.");
        assert_eq!(notes["items"][1]["text"], text);
        assert!(notes["items"][0]["author"].as_str().unwrap().starts_with("key:"));
        assert!(notes["items"][0]["written_at"].is_string());
        assert!(!log_text(shop).await.contains("harbour"));

        let own = format!("/api/v1/clients/{client}");
        let second = format!("{path}/2");
        let seen = version(shop, &own).await;
        shop.change(Method::DELETE, &second, seen, json!({})).await.expect(200);
        let notes = shop.fresh(&path).await.expect(200).body;
        assert_eq!(notes["items"].as_array().unwrap().len(), 1);
        let seen = version(shop, &own).await;
        let again = shop.change(Method::DELETE, &second, seen, json!({})).await;
        again.problem(404, "client.no_such_note");
        shop.post(&path, json!({ "text": " " })).await.problem(400, "malformed");

        let seen = version(shop, &own).await;
        let reason = json!({ "reason": "asked to be forgotten" });
        shop.change(Method::POST, &format!("{own}/erase"), seen, reason).await.expect(200);
        assert_eq!(shop.fresh(&path).await.expect(200).body["items"], json!([]));
        shop.post(&path, json!({ "text": "late" })).await.problem(409, "client.erased");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sellers_own_fields_are_defined_checked_and_sealed() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let fields = "/api/v1/settings/custom-fields";
        for (key, body) in [
            (
                "size",
                json!({ "label": "Size", "kind": "choice", "choices": ["small", "large"],
                "required": true }),
            ),
            ("since", json!({ "label": "Customer since", "kind": "date" })),
        ] {
            let seen = version(shop, fields).await;
            let path = format!("{fields}/{key}");
            shop.change(Method::PUT, &path, seen, body).await.expect(200);
        }
        let listed = shop.get(fields).await.expect(200).body;
        assert_eq!(listed["items"][0]["key"], "size");
        assert_eq!(listed["items"][1]["required"], false);

        let path = format!("/api/v1/clients/{client}/custom-fields");
        let wrong = json!({ "values": { "since": "yesterday", "colour": "red" } });
        let seen = version(shop, &path).await;
        let refused = shop.change(Method::PUT, &path, seen, wrong).await;
        let refused = refused.problem(400, "custom_field.unknown");
        let told: Vec<_> = refused.body["errors"].as_array().unwrap().iter().collect();
        let pointers: Vec<_> = told.iter().map(|one| one["pointer"].as_str().unwrap()).collect();
        assert_eq!(pointers, ["/values/colour", "/values/since", "/values/size"]);

        let right = json!({ "values": { "since": "2024-02-29", "size": "large" } });
        shop.change(Method::PUT, &path, seen, right.clone()).await.expect(200);
        assert_eq!(shop.get(&path).await.expect(200).body, right);
        assert!(!log_text(shop).await.contains("2024-02-29"));

        let seen = version(shop, fields).await;
        shop.change(Method::DELETE, &format!("{fields}/size"), seen, json!({})).await.expect(200);
        let seen = version(shop, fields).await;
        let gone = shop.change(Method::DELETE, &format!("{fields}/size"), seen, json!({})).await;
        gone.problem(404, "tenant.no_such_custom_field");
        let bad = json!({ "label": "Size", "kind": "choice" });
        let bad = shop.change(Method::PUT, &format!("{fields}/size"), seen, bad).await;
        assert_eq!(bad.problem(400, "malformed").pointer(), "/choices");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_found_by_parts_of_name_company_and_address() {
    Shop::story(async |shop| {
        for (name, company, email, city) in [
            ("Ada Lovelace", "Analytical Engines", "ada@engines.example", "London"),
            ("Grace Hopper", "Harbour Systems", "grace@harbour.example", "Arlington"),
            ("Alan Turing", "Analytical Bombes", "alan@bombes.example", "London"),
        ] {
            let contact = json!({ "name": name, "company": company, "email": email,
                "address": { "city": city } });
            shop.post("/api/v1/clients", json!({ "contact": contact })).await.expect(201);
        }
        for (q, expected) in [
            ("analytical", vec!["Ada Lovelace", "Alan Turing"]),
            ("LONDON%20engines", vec!["Ada Lovelace"]),
            ("harbour.example", vec!["Grace Hopper"]),
            ("nobody", vec![]),
        ] {
            let found = shop.fresh(&format!("/api/v1/clients?q={q}")).await.expect(200).body;
            let items = found["items"].as_array().unwrap().iter();
            let mut names: Vec<_> =
                items.map(|row| row["contact"]["name"].as_str().unwrap()).collect();
            names.sort_unstable();
            assert_eq!(names, expected, "{q}");
            assert_eq!(found["next_cursor"], Value::Null);
        }
        let path = "/api/v1/clients?q=analytical&limit=1";
        let first = shop.fresh(path).await.expect(200).body;
        assert_eq!(first["items"].as_array().unwrap().len(), 1);
        let cursor = first["next_cursor"].as_str().unwrap();
        let second = shop.fresh(&format!("{path}&cursor={cursor}")).await.expect(200).body;
        assert_eq!(second["items"].as_array().unwrap().len(), 1);
        assert_ne!(first["items"][0]["id"], second["items"][0]["id"]);
        let page = shop.fresh("/api/v1/clients?q=analytical&status=suspended").await.expect(200);
        assert_eq!(page.body["items"], json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_a_client_deactivates_it() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let path = format!("/api/v1/clients/{client}");
        let seen = version(shop, &path).await;
        shop.change(Method::DELETE, &path, seen, json!({})).await.expect(200);
        let found = shop.get(&path).await.expect(200).body;
        assert_eq!(found["status"], "inactive");
        assert_eq!(found["contact"]["name"], "Grace Hopper");
        let again = shop.change(Method::DELETE, &path, version(shop, &path).await, json!({})).await;
        again.problem(409, "client.already_inactive");
        let listed = shop.fresh("/api/v1/clients?status=inactive").await.expect(200).body;
        assert_eq!(listed["items"][0]["id"], client);
        let seen = version(shop, &path).await;
        shop.change(Method::POST, &format!("{path}/activate"), seen, json!({})).await.expect(200);
        let why = json!({ "reason": "moved away" });
        let seen = version(shop, &path).await;
        shop.change(Method::POST, &format!("{path}/deactivate"), seen, why).await.expect(200);
        let invited = shop.post(&format!("{path}/invitation"), json!({})).await;
        invited.problem(409, "client.inactive");
    })
    .await;
}
