//! Mail about accounts: forgotten passwords, proved addresses, news of changes (AUT-04, AUT-05).

use billfold_tests::harness::TempFolder;
use billfold_tests::postbox::Postbox;
use billfold_tests::shop::{Caller, EMAIL, PASSWORD, Reply, Shop, send};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

async fn shop_with(postbox: &Postbox, more: &[(&str, &str)]) -> Shop {
    let settings = postbox.settings();
    let own = settings.iter().map(|(name, value)| (*name, value.as_str()));
    Shop::open_with(&own.chain(more.iter().copied()).collect::<Vec<_>>()).await
}

async fn ask(shop: &Shop, email: &str) -> Reply {
    let body = json!({ "email": email });
    send(shop.http().post(shop.url("/api/v1/auth/password-resets")).json(&body)).await
}

async fn reset(shop: &Shop, code: &str, password: &str) -> Reply {
    let body = json!({ "code": code, "password": password });
    send(shop.http().post(shop.url("/api/v1/auth/password-reset")).json(&body)).await
}

async fn login(shop: &Shop, password: &str) -> Reply {
    let body = json!({ "email": EMAIL, "password": password });
    send(shop.http().post(shop.url("/api/v1/auth/login")).json(&body)).await
}

/// The changes that the log has of ways in, newest first.
async fn noted(shop: &Shop, event_type: &str) -> Vec<Value> {
    let told = shop.fresh("/api/v1/audit?entity_type=sign_in&limit=100").await.expect(200).body;
    let items = told["items"].as_array().unwrap().iter();
    items.filter(|item| item["event_type"] == event_type).cloned().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_is_set_anew_by_a_code_that_only_the_address_gets() {
    let postbox = Postbox::open().await;
    let shop = shop_with(&postbox, &[("BILLFOLD_HTTP_PUBLIC_URL", "https://books.example/")]).await;
    shop.hire().await;
    let signed_in = shop.sign_in(EMAIL, PASSWORD).await;
    let known = ask(&shop, EMAIL).await.expect(202);
    let unknown = ask(&shop, "nobody@example.org").await.expect(202);
    assert_eq!(known.body, unknown.body);
    let mail = postbox.take(EMAIL, "bfp_").await;
    assert!(mail.text().contains("Seller GmbH: a code for a new password"), "{}", mail.text());
    assert!(mail.text().contains("https://books.example/admin/reset-password"));
    let code = mail.code("bfp_");
    reset(&shop, &code, "a longer password").await.expect(204);
    reset(&shop, &code, "another password").await.problem(401, "unauthenticated");
    signed_in.get("/api/v1/auth/me").await.problem(401, "unauthenticated");
    login(&shop, PASSWORD).await.problem(401, "unauthenticated");
    login(&shop, "a longer password").await.expect(200);
    postbox.take(EMAIL, "your password was changed").await;
    // The unknown address got nothing, and its asking is noted as that of the known one is.
    let asked = noted(&shop, "sign_in.reset_asked").await;
    assert_eq!(asked.len(), 2);
    assert!(asked.iter().all(|event| event["ip"] == "127.0.0.1"), "{asked:?}");
    assert!(postbox.mails().iter().all(|mail| mail.to == EMAIL));
    // The new password, and the address: its owner was reached.
    assert_eq!(noted(&shop, "sign_in.means_changed").await.len(), 2);
    shop.assert_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_ends_after_half_an_hour_and_a_newer_one_takes_its_place() {
    let postbox = Postbox::open().await;
    let shop = shop_with(&postbox, &[]).await;
    shop.hire().await;
    ask(&shop, EMAIL).await.expect(202);
    let older = postbox.take(EMAIL, "bfp_").await.code("bfp_");
    ask(&shop, EMAIL).await.expect(202);
    let newer = postbox.take(EMAIL, "bfp_").await.code("bfp_");
    reset(&shop, &older, "a longer password").await.problem(401, "unauthenticated");
    shop.clock.advance(TimeDelta::minutes(30));
    reset(&shop, &newer, "a longer password").await.problem(401, "unauthenticated");
    login(&shop, PASSWORD).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_waits_whatever_the_address_is() {
    let postbox = Postbox::open().await;
    let shop = shop_with(&postbox, &[]).await;
    shop.hire().await;
    for email in [EMAIL, "nobody@example.org"] {
        for _ in 0..5 {
            ask(&shop, email).await.expect(202);
        }
        let refused = ask(&shop, email).await.problem(429, "access.asked_too_often");
        assert_eq!(refused.headers["retry-after"], "2");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_without_mail_says_so_to_everybody_alike() {
    Shop::story(async |shop| {
        shop.hire().await;
        let known = ask(shop, EMAIL).await.problem(422, "access.no_mail");
        let unknown = ask(shop, "nobody@example.org").await.problem(422, "access.no_mail");
        assert_eq!(known.body["detail"], unknown.body["detail"]);
        let page = shop.http().get(shop.url("/admin/forgot-password")).send().await.unwrap();
        assert!(page.text().await.unwrap().contains("This installation sends no mail"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_proved_by_a_code_and_a_changed_one_is_not() {
    let postbox = Postbox::open().await;
    let shop = shop_with(&postbox, &[]).await;
    shop.hire().await;
    let ada = shop.sign_in(EMAIL, PASSWORD).await;
    let code = postbox.take(EMAIL, "bfe_").await.code("bfe_");
    let state = async |who: &Caller| who.get("/api/v1/auth/email").await.expect(200).body;
    assert_eq!(state(&ada).await, json!({ "email_verified_at": null, "mail_is_sent": true }));
    let verify = async |who: &Caller, code: &str| {
        who.post("/api/v1/auth/email/verify", json!({ "code": code })).await
    };
    verify(&ada, "bfe_AAAA").await.problem(422, "access.wrong_code");
    verify(&ada, &code).await.expect(204);
    verify(&ada, &code).await.problem(422, "access.wrong_code");
    assert_eq!(state(&ada).await["email_verified_at"], "2026-03-02T09:00:00Z");
    assert_eq!(noted(&shop, "sign_in.means_changed").await.len(), 1);
    ada.post("/api/v1/auth/email/send-code", Value::Null).await.expect(202);
    let stale = postbox.take(EMAIL, "bfe_").await.code("bfe_");
    let me = ada.get("/api/v1/staff").await.expect(200).body["items"][0].clone();
    let path = format!("/api/v1/staff/{}", me["id"].as_str().unwrap());
    let seen = shop.get(&path).await.version();
    let moved = json!({ "name": "Ada King", "email": "ada.king@example.org" });
    shop.change(Method::PUT, &path, seen, moved).await.expect(200);
    ada.get("/api/v1/auth/me").await.problem(401, "unauthenticated");
    let ada = shop.sign_in("ada.king@example.org", PASSWORD).await;
    assert_eq!(state(&ada).await["email_verified_at"], Value::Null);
    verify(&ada, &stale).await.problem(422, "access.wrong_code");
    let code = postbox.take("ada.king@example.org", "bfe_").await.code("bfe_");
    verify(&ada, &code).await.expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_that_a_server_does_not_take_now_is_sent_later_and_is_sealed_until_then() {
    let postbox = Postbox::open().await;
    let folder = TempFolder::new();
    let file = folder.path().join("smtp-password");
    std::fs::write(&file, "let me send\n").unwrap();
    let file = file.to_str().unwrap();
    let more =
        [("BILLFOLD_MAIL_SMTP_USER", "billfold"), ("BILLFOLD_MAIL_SMTP_PASSWORD_FILE", file)];
    postbox.turn_away(2);
    let shop = shop_with(&postbox, &more).await;
    shop.hire().await;
    ask(&shop, EMAIL).await.expect(202);
    billfold_tests::harness::eventually("two mails turned away", async || {
        (postbox.to_turn_away() == 0).then_some(())
    })
    .await;
    let owner = &shop.db.owner;
    billfold_tests::harness::eventually("both put off", async || {
        let waits = "select count(*) from mail_outbox where next_at > $1 + interval '29 seconds' \
                     and next_at < $1 + interval '31 seconds'";
        let waits = sqlx::query_scalar::<_, i64>(waits).bind(shop.clock.now());
        (waits.fetch_one(owner).await.unwrap() == 2).then_some(())
    })
    .await;
    let stored: Vec<Vec<u8>> =
        sqlx::query_scalar("select sealed from mail_outbox").fetch_all(owner).await.unwrap();
    for sealed in stored {
        let text = String::from_utf8_lossy(&sealed);
        assert!(!text.contains("ada") && !text.contains("bfp_"), "{text}");
    }
    assert!(postbox.mails().is_empty());
    shop.clock.advance(TimeDelta::seconds(30));
    let code = postbox.take(EMAIL, "bfp_").await.code("bfp_");
    reset(&shop, &code, "a longer password").await.expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_about_accounts_may_lie_in_files_instead() {
    let folder = TempFolder::new();
    let path = folder.path().to_str().unwrap();
    let settings = [("BILLFOLD_MAIL_DRIVER", "file"), ("BILLFOLD_MAIL_FOLDER", path)];
    let shop = Shop::open_with(&settings).await;
    shop.hire().await;
    let mail = billfold_tests::harness::eventually("a file", async || {
        let files = std::fs::read_dir(folder.path()).unwrap();
        let texts = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
        texts.into_iter().find(|text| text.contains("bfe_"))
    })
    .await;
    assert!(mail.contains("To: ada@example.org"), "{mail}");
}
