//! Resellers look after clients of their own, and the seller sees which (RBA-11).

use std::collections::BTreeSet;

use billfold_tests::shop::{Caller, PASSWORD, Shop};
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

/// What a page says, and how it was answered.
async fn page(who: &Caller, path: &str) -> (u16, String) {
    let answer = who.request(Method::GET, path).send().await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("a page"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reseller_signs_in_and_works_on_the_pages_of_own_clients() {
    Shop::story(async |shop| {
        let ida = hired(shop, "Ida", "reseller").await;
        let (ada, grace) = (shop.client("Ada").await, shop.client("Grace").await);
        entrust(shop, &ada, &ida).await;
        let own = shop.invoice(&ada, &["10.00"]).await;
        let other = shop.invoice(&grace, &["4711.13"]).await;
        let read = shop.get(&format!("/api/v1/invoices/{other}")).await.expect(200).body;
        let number = read["number"].as_str().expect("a number").to_owned();
        for list in ["clients", "invoices"] {
            shop.fresh(&format!("/api/v1/{list}")).await.expect(200);
        }
        let reader = shop.sign_in("ida@example.org", PASSWORD).await;
        let shows = async |path: &str, what: &[&str]| {
            let (status, text) = page(&reader, path).await;
            assert_eq!(status, 200, "{path}");
            let tells_other = [&grace, &other].iter().any(|id| text.contains(id.as_str()));
            assert!(!tells_other && !text.contains("Grace") && !text.contains("4,711"), "{path}");
            for word in what {
                assert!(text.contains(word), "{path} without {word}");
            }
        };
        shows("/admin", &["Ada", &own, "The clients you look after"]).await;
        shows("/admin/clients", &[&ada]).await;
        shows("/admin/clients?q=ada", &[&ada]).await;
        shows("/admin/clients?q=grace", &["No client fits"]).await;
        shows("/admin/clients?q=grace@example.org", &["No client fits"]).await;
        shows("/admin/invoices", &[&own]).await;
        shows(&format!("/admin/invoices?q={number}"), &["No invoice fits"]).await;
        shows(&format!("/admin/invoices/{own}"), &["Ada"]).await;
        shows(&format!("/admin/clients/{ada}?tab=invoices"), &[&own]).await;
        shows(&format!("/admin/clients/{ada}/record"), &["ada@example.org"]).await;
        shows("/admin/subscriptions/new", &["Ada"]).await;
        for path in [
            format!("/admin/clients/{grace}"),
            format!("/admin/clients/{grace}/record"),
            format!("/admin/invoices/{other}"),
        ] {
            assert_eq!(page(&reader, &path).await.0, 404, "{path}");
        }
        let (status, text) = page(&reader, "/admin/journal").await;
        assert_eq!(status, 403);
        assert!(text.contains("permission ledger:read"), "{text}");
        let (status, text) = page(&reader, "/admin/coupons").await;
        assert_eq!(status, 403);
        assert!(text.contains("the clients you look after"), "{text}");
        let overview = page(&reader, "/admin").await.1;
        for place in ["/admin/coupons", "/admin/dunning", "/admin/invoices/new", "/admin/events"] {
            assert!(!overview.contains(&format!("href=\"{place}\"")), "{place}");
        }
        for place in ["/admin/orders", "/admin/products", "/admin/clients/new"] {
            assert!(overview.contains(&format!("href=\"{place}\"")), "{place}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_a_reseller_registers_on_the_page_is_theirs() {
    Shop::story(async |shop| {
        let ida = hired(shop, "Ida", "reseller").await;
        let reader = shop.sign_in("ida@example.org", PASSWORD).await;
        let csrf = reader.get("/api/v1/auth/me").await.expect(200).body["csrf_token"].clone();
        let form = format!(
            "csrf={}&key=01960000-0000-7000-8000-000000000001&name=Edsger\
             &email=edsger@example.org&country=NL&currency=EUR",
            csrf.as_str().expect("a token")
        );
        let media = "application/x-www-form-urlencoded";
        let sent = reader.request(Method::POST, "/admin/clients/new");
        let made = sent.header("content-type", media).body(form).send().await.expect("an answer");
        let (status, text) = (made.status(), made.text().await.expect("a page"));
        assert_eq!(status, 200, "the page of the client, to which it leads: {text}");
        let path = format!("/api/v1/clients?reseller_id={ida}");
        let theirs = shop.fresh(&path).await.expect(200).body;
        assert_eq!(ids(&theirs).len(), 1);
    })
    .await;
}
