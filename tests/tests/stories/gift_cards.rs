//! Gift cards: sold for money, redeemed as credit, never spent twice, and known by nobody who does
//! not hold the code.

use billfold_domain::role::Permission;
use billfold_tests::shop::{Reply, Shop, eur, fresh_key, send};
use reqwest::Method;
use serde_json::{Value, json};

/// Sells a card; answers its id and code.
async fn sell(shop: &Shop, value: &str, expires_on: Option<&str>) -> (String, String) {
    let body = json!({ "value": eur(value), "paid_by": "manual_bank", "expires_on": expires_on });
    let sold = shop.post("/api/v1/gift-cards", body).await.expect(201).body;
    (sold["id"].as_str().unwrap().to_owned(), sold["code"].as_str().unwrap().to_owned())
}

async fn redeem(shop: &Shop, client: &str, code: &str, amount: Option<&str>) -> Reply {
    let body = json!({ "code": code, "amount": amount.map(eur) });
    shop.post(&format!("/api/v1/clients/{client}/redeem-gift-card"), body).await
}

async fn account(shop: &Shop, code: &str) -> Value {
    let books = shop.fresh("/api/v1/trial-balance").await.expect(200).body;
    let rows = books["accounts"].as_array().unwrap();
    rows.iter().find(|row| row["account"] == code).cloned().unwrap_or(Value::Null)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_a_liability_until_it_is_credit_that_pays_an_invoice() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let (card, code) = sell(shop, "50.00", None).await;
        let owed = account(shop, "2150").await.to_string();
        assert!(owed.contains("50.00"), "{owed}");
        let part = redeem(shop, &client, &code.to_lowercase(), Some("20.00")).await;
        let part = part.expect(200).body;
        assert_eq!((&part["amount"], &part["left"]), (&eur("20.00"), &eur("30.00")));
        assert_eq!(shop.balance(&client).await["credit"], eur("20.00"));
        let too_much = redeem(shop, &client, &code, Some("30.01")).await;
        let too_much = too_much.problem(422, "gift_card.more_than_left");
        assert_eq!(too_much.pointer(), "/amount");
        redeem(shop, &client, &code, None).await.expect(200);
        redeem(shop, &client, &code, None).await.problem(409, "gift_card.empty");

        let invoice = shop.invoice(&client, &["30.00"]).await;
        let paid = shop.program().act(&invoice, "apply-credit", json!({})).await.expect(200).body;
        assert_eq!(paid["amount"], eur("35.70"));
        assert_eq!(shop.balance(&client).await["credit"], eur("14.30"));
        let read = shop.get(&format!("/api/v1/gift-cards/{card}")).await.expect(200).body;
        assert_eq!((&read["balance"], &read["redemptions"][1]["no"]), (&eur("0.00"), &json!(2)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_told_once_found_by_who_has_it_and_stored_nowhere() {
    Shop::story(async |shop| {
        let key = fresh_key();
        let body = json!({ "value": eur("50.00"), "paid_by": "manual_bank" });
        let sold = shop.post_as(&key, "/api/v1/gift-cards", body.clone()).await.expect(201).body;
        let again = shop.post_as(&key, "/api/v1/gift-cards", body).await.expect(201).body;
        assert_eq!((&sold["code"], &sold["id"]), (&again["code"], &again["id"]));
        let code = sold["code"].as_str().unwrap();
        let found = json!({ "code": code.replace('-', " ") });
        let found = shop.post("/api/v1/gift-cards/lookup", found).await.expect(200).body;
        assert_eq!((&found["id"], &found["balance"]), (&sold["id"], &eur("50.00")));
        assert_eq!(found["ending"], code[code.len() - 4..]);
        let none = json!({ "code": "0000-0000-0000-0000" });
        shop.post("/api/v1/gift-cards/lookup", none).await.problem(404, "gift_card.absent");
        let no_code = json!({ "code": "0000" });
        let no_code = shop.post("/api/v1/gift-cards/lookup", no_code).await;
        assert_eq!(no_code.expect(400).pointer(), "/code");

        let plain = code.replace('-', "");
        for table in ["events", "receipts", "streams", "reservations"] {
            let sql = format!("select count(*) from {table} t where t::text like '%' || $1 || '%'");
            for wanted in [code, &plain] {
                let found: i64 = sqlx::query_scalar(&sql)
                    .bind(wanted)
                    .fetch_one(&shop.db.feed)
                    .await
                    .expect("a count");
                assert_eq!(found, 0, "{table}");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_redeem_one_card_at_once_get_its_value_once() {
    Shop::story(async |shop| {
        let (ada, eve) = (shop.client("Ada Lovelace").await, shop.client("Eve Adams").await);
        let (card, code) = sell(shop, "50.00", None).await;
        let asked = tokio::join!(
            redeem(shop, &ada, &code, Some("40.00")),
            redeem(shop, &eve, &code, Some("40.00"))
        );
        let mut statuses = [asked.0.status, asked.1.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 422]);
        let read = shop.get(&format!("/api/v1/gift-cards/{card}")).await.expect(200).body;
        assert_eq!(read["balance"], eur("10.00"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_is_earned_after_the_last_day_or_credited_when_the_card_is_cancelled() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let (card, code) = sell(shop, "50.00", Some("2026-03-05")).await;
        let path = format!("/api/v1/gift-cards/{card}");
        let seen = shop.get(&path).await.version();
        let early = shop.change(Method::POST, &format!("{path}/expire"), seen, json!({})).await;
        early.problem(422, "gift_card.still_good");
        redeem(shop, &client, &code, Some("10.00")).await.expect(200);
        shop.clock.advance_days(4);
        redeem(shop, &client, &code, None).await.problem(409, "gift_card.expired");
        let seen = shop.get(&path).await.version();
        shop.change(Method::POST, &format!("{path}/expire"), seen, json!({})).await.expect(200);
        let breakage = account(shop, "4100").await.to_string();
        assert!(breakage.contains("40.00"), "{breakage}");

        let (card, _) = sell(shop, "25.00", None).await;
        let path = format!("/api/v1/gift-cards/{card}");
        let seen = shop.get(&path).await.version();
        let body = json!({ "client_id": client, "reason": "lost" });
        shop.change(Method::POST, &format!("{path}/cancel"), seen, body).await.expect(200);
        assert_eq!(shop.balance(&client).await["credit"], eur("35.00"));
        let list = shop.fresh("/api/v1/gift-cards?status=cancelled").await.expect(200).body;
        assert_eq!(list["items"][0]["id"], card);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_in_another_currency_pays_in_its_own_and_a_worthless_one_is_not_sold() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let (_, code) = sell(shop, "50.00", None).await;
        let yen = json!({ "code": code, "amount": { "amount": "10", "currency": "JPY" } });
        let path = format!("/api/v1/clients/{client}/redeem-gift-card");
        let refused = shop.post(&path, yen).await;
        assert_eq!(refused.pointer(), "/amount");
        let worthless = json!({ "value": eur("0.00"), "paid_by": "manual_bank" });
        let refused = shop.post("/api/v1/gift-cards", worthless).await;
        assert_eq!(refused.expect(400).pointer(), "/value");
        let unknown = json!({ "value": eur("5.00"), "paid_by": "barter" });
        let refused = shop.post("/api/v1/gift-cards", unknown).await;
        assert_eq!(refused.expect(400).pointer(), "/paid_by");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_card_whose_last_day_is_over_expires_at_once_and_only_once() {
    Shop::story(async |shop| {
        const ALL: &str = "/api/v1/gift-cards/expire";
        let client = shop.client("Grace Hopper").await;
        let (_, code) = sell(shop, "50.00", Some("2026-03-05")).await;
        sell(shop, "8.00", Some("2026-03-04")).await;
        let (good, _) = sell(shop, "20.00", Some("2026-03-06")).await;
        sell(shop, "30.00", None).await;
        redeem(shop, &client, &code, Some("10.00")).await.expect(200);
        let (_, spent) = sell(shop, "5.00", Some("2026-03-05")).await;
        redeem(shop, &client, &spent, None).await.expect(200);
        let none = shop.post(ALL, json!({})).await.expect(200).body;
        assert_eq!((&none["lapsed"], &none["given_up"]), (&json!(0), &json!([])));
        shop.clock.advance_days(4);

        let foreseen = shop.post(ALL, json!({ "dry_run": true })).await.expect(200).body;
        assert_eq!((&foreseen["expired"], &foreseen["dry_run"]), (&json!(3), &json!(true)));
        let [first, second] = [shop.post(ALL, json!({})), shop.post(ALL, json!({}))];
        let (first, second) = tokio::join!(first, second);
        let (first, second) = (first.expect(200).body, second.expect(200).body);
        let count = |body: &Value| body["expired"].as_u64().unwrap();
        assert_eq!(count(&first) + count(&second), 3, "{first} {second}");
        assert_eq!(account(shop, "4100").await["credit"], eur("48.00"));
        let again = shop.post(ALL, json!({})).await.expect(200).body;
        assert_eq!((&again["lapsed"], &again["more"]), (&json!(0), &json!(false)));
        let list = shop.fresh("/api/v1/gift-cards?status=active").await.expect(200).body;
        assert_eq!(list["items"].as_array().unwrap().len(), 2, "{list}");
        let found = shop.get(&format!("/api/v1/gift-cards/{good}")).await.expect(200).body;
        assert_eq!(found["balance"], eur("20.00"), "its last day is today");
        let wrong = shop.post(ALL, json!({ "dry_run": "yes" })).await;
        assert_eq!(wrong.expect(400).pointer(), "/dry_run");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_may_take_payments_has_cards_expire_and_only_those_of_the_own_seller() {
    Shop::story(async |shop| {
        const ALL: &str = "/api/v1/gift-cards/expire";
        sell(shop, "50.00", Some("2026-03-05")).await;
        shop.clock.advance_days(4);
        let reader = shop.key_with(&[Permission::PaymentsRead]).await;
        let request = shop.http().post(shop.url(ALL)).bearer_auth(reader);
        let request = request.header("idempotency-key", fresh_key()).json(&json!({}));
        send(request).await.problem(403, "permission.missing");
        let foreign = shop.neighbour().await.post(ALL, json!({})).await.expect(200).body;
        assert_eq!(foreign["lapsed"], 0);
        let ours = shop.post(ALL, json!({})).await.expect(200).body;
        assert_eq!(ours["given_up"], json!([eur("50.00")]));
    })
    .await;
}
