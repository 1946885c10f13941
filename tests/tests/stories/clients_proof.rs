//! That the mail address of a client reaches the client, and how that is proved (AUT-04, API-013).

use billfold_tests::harness::eventually;
use billfold_tests::postbox::Postbox;
use billfold_tests::shop::{Caller, PASSWORD, Shop, send};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use super::portal::{Browser, hidden};

const GRACE: &str = "grace.hopper@example.org";
const PROVE: &str = "prove your mail address";
const OTHER: &str = "a wholly other sentence";

async fn shop_with(postbox: &Postbox) -> Shop {
    let settings = postbox.settings();
    let own: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Shop::open_with(&own).await
}

/// Grace, who registered herself; her id, and a program of hers.
async fn registered(shop: &Shop) -> (String, Caller) {
    let path = "/api/v1/settings/client-registration";
    let seen = shop.get("/api/v1/settings").await.version();
    shop.change(Method::PUT, path, seen, json!({ "open": true })).await.expect(200);
    let contact = json!({ "name": "Grace", "email": GRACE, "address": { "country": "DE" } });
    let body = json!({ "contact": contact, "password": PASSWORD });
    let ask = shop.http().post(shop.url("/api/v1/auth/register")).json(&body);
    let client = send(ask).await.expect(201).body["id"].as_str().unwrap().to_owned();
    (client, shop.sign_in_client(GRACE, PASSWORD).await)
}

/// Since when the address is proved, as the client is told and as staff are.
async fn proved(shop: &Shop, client: &str, grace: &Caller) -> (Value, Value) {
    let own = grace.get("/api/v1/auth/email").await.expect(200).body;
    let seen = shop.get(&format!("/api/v1/clients/{client}")).await.expect(200).body;
    (own["email_verified_at"].clone(), seen["email_verified_at"].clone())
}

async fn verify(grace: &Caller, code: &str) -> billfold_tests::shop::Reply {
    grace.post("/api/v1/auth/email/verify", json!({ "code": code })).await
}

/// How often the log has it that the address of a client was proved.
async fn told(shop: &Shop) -> i64 {
    let sql = "select count(*) from events where event_type = 'sign_in.client_means_changed'
               and payload -> 'client_means_changed' ->> 'what' = 'address_verified'";
    sqlx::query_scalar(sql).fetch_one(&shop.db.feed).await.unwrap()
}

fn at_nine() -> (Value, Value) {
    (json!("2026-03-02T09:00:00Z"), json!("2026-03-02T09:00:00Z"))
}

const UNPROVED: (Value, Value) = (Value::Null, Value::Null);

#[tokio::test(flavor = "multi_thread")]
async fn who_registers_is_mailed_a_code_that_proves_the_address_and_a_changed_one_is_not_proved() {
    let postbox = Postbox::open().await;
    let shop = shop_with(&postbox).await;
    let (client, grace) = registered(&shop).await;
    let mail = postbox.take(GRACE, PROVE).await;
    assert!(mail.text().contains("Security"), "{}", mail.text());
    assert_eq!(proved(&shop, &client, &grace).await, UNPROVED);
    verify(&grace, "bfe_AAAA").await.problem(422, "access.wrong_code");
    verify(&grace, &mail.code("bfe_")).await.expect(204);
    verify(&grace, &mail.code("bfe_")).await.problem(422, "access.wrong_code");
    assert_eq!(proved(&shop, &client, &grace).await, at_nine());
    assert_eq!(told(&shop).await, 1);

    grace.post("/api/v1/auth/email/send-code", Value::Null).await.expect(202);
    let stale = postbox.take(GRACE, PROVE).await.code("bfe_");
    let path = format!("/api/v1/clients/{client}/contact");
    let seen = shop.get(&format!("/api/v1/clients/{client}")).await.version();
    let moved = "grace@example.org";
    let contact = json!({ "name": "Grace", "email": moved, "address": { "country": "DE" } });
    shop.change(Method::PUT, &path, seen, json!({ "contact": contact })).await.expect(200);
    assert_eq!(proved(&shop, &client, &grace).await, UNPROVED);
    verify(&grace, &stale).await.problem(422, "access.wrong_code");
    grace.post("/api/v1/auth/email/send-code", Value::Null).await.expect(202);
    let code = postbox.take(moved, PROVE).await.code("bfe_");
    verify(&grace, &code).await.expect(204);
    assert_eq!(proved(&shop, &client, &grace).await, at_nine());
    // Signing in with it changes nothing.
    let grace = shop.sign_in_client(moved, PASSWORD).await;
    assert_eq!(proved(&shop, &client, &grace).await, at_nine());
    assert_eq!(told(&shop).await, 2);
    shop.assert_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_proves_an_address_ends_after_a_day_and_a_newer_one_takes_its_place() {
    let postbox = Postbox::open().await;
    let shop = shop_with(&postbox).await;
    let (client, grace) = registered(&shop).await;
    let older = postbox.take(GRACE, PROVE).await.code("bfe_");
    grace.post("/api/v1/auth/email/send-code", Value::Null).await.expect(202);
    let newer = postbox.take(GRACE, PROVE).await.code("bfe_");
    verify(&grace, &older).await.problem(422, "access.wrong_code");
    shop.clock.advance(TimeDelta::hours(24));
    let grace = shop.sign_in_client(GRACE, PASSWORD).await;
    verify(&grace, &newer).await.problem(422, "access.wrong_code");
    assert_eq!(proved(&shop, &client, &grace).await, UNPROVED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailed_code_that_sets_a_password_proves_the_address_and_one_handed_over_does_not() {
    let postbox = Postbox::open().await;
    let shop = shop_with(&postbox).await;
    let client = shop.client("Grace Hopper").await;
    let invited = shop.invited(&client, GRACE).await;
    let seen = "whoever made the invitation saw it";
    assert_eq!(proved(&shop, &client, &invited).await, UNPROVED, "{seen}");
    let asked = json!({ "email": GRACE });
    let asked = shop.http().post(shop.url("/api/v1/auth/password-resets")).json(&asked);
    send(asked).await.expect(202);
    let code = postbox.take(GRACE, "a code for a new password").await.code("bfp_");
    let body = json!({ "code": code, "password": OTHER });
    send(shop.http().post(shop.url("/api/v1/auth/password-reset")).json(&body)).await.expect(204);
    let again = shop.sign_in_client(GRACE, OTHER).await;
    assert_eq!(proved(&shop, &client, &again).await, at_nine());
    assert_eq!(told(&shop).await, 1);

    Shop::story(async |silent| {
        let client = silent.client("Grace Hopper").await;
        let grace = silent.invited(&client, GRACE).await;
        assert_eq!(proved(silent, &client, &grace).await, UNPROVED, "nothing was mailed");
        let no_mail = grace.post("/api/v1/auth/email/send-code", Value::Null).await;
        no_mail.problem(422, "access.no_mail");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_client_leaves_no_code_behind() {
    let postbox = Postbox::open().await;
    let shop = shop_with(&postbox).await;
    let (client, _) = registered(&shop).await;
    postbox.take(GRACE, PROVE).await;
    let codes = async || {
        let sql = "select count(*) from address_codes";
        sqlx::query_scalar::<_, i64>(sql).fetch_one(&shop.db.owner).await.unwrap()
    };
    assert_eq!(codes().await, 1);
    let path = format!("/api/v1/clients/{client}");
    let seen = shop.get(&path).await.version();
    let why = json!({ "reason": "asked to be forgotten" });
    shop.change(Method::POST, &format!("{path}/erase"), seen, why).await.expect(200);
    assert_eq!(codes().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn on_the_portal_a_client_proves_the_address_by_a_code() {
    let postbox = Postbox::open().await;
    let shop = shop_with(&postbox).await;
    registered(&shop).await;
    postbox.take(GRACE, PROVE).await;
    let mut browser = Browser::new(&shop);
    let (_, page) = browser.get("/portal/sign-in").await;
    let csrf = hidden(&page, "csrf");
    let form = [("csrf", csrf.as_str()), ("email", GRACE), ("password", PASSWORD)];
    assert_eq!(browser.post("/portal/sign-in", &form).await.0, 303);
    let (_, page) = browser.get("/portal/security").await;
    assert!(page.contains("Nobody has proved yet that mail to you arrives"), "{page}");
    let csrf = hidden(&page, "csrf");
    let ask = [("csrf", csrf.as_str())];
    assert_eq!(browser.post("/portal/security/mail/send", &ask).await.0, 303);
    let code = postbox.take(GRACE, PROVE).await.code("bfe_");
    for (typed, status) in [("bfe_AAAA", 422), (code.as_str(), 303)] {
        let form = [("csrf", csrf.as_str()), ("address_code", typed)];
        let (answered, page) = browser.post("/portal/security/mail/verify", &form).await;
        assert_eq!(answered, status, "{page}");
    }
    let (_, page) = browser.get("/portal/security").await;
    assert!(page.contains("Proved since"), "{page}");
    eventually("the proof in the log", async || (told(&shop).await == 1).then_some(())).await;
}
