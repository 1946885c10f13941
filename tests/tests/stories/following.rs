//! Another program follows what happens at a seller: as server-sent events, or over a WebSocket.

use billfold_domain::role::Permission;
use billfold_tests::shop::{Shop, send};
use futures_util::StreamExt;
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};

const FEED: &str = "/api/v1/events/feed";

/// A stream of server-sent events that is being read.
struct Reading {
    answer: reqwest::Response,
    text: String,
}

/// The id of a message, and its event if it has one.
type Told = (i64, Option<Value>);

impl Reading {
    async fn open(request: RequestBuilder) -> Self {
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self { answer, text: String::new() }
    }

    async fn next(&mut self) -> Told {
        loop {
            if let Some((message, rest)) = self.text.split_once("\n\n") {
                let field = |name| message.lines().find_map(|line| line.strip_prefix(name));
                let id = field("id: ").expect("an id").parse().expect("a position");
                let event = field("data: ").map(|data| serde_json::from_str(data).expect("JSON"));
                self.text = rest.to_owned();
                return (id, event);
            }
            let more = self.answer.chunk().await.expect("more").expect("a stream without end");
            self.text.push_str(std::str::from_utf8(&more).expect("text"));
        }
    }

    /// The next event; messages that only move the id on are passed over.
    async fn event(&mut self) -> Value {
        loop {
            if let (id, Some(event)) = self.next().await {
                assert_eq!(event["position"], id);
                return event;
            }
        }
    }
}

fn follow(shop: &Shop, query: &str) -> RequestBuilder {
    shop.request(reqwest::Method::GET, &format!("{FEED}{query}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_cut_off_goes_on_after_the_last_event_it_saw() {
    Shop::story(async |shop| {
        let mut live = Reading::open(follow(shop, "")).await;
        let (begun, nothing) = live.next().await;
        assert_eq!(nothing, None, "it begins with what happens from now on");
        let client = shop.client("Ada Lovelace").await;
        let registered = live.event().await;
        assert_eq!(registered["event_type"], "client.registered");
        assert!(registered["position"].as_i64().unwrap() > begun);
        let told = registered.to_string().to_lowercase();
        assert!(!told.contains("lovelace") && !told.contains("example.org"), "{told}");
        assert_eq!(registered["metadata"].get("ip"), None, "{told}");
        drop(live);

        let invoice = shop.invoice(&client, &["10.00"]).await;
        let last = registered["position"].to_string();
        let again = follow(shop, "?after=0").header("last-event-id", &last);
        let mut again = Reading::open(again).await;
        for expected in ["invoice.drafted", "invoice.line_added", "invoice.issued"] {
            assert_eq!(again.event().await["event_type"], expected);
        }
        shop.program().void(&invoice).await.expect(200);
        let query = "?after=0&aggregate_type=invoice&event_type=invoice.issued,invoice.voided";
        let mut some = Reading::open(follow(shop, query)).await;
        assert_eq!(some.event().await["event_type"], "invoice.issued");
        assert_eq!(some.event().await["event_type"], "invoice.voided");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seller_follows_its_own_events_only() {
    Shop::story(async |shop| {
        let neighbour = shop.neighbour().await;
        let query = format!("{FEED}?after=0&event_type=client.registered");
        let mut foreign = Reading::open(neighbour.request(reqwest::Method::GET, &query)).await;
        shop.client("Ada").await;
        let own = json!({ "contact": { "name": "Grace" } });
        let own = neighbour.post("/api/v1/clients", own).await.expect(201).body;
        assert_eq!(foreign.event().await["position"], own["position"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_comes_over_a_web_socket() {
    Shop::story(async |shop| {
        let address = shop.url(&format!("{FEED}?after=0&aggregate_type=client"));
        let address = address.replacen("http", "ws", 1);
        let ask = |key: &str| {
            let mut request = address.as_str().into_client_request().unwrap();
            let key = format!("Bearer {key}").parse().unwrap();
            request.headers_mut().insert("authorization", key);
            connect_async(request)
        };
        let (mut socket, answer) = ask(&shop.key).await.expect("a socket");
        assert_eq!(answer.status(), 101);
        let mut told = async || loop {
            let message = socket.next().await.expect("a message").expect("no fault");
            if let Message::Text(text) = message {
                return serde_json::from_str::<Value>(&text).unwrap();
            }
        };
        assert_eq!(told().await["as_of_position"], 0);
        let client = shop.client("Ada").await;
        let event = told().await;
        assert_eq!(event["event_type"], "client.registered", "{event} {client}");

        let reader = shop.key_with(&[Permission::OrdersRead]).await;
        let refused = ask(&reader).await.expect_err("not allowed");
        let tungstenite::Error::Http(answer) = refused else { panic!("{refused}") };
        assert_eq!(answer.status(), 403);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_site_gets_no_socket_with_a_visitors_session() {
    Shop::story(async |shop| {
        let staff = shop.staff("Ada Lovelace").await;
        let upgrade = |origin: &str| {
            let request = staff.request(reqwest::Method::GET, FEED).header("origin", origin);
            let request = request.header("connection", "upgrade").header("upgrade", "websocket");
            let key = "dGhlIHNhbXBsZSBub25jZQ==";
            request.header("sec-websocket-version", "13").header("sec-websocket-key", key)
        };
        send(upgrade("https://evil.example")).await.problem(403, "origin");
        let own = upgrade(&shop.url("")).send().await.unwrap();
        assert_eq!(own.status(), 101);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn how_many_follow_at_a_time_is_bounded_and_a_wrong_start_is_pointed_at() {
    let shop = Shop::open_with(&[("BILLFOLD_HTTP_FEEDS_AT_ONCE", "1")]).await;
    let first = Reading::open(follow(&shop, "")).await;
    let refused = shop.get(FEED).await.problem(503, "busy");
    assert!(refused.headers.contains_key("retry-after"));
    drop(first);
    for (query, pointer) in [("?after=-1", "/after"), ("?colour=red", "/colour")] {
        let refused = shop.get(&format!("{FEED}{query}")).await.problem(400, "malformed");
        assert_eq!(refused.pointer(), pointer);
    }
    let request = follow(&shop, "").header("last-event-id", "soon");
    let refused = send(request).await.problem(400, "malformed");
    assert_eq!(refused.pointer(), "/last-event-id");
    assert_eq!(refused.body["errors"][0]["in"], json!("header"));
}
