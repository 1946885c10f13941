//! How clients come in, who changes that, and what is left of it once they are erased (AUT-08,
//! AUT-11, AUT-12, CLI-06).

use billfold_domain::kernel::ClientId;
use billfold_tests::shop::{PASSWORD, Reply, Shop, fresh_key, send};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret, Totp};

use super::portal::{Browser, hidden};

const CODE: &str = "/api/v1/auth/password-reset";
const SECOND_STEP: &str = "/api/v1/auth/second-factor";
const EMAIL: &str = "grace.hopper@example.org";

/// Takes an invitation, and sets the password with it.
async fn invited(shop: &Shop, client: &str) {
    let path = format!("/api/v1/clients/{client}/invitation");
    let code = shop.post(&path, json!({})).await.expect(201).body["code"].clone();
    let body = json!({ "code": code, "password": PASSWORD });
    send(shop.http().post(shop.url(CODE)).json(&body)).await.expect(204);
}

async fn ask_for_token(shop: &Shop) -> Reply {
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    send(shop.http().post(shop.url("/api/v1/auth/client/token")).json(&body)).await
}

/// What a program of the client asks for.
async fn own(shop: &Shop, token: &str, method: Method, path: &str, body: Value) -> Reply {
    let request = shop.http().request(method, shop.url(path)).bearer_auth(token);
    send(request.header("idempotency-key", fresh_key()).json(&body)).await
}

/// Sets up a second step; answers what shows its codes.
async fn second_step(shop: &Shop, token: &str) -> Totp {
    let proof = json!({ "password": PASSWORD });
    let made = own(shop, token, Method::POST, SECOND_STEP, proof).await.expect(200).body;
    let secret = Secret::try_from_base32(made["secret"].as_str().unwrap()).unwrap();
    let totp = Builder::new().with_secret(secret).build().unwrap();
    let now = u64::try_from(shop.clock.now().timestamp()).unwrap();
    let body = json!({ "code": totp.generate(now).to_string() });
    let path = format!("{SECOND_STEP}/confirm");
    own(shop, token, Method::POST, &path, body).await.expect(200);
    totp
}

/// Every noted change of a client's way in, oldest first: what it was, and who made it.
async fn changes(shop: &Shop) -> Vec<(String, String)> {
    let path = "/api/v1/events?event_type=sign_in.client_means_changed&sort=position";
    let listed = shop.fresh(path).await.expect(200).body;
    let mut changes = Vec::new();
    for event in listed["items"].as_array().unwrap() {
        let path = format!("/api/v1/events/{}", event["position"]);
        let event = shop.get(&path).await.expect(200).body;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let what = text(&event["payload"]["client_means_changed"]["what"]);
        let by = text(&event["actor"]);
        changes.push((what, by.split(':').next().unwrap().to_owned()));
    }
    changes
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_of_a_clients_way_in_is_an_event_that_names_who_made_it() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        invited(shop, &client).await;
        let token = ask_for_token(shop).await.expect(200).body["access_token"].clone();
        let token = token.as_str().unwrap();
        let body = json!({ "old_password": PASSWORD, "password": "a wholly other sentence" });
        own(shop, token, Method::POST, "/api/v1/auth/password", body).await.expect(204);
        let told: Vec<_> = changes(shop).await;
        let told: Vec<_> = told.iter().map(|(what, by)| (what.as_str(), by.as_str())).collect();
        assert_eq!(
            told,
            [
                ("reset_code_made", "key"),
                ("password_reset", "client"),
                ("password_replaced", "client"),
            ]
        );
        let audit = shop.fresh("/api/v1/audit?entity_type=sign_in&limit=100").await.expect(200);
        let rows = audit.body["items"].as_array().unwrap().iter();
        let rows: Vec<_> =
            rows.filter(|row| row["event_type"] == "sign_in.client_means_changed").collect();
        assert!(rows.iter().all(|row| row["ip"] == "127.0.0.1"), "{rows:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_step_of_a_client_is_noted_too() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        invited(shop, &client).await;
        let token = ask_for_token(shop).await.expect(200).body["access_token"].clone();
        second_step(shop, token.as_str().unwrap()).await;
        let told = changes(shop).await;
        assert_eq!(told.last().unwrap(), &("second_step_set_up".to_owned(), "client".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_the_portal_a_client_renews_the_recovery_codes() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        invited(shop, &client).await;
        let mut browser = Browser::new(shop);
        let (_, page) = browser.get("/portal/sign-in").await;
        let csrf = hidden(&page, "csrf");
        let form = [("csrf", csrf.as_str()), ("email", EMAIL), ("password", PASSWORD)];
        assert_eq!(browser.post("/portal/sign-in", &form).await.0, 303);
        let token = ask_for_token(shop).await.expect(200).body["access_token"].clone();
        let totp = second_step(shop, token.as_str().unwrap()).await;
        shop.clock.advance(TimeDelta::minutes(1));
        let (_, page) = browser.get("/portal/security").await;
        let csrf = hidden(&page, "csrf");
        let now = u64::try_from(shop.clock.now().timestamp()).unwrap();
        let right = totp.generate(now).to_string();
        let wrong = if right == "000000" { "111111" } else { "000000" };
        for (code, status, codes) in [(wrong, 422, 0), (right.as_str(), 200, 10)] {
            let form = [("csrf", csrf.as_str()), ("renewal", code)];
            let (answered, page) = browser.post("/portal/security/second-step/renew", &form).await;
            assert_eq!(answered, status, "{page}");
            assert_eq!(page.matches("<li><code>").count(), codes, "{page}");
        }
        let told = changes(shop).await;
        let last = ("recovery_codes_renewed".to_owned(), "client".to_owned());
        assert_eq!(told.last().unwrap(), &last);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_to_sign_in_with_is_left_of_an_erased_client() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        invited(shop, &client).await;
        let token = ask_for_token(shop).await.expect(200).body["access_token"].clone();
        let token = token.as_str().unwrap();
        second_step(shop, token).await;
        let path = format!("/api/v1/clients/{client}/invitation");
        shop.post(&path, json!({})).await.expect(201);
        let kept = left(shop).await;
        assert!(kept.iter().all(|(_, rows)| *rows > 0), "{kept:?}");

        let path = format!("/api/v1/clients/{client}");
        let seen = shop.get(&path).await.version();
        let why = json!({ "reason": "asked to be forgotten" });
        let erase = format!("{path}/erase");
        shop.change(Method::POST, &erase, seen, why).await.expect(200);
        let kept = left(shop).await;
        assert!(kept.iter().all(|(_, rows)| *rows == 0), "{kept:?}");
        let me = own(shop, token, Method::GET, "/api/v1/auth/me", Value::Null).await;
        me.problem(401, "unauthenticated");
        ask_for_token(shop).await.problem(401, "unauthenticated");
    })
    .await;
}

/// Whom each refused sign-in names, oldest first, with the address that was tried.
async fn refused(shop: &Shop) -> Vec<(Value, Value)> {
    let path = "/api/v1/events?event_type=sign_in.refused&sort=position";
    let listed = shop.fresh(path).await.expect(200).body;
    let mut told = Vec::new();
    for event in listed["items"].as_array().unwrap() {
        let path = format!("/api/v1/events/{}", event["position"]);
        let event = shop.get(&path).await.expect(200).body;
        told.push((
            event["payload"]["refused"]["client_id"].clone(),
            event["aggregate_id"].clone(),
        ));
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_sign_in_names_the_client_until_nothing_is_left_to_sign_in_with() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        invited(shop, &client).await;
        let try_in = async |email: &str| {
            let body = json!({ "email": email, "password": "a wholly other sentence" });
            let ask = shop.http().post(shop.url("/api/v1/auth/client/login")).json(&body);
            send(ask).await.problem(401, "unauthenticated");
        };
        try_in(EMAIL).await;
        try_in("nobody@example.org").await;
        let path = format!("/api/v1/clients/{client}");
        let suspended =
            shop.change(Method::DELETE, &path, shop.get(&path).await.version(), json!({}));
        suspended.await.expect(200);
        try_in(EMAIL).await;
        let named = json!(client.parse::<ClientId>().unwrap().uuid());
        let tries = refused(shop).await;
        let who: Vec<&Value> = tries.iter().map(|(who, _)| who).collect();
        assert_eq!(who, [&named, &Value::Null, &named]);
        // The audit log finds them beside everything else at the address of the client.
        let stream = tries[0].1.as_str().unwrap();
        let path = format!("/api/v1/audit?entity_type=sign_in&entity_id={stream}&limit=100");
        let found = shop.fresh(&path).await.expect(200).body;
        let found = found["items"].as_array().unwrap().iter();
        let found = found.filter(|entry| entry["event_type"] == "sign_in.refused").count();
        assert_eq!(found, 2);
        let ada = shop.staff("Ada King").await;
        let page = ada.request(Method::GET, &format!("/admin/clients/{client}/access"));
        let page = page.send().await.unwrap().text().await.unwrap();
        assert_eq!(page.matches("Sign-in refused").count(), 2, "{page}");

        let path = format!("/api/v1/clients/{client}");
        let seen = shop.get(&path).await.version();
        let why = json!({ "reason": "asked to be forgotten" });
        shop.change(Method::POST, &format!("{path}/erase"), seen, why).await.expect(200);
        try_in(EMAIL).await;
        assert_eq!(refused(shop).await.last().unwrap().0, Value::Null, "nobody has the address");
    })
    .await;
}

/// The rows of each table that says how somebody comes in; only one client does here.
async fn left(shop: &Shop) -> Vec<(&'static str, i64)> {
    let mut left = Vec::new();
    for table in [
        "client_accounts",
        "sessions",
        "refresh_tokens",
        "second_factors",
        "recovery_codes",
        "reset_codes",
    ] {
        let all = format!("select count(*) from {table}");
        let rows = sqlx::query_scalar(&all).fetch_one(&shop.db.owner).await.unwrap();
        left.push((table, rows));
    }
    left
}
