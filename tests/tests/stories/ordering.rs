//! A client orders what the catalogue has: questions are answered, the order is looked at, and once
//! it is accepted one invoice asks for everything and what recurs goes on.

use billfold_tests::shop::{Reply, Shop, eur};
use reqwest::Method;
use serde_json::{Value, json};

fn monthly() -> Value {
    json!({ "every": "months", "count": 1 })
}

fn taxed() -> Value {
    json!({ "tax": { "category": "S", "rate": "19", "country": "DE" } })
}

/// A server for 31.00 a month and 10.00 for its setup, which stands somewhere and has a name.
async fn server(shop: &Shop, trial_days: u32) -> String {
    let new = json!({ "code": "vps-s", "name": "VPS S", "kind": "vps" });
    let id = shop.post("/api/v1/products", new).await.made();
    let path = format!("/api/v1/products/{id}");
    let price = json!({ "cycle": monthly(), "price": eur("31.00"), "setup_fee": eur("10.00"),
        "trial_days": trial_days });
    let seen = shop.get(&path).await.version();
    shop.change(Method::POST, &format!("{path}/prices"), seen, price).await.expect(200);
    let options = json!({ "options": [
        { "key": "location", "label": "Where it stands", "kind": "choice", "required": true,
            "choices": [
                { "key": "fra", "label": "Frankfurt", "surcharges": [] },
                { "key": "ash", "label": "Ashburn", "surcharges": [eur("2.50")] }] },
        { "key": "name", "label": "Name of the server", "kind": "text" },
        { "key": "backups", "label": "With backups", "kind": "yes_no" },
        { "key": "cores", "label": "Cores", "kind": "number" }] });
    let seen = shop.get(&path).await.version();
    shop.change(Method::PUT, &format!("{path}/options"), seen, options).await.expect(200);
    id
}

fn answer(option: &str, answer: &str) -> Value {
    json!({ "option": option, "answer": answer })
}

fn item(product: &str, answers: &[Value]) -> Value {
    json!({ "product_id": product, "cycle": monthly(), "answers": answers })
}

async fn place(shop: &Shop, client: &str, items: &[Value]) -> Reply {
    shop.post("/api/v1/orders", json!({ "client_id": client, "items": items })).await
}

async fn act(shop: &Shop, order: &str, verb: &str, body: Value) -> Reply {
    let path = format!("/api/v1/orders/{order}");
    let seen = shop.get(&path).await.version();
    shop.change(Method::POST, &format!("{path}/{verb}"), seen, body).await
}

async fn read(shop: &Shop, order: &str) -> Value {
    shop.get(&format!("/api/v1/orders/{order}")).await.expect(200).body
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_order_is_one_invoice_and_goes_on_at_the_price_it_was_ordered_for() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let product = server(shop, 0).await;
        let rack = json!({ "kind": "goods", "description": "A rack", "unit_price": eur("100.00") });
        let items = [item(&product, &[answer("location", "ash")]), rack];
        let placed = place(shop, &client, &items).await.expect(201).body;
        assert_eq!(placed["total"], eur("143.50"), "31.00 and 2.50, 10.00, 100.00");
        let order = placed["id"].as_str().unwrap();

        // What the catalogue costs from now on is for others.
        let path = format!("/api/v1/products/{product}");
        let dearer = json!({ "cycle": monthly(), "price": eur("99.00") });
        let seen = shop.get(&path).await.version();
        shop.change(Method::POST, &format!("{path}/prices"), seen, dearer).await.expect(200);

        let accepted = act(shop, order, "accept", taxed()).await.expect(200).body;
        assert_eq!(accepted["billing"]["net"], eur("143.50"));
        assert_eq!(accepted["billing"]["total"], eur("170.77"));
        let invoice = accepted["billing"]["invoice_id"].as_str().unwrap();
        let subscriptions = accepted["subscription_ids"].as_array().unwrap();
        let [subscription] = subscriptions.as_slice() else { panic!("{subscriptions:?}") };
        let found = read(shop, order).await;
        assert_eq!((&found["status"], &found["invoice_id"]), (&json!("accepted"), &json!(invoice)));
        assert_eq!(&found["items"][0]["subscription_id"], subscription);
        assert_eq!(found["items"][2]["subscription_id"], Value::Null, "a rack does not go on");
        let document =
            shop.fresh(&format!("/api/v1/invoices/{invoice}/document")).await.expect(200);
        assert_eq!(document.body["order_id"], order);
        act(shop, order, "accept", taxed()).await.problem(409, "order.already_invoiced");

        act(shop, order, "complete", json!({})).await.problem(409, "order.unpaid");
        let pay = format!("/api/v1/invoices/{invoice}/pay");
        shop.post(&pay, json!({ "method": "manual_bank" })).await.expect(201);
        act(shop, order, "complete", json!({})).await.expect(200);
        assert_eq!(read(shop, order).await["status"], "completed");
        let list = shop.fresh("/api/v1/orders?status=completed").await.expect(200).body;
        assert_eq!(list["items"][0]["id"], order);

        shop.clock.set("2026-04-02T09:00:00Z".parse().unwrap());
        assert_eq!(shop.bill(shop.run_through("2026-04-02")).await.issued, 1);
        let bills = shop.fresh(&format!("/api/v1/invoices?client_id={client}")).await.expect(200);
        let totals: Vec<_> =
            bills.body["items"].as_array().unwrap().iter().map(|bill| &bill["total"]).collect();
        assert!(totals.contains(&&eur("39.87")), "33.50 and tax: {totals:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_begins_with_a_trial_asks_for_its_setup_only() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let product = server(shop, 14).await;
        let answers = [answer("location", "fra")];
        let order = place(shop, &client, &[item(&product, &answers)]).await.made();
        let found = read(shop, &order).await;
        assert_eq!(found["items"][0]["trial_days"], 14);
        let accepted = act(shop, &order, "accept", taxed()).await.expect(200).body;
        assert_eq!(accepted["billing"]["net"], eur("10.00"));
        shop.clock.set("2026-03-16T09:00:00Z".parse().unwrap());
        assert_eq!(shop.bill(shop.run_through("2026-03-16")).await.issued, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_of_trials_alone_is_accepted_without_an_invoice() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let new = json!({ "code": "mail", "name": "Mail", "kind": "hosting" });
        let product = shop.post("/api/v1/products", new).await.made();
        let path = format!("/api/v1/products/{product}");
        let price = json!({ "cycle": monthly(), "price": eur("5.00"), "trial_days": 7 });
        shop.change(Method::POST, &format!("{path}/prices"), 1, price).await.expect(200);
        let order = place(shop, &client, &[item(&product, &[])]).await.made();
        let accepted = act(shop, &order, "accept", taxed()).await.expect(200).body;
        assert_eq!(accepted["billing"], Value::Null);
        let cancel = json!({ "reason": "too late" });
        act(shop, &order, "cancel", cancel).await.problem(409, "order.already_accepted");
        act(shop, &order, "complete", json!({})).await.expect(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_comes_of_an_order_that_is_held_back() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let product = server(shop, 0).await;
        let answers = [answer("location", "fra")];
        let order = place(shop, &client, &[item(&product, &answers)]).await.made();
        let reason = json!({ "reason": "card of another country" });
        act(shop, &order, "hold", reason).await.expect(200);
        assert_eq!(read(shop, &order).await["status"], "held");
        act(shop, &order, "accept", taxed()).await.problem(409, "order.held");
        let tax = taxed()["tax"].clone();
        let draft = json!({ "client_id": client, "order_id": order, "tax": tax });
        shop.post("/api/v1/invoices", draft).await.problem(409, "order.held");
        act(shop, &order, "release", json!({})).await.expect(200);
        act(shop, &order, "release", json!({})).await.problem(409, "order.not_held");
        act(shop, &order, "cancel", json!({ "reason": "gone" })).await.expect(200);
        act(shop, &order, "accept", taxed()).await.problem(409, "order.cancelled");
        let list = shop.fresh("/api/v1/subscriptions").await.expect(200).body;
        assert_eq!(list["items"], json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_answer_is_named_by_its_place_and_nothing_is_ordered() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let product = server(shop, 0).await;
        let fra = || answer("location", "fra");
        for (answers, code, pointer) in [
            (vec![], "order.answer_missing", "/items/0/answers"),
            (
                vec![answer("location", "ber")],
                "order.answer_no_choice",
                "/items/0/answers/0/answer",
            ),
            (vec![fra(), fra()], "order.answered_twice", "/items/0/answers/1/option"),
            (vec![fra(), answer("size", "1")], "order.unknown_option", "/items/0/answers/1/option"),
            (
                vec![fra(), answer("cores", "x")],
                "order.answer_no_number",
                "/items/0/answers/1/answer",
            ),
            (
                vec![fra(), answer("backups", "perhaps")],
                "order.answer_not_yes_or_no",
                "/items/0/answers/1/answer",
            ),
        ] {
            let refused = place(shop, &client, &[item(&product, &answers)]).await;
            assert_eq!(refused.problem(400, code).pointer(), pointer);
        }
        let rack = json!({ "kind": "goods", "description": "A rack", "unit_price": eur("1.00"),
            "answers": [fra()] });
        place(shop, &client, &[rack]).await.problem(400, "order.answers_unasked");
        let dollars = json!({ "client_id": client, "currency": "USD", "items": [{
            "product_id": product, "cycle": monthly(), "answers": [answer("location", "ash")] }] });
        let refused = shop.post("/api/v1/orders", dollars).await;
        assert_eq!(
            refused.problem(400, "order.choice_without_price").pointer(),
            "/items/0/answers/0/answer"
        );
        assert_eq!(shop.fresh("/api/v1/orders").await.expect(200).body["items"], json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_was_answered_is_sealed_and_goes_with_its_client() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let product = server(shop, 0).await;
        let answers = [
            answer("cores", "2"),
            answer("name", "grace-home"),
            answer("backups", "yes"),
            answer("location", "ash"),
        ];
        let order = place(shop, &client, &[item(&product, &answers)]).await.made();
        let given = |found: &Value| {
            let answers = found["items"][0]["answers"].as_array().unwrap().clone();
            answers.into_iter().map(|answer| answer["answer"].clone()).collect::<Vec<_>>()
        };
        let found = read(shop, &order).await;
        let expected = ["Ashburn", "grace-home", "yes", "2"].map(Value::from);
        assert_eq!(given(&found), expected, "in the order of the questions");
        let position = shop.position().await;
        let event = shop.get(&format!("/api/v1/events/{position}")).await.expect(200).body;
        assert!(!event.to_string().contains("grace-home"), "{event}");

        let path = format!("/api/v1/clients/{client}");
        let seen = shop.get(&path).await.version();
        let reason = json!({ "reason": "asked to be forgotten" });
        shop.change(Method::POST, &format!("{path}/erase"), seen, reason).await.expect(200);
        let found = read(shop, &order).await;
        let expected = [json!("Ashburn"), Value::Null, json!("yes"), json!("2")];
        assert_eq!(given(&found), expected);
        act(shop, &order, "accept", taxed()).await.problem(409, "client.erased");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_ordered_is_taxed_by_the_rates_where_they_decide() {
    Shop::story(async |shop| {
        let contact = json!({ "name": "Grace Hopper", "address": { "country": "DE" } });
        let client = shop.post("/api/v1/clients", json!({ "contact": contact })).await.made();
        let product = server(shop, 0).await;
        let rate = json!({ "country": "DE", "rate": "19", "valid_from": "2020-01-01" });
        shop.post("/api/v1/tax-rates", rate).await.expect(201);
        let answers = [answer("location", "fra")];
        let order = place(shop, &client, &[item(&product, &answers)]).await.made();
        let by_rates = json!({ "tax_class": "standard" });
        let accepted = act(shop, &order, "accept", by_rates).await.expect(200).body;
        assert_eq!(accepted["billing"]["net"], eur("41.00"));
        assert_eq!(accepted["billing"]["total"], eur("48.79"));
        let refused = place(shop, &client, &[item(&product, &answers)]).await.made();
        let untaxed = act(shop, &refused, "accept", json!({})).await;
        assert_eq!(untaxed.expect(400).pointer(), "/tax");
    })
    .await;
}
