//! Another program registers an endpoint and is told what happens, by signed messages.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use billfold_adapters::webhooks::signature::{SignatureHeaders, SignatureScheme, SigningKey};
use billfold_projections::rebuild::{Options, Watch, rebuild};
use billfold_projections::{Definition, PROJECTIONS};
use billfold_tests::harness::eventually;
use billfold_tests::shop::{Reply, Shop};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpListener;

const ENDPOINTS: &str = "/api/v1/webhook-endpoints";
const PRIVATE: (&str, &str) = ("BILLFOLD_WEBHOOKS_ALLOW_PRIVATE_ADDRESSES_FOR_TESTS", "true");

/// A program with an endpoint, which answers as it is told and then with 204.
#[derive(Clone, Default)]
struct Program {
    got: Arc<Mutex<Vec<Message>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
    url: String,
}

/// A message as it arrived.
#[derive(Clone)]
struct Message {
    headers: HeaderMap,
    body: String,
}

impl Message {
    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    fn event(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn kind(&self) -> String {
        self.event()["type"].as_str().unwrap().to_owned()
    }

    /// Whether one of its signatures is by this secret, for the bytes that arrived.
    fn is_signed_by(&self, secret: &str) -> bool {
        let key = SigningKey::try_new(SignatureScheme::Standard, secret, 0).unwrap();
        let headers = SignatureHeaders::Standard {
            id: self.header("webhook-id"),
            timestamp: self.header("webhook-timestamp"),
            signatures: self.header("webhook-signature"),
        };
        let sent_at = self.header("webhook-timestamp").parse().unwrap();
        key.verify(headers, self.body.as_bytes(), sent_at).is_ok()
    }
}

impl Program {
    async fn listen() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}/hooks", listener.local_addr().unwrap());
        let program = Self { url, ..Self::default() };
        let app = Router::new().route("/hooks", post(take)).with_state(program.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        program
    }

    fn will_answer(&self, statuses: impl IntoIterator<Item = u16>) {
        self.answers.lock().unwrap().extend(statuses);
    }

    /// Waits until it has so many messages; all of them.
    async fn has(&self, count: usize) -> Vec<Message> {
        eventually("messages to arrive", async || {
            let got = self.got.lock().unwrap();
            (got.len() >= count).then(|| got.clone())
        })
        .await
    }

    fn kinds(&self) -> Vec<String> {
        self.got.lock().unwrap().iter().map(Message::kind).collect()
    }
}

async fn take(State(program): State<Program>, headers: HeaderMap, body: String) -> StatusCode {
    program.got.lock().unwrap().push(Message { headers, body });
    let status = program.answers.lock().unwrap().pop_front().unwrap_or(204);
    StatusCode::from_u16(status).unwrap()
}

/// Registers an endpoint; its path and secret.
async fn register(shop: &Shop, program: &Program, types: &[&str]) -> (String, String) {
    let body = json!({ "url": program.url, "event_types": types });
    let made = shop.post(ENDPOINTS, body).await.expect(201).body;
    let secret = made["secret"].as_str().unwrap().to_owned();
    (format!("{ENDPOINTS}/{}", made["id"].as_str().unwrap()), secret)
}

async fn turn(shop: &Shop, path: &str, verb: &str, body: Value) -> Reply {
    let seen = shop.get(path).await.version();
    shop.change(Method::POST, &format!("{path}/{verb}"), seen, body).await.expect(200)
}

/// Waits until so many failed attempts at one message are noted.
async fn failed(shop: &Shop, path: &str, attempts: u32) -> Value {
    eventually("the failure to be noted", async || {
        let told = shop.get(path).await.expect(200).body["told"].clone();
        (told["attempts"] == attempts).then_some(told)
    })
    .await
}

/// Waits until the endpoint stands like this.
async fn stands(shop: &Shop, path: &str, status: &str) -> Value {
    eventually("the endpoint to stand so", async || {
        let endpoint = shop.get(path).await.expect(200).body;
        (endpoint["status"] == status).then_some(endpoint)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_is_told_what_it_wants_in_order_and_can_prove_who_said_so() {
    let shop = Shop::open_with(&[PRIVATE]).await;
    let program = Program::listen().await;
    shop.client("Early Bird").await;
    let (path, secret) = register(&shop, &program, &["client.registered", "invoice.*"]).await;
    let client = shop.client("Ada Lovelace").await;
    let invoice = shop.invoice(&client, &["10.00"]).await;
    shop.post(&format!("/api/v1/invoices/{invoice}/pay"), json!({ "method": "manual_bank" })).await;
    let got = program.has(6).await;
    let expected = [
        "client.registered",
        "invoice.drafted",
        "invoice.line_added",
        "invoice.issued",
        "invoice.payment_applied",
        "invoice.settled",
    ];
    assert_eq!(program.kinds(), expected, "no early bird, and no payment.settled");
    let positions: Vec<i64> =
        got.iter().map(|message| message.event()["position"].as_i64().unwrap()).collect();
    assert!(positions.is_sorted(), "{positions:?}");
    for message in &got {
        assert!(message.is_signed_by(&secret));
        assert!(!message.is_signed_by("whsec_AAAA"));
        assert_eq!(message.header("content-type"), "application/json");
        let event = message.event();
        assert_eq!(message.header("webhook-id"), event["id"].as_str().unwrap());
        assert_eq!(event["specversion"], "1.0");
        let told = message.body.to_lowercase();
        assert!(!told.contains("lovelace") && !told.contains("example.org"), "{told}");
    }
    let read = eventually("it to be noted", async || {
        let read = shop.get(&path).await.expect(200).body;
        (read["told"]["position"].as_i64() >= positions.last().copied()).then_some(read)
    })
    .await;
    assert_eq!((&read["status"], &read["told"]["attempts"]), (&json!("active"), &json!(0)));
    let first = shop.get(&format!("{path}/deliveries?limit=4")).await.expect(200).body;
    assert_eq!(first["items"][0]["event_type"], "invoice.settled");
    assert_eq!(first["items"][0]["outcome"], "accepted");
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = shop.get(&format!("{path}/deliveries?cursor={cursor}")).await.expect(200).body;
    let numbers: Vec<&Value> =
        rest["items"].as_array().unwrap().iter().map(|item| &item["no"]).collect();
    assert_eq!(numbers, [&json!(2), &json!(1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_told_once_and_stands_nowhere() {
    let shop = Shop::open_with(&[PRIVATE]).await;
    let program = Program::listen().await;
    let body = json!({ "url": program.url, "description": "Shop" });
    let made = shop.post_as("hook-1", ENDPOINTS, body.clone()).await.expect(201).body;
    let again = shop.post_as("hook-1", ENDPOINTS, body).await.expect(201);
    assert_eq!(again.body["secret"], made["secret"], "the same request is answered the same");
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_") && secret.len() > 40, "{secret}");
    let path = format!("{ENDPOINTS}/{}", made["id"].as_str().unwrap());
    let read = shop.get(&path).await.expect(200).body.to_string();
    let list = shop.fresh(ENDPOINTS).await.expect(200).body.to_string();
    let events = shop.fresh("/api/v1/events").await.expect(200).body.to_string();
    let receipts: Vec<String> = sqlx::query_scalar("select answer::text from receipts")
        .fetch_all(&shop.db.feed)
        .await
        .unwrap();
    for text in [read, list, events].into_iter().chain(receipts) {
        assert!(!text.contains(&secret[6..]), "{text}");
    }
    let rotated = turn(&shop, &path, "rotate-secret", json!({})).await.body;
    assert_eq!(rotated["secret_no"], 2);
    let newest = rotated["secret"].as_str().unwrap();
    assert_ne!(newest, secret);
    shop.client("Ada").await;
    let both = program.has(1).await.remove(0);
    assert!(both.is_signed_by(secret) && both.is_signed_by(newest), "for a day both sign");
    shop.clock.advance(TimeDelta::hours(25));
    shop.client("Grace").await;
    let one = program.has(2).await.remove(1);
    assert!(one.is_signed_by(newest) && !one.is_signed_by(secret));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_tried_again_before_anything_else_is_told_and_in_the_end_it_is_paused() {
    let shop = Shop::open_with(&[PRIVATE]).await;
    let program = Program::listen().await;
    let (path, _) = register(&shop, &program, &["client.*"]).await;
    program.will_answer([500, 302]);
    shop.client("Ada").await;
    let waits = failed(&shop, &path, 1).await;
    assert_eq!(waits["next_attempt_at"], "2026-03-02T09:00:05Z");
    shop.client("Grace").await;
    shop.clock.advance(TimeDelta::seconds(6));
    failed(&shop, &path, 2).await;
    shop.clock.advance(TimeDelta::seconds(31));
    let got = program.has(4).await;
    let ids: Vec<&str> = got.iter().map(|message| message.header("webhook-id")).collect();
    assert!(ids[0] == ids[1] && ids[1] == ids[2] && ids[2] != ids[3], "{ids:?}");

    program.will_answer(std::iter::repeat_n(503, 10));
    shop.client("Edsger").await;
    for attempt in 1..=9 {
        failed(&shop, &path, attempt).await;
        shop.clock.advance(TimeDelta::hours(25));
    }
    let paused = stands(&shop, &path, "paused").await;
    assert_eq!(paused["paused_for"], "failing");
    shop.client("Barbara").await;
    turn(&shop, &path, "resume", json!({})).await;
    let got = program.has(16).await;
    assert_eq!(got[14].header("webhook-id"), got[13].header("webhook-id"), "nothing is lost");
    let last = shop.get(&format!("{path}/deliveries?limit=100")).await.expect(200).body;
    let refused = last["items"].as_array().unwrap().iter().filter(|one| one["status"] == 503);
    assert_eq!(refused.count(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_says_it_is_gone_is_paused_at_once_and_a_deleted_one_hears_nothing() {
    let shop = Shop::open_with(&[PRIVATE]).await;
    let program = Program::listen().await;
    let (path, _) = register(&shop, &program, &[]).await;
    program.will_answer([410]);
    shop.client("Ada").await;
    assert_eq!(stands(&shop, &path, "paused").await["paused_for"], "gone");
    turn(&shop, &path, "resume", json!({})).await;
    program.has(2).await;
    turn(&shop, &path, "pause", json!({})).await;
    assert_eq!(stands(&shop, &path, "paused").await["paused_for"], "asked");
    let seen = shop.get(&path).await.version();
    shop.change(Method::DELETE, &path, seen, json!({})).await.expect(200);
    shop.get(&path).await.problem(404, "not_found");
    let list = shop.fresh(ENDPOINTS).await.expect(200).body;
    assert_eq!(list["items"], json!([]));
    let other = Program::listen().await;
    register(&shop, &other, &["client.*"]).await;
    shop.client("Grace").await;
    other.has(1).await;
    assert_eq!(program.kinds().len(), 2, "the deleted one was told nothing more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_sends_again_under_the_same_ids_and_a_rebuild_sends_nothing() {
    let shop = Shop::open_with(&[PRIVATE]).await;
    let program = Program::listen().await;
    let before = shop.position().await;
    shop.client("Ada").await;
    let (path, _) = register(&shop, &program, &["client.registered"]).await;
    shop.client("Grace").await;
    let first = program.has(1).await.remove(0);

    let all: Vec<&'static Definition> = PROJECTIONS.iter().collect();
    let built = rebuild(&shop.db.owner, &all, &Options::default(), &Watch::silent()).await;
    assert_eq!(built.unwrap().len(), all.len());
    shop.client("Edsger").await;
    let got = program.has(2).await;
    assert_eq!(got.len(), 2, "only what happened since");

    turn(&shop, &path, "replay", json!({ "after": before })).await;
    let got = program.has(5).await;
    let ids: Vec<&str> = got[2..].iter().map(|message| message.header("webhook-id")).collect();
    assert_eq!(ids[1], first.header("webhook-id"));
    assert_ne!(ids[0], ids[1], "what was there before the endpoint is sent too");
    assert_eq!(ids[2], got[1].header("webhook-id"));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_address_of_the_public_internet_is_taken() {
    let shop = Shop::open().await;
    for (url, code) in [
        ("http://shop.example/hooks", "url.not_encrypted"),
        ("https://127.0.0.1/hooks", "url.not_public"),
        ("https://169.254.169.254/latest/meta-data", "url.not_public"),
        ("https://[::1]:8420/", "url.not_public"),
        ("https://localhost/", "url.not_public"),
        ("https://maria:secret@8.8.8.8/", "url.credentials"),
        ("nonsense", "url.malformed"),
    ] {
        let refused = shop.post(ENDPOINTS, json!({ "url": url })).await;
        let refused =
            refused.problem(400, if code == "url.credentials" { code } else { "malformed" });
        assert_eq!(refused.pointer(), "/url", "{url}");
        assert_eq!(refused.body["errors"][0]["code"], code, "{url}");
    }
    let body = json!({ "url": "https://8.8.8.8/", "event_types": ["invoice.issued", "nonsense"] });
    let refused = shop.post(ENDPOINTS, body).await;
    assert_eq!((refused.status, refused.pointer()), (400, "/event_types/1"));
}
