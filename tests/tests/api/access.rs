//! Signing in and out, CSRF, API keys.

use billfold_tests::shop::{EMAIL, PASSWORD, Shop, fresh_key, send};
use reqwest::header::SET_COOKIE;
use serde_json::{Value, json};

/// Signs in; the cookie and the token for changes.
async fn sign_in(shop: &Shop) -> (String, String) {
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    let request = shop.http().post(shop.url("/api/v1/auth/login")).json(&body);
    let reply = send(request).await.expect(200);
    let cookie = reply.headers[SET_COOKIE].to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap().to_owned();
    (cookie, reply.body["csrf_token"].as_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_reads_and_changes_only_with_its_own_token() {
    let shop = Shop::open().await;
    shop.hire().await;
    let (cookie, token) = sign_in(&shop).await;
    let me = shop.http().get(shop.url("/api/v1/auth/me")).header("cookie", &cookie);
    let me = send(me).await.expect(200);
    assert!(me.body["actor"].as_str().unwrap().starts_with("staff:"), "{}", me.body);
    let permissions = me.body["permissions"].as_array().unwrap();
    assert!(permissions.contains(&json!("roles:write")), "an admin may do everything");
    assert_eq!(me.body["csrf_token"], token);
    let register = |token: Option<&str>| {
        let request = shop.http().post(shop.url("/api/v1/clients")).header("cookie", &cookie);
        let request = request.header("idempotency-key", fresh_key());
        let request = match token {
            Some(token) => request.header("x-csrf-token", token),
            None => request,
        };
        request.json(&json!({ "contact": { "name": "Ada" } }))
    };
    send(register(None)).await.problem(403, "csrf");
    send(register(Some("AAAA"))).await.problem(403, "csrf");
    send(register(Some(&token))).await.expect(201);
    let audit = shop.fresh("/api/v1/audit?entity_type=client").await.expect(200);
    assert!(audit.body["items"][0]["actor"].as_str().unwrap().starts_with("staff:"));
    let logout = shop.http().post(shop.url("/api/v1/auth/logout")).header("cookie", &cookie);
    let out = send(logout.header("x-csrf-token", &token)).await.expect(204);
    assert!(out.headers[SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
    assert_eq!(out.headers["clear-site-data"], "\"storage\"");
    let me = shop.http().get(shop.url("/api/v1/auth/me")).header("cookie", &cookie);
    send(me).await.problem(401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_and_an_unknown_address_look_the_same() {
    let shop = Shop::open().await;
    shop.hire().await;
    let login = |email: &str, password: &str| {
        let body = json!({ "email": email, "password": password });
        shop.http().post(shop.url("/api/v1/auth/login")).json(&body)
    };
    let wrong = send(login(EMAIL, "not the password")).await.problem(401, "unauthenticated");
    let nobody = send(login("eve@example.org", PASSWORD)).await.problem(401, "unauthenticated");
    let without = |mut body: Value| {
        body["instance"] = Value::Null;
        body
    };
    assert_eq!(without(wrong.body), without(nobody.body));
    for _ in 0..5 {
        send(login(EMAIL, "not the password")).await;
    }
    let slowed = send(login(EMAIL, PASSWORD)).await.problem(429, "access.slowed");
    assert!(slowed.headers.contains_key("retry-after"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_shown_once_works_within_its_scopes_and_ends_at_once() {
    let shop = Shop::open().await;
    let body = json!({ "name": "import", "scopes": ["clients:read"] });
    let create = |key: &str| {
        let path = "/api/v1/api-keys";
        shop.request(reqwest::Method::POST, path).header("idempotency-key", key)
    };
    let once = fresh_key();
    let made = send(create(&once).json(&body)).await.expect(201);
    send(create(&once).json(&body)).await.problem(409, "api_key.shown_already");
    let (id, key) = (made.body["id"].as_str().unwrap(), made.body["key"].as_str().unwrap());
    let list = |key: &str| shop.http().get(shop.url("/api/v1/clients")).bearer_auth(key);
    send(list(key)).await.expect(200);
    let register = shop.http().post(shop.url("/api/v1/clients")).bearer_auth(key);
    send(register).await.problem(403, "permission.missing");
    let keys = shop.get("/api/v1/api-keys").await.expect(200);
    assert!(!keys.body.to_string().contains(&key[30..]), "the secret is not listed");
    let revoke = || shop.request(reqwest::Method::DELETE, &format!("/api/v1/api-keys/{id}"));
    send(revoke()).await.expect(204);
    send(list(key)).await.problem(401, "unauthenticated");
    send(revoke()).await.problem(404, "not_found");
    let wrong = json!({ "name": "x", "scopes": ["root"] });
    let wrong = send(create(&fresh_key()).json(&wrong)).await;
    assert_eq!(wrong.problem(400, "malformed").pointer(), "/scopes/0");
    let none = json!({ "name": "x", "scopes": [] });
    let none = send(create(&fresh_key()).json(&none)).await;
    assert_eq!(none.problem(400, "malformed").pointer(), "/scopes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_by_itself() {
    let shop = Shop::open().await;
    shop.hire().await;
    let (cookie, _) = sign_in(&shop).await;
    let me = || shop.http().get(shop.url("/api/v1/auth/me")).header("cookie", &cookie);
    send(me()).await.expect(200);
    shop.clock.advance_days(1);
    send(me()).await.problem(401, "unauthenticated");
}
