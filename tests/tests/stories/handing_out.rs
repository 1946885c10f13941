//! Somebody asks what is held about them: everything is handed out, to who may, with a reason that
//! stays; and what the law keeps of an erased client is said with its law and its last day.

use billfold_domain::role::Permission;
use billfold_tests::shop::{Caller, Reply, Shop, send};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

async fn ask(by: &Caller, path: &str) -> Reply {
    by.post(&format!("{path}/data-exports"), json!({ "reason": "asked by letter" })).await
}

async fn fetched(shop: &Shop, asked: &Reply) -> Value {
    shop.fresh("/api/v1/events").await.expect(200);
    let place = asked.headers["location"].to_str().unwrap();
    let reply = shop.get(place).await.expect(200);
    assert_eq!(reply.headers["cache-control"], "no-store");
    reply.body
}

async fn erase(shop: &Shop, path: &str) {
    let seen = shop.get(path).await.version();
    let reason = json!({ "reason": "asked to be forgotten" });
    shop.change(Method::POST, &format!("{path}/erase"), seen, reason).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_gets_everything_that_is_held_and_nothing_of_others() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let other = shop.client("Ada Lovelace").await;
        let path = format!("/api/v1/clients/{client}");
        shop.post(&format!("{path}/notes"), json!({ "text": "Calls on Fridays" }))
            .await
            .expect(201);
        let person = json!({ "kinds": ["billing"], "person": { "name": "Howard Aiken" } });
        shop.post(&format!("{path}/contacts"), person).await.expect(201);
        shop.invoice(&client, &["10.00"]).await;
        shop.invoice(&other, &["20.00"]).await;
        shop.invited(&client, "grace.hopper@example.org").await;
        let asked = ask(shop.program(), &path).await.expect(201);
        assert_eq!(asked.body["no"], 1);
        let told = fetched(shop, &asked).await;
        assert_eq!(told["known"]["client"]["active"]["contact"]["name"], "Grace Hopper");
        assert_eq!(told["known"]["notes"][0]["text"], "Calls on Fridays");
        assert_eq!(told["sessions"].as_array().map(Vec::len), Some(1), "they signed in once");
        assert_eq!(told["known"]["retained"]["until"], "2034-12-31");
        let text = told.to_string();
        assert!(text.contains("Howard Aiken") && !text.contains("sealed"), "{text}");
        for of_others in ["Ada", "ada.lovelace", "\"minor\":2000"] {
            assert!(!text.contains(of_others), "{of_others} in {text}");
        }
        let events = told["events"].as_array().unwrap();
        let issued = events.iter().find(|event| event["type"] == "invoice.issued").unwrap();
        assert_eq!(issued["payload"]["issued"]["buyer"]["name"], "Grace Hopper");
        let last = events.last().unwrap();
        assert_eq!(last["type"], "data_subject.exported");
        assert_eq!(last["payload"]["exported"]["reason"], "asked by letter");
        assert_eq!(last.get("ip"), None, "where the colleague was is not the client's");

        shop.clock.advance(TimeDelta::days(1));
        let place = asked.headers["location"].to_str().unwrap();
        shop.get(place).await.problem(404, "not_found");
        let again = ask(shop.program(), &path).await.expect(201);
        assert_eq!(again.body["no"], 2);
        shop.get(place).await.problem(404, "not_found");
        erase(shop, &path).await;
        let told = fetched(shop, &again).await.to_string();
        assert!(!told.contains("Calls on Fridays") && !told.contains("Howard"), "{told}");
        assert!(told.contains("\"name\":\"Grace Hopper\""), "what the law keeps is held, and told");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_of_staff_gets_their_sign_ins_and_what_they_did() {
    Shop::story(async |shop| {
        let ada = shop.staff("Ada Lovelace").await;
        let client = shop.client("Grace Hopper").await;
        let path = format!("/api/v1/clients/{client}/notes");
        ada.post(&path, json!({ "text": "Calls on Fridays" })).await.expect(201);
        let me = ada.get("/api/v1/auth/me").await.expect(200).body;
        let me = me["actor"].as_str().unwrap().strip_prefix("staff:").unwrap().to_owned();
        let staff = shop.get("/api/v1/staff").await.expect(200).body;
        let id = staff["items"][0]["id"].as_str().unwrap().to_owned();
        let asked = ask(shop.program(), &format!("/api/v1/staff/{id}")).await.expect(201);
        let told = fetched(shop, &asked).await;
        assert_eq!(told["known"]["staff_member"]["active"]["profile"]["name"], "Ada Lovelace");
        assert_eq!(told["sessions"][0]["address"], "127.0.0.1");
        let events = told["events"].as_array().unwrap();
        let of = |kind: &str| events.iter().find(|event| event["type"] == kind).unwrap();
        assert_eq!(of("sign_in.succeeded")["ip"], "127.0.0.1");
        assert_eq!(of("client.note_added")["by"], "the person");
        assert_eq!(of("client.note_added").get("payload"), None, "the note is about a client");
        assert!(!told.to_string().contains("Fridays") && !me.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_may_erase_hands_out_and_only_of_the_own_seller() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let path = format!("/api/v1/clients/{client}/data-exports");
        let reader = shop.key_with(&[Permission::ClientsRead, Permission::ClientsWrite]).await;
        let request = shop.http().post(shop.url(&path)).bearer_auth(reader);
        let request = request.header("idempotency-key", "one").json(&json!({ "reason": "why" }));
        send(request).await.problem(403, "permission.missing");
        let neighbour = shop.neighbour().await;
        neighbour.post(&path, json!({ "reason": "why" })).await.problem(404, "client.absent");
        shop.post(&path, json!({ "reason": "" })).await.expect(400);
        shop.get(&format!("{path}/1")).await.problem(404, "not_found");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_law_keeps_of_an_erased_client_is_said_with_its_last_day() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let path = format!("/api/v1/clients/{client}");
        assert_eq!(shop.get(&path).await.expect(200).body["retained"], Value::Null);
        shop.invoice(&client, &["10.00"]).await;
        erase(shop, &path).await;
        let kept = shop.get(&path).await.expect(200).body["retained"].clone();
        assert_eq!(kept["until"], "2034-12-31");
        assert_eq!(kept["country"], "DE");
        assert!(kept["law"].as_str().unwrap().contains("147 AO"), "{kept}");
    })
    .await;
}
