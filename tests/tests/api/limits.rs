//! How much a caller may ask for, and from where.

use billfold_tests::shop::{Shop, send};
use reqwest::Method;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_over_its_quota_is_told_when_to_come_back_and_others_go_on() {
    let shop = Shop::open_with(&[("BILLFOLD_HTTP_CALLER_REQUESTS_A_MINUTE", "3")]).await;
    let other = shop.key_of_neighbour().await;
    for left in [2, 1, 0] {
        let reply = shop.get("/api/v1/settings").await.expect(200);
        let policy = reply.headers["ratelimit-policy"].to_str().unwrap().to_owned();
        assert_eq!(policy, "\"address\";q=12000;w=60, \"caller\";q=3;w=60");
        let standing = reply.headers["ratelimit"].to_str().unwrap();
        assert!(standing.contains(&format!("\"caller\";r={left};t=")), "{standing}");
    }
    let refused = shop.get("/api/v1/settings").await.problem(429, "rate_limited");
    let wait: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=20).contains(&wait), "{wait}");
    assert!(refused.headers["ratelimit"].to_str().unwrap().contains("\"caller\";r=0"));
    assert_eq!(refused.body["instance"], refused.headers["x-request-id"].to_str().unwrap());
    let neighbour = shop.http().get(shop.url("/api/v1/settings")).bearer_auth(other);
    send(neighbour).await.expect(200);
    assert_eq!(send(shop.http().get(shop.url("/readyz"))).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_has_a_quota_too_whatever_keys_it_tries() {
    let shop = Shop::open_with(&[("BILLFOLD_HTTP_ADDRESS_REQUESTS_A_MINUTE", "3")]).await;
    let guess = |key: u8| {
        let request = shop.http().get(shop.url("/api/v1/settings"));
        send(request.bearer_auth(format!("bf_{key}_{key}")))
    };
    for key in 0..3 {
        guess(key).await.problem(401, "unauthenticated");
    }
    guess(3).await.problem(429, "rate_limited");
    shop.get("/api/v1/nowhere").await.problem(429, "rate_limited");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_have_the_same_quotas_by_the_address_that_a_trusted_proxy_tells() {
    let shop = Shop::open_with(&[
        ("BILLFOLD_HTTP_ADDRESS_REQUESTS_A_MINUTE", "3"),
        ("BILLFOLD_HTTP_TRUSTED_PROXIES", "1"),
    ])
    .await;
    let look = |claimed: &'static str| {
        let page = shop.http().get(shop.url("/admin/sign-in"));
        send(page.header("x-forwarded-for", claimed))
    };
    for left in [2, 1, 0] {
        let page = look("6.6.6.6, 203.0.113.7").await.expect(200);
        let standing = page.headers["ratelimit"].to_str().unwrap();
        assert!(standing.contains(&format!("\"address\";r={left};t=")), "{standing}");
    }
    let refused = look("7.7.7.7, 203.0.113.7").await.expect(429);
    let wait: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=20).contains(&wait), "{wait}");
    assert!(refused.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    look("203.0.113.7, 203.0.113.8").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_may_be_as_large_as_the_setting_says() {
    let shop = Shop::open_with(&[("BILLFOLD_HTTP_LARGEST_BODY_KIB", "1")]).await;
    let body = json!({ "contact": { "name": "x".repeat(1024) } });
    shop.post("/api/v1/clients", body).await.problem(413, "body_too_large");
    shop.client("Ada").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_pages_of_named_origins_may_call_from_a_browser() {
    let asked = |shop: &Shop, origin: &str| {
        let request = shop.http().request(Method::OPTIONS, shop.url("/api/v1/clients"));
        let request = request.header("access-control-request-method", "POST");
        let headers = "authorization,idempotency-key";
        send(request.header("access-control-request-headers", headers).header("origin", origin))
    };
    let closed = Shop::open().await;
    let refused = asked(&closed, "https://app.example").await;
    assert_eq!(refused.status, 405);
    assert!(!refused.headers.contains_key("access-control-allow-origin"));

    let origins = ("BILLFOLD_HTTP_CORS_ORIGINS", "https://app.example");
    let shop = Shop::open_with(&[origins]).await;
    let allowed = asked(&shop, "https://app.example").await.expect(200);
    assert_eq!(allowed.headers["access-control-allow-origin"], "https://app.example");
    let names = allowed.headers["access-control-allow-headers"].to_str().unwrap();
    assert!(names.contains("authorization") && names.contains("idempotency-key"), "{names}");
    assert!(!allowed.headers.contains_key("access-control-allow-credentials"));
    let other = asked(&shop, "https://evil.example").await;
    assert!(!other.headers.contains_key("access-control-allow-origin"), "{:?}", other.headers);
    let request = shop.http().get(shop.url("/api/v1/clients"));
    let problem = send(request.header("origin", "https://app.example")).await;
    let problem = problem.problem(401, "unauthenticated");
    assert_eq!(problem.headers["access-control-allow-origin"], "https://app.example");
    let exposed = problem.headers["access-control-expose-headers"].to_str().unwrap();
    assert!(exposed.contains("etag") && exposed.contains("ratelimit"), "{exposed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_that_is_not_answered_is_a_problem_that_says_which_are() {
    let shop = Shop::open().await;
    let reply = send(shop.request(Method::PATCH, "/api/v1/clients")).await;
    let reply = reply.problem(405, "method_not_allowed");
    let allow = reply.headers["allow"].to_str().unwrap();
    assert!(allow.contains("GET") && allow.contains("POST"), "{allow}");
}
