//! Staff come in by a passkey, which is both steps at once.

use billfold_tests::device::Device;
use billfold_tests::shop::{Caller, EMAIL, PASSWORD, Reply, Shop, send};
use chrono::TimeDelta;
use reqwest::header::{COOKIE, SET_COOKIE};
use serde_json::{Value, json};

const ORIGIN: &str = "https://books.example.org";

async fn shop() -> Shop {
    Shop::open_with(&[("BILLFOLD_HTTP_PUBLIC_URL", ORIGIN)]).await
}

async fn add(who: &Caller, device: &mut Device, name: &str) -> Reply {
    let proof = json!({ "password": PASSWORD });
    let asked = who.post("/api/v1/auth/passkeys/options", proof).await.expect(200).body;
    let credential = device.makes(&asked["options"]).await;
    let body = json!({ "ceremony": asked["ceremony"], "name": name, "credential": credential });
    who.post("/api/v1/auth/passkeys", body).await
}

async fn ask(shop: &Shop) -> Value {
    let asked = shop.http().post(shop.url("/api/v1/auth/passkey-login/options"));
    send(asked).await.expect(200).body
}

async fn show(shop: &Shop, asked: &Value, credential: Value) -> Reply {
    let body = json!({ "ceremony": asked["ceremony"], "credential": credential });
    send(shop.http().post(shop.url("/api/v1/auth/passkey-login")).json(&body)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_signs_its_owner_in_without_password_and_code() {
    let shop = shop().await;
    shop.hire().await;
    let ada = shop.sign_in(EMAIL, PASSWORD).await;
    let wrong = json!({ "password": "wrong horse battery" });
    let wrong = ada.post("/api/v1/auth/passkeys/options", wrong).await;
    wrong.problem(422, "access.wrong_password");
    let mut laptop = Device::at(ORIGIN);
    let added = add(&ada, &mut laptop, "Laptop").await.expect(201).body;
    add(&ada, &mut Device::at(ORIGIN), "Phone").await.expect(201);
    for _ in 0..2 {
        let asked = ask(&shop).await;
        let entered = show(&shop, &asked, laptop.shows(&asked["options"]).await).await.expect(200);
        assert!(entered.body["actor"].as_str().unwrap().starts_with("staff:"));
        let cookie = entered.headers[SET_COOKIE].to_str().unwrap().split(';').next().unwrap();
        let me = shop.http().get(shop.url("/api/v1/auth/me")).header(COOKIE, cookie);
        send(me).await.expect(200);
    }
    let list = ada.get("/api/v1/auth/passkeys").await.expect(200).body;
    let used = |name: &str| {
        let mut items = list["items"].as_array().unwrap().iter();
        items.find(|item| item["name"] == name).unwrap()["last_used_at"].clone()
    };
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    assert_eq!((used("Laptop"), used("Phone")), (json!("2026-03-02T09:00:00Z"), Value::Null));
    let path = format!("/api/v1/auth/passkeys/{}", added["id"].as_str().unwrap());
    let (path, proof) = (format!("{path}/remove"), json!({ "password": PASSWORD }));
    let wrong = json!({ "password": "not the password" });
    ada.post(&path, wrong).await.problem(422, "access.wrong_password");
    ada.post(&path, proof.clone()).await.expect(204);
    ada.post(&path, proof).await.problem(404, "not_found");
    let asked = ask(&shop).await;
    let gone = show(&shop, &asked, laptop.shows(&asked["options"]).await).await;
    gone.problem(401, "unauthenticated");
    let told = shop.fresh("/api/v1/audit?entity_type=sign_in&limit=100").await.expect(200).body;
    let types = told["items"].as_array().unwrap().iter().map(|item| &item["event_type"]);
    let changed = types.filter(|it| **it == "sign_in.means_changed").count();
    assert_eq!(changed, 3, "two added, one removed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_is_asked_once_by_our_own_page_and_in_time() {
    let shop = shop().await;
    shop.hire().await;
    let ada = shop.sign_in(EMAIL, PASSWORD).await;
    let mut laptop = Device::at(ORIGIN);
    add(&ada, &mut laptop, "Laptop").await.expect(201);
    let asked = ask(&shop).await;
    let shown = laptop.shows(&asked["options"]).await;
    show(&shop, &asked, shown.clone()).await.expect(200);
    show(&shop, &asked, shown.clone()).await.problem(401, "unauthenticated");
    // What was signed for one question answers no other.
    show(&shop, &ask(&shop).await, shown.clone()).await.problem(401, "unauthenticated");
    let late = ask(&shop).await;
    let shown_late = laptop.shows(&late["options"]).await;
    shop.clock.advance(TimeDelta::minutes(5));
    show(&shop, &late, shown_late).await.problem(401, "unauthenticated");
    for part in ["signature", "authenticatorData", "userHandle", "clientDataJSON"] {
        let asked = ask(&shop).await;
        let mut shown = laptop.shows(&asked["options"]).await;
        shop.clock.advance(TimeDelta::minutes(1));
        shown["response"][part] = json!("AAAA");
        show(&shop, &asked, shown).await.problem(401, "unauthenticated");
    }
    // A page of somebody else that shows our question.
    let mut foreign = Device::at("https://evil.example.org");
    let proof = json!({ "password": PASSWORD });
    let asked = ada.post("/api/v1/auth/passkeys/options", proof).await.expect(200).body;
    let mut options = asked["options"].clone();
    options["rp"]["id"] = json!("evil.example.org");
    let made = foreign.makes(&options).await;
    let body = json!({ "ceremony": asked["ceremony"], "name": "Other", "credential": made });
    let refused = ada.post("/api/v1/auth/passkeys", body).await;
    refused.problem(422, "access.wrong_passkey");
}
