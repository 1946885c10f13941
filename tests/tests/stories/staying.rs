//! How long somebody stays signed in, and what ends it before its time (AUT-05, SEC-02).

use billfold_tests::shop::{EMAIL, PASSWORD, Reply, Shop, send};
use chrono::TimeDelta;
use reqwest::Method;
use reqwest::header::{COOKIE, SET_COOKIE};
use serde_json::json;

const ME: &str = "/api/v1/auth/me";

/// Signs in with a browser that has this cookie; answers the new one.
async fn enter(shop: &Shop, cookie: Option<&str>) -> String {
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    let mut request = shop.http().post(shop.url("/api/v1/auth/login")).json(&body);
    if let Some(cookie) = cookie {
        request = request.header(COOKIE, cookie);
    }
    let entered = send(request).await.expect(200);
    entered.headers[SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned()
}

async fn read(shop: &Shop, cookie: &str, path: &str) -> Reply {
    send(shop.http().get(shop.url(path)).header(COOKIE, cookie)).await
}

/// When the live sessions of the account began.
async fn live(shop: &Shop, cookie: &str) -> Vec<String> {
    let list = read(shop, cookie, "/api/v1/auth/sessions").await.expect(200).body;
    let began = |item: &serde_json::Value| item["created_at"].as_str().unwrap().to_owned();
    list["items"].as_array().unwrap().iter().map(began).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_nobody_uses_for_two_hours_is_over() {
    Shop::story(async |shop| {
        shop.hire().await;
        let used = enter(shop, None).await;
        let idle = enter(shop, None).await;
        shop.clock.advance(TimeDelta::minutes(90));
        read(shop, &used, ME).await.expect(200);
        shop.clock.advance(TimeDelta::minutes(45));
        read(shop, &idle, ME).await.problem(401, "unauthenticated");
        let newest = enter(shop, None).await;
        let began = live(shop, &newest).await;
        assert_eq!(began, ["2026-03-02T11:15:00Z", "2026-03-02T09:00:00Z"], "the used one is live");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_in_again_leaves_no_session_behind_in_that_browser() {
    Shop::story(async |shop| {
        shop.hire().await;
        let elsewhere = enter(shop, None).await;
        let before = enter(shop, None).await;
        let after = enter(shop, Some(&before)).await;
        read(shop, &before, ME).await.problem(401, "unauthenticated");
        read(shop, &after, ME).await.expect(200);
        read(shop, &elsewhere, ME).await.expect(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_too_many_sessions_the_one_that_began_first_makes_room() {
    Shop::story(async |shop| {
        shop.hire().await;
        let first = enter(shop, None).await;
        let mut last = String::new();
        for _ in 0..50 {
            shop.clock.advance(TimeDelta::seconds(1));
            last = enter(shop, None).await;
        }
        assert_eq!(live(shop, &last).await.len(), 50);
        read(shop, &first, ME).await.problem(401, "unauthenticated");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_mail_address_ends_the_sessions_of_the_one_before() {
    Shop::story(async |shop| {
        let ada = shop.staff("Ada Lovelace").await;
        let found = shop.fresh("/api/v1/staff").await.expect(200).body;
        let mut items = found["items"].as_array().unwrap().iter();
        let row = items.find(|item| item["name"] == "Ada Lovelace").expect("Ada in the list");
        let id = row["id"].as_str().unwrap();
        let path = format!("/api/v1/staff/{id}");
        let seen = shop.get(&path).await.version();
        let body = json!({ "name": "Ada Lovelace", "email": "ada@example.com" });
        shop.change(Method::PUT, &path, seen, body).await.expect(200);
        ada.get(ME).await.problem(401, "unauthenticated");
    })
    .await;
}
