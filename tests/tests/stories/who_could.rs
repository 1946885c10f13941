//! Who may do something, and who could at a moment of the past: people by their roles, programs by
//! their keys (EVT-35).

use billfold_tests::shop::{Caller, PASSWORD, Shop};
use reqwest::Method;
use serde_json::{Value, json};

const RIGHTS: &str = "/api/v1/rights?permission=payments:write";

async fn hired(shop: &Shop, name: &str, role: &str) -> String {
    let email = format!("{}@example.org", name.to_lowercase());
    let body = json!({ "name": name, "email": email, "password": PASSWORD, "roles": [role] });
    shop.post("/api/v1/staff", body).await.made()
}

/// Names of those who could.
async fn who(shop: &Shop, asked: &str) -> Vec<String> {
    let page = shop.fresh(&format!("{RIGHTS}&limit=100{asked}")).await.expect(200);
    names(&page.body)
}

fn names(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap().iter();
    items.map(|item| item["name"].as_str().unwrap_or("erased").to_owned()).collect()
}

async fn html(caller: &Caller, path: &str) -> String {
    let answer = caller.request(Method::GET, path).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_could_once_is_computed_from_roles_and_keys_of_that_moment() {
    Shop::story(async |shop| {
        let before = who(shop, "").await;
        let cashier = json!({ "name": "Cashier", "permissions": ["payments:write"] });
        let role = shop.post("/api/v1/roles", cashier).await.made();
        let grace = hired(shop, "Grace", &role).await;
        let ends = (shop.clock.now() + chrono::TimeDelta::days(3)).to_rfc3339();
        let key = json!({ "name": "Till", "scopes": ["payments:write"], "expires_at": ends });
        shop.post("/api/v1/api-keys", key).await.expect(201);
        let position = shop.position().await;
        let instant = shop.clock.now().format("%Y-%m-%dT%H:%M:%SZ");
        let with = |more: &[&str]| -> Vec<String> {
            let mut all = before.clone();
            all.extend(more.iter().map(|name| (*name).to_owned()));
            all.sort();
            all
        };
        let sorted = async |asked: &str| -> Vec<String> {
            let mut found = who(shop, asked).await;
            found.sort();
            found
        };
        assert_eq!(sorted("").await, with(&["Grace", "Till"]));
        shop.clock.advance_days(4);
        shop.post(&format!("/api/v1/roles/{role}/take"), json!({ "staff_id": grace }))
            .await
            .expect(200);
        hired(shop, "Edsger", &role).await;
        assert_eq!(sorted("").await, with(&["Edsger"]), "a role was taken, a key has ended");
        for past in [position.to_string(), instant.to_string()] {
            let past = format!("&as_of={past}");
            assert_eq!(sorted(&past).await, with(&["Grace", "Till"]), "{past}");
        }
        let page = shop.get(&format!("{RIGHTS}&as_of={position}&limit=100")).await.expect(200).body;
        let found = page["items"].as_array().unwrap().iter().find(|item| item["name"] == "Grace");
        let found = found.unwrap();
        assert_eq!((&found["staff_id"], &found["reach"]), (&json!(grace), &json!("seller")));
        assert_eq!(found["roles"], json!({ role: "Cashier" }));
        shop.get(&format!("{RIGHTS}&as_of=2090-01-01T00:00:00Z")).await.problem(400, "malformed");
        shop.get("/api/v1/rights?permission=payments:steal").await.problem(400, "malformed");
        let neighbour = shop.neighbour().await.get(&format!("{RIGHTS}&limit=100")).await;
        let theirs = names(&neighbour.expect(200).body);
        assert!(!theirs.contains(&"Grace".to_owned()), "{theirs:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_who_could_tells_of_a_day_of_the_past() {
    Shop::story(async |shop| {
        shop.staff("Ada").await;
        let cashier = json!({ "name": "Cashier", "permissions": ["payments:write"] });
        let role = shop.post("/api/v1/roles", cashier).await.made();
        let grace = hired(shop, "Grace", &role).await;
        shop.clock.advance_days(2);
        shop.post(&format!("/api/v1/roles/{role}/take"), json!({ "staff_id": grace }))
            .await
            .expect(200);
        shop.fresh(RIGHTS).await.expect(200);
        let ada = shop.sign_in("ada@example.org", PASSWORD).await;
        let page = "/admin/rights?permission=payments:write";
        let listed = format!("/admin/staff/{grace}");
        assert!(!html(&ada, page).await.contains(&listed));
        assert!(html(&ada, &format!("{page}&on=2026-03-02")).await.contains(&listed));
        assert!(!html(&ada, &format!("{page}&on=2026-02-27")).await.contains(&listed));
        assert!(html(&ada, "/admin/roles").await.contains("\"/admin/rights\""));
        let future = ada.request(Method::GET, &format!("{page}&on=2090-01-01"));
        assert_eq!(future.send().await.unwrap().status(), 400);
    })
    .await;
}
