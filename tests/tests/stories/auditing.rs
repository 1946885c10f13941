//! An auditor asks who did what, what it changed, and why it happened.

use billfold_app::commands::clients::SuspendClient;
use billfold_app::commands::{Ask, Cause};
use billfold_domain::kernel::{Actor, ClientId};
use billfold_domain::role::Permission;
use billfold_tests::harness::eventually;
use billfold_tests::shop::{Shop, fresh_key, send};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

fn change<'v>(entry: &'v Value, field: &str) -> &'v Value {
    let all = entry["changes"].as_array().unwrap();
    all.iter().find(|one| one["field"] == field).unwrap_or_else(|| panic!("{field} in {entry}"))
}

async fn audit(shop: &Shop, query: &str) -> Vec<Value> {
    let page = shop.fresh(&format!("/api/v1/audit?{query}")).await.expect(200);
    page.body["items"].as_array().unwrap().clone()
}

async fn suspend(shop: &Shop, client: &str, reason: &str) {
    let path = format!("/api/v1/clients/{client}");
    let seen = shop.get(&path).await.version();
    let body = json!({ "reason": reason });
    shop.change(Method::POST, &format!("{path}/suspend"), seen, body).await.expect(200);
}

async fn text(shop: &Shop, path: &str) -> (String, String) {
    shop.fresh("/api/v1/audit").await.expect(200);
    let answer = shop.request(Method::GET, path).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    let media = answer.headers()["content-type"].to_str().unwrap().to_owned();
    (media, answer.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_act_says_what_it_changed_before_and_after_and_why() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        suspend(shop, &client, "has not paid for a year").await;
        let entries = audit(shop, "entity_type=client").await;
        assert_eq!(entries[0]["event_type"], "client.suspended");
        assert_eq!(entries[0]["action"], "UPDATE");
        assert_eq!(entries[0]["reason"], "has not paid for a year");
        assert_eq!(entries[0]["ip"], "127.0.0.1");
        let state = change(&entries[0], "state");
        assert_eq!((&state["before"], &state["after"]), (&json!("active"), &json!("suspended")));
        assert_eq!(entries[0]["changes"].as_array().unwrap().len(), 1, "{}", entries[0]);
        assert_eq!(entries[1]["action"], "CREATE");
        assert_eq!(change(&entries[1], "currency")["after"], "EUR");
        assert_eq!(change(&entries[1], "contact")["after"], "sealed");
        let path = format!("/api/v1/clients/{client}");
        let seen = format!("\"{}\"", shop.get(&path).await.version());
        let request = shop.request(Method::POST, &format!("{path}/activate"));
        let request = request.header("if-match", seen).header("user-agent", "Auditor/1.0");
        send(request.header("idempotency-key", fresh_key())).await.expect(200);
        let entries = audit(shop, "entity_type=client").await;
        assert_eq!(entries[0]["user_agent"], "Auditor/1.0");
        let invoice = shop.invoice(&client, &["10.00"]).await;
        shop.program().void(&invoice).await.expect(200);
        let entries = audit(shop, "entity_type=invoice&action=DELETE").await;
        assert_eq!(change(&entries[0], "state")["after"], "void");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_holds_every_entry_and_no_cell_of_it_is_a_formula() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        suspend(shop, &client, "=HYPERLINK(\"http://example.org\")").await;
        let entries = audit(shop, "limit=100").await;
        let (media, lines) = text(shop, "/api/v1/audit/export/jsonl").await;
        assert_eq!(media, "application/jsonl");
        let lines: Vec<Value> =
            lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines, entries);
        let (media, csv) = text(shop, "/api/v1/audit/export/csv?entity_type=client").await;
        assert!(media.starts_with("text/csv"));
        let rows: Vec<&str> = csv.lines().collect();
        assert_eq!(rows.len(), 3, "{csv}");
        assert!(rows[0].starts_with("position,at,action,event_type"));
        assert!(rows[1].contains("\"'=HYPERLINK(\"\"http://example.org\"\")\""), "{csv}");
        assert!(rows[1].contains("{\"\"state\"\":\"\"active\"\"}"), "{csv}");
        assert!(!csv.contains("Grace"), "{csv}");
        let path = "/api/v1/audit/export/csv?limit=3";
        shop.get(path).await.problem(400, "malformed");
        shop.get("/api/v1/audit/export/xml").await.problem(404, "not_found");
        let key = shop.key_with(&[Permission::ClientsRead]).await;
        let request = shop.http().get(shop.url("/api/v1/audit/export/csv")).bearer_auth(&key);
        send(request).await.problem(403, "permission.missing");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_many_pages_is_one_view_of_the_log() {
    Shop::story(async |shop| {
        for no in 0..70 {
            let client = shop.client(&format!("Client {no}")).await;
            for _ in 0..2 {
                suspend(shop, &client, "for a moment").await;
                let path = format!("/api/v1/clients/{client}");
                let seen = shop.get(&path).await.version();
                let again = format!("{path}/activate");
                shop.change(Method::POST, &again, seen, json!({})).await.expect(200);
            }
        }
        let (_, lines) = text(shop, "/api/v1/audit/export/jsonl?entity_type=client").await;
        let positions: Vec<i64> = lines
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap()["position"].as_i64().unwrap())
            .collect();
        assert_eq!(positions.len(), 350);
        assert!(positions.is_sorted_by_key(|position| -position));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_of_causes_is_told_up_and_down() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let other = shop.client("Ada Lovelace").await;
        let found = audit(shop, "entity_type=client").await;
        let register = &found[1];
        let cause = register["event_id"].as_str().unwrap();
        let cause: billfold_domain::kernel::EventId = cause.parse().unwrap();
        let correlation_id: Uuid = register["correlation_id"].as_str().unwrap().parse().unwrap();
        // What a policy does: the registration of one client leads to something with another.
        let command = SuspendClient {
            client_id: other.parse::<ClientId>().unwrap(),
            reason: "the same person twice".to_owned(),
        };
        let actor = Actor::system("when_a_client_registered").unwrap();
        let ask = Ask {
            cause: Some(Cause { correlation_id, causation_id: cause.uuid() }),
            ..Ask::new(shop.tenant, actor, "policy/1", command)
        };
        let done = shop.door().execute(ask).await.unwrap();
        let effect = done.position.unwrap();
        let at = register["position"].as_i64().unwrap();
        shop.fresh("/api/v1/audit").await.expect(200);
        let down = shop.get(&format!("/api/v1/events/{at}/why")).await.expect(200).body;
        assert_eq!(down["effects"][0]["event"]["position"], effect, "{down}");
        assert_eq!(down["effects"][0]["caused_by"], at);
        assert_eq!((&down["causes"], &down["cut"]), (&json!([]), &json!(false)));
        let up = shop.get(&format!("/api/v1/events/{effect}/why")).await.expect(200).body;
        assert_eq!(up["causes"][0]["position"], at, "{up}");
        assert_eq!(up["causes"][0]["event_type"], "client.registered");
        assert_eq!(up["effects"], json!([]));
        let invoice = shop.invoice(&client, &["10.00"]).await;
        let pay = format!("/api/v1/invoices/{invoice}/pay");
        shop.post(&pay, json!({ "method": "manual_bank" })).await.expect(201);
        let paid = audit(shop, "entity_type=payment").await;
        let at = paid[0]["position"].as_i64().unwrap();
        let why = shop.get(&format!("/api/v1/events/{at}/why")).await.expect(200).body;
        let beside = why["beside"].as_array().unwrap();
        assert!(beside.iter().any(|one| one["event_type"] == "invoice.settled"), "{why}");
        let stranger = shop.neighbour().await;
        stranger.get(&format!("/api/v1/events/{at}/why")).await.problem(404, "not_found");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_billing_run_issued_names_the_run_as_its_cause() {
    Shop::story(async |shop| {
        assert!(audit(shop, "action=LOGOUT").await.is_empty());
        shop.subscribed(&["Grace Hopper"]).await;
        shop.clock.advance_days(31);
        let run = shop.post("/api/v1/billing-runs", json!({ "through": "2026-04-01" })).await;
        let run = run.made();
        let issued = eventually("a billing run to issue", async || {
            let issued = shop.fresh("/api/v1/events?event_type=invoice.issued").await.expect(200);
            let caused = |event: &&Value| event["causation_id"].is_string();
            issued.body["items"].as_array().unwrap().iter().find(caused).cloned()
        })
        .await;
        let why = shop.get(&format!("/api/v1/events/{}/why", issued["position"])).await;
        let why = why.expect(200).body;
        assert_eq!(why["causes"][0]["event_type"], "billing_run.started", "{run}: {why}");
        let start = &why["causes"][0]["position"];
        let down = shop.get(&format!("/api/v1/events/{start}/why")).await.expect(200).body;
        let effects = down["effects"].as_array().unwrap();
        assert!(effects.iter().any(|one| one["event"]["position"] == issued["position"]));
    })
    .await;
}
