//! Sessions, access tokens, refresh tokens and keys that were altered, forged, outlived or stolen.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use billfold_tests::shop::{EMAIL, PASSWORD, Reply, Shop, send};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::Desk;

async fn tokens(shop: &Shop) -> Value {
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    send(shop.http().post(shop.url("/api/v1/auth/token")).json(&body)).await.expect(200).body
}

async fn me(shop: &Shop, token: &str) -> Reply {
    send(shop.http().get(shop.url("/api/v1/auth/me")).bearer_auth(token)).await
}

async fn refresh(shop: &Shop, token: &Value) -> Reply {
    let body = json!({ "refresh_token": token });
    send(shop.http().post(shop.url("/api/v1/auth/refresh")).json(&body)).await
}

fn part(claims: &Value) -> String {
    URL_SAFE_NO_PAD.encode(claims.to_string())
}

fn decoded(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// The same text with the character at a place replaced by another of the alphabet.
fn altered(text: &str, at: usize) -> String {
    let replace = |(place, letter): (usize, char)| match (place == at, letter) {
        (true, 'A') => 'B',
        (true, _) => 'A',
        (false, letter) => letter,
    };
    text.chars().enumerate().map(replace).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_access_token_is_taken_that_this_seller_did_not_sign_as_it_is() {
    let shop = Shop::open().await;
    shop.hire().await;
    let token = tokens(&shop).await["access_token"].as_str().unwrap().to_owned();
    me(&shop, &token).await.expect(200);
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts[..] else { panic!("{token}") };
    let with = |field: &str, value: Value| {
        let mut changed = decoded(claims);
        changed[field] = value;
        format!("{header}.{}.{signature}", part(&changed))
    };
    let mut forged = vec![
        with("sub", json!("stf_00000000000000000000000000")),
        with("exp", json!(4_102_444_800_i64)),
        format!("{header}.{claims}."),
        format!("{header}.{claims}"),
        format!("{header}.{claims}.{signature}.{signature}"),
        format!("{header}..{signature}"),
        format!("{token}="),
        format!(".{claims}.{signature}"),
    ];
    for algorithm in ["none", "None", "NONE", "nOnE", "HS512", "RS256", "ES256", ""] {
        let other = part(&json!({ "alg": algorithm, "typ": "JWT" }));
        forged.push(format!("{other}.{claims}."));
        forged.push(format!("{other}.{claims}.{signature}"));
    }
    let key = part(&json!({ "alg": "HS256", "typ": "JWT", "jwk": { "kty": "oct", "k": "AA" } }));
    forged.push(format!("{key}.{claims}.{signature}"));
    let elsewhere = part(&json!({ "alg": "HS256", "jku": "https://evil.example/keys" }));
    forged.push(format!("{elsewhere}.{claims}.{signature}"));
    for at in [0, header.len() + 1, header.len() + claims.len() / 2, token.len() - 2] {
        forged.push(altered(&token, at));
    }
    for forged in forged {
        let reply = me(&shop, &forged).await;
        assert_eq!(reply.status, 401, "{forged}: {}", reply.body);
        assert!(!reply.body.to_string().contains(&forged), "a token is never told again");
    }
    me(&shop, &token).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outlived_token_opens_nothing_and_the_one_that_follows_does() {
    let shop = Shop::open().await;
    shop.hire().await;
    let first = tokens(&shop).await;
    shop.clock.advance(TimeDelta::minutes(11));
    me(&shop, first["access_token"].as_str().unwrap()).await.problem(401, "unauthenticated");
    let next = refresh(&shop, &first["refresh_token"]).await.expect(200).body;
    me(&shop, next["access_token"].as_str().unwrap()).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_used_twice_ends_the_session_of_thief_and_owner() {
    let shop = Shop::open().await;
    shop.hire().await;
    let stolen = tokens(&shop).await["refresh_token"].clone();
    let owner = refresh(&shop, &stolen).await.expect(200).body;
    assert_eq!(refresh(&shop, &stolen).await.status, 401);
    assert_eq!(refresh(&shop, &owner["refresh_token"]).await.status, 401);
    let access = owner["access_token"].as_str().unwrap();
    me(&shop, access).await.problem(401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_or_a_session_with_one_letter_changed_is_nobodys() {
    let shop = Shop::open().await;
    let Desk { cookie, .. } = Desk::first(&shop).await;
    let value = cookie.find('=').unwrap() + 1;
    let settings = || shop.http().get(shop.url("/api/v1/settings"));
    send(settings().header("cookie", &cookie)).await.expect(200);
    for at in [value, value + 5, cookie.len() - 2] {
        let forged = altered(&cookie, at);
        send(settings().header("cookie", forged)).await.problem(401, "unauthenticated");
    }
    send(settings().bearer_auth(&shop.key)).await.expect(200);
    for at in [0, 4, shop.key.len() / 2, shop.key.len() - 2] {
        send(settings().bearer_auth(altered(&shop.key, at))).await.problem(401, "unauthenticated");
    }
    let doubled = settings().bearer_auth(&shop.key).header("authorization", "Bearer x");
    assert_eq!(send(doubled).await.status, 401, "two answers to who asks are none");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_one_kind_is_not_taken_for_another() {
    let shop = Shop::open().await;
    shop.hire().await;
    let both = tokens(&shop).await;
    let (access, again) = (both["access_token"].as_str().unwrap(), &both["refresh_token"]);
    me(&shop, again.as_str().unwrap()).await.problem(401, "unauthenticated");
    assert_eq!(refresh(&shop, &both["access_token"]).await.status, 401);
    for cookie in [access, again.as_str().unwrap(), &shop.key] {
        let request = shop.http().get(shop.url("/api/v1/auth/me"));
        let request = request.header("cookie", format!("billfold_session={cookie}"));
        send(request).await.problem(401, "unauthenticated");
    }
    for query in [format!("access_token={access}"), format!("token={}", shop.key)] {
        let request = shop.http().get(shop.url(&format!("/api/v1/settings?{query}")));
        assert_eq!(send(request).await.status, 401, "an address carries no secret");
    }
}
