//! Keys of programs: who made and revoked which is history, their secret is not (EVT-34, EVT-35,
//! AUT-10, AUD-01).

use billfold_domain::role::Permission;
use billfold_tests::shop::{Caller, Shop, fresh_key, send};
use reqwest::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, USER_AGENT};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

const KEYS: &str = "/api/v1/api-keys";
const PAGE: &str = "/admin/api-keys";

/// The audit entries of keys, newest first, those with a name.
async fn told(shop: &Shop, name: &str) -> Vec<Value> {
    let page = shop.fresh("/api/v1/audit?entity_type=api_key&limit=100").await.expect(200).body;
    let entries = page["items"].as_array().unwrap().iter();
    let mut found = Vec::new();
    for entry in entries {
        let event = shop.get(&format!("/api/v1/events/{}", entry["position"])).await;
        let payload = event.expect(200).body["payload"].clone();
        let of = |kind: &str| payload[kind]["name"] == name;
        if of("created") || of("revoked") {
            found.push(json!({ "entry": entry, "payload": payload }));
        }
    }
    found
}

/// No event of the log holds the secret part of a key.
async fn holds_no_secret(shop: &Shop, key: &str) {
    let secret = &key[key.len() - 40..];
    for position in 1..=shop.position().await {
        let event = shop.get(&format!("/api/v1/events/{position}")).await;
        assert!(!event.body.to_string().contains(secret), "{position} tells the secret");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn making_and_revoking_a_key_is_history_and_the_secret_is_in_no_event() {
    Shop::story(async |shop| {
        let ada = shop.staff("Ada Lovelace").await;
        let body = json!({ "name": "Order import", "scopes": ["orders:write", "clients:read"],
            "expires_at": "2030-01-01T00:00:00Z" });
        let make = ada.request(Method::POST, KEYS).header(USER_AGENT, "Desk/1.0");
        let make = make.header("idempotency-key", fresh_key()).json(&body);
        let made = send(make).await.expect(201).body;
        let (id, key) = (made["id"].as_str().unwrap(), made["key"].as_str().unwrap());
        let me = shop.http().get(shop.url("/api/v1/clients"));
        send(me.bearer_auth(key)).await.expect(200);
        let revoke = || ada.request(Method::DELETE, &format!("{KEYS}/{id}"));
        send(revoke()).await.expect(204);
        send(revoke()).await.problem(404, "not_found");

        let told = told(shop, "Order import").await;
        assert_eq!(told.len(), 2, "{told:?}");
        let (gone, begun) = (&told[0], &told[1]);
        assert_eq!(begun["entry"]["event_type"], "api_key.created");
        assert_eq!(begun["entry"]["action"], "CREATE");
        assert_eq!(begun["entry"]["user_agent"], "Desk/1.0");
        assert_eq!(begun["entry"]["ip"], "127.0.0.1");
        let listed = shop.get(KEYS).await.expect(200).body;
        let listed = listed["items"].as_array().unwrap().iter().find(|row| row["id"] == id);
        assert_eq!(begun["entry"]["actor"], listed.unwrap()["created_by"]);
        assert_eq!(
            begun["payload"],
            json!({ "created": { "name": "Order import", "expires_at": "2030-01-01T00:00:00Z",
                "scopes": ["clients:read", "orders:write"] } })
        );
        assert_eq!(gone["entry"]["event_type"], "api_key.revoked");
        assert_eq!(gone["entry"]["action"], "DELETE");
        assert_eq!(gone["entry"]["actor"], begun["entry"]["actor"]);
        assert_eq!(gone["payload"], json!({ "revoked": { "name": "Order import" } }));
        holds_no_secret(shop, key).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_makes_a_key_that_may_do_what_they_may_not() {
    Shop::story(async |shop| {
        let few = shop.key_with(&[Permission::ApiKeysWrite, Permission::ClientsRead]).await;
        let make = |scope: &str| {
            let body = json!({ "name": "More", "scopes": ["clients:read", scope] });
            let asked = shop.http().post(shop.url(KEYS)).bearer_auth(&few);
            send(asked.header("idempotency-key", fresh_key()).json(&body))
        };
        make("payments:write").await.problem(403, "api_key.lacking");
        assert_eq!(told(shop, "More").await.len(), 0, "what was refused is no history");
        make("clients:read").await.expect(201);
        assert_eq!(told(shop, "More").await.len(), 1);
    })
    .await;
}

/// What a page answers, and whether a cache may keep it.
async fn page(request: RequestBuilder) -> (u16, String, String) {
    let answer = request.send().await.unwrap();
    let kept = answer.headers()[CACHE_CONTROL].to_str().unwrap().to_owned();
    (answer.status().as_u16(), kept, answer.text().await.unwrap())
}

/// A form as a browser sends it.
fn form(by: &Caller, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
    let body = serde_urlencoded::to_string(fields).unwrap();
    let media = "application/x-www-form-urlencoded";
    by.request(Method::POST, path).header(CONTENT_TYPE, media).body(body)
}

async fn show(by: &Caller, path: &str) -> String {
    let (status, _, html) = page(by.request(Method::GET, path)).await;
    assert_eq!(status, 200, "{path}: {html}");
    html
}

fn hidden(html: &str, name: &str) -> String {
    let (_, rest) = html.split_once(&format!("name=\"{name}\" value=\"")).expect("such a field");
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_shows_a_new_key_once_and_takes_it_back_after_a_question() {
    Shop::story(async |shop| {
        let ada = shop.staff("Ada Lovelace").await;
        let blank = show(&ada, &format!("{PAGE}/new")).await;
        let (csrf, form_key) = (hidden(&blank, "csrf"), hidden(&blank, "key"));
        let send_with = |scope: &str| {
            let fields = [("csrf", csrf.as_str()), ("key", &form_key), ("name", "Shop window")];
            let fields = fields.into_iter().chain([("expires_on", ""), ("scopes", scope)]);
            let fields: Vec<_> = fields.filter(|(_, value)| !value.is_empty()).collect();
            page(form(&ada, &format!("{PAGE}/new"), &fields))
        };
        let (status, _, refused) = send_with("").await;
        assert_eq!(status, 422, "{refused}");
        assert!(refused.contains("Choose at least one scope."), "{refused}");
        let (status, kept, made) = send_with("clients:read").await;
        assert_eq!((status, kept.as_str()), (200, "no-store"), "{made}");
        let key = made.split("<code>bfk_").nth(1).unwrap().split('<').next().unwrap();
        let key = format!("bfk_{key}");
        let use_it = || {
            let request = shop.http().get(shop.url("/api/v1/clients"));
            send(request.header(AUTHORIZATION, format!("Bearer {key}")))
        };
        use_it().await.expect(200);
        let (status, _, again) = send_with("clients:read").await;
        assert_eq!(status, 422, "{again}");
        assert!(again.contains("shown once only") && !again.contains(&key), "{again}");

        let list = show(&ada, PAGE).await;
        assert!(list.contains("Shop window") && list.contains("Ada Lovelace"), "{list}");
        assert!(!list.contains(&key[key.len() - 40..]), "{list}");
        let row = list.split_once("Shop window").unwrap().1;
        let path = row.split_once("href=\"").unwrap().1.split('"').next().unwrap();
        let question = show(&ada, path).await;
        assert!(question.contains("Revoke Shop window?"), "{question}");
        let form_key = hidden(&question, "key");
        let answer = [("csrf", csrf.as_str()), ("key", &form_key)];
        page(form(&ada, path, &answer)).await;
        use_it().await.problem(401, "unauthenticated");
        assert!(show(&ada, PAGE).await.contains("Revoked"));
        assert_eq!(told(shop, "Shop window").await.len(), 2);
        holds_no_secret(shop, &key).await;
    })
    .await;
}
