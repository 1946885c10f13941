//! Bodies that are too large, too deep, of the wrong type or no JSON at all, at every route.

use billfold_tests::shop::{Reply, Shop, fresh_key, send};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::routes::{Route, routes};

/// Every route that reads a body.
async fn that_read(shop: &Shop) -> Vec<Route> {
    let all = routes(shop).await.into_iter();
    let reading: Vec<Route> =
        all.filter(|route| route.operation.get("requestBody").is_some()).collect();
    assert!(reading.len() > 60, "{} routes", reading.len());
    reading
}

/// A request on a connection of its own: who is not let in is answered before the body is read, and
/// the connection ends with it.
fn to(shop: &Shop, route: &Route) -> RequestBuilder {
    let request = shop.request(route.method.clone(), &route.path).header("connection", "close");
    let request = request.header("idempotency-key", fresh_key()).header("if-match", "\"1\"");
    request.header("content-type", "application/json")
}

/// Refused for what was sent or for who sent it, and told as a problem.
#[track_caller]
fn refused(reply: &Reply, what: &str) {
    assert!((400..500).contains(&reply.status), "{what}: {} {}", reply.status, reply.body);
    assert_eq!(reply.headers["content-type"], "application/problem+json", "{what}");
    let told = reply.body["detail"].as_str().unwrap_or_default();
    for inside in ["panicked", "sqlx", "src/", "postgres", "RUST_"] {
        assert!(!told.contains(inside), "{what} tells of its inside: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_body_of_a_wrong_shape_gets_past_any_route() {
    let shop = Shop::open().await;
    let before = shop.position().await;
    let deep = |open: &str, close: &str| open.repeat(5_000) + &close.repeat(5_000);
    let shapes: [(&str, Vec<u8>); 14] = [
        ("nothing", Vec::new()),
        ("half an object", b"{\"name\": \"Eve".to_vec()),
        ("an array", b"[]".to_vec()),
        ("null", b"null".to_vec()),
        ("a text", b"\"text\"".to_vec()),
        ("a number", b"7".to_vec()),
        ("a number without end", b"1e400".to_vec()),
        ("two bodies", b"{} {}".to_vec()),
        ("deep arrays", deep("[", "]").into_bytes()),
        ("deep objects", deep("{\"a\":", "}").into_bytes()),
        ("no UTF-8", b"{\"name\": \"\xff\xfe\"}".to_vec()),
        ("half a surrogate", br#"{"name": "\ud800"}"#.to_vec()),
        ("an entity", b"<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"c\">]><a/>".to_vec()),
        ("a prototype", br#"{"__proto__": {"admin": true}, "constructor": 1}"#.to_vec()),
    ];
    for route in that_read(&shop).await {
        for (what, body) in &shapes {
            let reply = send(to(&shop, &route).body(body.clone())).await;
            refused(&reply, &format!("{} with {what}", route.name));
        }
    }
    assert_eq!(shop.position().await, before, "nothing was done");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_body_larger_than_the_limit_is_read_by_any_route() {
    let shop = Shop::open_with(&[("BILLFOLD_HTTP_LARGEST_BODY_KIB", "64")]).await;
    let before = shop.position().await;
    let large = format!("{{\"name\": \"{}\"}}", "x".repeat(65 << 10));
    for route in that_read(&shop).await {
        let reply = send(to(&shop, &route).body(large.clone())).await;
        refused(&reply, &route.name);
        assert!([401, 403, 404, 413].contains(&reply.status), "{}: {}", route.name, reply.status);
    }
    assert_eq!(shop.position().await, before, "nothing was done");
}

/// A value of another type than the schema says, for each field of each body.
fn twisted(schema: &Value) -> Vec<(String, Value)> {
    let fields = schema["properties"].as_object().cloned().unwrap_or_default();
    let values = [json!({ "$gt": "" }), json!([[[]]]), json!(true), json!(-1.5e300)];
    let of = |name: &String| values.clone().map(|value| (name.clone(), value));
    fields.keys().flat_map(of).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_of_a_wrong_type_is_never_a_failure_of_the_server() {
    let shop = Shop::open().await;
    let document = send(shop.http().get(shop.url("/openapi.json"))).await.expect(200).body;
    let mut asked = 0;
    for route in that_read(&shop).await {
        let schema = &route.operation["requestBody"]["content"]["application/json"]["schema"];
        let schema = match schema["$ref"].as_str() {
            Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
            None => schema,
        };
        for (field, value) in twisted(schema) {
            let body = Value::Object([(field.clone(), value)].into_iter().collect());
            let reply = send(to(&shop, &route).body(body.to_string())).await;
            assert!(reply.status < 500, "{} {body}: {}", route.name, reply.body);
            asked += 1;
        }
    }
    assert!(asked > 400, "{asked} bodies");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_said_twice_or_under_another_case_is_refused() {
    let shop = Shop::open().await;
    for body in [
        r#"{"contact": {"name": "Ada"}, "contact": {"name": "Eve"}}"#,
        r#"{"contact": {"name": "Ada", "name": "Eve"}}"#,
        r#"{"Contact": {"name": "Ada"}}"#,
        r#"{"contact": {"name": "Ada"}, "tenant": "tnt_00000000000000000000000000"}"#,
        r#"{"contact": {"name": "Ada"}, "status": "closed"}"#,
    ] {
        let request = shop.request(Method::POST, "/api/v1/clients");
        let request = request.header("idempotency-key", fresh_key());
        let reply = send(request.header("content-type", "application/json").body(body)).await;
        reply.problem(400, "malformed");
    }
    let none = shop.fresh("/api/v1/clients").await.expect(200);
    assert_eq!(none.body["items"], json!([]));
}
