//! Clients of a group pay its prices, and what was sold before keeps the price it had.

use billfold_tests::shop::{Reply, Shop, eur};
use reqwest::Method;
use serde_json::{Value, json};

fn monthly() -> Value {
    json!({ "every": "months", "count": 1 })
}

async fn act(shop: &Shop, path: &str, verb: &str, method: Method, body: Value) -> Reply {
    let seen = shop.get(path).await.version();
    shop.change(method, &format!("{path}/{verb}"), seen, body).await
}

/// A product at 100 euros a month with a setup fee of 10.
async fn product(shop: &Shop) -> String {
    let new = json!({ "code": "vps-s", "name": "VPS S", "kind": "vps" });
    let product = shop.post("/api/v1/products", new).await.made();
    let price = json!({ "cycle": monthly(), "price": eur("100.00"), "setup_fee": eur("10.00") });
    let path = format!("/api/v1/products/{product}");
    act(shop, &path, "prices", Method::POST, price).await.expect(200);
    product
}

async fn group(shop: &Shop, code: &str, more: Value) -> String {
    let mut body = json!({ "code": code, "name": format!("Group {code}") });
    let fields = more.as_object().expect("an object").clone();
    body.as_object_mut().expect("an object").extend(fields);
    shop.post("/api/v1/client-groups", body).await.made()
}

async fn join(shop: &Shop, client: &str, group: Option<&str>) -> Reply {
    let path = format!("/api/v1/clients/{client}");
    act(shop, &path, "group", Method::PUT, json!({ "client_group_id": group })).await
}

/// What a client's order of one month comes to.
async fn ordered(shop: &Shop, client: &str, product: &str) -> Value {
    let item = json!({ "product_id": product, "cycle": monthly() });
    let body = json!({ "client_id": client, "items": [item] });
    let order = shop.post("/api/v1/orders", body).await.made();
    shop.get(&format!("/api/v1/orders/{order}")).await.expect(200).body["total"].clone()
}

/// What the first document of a client's subscription comes to, before tax.
async fn subscribed(shop: &Shop, client: &str, product: &str) -> Value {
    let new = json!({ "client_id": client, "product_id": product,
        "offer": { "currency": "EUR", "cycle": monthly() },
        "tax": { "category": "S", "rate": "19", "country": "DE" } });
    let begun = shop.post("/api/v1/subscriptions", new).await.expect(201);
    begun.body["billing"]["net"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn members_of_a_group_pay_less_and_others_the_list_price() {
    Shop::story(async |shop| {
        let product = product(shop).await;
        let resellers = group(shop, "resellers", json!({ "discount": "12.5" })).await;
        let (member, other) = (shop.client("Grace Hopper").await, shop.client("Ada").await);
        join(shop, &member, Some(&resellers)).await.expect(200);
        assert_eq!(ordered(shop, &member, &product).await, eur("96.25"), "87.50 and 8.75");
        assert_eq!(ordered(shop, &other, &product).await, eur("110.00"));
        assert_eq!(subscribed(shop, &member, &product).await, eur("96.25"));
        assert_eq!(subscribed(shop, &other, &product).await, eur("110.00"));
        let members = format!("/api/v1/client-groups/{resellers}/members");
        let members = shop.fresh(&members).await.expect(200).body;
        assert_eq!(members["items"][0]["client_id"], member);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tier_has_prices_of_its_own_and_the_discount_comes_off_them() {
    Shop::story(async |shop| {
        let product = product(shop).await;
        let path = format!("/api/v1/products/{product}");
        let price = json!({ "tier": "wholesale",
            "price": { "cycle": monthly(), "price": eur("80.00") } });
        act(shop, &path, "tier-prices", Method::POST, price).await.expect(200);
        let wrong = json!({ "tier": "Whole Sale",
            "price": { "cycle": monthly(), "price": eur("80.00") } });
        let refused = act(shop, &path, "tier-prices", Method::POST, wrong).await;
        assert_eq!(refused.expect(400).pointer(), "/tier");
        let partners = group(shop, "partners", json!({ "tier": "wholesale" })).await;
        let client = shop.client("Grace Hopper").await;
        join(shop, &client, Some(&partners)).await.expect(200);
        assert_eq!(ordered(shop, &client, &product).await, eur("80.00"));
        let discount = json!({ "discount": "10" });
        let path = format!("/api/v1/client-groups/{partners}");
        act(shop, &path, "discount", Method::PUT, discount).await.expect(200);
        assert_eq!(ordered(shop, &client, &product).await, eur("72.00"));
        let list = json!({});
        act(shop, &path, "tier", Method::PUT, list).await.expect(200);
        assert_eq!(ordered(shop, &client, &product).await, eur("99.00"), "90 and 9");
        let much = json!({ "discount": "101" });
        let refused = act(shop, &path, "discount", Method::PUT, much).await;
        assert_eq!(refused.problem(400, "client_group.too_much_off").pointer(), "/discount");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_moves_from_one_group_to_another_and_out_again() {
    Shop::story(async |shop| {
        let product = product(shop).await;
        let first = group(shop, "first", json!({ "discount": "50" })).await;
        let second = group(shop, "second", json!({ "discount": "20" })).await;
        let client = shop.client("Grace Hopper").await;
        join(shop, &client, Some(&first)).await.expect(200);
        assert_eq!(subscribed(shop, &client, &product).await, eur("55.00"));
        join(shop, &client, Some(&second)).await.expect(200);
        assert_eq!(ordered(shop, &client, &product).await, eur("88.00"));
        join(shop, &client, None).await.expect(200);
        assert_eq!(ordered(shop, &client, &product).await, eur("110.00"));
        shop.clock.set("2026-04-02T09:00:00Z".parse().unwrap());
        let report = shop.bill(shop.run_through("2026-04-02")).await;
        assert_eq!(report.issued, 1, "what was sold keeps its price: {report:?}");
        let bills = shop.fresh(&format!("/api/v1/invoices?client_id={client}")).await.expect(200);
        let totals: Vec<_> =
            bills.body["items"].as_array().unwrap().iter().map(|bill| &bill["total"]).collect();
        assert!(totals.contains(&&eur("59.50")), "50.00 and tax: {totals:?}");
        let listed = shop.fresh("/api/v1/client-groups").await.expect(200).body;
        let counts: Vec<_> =
            listed["items"].as_array().unwrap().iter().map(|one| &one["members"]).collect();
        assert_eq!(counts, [0, 0]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_of_another_seller_is_not_there() {
    Shop::story(async |shop| {
        let resellers = group(shop, "resellers", json!({})).await;
        let neighbour = shop.neighbour().await;
        let path = format!("/api/v1/client-groups/{resellers}");
        neighbour.get(&path).await.problem(404, "not_found");
        let client = shop.client("Grace Hopper").await;
        let nobody = "grp_00000000000000000000000000";
        join(shop, &client, Some(nobody)).await.expect(404);
        let same = json!({ "code": "resellers", "name": "Others" });
        let taken = shop.post("/api/v1/client-groups", same).await;
        taken.problem(409, "client_group.code_taken");
    })
    .await;
}
