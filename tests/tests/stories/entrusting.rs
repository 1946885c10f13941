//! Resellers look after clients of their own, and the seller sees which (RBA-11).

use std::collections::BTreeSet;

use billfold_tests::shop::{PASSWORD, Shop};
use reqwest::Method;
use serde_json::{Value, json};

/// Hires somebody with the built-in role of a name.
async fn hired(shop: &Shop, name: &str, role: &str) -> String {
    let roles = shop.get("/api/v1/roles").await.expect(200).body;
    let mut known = roles["items"].as_array().unwrap().iter();
    let role = known.find(|kept| kept["name"] == role).expect("a built-in role")["id"].clone();
    let email = format!("{}@example.org", name.to_lowercase());
    let body = json!({ "name": name, "email": email, "password": PASSWORD, "roles": [role] });
    shop.post("/api/v1/staff", body).await.made()
}

async fn entrust(shop: &Shop, client: &str, reseller: &str) {
    let path = format!("/api/v1/clients/{client}");
    let (seen, body) = (shop.get(&path).await.version(), json!({ "reseller_id": reseller }));
    shop.change(Method::PUT, &format!("{path}/reseller"), seen, body).await.expect(200);
}

/// How many clients a listed reseller looks after.
fn clients_of(list: &Value, reseller: &str) -> i64 {
    let mut rows = list["items"].as_array().unwrap().iter();
    let row = rows.find(|row| row["id"] == reseller).expect("such a reseller");
    row["clients"].as_i64().unwrap()
}

/// The ids of a list.
fn ids(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn resellers_are_listed_with_how_many_clients_they_look_after() {
    Shop::story(async |shop| {
        let (ida, olga) =
            (hired(shop, "Ida", "reseller").await, hired(shop, "Olga", "support").await);
        hired(shop, "Finn", "finance").await;
        let mut clients = Vec::new();
        for name in ["Ada", "Grace", "Edsger"] {
            clients.push(shop.client(name).await);
        }
        let listed = shop.fresh("/api/v1/resellers").await.expect(200).body;
        assert_eq!(ids(&listed), [ida.as_str()], "whoever sees everybody and looks after nobody");
        assert_eq!(
            (&listed["items"][0]["name"], &listed["items"][0]["clients"]),
            (&json!("Ida"), &json!(0))
        );

        entrust(shop, &clients[0], &ida).await;
        entrust(shop, &clients[1], &ida).await;
        entrust(shop, &clients[2], &olga).await;
        let listed = shop.fresh("/api/v1/resellers").await.expect(200).body;
        assert_eq!((clients_of(&listed, &ida), clients_of(&listed, &olga)), (2, 1));
        let theirs = shop.fresh(&format!("/api/v1/clients?reseller_id={ida}")).await.expect(200);
        let theirs: BTreeSet<&str> = ids(&theirs.body).into_iter().collect();
        assert_eq!(theirs, BTreeSet::from([clients[0].as_str(), clients[1].as_str()]));

        let path = format!("/api/v1/clients/{}", clients[0]);
        let (seen, why) =
            (shop.get(&path).await.version(), json!({ "reason": "asked to be forgotten" }));
        shop.change(Method::POST, &format!("{path}/erase"), seen, why).await.expect(200);
        let listed = shop.fresh("/api/v1/resellers").await.expect(200).body;
        assert_eq!(clients_of(&listed, &ida), 1, "an erased client is nobody's any more");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_a_resellers_clients_shows_nothing_of_another_seller() {
    Shop::story(async |shop| {
        let ida = hired(shop, "Ida", "reseller").await;
        entrust(shop, &shop.client("Ada").await, &ida).await;
        let neighbour = shop.neighbour().await;
        let position = shop.position().await;
        let path = format!("/api/v1/clients?reseller_id={ida}&min_position={position}");
        assert_eq!(neighbour.get(&path).await.expect(200).body["items"], json!([]));
        let path = format!("/api/v1/resellers?min_position={position}");
        assert_eq!(neighbour.get(&path).await.expect(200).body["items"], json!([]));
        let wrong = shop.get("/api/v1/clients?reseller_id=ida").await.expect(400);
        assert_eq!(wrong.pointer(), "/reseller_id");
        let reader = shop.sign_in("ida@example.org", PASSWORD).await;
        reader.get("/api/v1/resellers").await.problem(403, "permission.missing");
    })
    .await;
}
