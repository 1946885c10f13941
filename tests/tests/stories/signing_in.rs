//! Staff come in, by page and by program, and see who else did.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use billfold_tests::shop::{EMAIL, PASSWORD, Shop, send};
use chrono::TimeDelta;
use reqwest::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};
use uuid::Uuid;

/// The code that an authenticator with this secret shows.
fn code(shop: &Shop, secret: &str) -> String {
    let secret = Secret::try_from_base32(secret).unwrap();
    let totp = Builder::new().with_secret(secret).build().unwrap();
    totp.generate(u64::try_from(shop.clock.now().timestamp()).unwrap()).to_string()
}

fn login(shop: &Shop, path: &str, code: Option<&str>) -> reqwest::RequestBuilder {
    let mut body = json!({ "email": EMAIL, "password": PASSWORD });
    if let Some(code) = code {
        body["code"] = code.into();
    }
    shop.http().post(shop.url(path)).json(&body)
}

async fn as_program(shop: &Shop, token: &Value, method: &str, path: &str, body: Value) -> Answer {
    let method = method.parse().unwrap();
    let request = shop.http().request(method, shop.url(path));
    send(request.bearer_auth(token.as_str().unwrap()).json(&body)).await
}

type Answer = billfold_tests::shop::Reply;

#[tokio::test(flavor = "multi_thread")]
async fn a_program_of_staff_works_with_tokens_that_end() {
    Shop::story(async |shop| {
        shop.hire().await;
        let got = send(login(shop, "/api/v1/auth/token", None)).await.expect(200);
        assert_eq!(got.headers["cache-control"], "no-store");
        assert_eq!(
            (&got.body["token_type"], &got.body["expires_in"]),
            (&json!("Bearer"), &json!(600))
        );
        let token = &got.body["access_token"];
        let me = as_program(shop, token, "GET", "/api/v1/auth/me", Value::Null).await.expect(200);
        assert!(me.body["actor"].as_str().unwrap().starts_with("staff:"));
        assert_eq!(me.body["csrf_token"], Value::Null);
        let text = token.as_str().unwrap();
        let (head, rest) = text.split_once('.').unwrap();
        let unsigned = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{rest}");
        let cut = format!("{head}.{}", rest.split_once('.').unwrap().0);
        for wrong in [unsigned, cut, format!("{text}A"), text.to_uppercase()] {
            let wrong =
                as_program(shop, &json!(wrong), "GET", "/api/v1/auth/me", Value::Null).await;
            wrong.problem(401, "unauthenticated");
        }
        shop.clock.advance(TimeDelta::minutes(10));
        let late = as_program(shop, token, "GET", "/api/v1/auth/me", Value::Null).await;
        late.problem(401, "unauthenticated");
        let refresh = |token: &Value| {
            let body = json!({ "refresh_token": token });
            shop.http().post(shop.url("/api/v1/auth/refresh")).json(&body)
        };
        let next = send(refresh(&got.body["refresh_token"])).await.expect(200).body;
        let token = &next["access_token"];
        let sessions = as_program(shop, token, "GET", "/api/v1/auth/sessions", Value::Null).await;
        let sessions = sessions.expect(200).body;
        assert_eq!(sessions["items"][0]["kind"], "program");
        assert_eq!(sessions["items"][0]["address"], "127.0.0.1");
        send(refresh(&got.body["refresh_token"])).await.problem(401, "unauthenticated");
        let me = as_program(shop, token, "GET", "/api/v1/auth/me", Value::Null).await;
        me.problem(401, "unauthenticated");
        let again = send(login(shop, "/api/v1/auth/token", None)).await.expect(200).body;
        let token = &again["access_token"];
        as_program(shop, token, "POST", "/api/v1/auth/logout", Value::Null).await.expect(204);
        let me = as_program(shop, token, "GET", "/api/v1/auth/me", Value::Null).await;
        me.problem(401, "unauthenticated");
        send(refresh(&again["refresh_token"])).await.problem(401, "unauthenticated");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_acts_for_its_own_seller_alone() {
    Shop::story(async |shop| {
        shop.hire().await;
        shop.key_of_neighbour().await;
        let client = shop.client("Grace Hopper").await;
        let got = send(login(shop, "/api/v1/auth/token", None)).await.expect(200).body;
        let (token, path) = (&got["access_token"], format!("/api/v1/clients/{client}"));
        as_program(shop, token, "GET", &path, Value::Null).await.expect(200);
        // The seller stands in the claims; another one there is another signature.
        let text = token.as_str().unwrap();
        let parts: Vec<&str> = text.split('.').collect();
        let claims = URL_SAFE_NO_PAD.decode(parts[1]).unwrap();
        let mut claims: Value = serde_json::from_slice(&claims).unwrap();
        claims["tenant"] = json!(Uuid::from_u128(0xB2));
        let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
        let other = format!("{}.{claims}.{}", parts[0], parts[2]);
        let foreign = as_program(shop, &json!(other), "GET", &path, Value::Null).await;
        foreign.problem(401, "unauthenticated");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_step_guards_a_sign_in_by_program_and_by_page() {
    Shop::story(async |shop| {
        shop.hire().await;
        let got = send(login(shop, "/api/v1/auth/token", None)).await.expect(200).body;
        let token = &got["access_token"];
        let path = "/api/v1/auth/second-factor";
        let wrong = json!({ "password": "wrong horse battery" });
        let wrong = as_program(shop, token, "POST", path, wrong).await;
        wrong.problem(422, "access.wrong_password");
        let proof = json!({ "password": PASSWORD });
        let made = as_program(shop, token, "POST", path, proof).await.expect(200).body;
        let secret = made["secret"].as_str().unwrap();
        let uri = made["uri"].as_str().unwrap();
        assert!(uri.starts_with("otpauth://totp/Seller%20GmbH:ada%40example.org?secret="), "{uri}");
        let confirm = json!({ "code": code(shop, secret) });
        let confirm = as_program(shop, token, "POST", &format!("{path}/confirm"), confirm).await;
        let codes = confirm.expect(200).body["recovery_codes"].clone();
        assert_eq!(codes.as_array().unwrap().len(), 10);
        for path in ["/api/v1/auth/login", "/api/v1/auth/token"] {
            send(login(shop, path, None)).await.problem(401, "access.code_needed");
            send(login(shop, path, Some("000000"))).await.problem(401, "access.wrong_code");
            shop.clock.advance(TimeDelta::minutes(1));
            send(login(shop, path, Some(&code(shop, secret)))).await.expect(200);
        }
        by_page(shop, secret).await;
        let state = as_program(shop, token, "GET", path, Value::Null).await.expect(200).body;
        assert_eq!(state["recovery_codes_left"], 10);
        let remove = json!({ "code": codes[0] });
        let removed = as_program(shop, token, "POST", &format!("{path}/remove"), remove).await;
        removed.expect(204);
        send(login(shop, "/api/v1/auth/login", None)).await.expect(200);
    })
    .await;
}

/// Signs in on the pages with a code; the first page keeps nothing but a proof in a cookie.
async fn by_page(shop: &Shop, secret: &str) {
    let browser = reqwest::Client::builder();
    let browser = browser.redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let blank = browser.get(shop.url("/admin/sign-in")).send().await.unwrap();
    let mut cookies = vec![cookie(&blank)];
    let guard = |cookies: &[String]| cookies[0].split_once('=').unwrap().1.to_owned();
    let form = [("csrf", guard(&cookies)), ("email", EMAIL.into()), ("password", PASSWORD.into())];
    let asked = browser
        .post(shop.url("/admin/sign-in"))
        .header(COOKIE, &cookies[0])
        .header(CONTENT_TYPE, FORM)
        .body(encoded(&form));
    let asked = asked.send().await.unwrap();
    assert_eq!(asked.status(), 200);
    cookies = asked.headers().get_all(SET_COOKIE).iter().map(named).collect();
    let page = asked.text().await.unwrap();
    assert!(page.contains("name=\"code\"") && !page.contains(PASSWORD), "{page}");
    let (both, guard) = (cookies.join("; "), guard(&cookies));
    let step = async |code: String| {
        let form = [("csrf", guard.clone()), ("code", code), ("next", "/admin/events".to_owned())];
        let post = browser
            .post(shop.url("/admin/sign-in/code"))
            .header(COOKIE, &both)
            .header(CONTENT_TYPE, FORM)
            .body(encoded(&form));
        post.send().await.unwrap()
    };
    assert_eq!(step("000000".to_owned()).await.status(), 422);
    shop.clock.advance(TimeDelta::minutes(1));
    let entered = step(code(shop, secret)).await;
    assert_eq!(entered.status(), 303);
    assert_eq!(entered.headers()["location"], "/admin/events");
    let security = browser.get(shop.url("/admin/security")).header(COOKIE, cookie(&entered));
    let security = security.send().await.unwrap().text().await.unwrap();
    assert!(security.contains("10 recovery codes are left"), "{security}");
}

const FORM: &str = "application/x-www-form-urlencoded";

fn encoded(form: &[(&str, String)]) -> String {
    serde_urlencoded::to_string(form).unwrap()
}

/// The first cookie of an answer, without its attributes.
fn cookie(answer: &reqwest::Response) -> String {
    named(answer.headers().get(SET_COOKIE).unwrap())
}

fn named(value: &reqwest::header::HeaderValue) -> String {
    value.to_str().unwrap().split(';').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_changes_the_password_and_ends_sessions_elsewhere() {
    Shop::story(async |shop| {
        let (here, there) = (shop.staff("Ada Lovelace").await, "ada.lovelace@example.org");
        let body = json!({ "email": there, "password": PASSWORD });
        let other = shop.http().post(shop.url("/api/v1/auth/login")).json(&body);
        let other = send(other).await.expect(200);
        let list = here.get("/api/v1/auth/sessions").await.expect(200).body;
        let items = list["items"].as_array().unwrap();
        assert_eq!(items.len(), 2);
        let foreign = items.iter().find(|item| item["current"] == false).unwrap();
        let path = format!("/api/v1/auth/sessions/{}", foreign["id"].as_str().unwrap());
        send(here.request(reqwest::Method::DELETE, &path)).await.expect(204);
        send(here.request(reqwest::Method::DELETE, &path)).await.problem(404, "not_found");
        let me = shop.http().get(shop.url("/api/v1/auth/me"));
        let cookie = named(&other.headers[SET_COOKIE]);
        send(me.header(COOKIE, cookie)).await.problem(401, "unauthenticated");
        let change = json!({ "old_password": "wrong horse", "password": "a longer password" });
        let refused = here.post("/api/v1/auth/password", change).await;
        refused.problem(422, "access.wrong_password");
        let change = json!({ "old_password": PASSWORD, "password": "a longer password" });
        here.post("/api/v1/auth/password", change).await.expect(204);
        here.get("/api/v1/auth/me").await.expect(200);
        let old = shop.http().post(shop.url("/api/v1/auth/login")).json(&body);
        send(old).await.problem(401, "unauthenticated");
        let ended = send(here.request(reqwest::Method::DELETE, "/api/v1/auth/sessions")).await;
        assert_eq!(ended.expect(200).body["ended"], 0);
        let told = shop.fresh("/api/v1/audit?entity_type=sign_in").await.expect(200).body;
        let newest = &told["items"][0];
        assert_eq!(newest["event_type"], "sign_in.refused");
        assert_eq!(newest["ip"], "127.0.0.1");
        let types: Vec<_> = told["items"].as_array().unwrap().iter().collect();
        assert!(types.iter().any(|item| item["event_type"] == "sign_in.ended"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seller_may_ask_a_second_step_of_everybody() {
    Shop::story(async |shop| {
        shop.hire().await;
        let got = send(login(shop, "/api/v1/auth/token", None)).await.expect(200).body;
        let token = &got["access_token"];
        let settings = "/api/v1/settings/second-factor";
        let seen = shop.get("/api/v1/settings").await.version();
        let demand = json!({ "demanded": true });
        shop.change(reqwest::Method::PUT, settings, seen, demand).await.expect(200);
        let got = send(login(shop, "/api/v1/auth/token", None)).await.expect(200).body;
        let restricted = &got["access_token"];
        let me = as_program(shop, restricted, "GET", "/api/v1/auth/me", Value::Null).await;
        assert_eq!(me.expect(200).body["must_set_up_second_factor"], true);
        let list = as_program(shop, restricted, "GET", "/api/v1/clients", Value::Null).await;
        list.problem(403, "permission.missing");
        shop.get("/api/v1/clients").await.expect(200);
        let proof = json!({ "password": PASSWORD });
        let path = "/api/v1/auth/second-factor";
        let made = as_program(shop, restricted, "POST", path, proof).await.expect(200).body;
        let confirm = json!({ "code": code(shop, made["secret"].as_str().unwrap()) });
        let path = "/api/v1/auth/second-factor/confirm";
        as_program(shop, restricted, "POST", path, confirm).await.expect(200);
        for token in [token, restricted] {
            as_program(shop, token, "GET", "/api/v1/clients", Value::Null).await.expect(200);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_is_set_anew_by_a_code_that_works_once() {
    Shop::story(async |shop| {
        shop.hire().await;
        let before = send(login(shop, "/api/v1/auth/token", None)).await.expect(200).body;
        let code = async |email: &str| {
            let body = json!({ "email": email });
            let request = shop.request(reqwest::Method::POST, "/api/v1/auth/reset-codes");
            send(request.json(&body)).await
        };
        code("nobody@example.org").await.problem(422, "access.no_account");
        let older = code(EMAIL).await.expect(201).body["code"].clone();
        let newer = code(EMAIL).await.expect(201).body["code"].clone();
        let reset = async |code: &Value, password: &str| {
            let body = json!({ "code": code, "password": password });
            send(shop.http().post(shop.url("/api/v1/auth/password-reset")).json(&body)).await
        };
        reset(&older, "a longer password").await.problem(401, "unauthenticated");
        reset(&newer, "short").await.problem(400, "malformed");
        reset(&newer, "a longer password").await.expect(204);
        reset(&newer, "another password").await.problem(401, "unauthenticated");
        let token = &before["access_token"];
        let me = as_program(shop, token, "GET", "/api/v1/auth/me", Value::Null).await;
        me.problem(401, "unauthenticated");
        send(login(shop, "/api/v1/auth/login", None)).await.problem(401, "unauthenticated");
        let body = json!({ "email": EMAIL, "password": "a longer password" });
        let new = shop.http().post(shop.url("/api/v1/auth/login")).json(&body);
        send(new).await.expect(200);
        let late = code(EMAIL).await.expect(201).body["code"].clone();
        shop.clock.advance(TimeDelta::hours(1));
        reset(&late, "another password").await.problem(401, "unauthenticated");
    })
    .await;
}
