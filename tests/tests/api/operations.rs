//! What surrounds every answer, and what load balancers and readers of the document see.

use billfold_domain::role::Permission;
use billfold_tests::shop::{EMAIL, PASSWORD, Shop, eur, fresh_key, send};
use reqwest::Method;
use reqwest::redirect::Policy;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn the_server_says_how_it_is() {
    let shop = Shop::open().await;
    for path in ["/livez", "/readyz", "/health"] {
        assert_eq!(send(shop.http().get(shop.url(path))).await.status, 200, "{path}");
    }
    let models = shop.get("/api/v1/read-models").await.expect(200);
    let items = models.body["items"].as_array().unwrap();
    assert!(items.iter().any(|model| model["name"] == "invoice_list"));
    assert!(items.iter().all(|model| model["standing"] == "current"), "{}", models.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_read_model_answers_what_it_knew_and_catches_up_when_resumed() {
    let shop = Shop::open().await;
    shop.client("Ada").await;
    shop.fresh("/api/v1/clients").await.expect(200);
    let brake = |verb| format!("/api/v1/read-models/client_list/{verb}");
    for _ in 0..2 {
        let paused = shop.post(&brake("pause"), json!({})).await.expect(200);
        assert_eq!(paused.body["state"], "paused", "{}", paused.body);
    }
    shop.client("Grace").await;
    let old = shop.get("/api/v1/clients").await.expect(200);
    assert_eq!(old.body["items"].as_array().unwrap().len(), 1);
    shop.fresh("/api/v1/clients").await.problem(409, "not_yet");
    shop.fresh("/api/v1/invoices").await.expect(200);
    for _ in 0..2 {
        let live = shop.post(&brake("resume"), json!({})).await.expect(200);
        assert_eq!(live.body["state"], "live", "{}", live.body);
    }
    let both = shop.fresh("/api/v1/clients").await.expect(200);
    assert_eq!(both.body["items"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_never_misses_an_invoice_that_a_paused_list_does_not_know() {
    let shop = Shop::open().await;
    let client = shop.client("Ada").await;
    shop.fresh("/api/v1/invoices").await.expect(200);
    shop.post("/api/v1/read-models/invoice_list/pause", json!({})).await.expect(200);
    let invoice = shop.invoice(&client, &["10.00"]).await;
    let paid = json!({ "client_id": client, "amount": eur("11.90"), "method": "manual_bank" });
    let refused = shop.post_as("k-1", "/api/v1/payments", paid.clone()).await;
    let detail = refused.problem(409, "not_yet").body["detail"].as_str().unwrap().to_owned();
    assert!(detail.starts_with("the read model invoice_list is at position"), "{detail}");
    shop.post("/api/v1/read-models/invoice_list/resume", json!({})).await.expect(200);
    shop.post_as("k-1", "/api/v1/payments", paid).await.expect(201);
    assert_eq!(shop.read_invoice(&invoice).await["status"], "paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_administrator_holds_a_read_model_and_only_one_that_moves() {
    let shop = Shop::open().await;
    let reader = shop.key_with(&[Permission::EventsRead]).await;
    let path = "/api/v1/read-models/journal/pause";
    let request = shop.http().post(shop.url(path)).bearer_auth(reader);
    send(request).await.problem(403, "permission.missing");
    shop.post("/api/v1/read-models/nothing/pause", json!({})).await.problem(404, "not_found");
    let stop = "update projections set state = 'stopped', last_error = 'position 2: torn' \
                where name = 'journal'";
    sqlx::query(stop).execute(&shop.db.feed).await.unwrap();
    let refused = shop.post(path, json!({})).await.problem(409, "read_model.stopped");
    let detail = refused.body["detail"].as_str().unwrap();
    assert!(detail.starts_with("journal stands still already"), "{detail}");
    let resumed = shop.post("/api/v1/read-models/journal/resume", json!({})).await.expect(200);
    assert_eq!(resumed.body["state"], "live");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_the_checked_in_one_and_has_two_pages() {
    let shop = Shop::open().await;
    let served = send(shop.http().get(shop.url("/openapi.json"))).await.expect(200);
    let checked_in = concat!(env!("CARGO_MANIFEST_DIR"), "/../api/openapi.json");
    let checked_in = std::fs::read_to_string(checked_in).unwrap();
    assert_eq!(served.body, serde_json::from_str::<serde_json::Value>(&checked_in).unwrap());
    assert_eq!(served.body["openapi"], "3.1.0");
    for (page, script) in [("/docs", "/assets/scalar.js"), ("/redoc", "/assets/redoc.js")] {
        let page = shop.http().get(shop.url(page)).send().await.unwrap();
        let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains("script-src 'self'"), "{policy}");
        assert!(page.text().await.unwrap().contains(script));
        assert_eq!(send(shop.http().get(shop.url(script))).await.status, 200, "{script}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_named_and_harmless() {
    let shop = Shop::open().await;
    let named = shop.request(reqwest::Method::GET, "/api/v1/settings");
    let named = send(named.header("x-request-id", "job-17")).await.expect(200);
    assert_eq!(named.headers["x-request-id"], "job-17");
    let hostile = shop.request(reqwest::Method::GET, "/api/v1/settings");
    let hostile = send(hostile.header("x-request-id", "a b\"c")).await.expect(200);
    assert_ne!(hostile.headers["x-request-id"], "a b\"c");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
    ] {
        assert_eq!(named.headers[name], value);
    }
    assert_eq!(named.body["currency"], "EUR");
    assert_eq!(named.body["tenant"], shop.tenant.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_reached_by_tls_is_reached_by_nothing_else() {
    let public = ("BILLFOLD_HTTP_PUBLIC_URL", "https://billing.example");
    let shop = Shop::open_with(&[public]).await;
    for path in ["/", "/admin/sign-in", "/api/v1/settings", "/api/v1/x", "/docs", "/livez"] {
        let reply = send(shop.http().get(shop.url(path))).await;
        assert_eq!(reply.headers["strict-transport-security"], "max-age=31536000", "{path}");
    }
    shop.hire().await;
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    let login = send(shop.http().post(shop.url("/api/v1/auth/login")).json(&body)).await;
    let cookie = login.expect(200).headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("__Host-billfold_session="), "{cookie}");
    assert!(cookie.contains("; Path=/;") && cookie.ends_with("; Secure"), "{cookie}");
    let pair = cookie.split(';').next().unwrap();
    let me = || shop.http().get(shop.url("/api/v1/auth/me"));
    send(me().header("cookie", pair)).await.expect(200);
    let planted = pair.strip_prefix("__Host-").unwrap();
    send(me().header("cookie", planted)).await.problem(401, "unauthenticated");
    let form = send(shop.http().get(shop.url("/admin/sign-in"))).await;
    let guard = form.headers["set-cookie"].to_str().unwrap();
    assert!(guard.starts_with("__Host-billfold_sign_in=") && guard.ends_with("; Secure"));
    let plain = Shop::open().await;
    let reply = plain.get("/api/v1/settings").await.expect(200);
    assert!(!reply.headers.contains_key("strict-transport-security"), "a browser would not return");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_served_is_what_it_says_and_in_no_frame() {
    let shop = Shop::open().await;
    let browser = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
    let page = browser.get(shop.url("/admin/sign-in")).send().await.unwrap().text().await.unwrap();
    let file = page.split("href=\"").find(|at| at.starts_with("/assets/")).unwrap();
    let file = file.split('"').next().unwrap();
    for path in ["/", file, "/assets/none", "/livez", "/docs", "/redoc", "/api/v1/openapi.json"] {
        let headers = send(browser.get(shop.url(path))).await.headers;
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["x-frame-options"], "DENY", "{path}");
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(policy.contains("base-uri 'none'"), "{path}: {policy}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slash_at_the_end_and_the_old_addresses_are_answered_too() {
    let shop = Shop::open().await;
    let client = shop.client("Ada").await;
    for path in ["/api/v1/clients/", "/api/admin/clients", "/api/admin/clients/"] {
        let list = shop.fresh(path).await.expect(200);
        assert_eq!(list.body["items"][0]["id"], client, "{path}");
    }
    let body = json!({ "contact": { "name": "Grace" } });
    shop.post("/api/admin/clients", body).await.expect(201);
    let user = format!("/api/v1/admin/users/{client}");
    let seen = format!("\"{}\"", shop.get(&user).await.version());
    let delete = shop.program().request(Method::DELETE, &user).header("if-match", seen);
    send(delete.header("idempotency-key", fresh_key())).await.expect(200);
    let read = shop.get(&format!("/api/v1/clients/{client}")).await.expect(200).body;
    assert_eq!(read["status"], "inactive", "{read}");
    let plan = json!({ "code": "vps-s", "name": "VPS S", "kind": "vps" });
    shop.post("/api/v1/admin/plans", plan).await.expect(201);
    let plans = shop.fresh("/api/v1/admin/plans").await.expect(200).body;
    assert_eq!(plans["items"][0]["code"], "vps-s");
    for path in ["audit-logs", "products", "invoices", "coupons", "gift-cards", "staff", "roles"] {
        let list = shop.get(&format!("/api/admin/{path}")).await.expect(200);
        assert!(list.body["items"].is_array(), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_reads_what_is_their_own_at_the_addresses_of_other_systems_too() {
    let shop = Shop::open().await;
    let (own, other) = (shop.client("Ada").await, shop.client("Grace").await);
    let (mine, theirs) =
        (shop.invoice(&own, &["1.00"]).await, shop.invoice(&other, &["2.00"]).await);
    let ada = shop.invited(&own, "ada@example.org").await;
    let profile = ada.get("/api/client/profile").await.expect(200).body;
    assert_eq!(profile["id"], own);
    let position = shop.position().await;
    let list = format!("/api/client/invoices?min_position={position}");
    let list = ada.get(&list).await.expect(200).body;
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "{list}");
    ada.get(&format!("/api/client/invoices/{mine}")).await.expect(200);
    ada.get(&format!("/api/client/invoices/{theirs}")).await.problem(404, "not_found");
    let new = json!({ "old_password": PASSWORD, "password": "another horse battery" });
    let changed = ada.request(Method::PUT, "/api/client/password").json(&new);
    send(changed).await.expect(204);
    shop.sign_in_client("ada@example.org", "another horse battery").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn large_answers_are_compressed_for_those_who_ask() {
    let shop = Shop::open().await;
    let request = shop.http().get(shop.url("/openapi.json"));
    let reply = request.header("accept-encoding", "br").send().await.unwrap();
    assert_eq!(reply.headers()["content-encoding"], "br");
}
