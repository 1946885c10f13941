//! What clients get by mail about how they come in: invitations, codes for forgotten passwords,
//! news of changes (AUT-05, AUT-11, CLI-02, PRT-01).

use billfold_domain::kernel::ClientId;
use billfold_tests::harness::eventually;
use billfold_tests::postbox::Postbox;
use billfold_tests::shop::{EMAIL, PASSWORD, Reply, Shop, send};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use super::portal::{Browser, hidden};

const GRACE: &str = "grace.hopper@example.org";
const OTHER: &str = "a wholly other sentence";

async fn shop_with(postbox: &Postbox) -> Shop {
    let settings = postbox.settings();
    let own = settings.iter().map(|(name, value)| (*name, value.as_str()));
    let public = [("BILLFOLD_HTTP_PUBLIC_URL", "https://books.example/")];
    Shop::open_with(&own.chain(public).collect::<Vec<_>>()).await
}

async fn ask(shop: &Shop, email: &str, tenant: Option<&str>) -> Reply {
    let body = json!({ "email": email, "tenant": tenant });
    send(shop.http().post(shop.url("/api/v1/auth/password-resets")).json(&body)).await
}

async fn reset(shop: &Shop, code: &str, password: &str) -> Reply {
    let body = json!({ "code": code, "password": password });
    send(shop.http().post(shop.url("/api/v1/auth/password-reset")).json(&body)).await
}

async fn login(shop: &Shop, password: &str) -> Reply {
    let body = json!({ "email": GRACE, "password": password });
    send(shop.http().post(shop.url("/api/v1/auth/client/login")).json(&body)).await
}

/// Grace, who took the invitation that she was mailed, with nothing left in her box.
async fn grace(shop: &Shop, postbox: &Postbox) -> String {
    let client = shop.client("Grace Hopper").await;
    let path = format!("/api/v1/clients/{client}/invitation");
    let shown = shop.post(&path, json!({})).await.expect(201).body["code"].clone();
    let mail = postbox.take(GRACE, "Seller GmbH: your account").await;
    assert_eq!(shown, mail.code("bfp_"), "who invites is shown what the client is mailed");
    assert!(mail.text().contains(&page_of(shop, "welcome")), "{}", mail.text());
    reset(shop, &mail.code("bfp_"), PASSWORD).await.expect(204);
    postbox.take(GRACE, "your password was changed").await;
    client
}

/// The address of a page of the portal, as mails name it.
fn page_of(shop: &Shop, page: &str) -> String {
    format!("https://books.example/portal/{page}?tenant={}", shop.tenant)
}

/// Waits until nothing is to be mailed any more.
async fn all_is_sent(shop: &Shop) {
    eventually("an empty queue of mails", async || {
        let waits = sqlx::query_scalar::<_, i64>("select count(*) from mail_outbox");
        (waits.fetch_one(&shop.db.owner).await.unwrap() == 0).then_some(())
    })
    .await;
}

/// How often the audit log has something about sign-ins.
async fn noted(shop: &Shop, event_type: &str) -> usize {
    let told = shop.fresh("/api/v1/audit?entity_type=sign_in&limit=100").await.expect(200).body;
    let items = told["items"].as_array().unwrap().iter();
    let found: Vec<&Value> = items.filter(|item| item["event_type"] == event_type).collect();
    assert!(found.iter().all(|event| event["ip"] == "127.0.0.1"), "{found:?}");
    found.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_who_forgot_the_password_gets_a_code_by_mail_and_nobody_learns_who_has_an_account()
{
    let postbox = Postbox::open().await;
    let shop = shop_with(&postbox).await;
    let client = grace(&shop, &postbox).await;
    shop.client("Never Invited").await;
    let before = noted(&shop, "sign_in.client_means_changed").await;
    let known = ask(&shop, GRACE, None).await.expect(202);
    for stranger in ["never.invited@example.org", "nobody@example.org"] {
        assert_eq!(ask(&shop, stranger, None).await.expect(202).body, known.body, "{stranger}");
    }
    let mail = postbox.take(GRACE, "Seller GmbH: a code for a new password").await;
    assert!(mail.text().contains(&page_of(&shop, "welcome")), "{}", mail.text());
    let code = mail.code("bfp_");
    reset(&shop, &code, "short").await.problem(400, "malformed");
    reset(&shop, &code, OTHER).await.expect(204);
    reset(&shop, &code, PASSWORD).await.problem(401, "unauthenticated");
    login(&shop, PASSWORD).await.problem(401, "unauthenticated");
    login(&shop, OTHER).await.expect(200);
    let news = postbox.take(GRACE, "your password was changed").await;
    assert!(news.text().contains(&page_of(&shop, "forgot-password")), "{}", news.text());
    all_is_sent(&shop).await;
    assert!(postbox.mails().is_empty(), "{:?}", postbox.mails());
    // The new password of the client, and that the mailed code proved the address; the asking, and
    // those that led to nothing.
    assert_eq!(noted(&shop, "sign_in.client_means_changed").await, before + 2);
    assert_eq!(noted(&shop, "sign_in.reset_asked").await, 3);
    let sql = "select count(*) from events where payload -> 'reset_asked' ->> 'client_id' = $1";
    let named = sqlx::query_scalar::<_, i64>(sql).bind(uuid_of(&client));
    assert_eq!(named.fetch_one(&shop.db.feed).await.unwrap(), 1, "whose code was asked for");
    shop.assert_books_balance().await;
}

fn uuid_of(client: &str) -> String {
    client.parse::<ClientId>().unwrap().uuid().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clients_code_ends_after_half_an_hour_and_a_newer_one_takes_its_place() {
    let postbox = Postbox::open().await;
    let shop = shop_with(&postbox).await;
    grace(&shop, &postbox).await;
    ask(&shop, GRACE, None).await.expect(202);
    let older = postbox.take(GRACE, "bfp_").await.code("bfp_");
    ask(&shop, GRACE, None).await.expect(202);
    let newer = postbox.take(GRACE, "bfp_").await.code("bfp_");
    reset(&shop, &older, OTHER).await.problem(401, "unauthenticated");
    shop.clock.advance(TimeDelta::minutes(30));
    reset(&shop, &newer, OTHER).await.problem(401, "unauthenticated");
    login(&shop, PASSWORD).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_for_the_client_of_the_seller_that_is_named_and_for_nobody_who_is_suspended() {
    let postbox = Postbox::open().await;
    let shop = shop_with(&postbox).await;
    let client = grace(&shop, &postbox).await;
    let neighbour = shop.neighbour().await;
    let there = neighbour.get("/api/v1/auth/me").await.expect(200).body["tenant"].clone();
    ask(&shop, GRACE, there.as_str()).await.expect(202);
    all_is_sent(&shop).await;
    assert!(postbox.mails().is_empty(), "{:?}", postbox.mails());
    ask(&shop, GRACE, Some(&shop.tenant.to_string())).await.expect(202);
    let code = postbox.take(GRACE, "bfp_").await.code("bfp_");

    let path = format!("/api/v1/clients/{client}");
    let seen = shop.get(&path).await.version();
    shop.change(Method::DELETE, &path, seen, json!({})).await.expect(200);
    reset(&shop, &code, OTHER).await.problem(401, "unauthenticated");
    ask(&shop, GRACE, None).await.expect(202);
    all_is_sent(&shop).await;
    assert!(postbox.mails().is_empty(), "{:?}", postbox.mails());
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_is_staff_and_client_gets_a_code_for_each() {
    let postbox = Postbox::open().await;
    let shop = shop_with(&postbox).await;
    shop.hire().await;
    let email = EMAIL;
    let contact = json!({ "name": "Ada", "email": email, "address": { "country": "DE" } });
    let client = shop.post("/api/v1/clients", json!({ "contact": contact })).await.made();
    let path = format!("/api/v1/clients/{client}/invitation");
    let invited = shop.post(&path, json!({})).await.expect(201).body;
    reset(&shop, invited["code"].as_str().unwrap(), PASSWORD).await.expect(204);
    all_is_sent(&shop).await;
    ask(&shop, email, None).await.expect(202);
    let staff = postbox.take(email, "/admin/reset-password").await.code("bfp_");
    let client = postbox.take(email, "half an hour").await;
    assert!(client.text().contains(&page_of(&shop, "welcome")), "{}", client.text());
    reset(&shop, &staff, "a password of staff").await.expect(204);
    reset(&shop, &client.code("bfp_"), "a password of a client").await.expect(204);
    let enter = async |path: &str, password: &str| {
        let body = json!({ "email": email, "password": password });
        send(shop.http().post(shop.url(path)).json(&body)).await
    };
    enter("/api/v1/auth/login", "a password of staff").await.expect(200);
    enter("/api/v1/auth/client/login", "a password of a client").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn on_the_portal_a_client_asks_for_a_code_and_sets_the_password_with_it() {
    let postbox = Postbox::open().await;
    let shop = shop_with(&postbox).await;
    grace(&shop, &postbox).await;
    let mut browser = Browser::new(&shop);
    let (_, page) = browser.get(&format!("/portal/sign-in?tenant={}", shop.tenant)).await;
    let forgotten = format!("/portal/forgot-password?tenant={}", shop.tenant);
    assert!(page.contains(&forgotten), "{page}");
    let mut told = Vec::new();
    for email in [GRACE, "nobody@example.org"] {
        let (_, page) = browser.get(&forgotten).await;
        let tenant = hidden(&page, "tenant");
        let forged = [("csrf", "AAAA"), ("tenant", tenant.as_str()), ("email", email)];
        let (status, page) = browser.post("/portal/forgot-password", &forged).await;
        assert_eq!(status, 422, "{page}");
        let csrf = hidden(&page, "csrf");
        let form = [("csrf", csrf.as_str()), forged[1], forged[2]];
        told.push(browser.post("/portal/forgot-password", &form).await);
        assert_eq!(told[0], *told.last().unwrap(), "{email}");
    }
    assert_eq!(told[0].0, 303);
    let mail = postbox.take(GRACE, "bfp_").await;
    let (_, page) = browser.get(&format!("/portal/welcome?tenant={}&sent=yes", shop.tenant)).await;
    assert!(page.contains("If the address has an account, a code is on its way"), "{page}");
    let code = mail.code("bfp_");
    let csrf = hidden(&page, "csrf");
    let set = [("csrf", csrf.as_str()), ("code", code.as_str()), ("password", OTHER)];
    assert_eq!(browser.post("/portal/welcome", &set).await.0, 303);
    login(&shop, OTHER).await.expect(200);
    postbox.take(GRACE, "your password was changed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_mail_is_sent_the_portal_says_so_to_everybody_alike() {
    Shop::story(async |shop| {
        let mut browser = Browser::new(shop);
        let (_, page) = browser.get("/portal/forgot-password").await;
        assert!(page.contains("No mail is sent here"), "{page}");
        let csrf = hidden(&page, "csrf");
        let form = [("csrf", csrf.as_str()), ("email", GRACE)];
        let (status, page) = browser.post("/portal/forgot-password", &form).await;
        assert!(status == 422 && page.contains("No mail is sent here"), "{page}");
    })
    .await;
}
