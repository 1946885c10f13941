//! What was billed ahead becomes revenue as its days of service pass, whatever is corrected
//! meanwhile.

use billfold_tests::shop::{Caller, Shop, eur, fresh_key, line};
use reqwest::Method;
use serde_json::{Value, json};

const PATH: &str = "/api/v1/revenue-recognitions";

/// An invoice over a service from the second of March 2026 to the same day of the next year.
async fn billed_for_a_year(shop: &Shop, client: &str, price: &str) -> String {
    let mut year = line(price);
    year["period"] = json!({ "from": "2026-03-02", "to": "2027-03-02" });
    let body = json!({ "client_id": client, "currency": "EUR", "lines": [year] });
    let draft = shop.post("/api/v1/invoices", body).await.made();
    shop.program().issue(&draft).await.expect(200);
    draft
}

/// What is deferred and what is revenue, on a day.
async fn books(shop: &Shop, on: &str) -> (String, String) {
    books_of(shop, shop.program(), on).await
}

async fn books_of(shop: &Shop, seller: &Caller, on: &str) -> (String, String) {
    let (mut found, position) = (Vec::new(), shop.position().await);
    for account in ["2300", "4000"] {
        let path = format!("/api/v1/accounts/{account}?currency=EUR&effective_on={on}");
        let reply = seller.get(&format!("{path}&min_position={position}")).await.expect(200);
        let net = reply.body["balance"]["net"]["amount"].clone();
        found.push(net.as_str().unwrap().trim_start_matches('-').to_owned());
    }
    let revenue = found.pop().unwrap();
    (found.pop().unwrap(), revenue)
}

async fn recognise(shop: &Shop, through: Option<&str>) -> Value {
    shop.post(PATH, json!({ "through": through })).await.expect(200).body
}

fn two(deferred: &str, revenue: &str) -> (String, String) {
    (deferred.to_owned(), revenue.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_year_billed_ahead_is_revenue_month_by_month_and_a_credit_note_takes_its_part_back() {
    Shop::story(async |shop| {
        let client = shop.client("Ada Lovelace").await;
        let invoice = billed_for_a_year(shop, &client, "365.00").await;
        assert_eq!(books(shop, "2026-03-02").await, two("365.00", "0.00"));
        shop.clock.advance_days(30);
        let march = recognise(shop, None).await;
        assert_eq!(march["through"], "2026-03-31");
        assert_eq!(
            march["earned"],
            json!([{
                "kind": "hosting", "product_id": null, "amount": eur("30.00"),
            }])
        );
        assert_eq!(books(shop, "2026-03-31").await, two("335.00", "30.00"));

        shop.clock.advance_days(30);
        recognise(shop, None).await;
        assert_eq!(books(shop, "2026-04-30").await, two("305.00", "60.00"));
        // Of the whole year, a tenth goes back on the first of May: of sixty-one days, too.
        let lines = json!([{ "line_no": 1, "net": eur("36.50") }]);
        let note = json!({ "reason": "slow", "lines": lines });
        shop.program().act(&invoice, "credit-notes", note).await.made();
        shop.clock.advance_days(1);
        recognise(shop, None).await;
        assert_eq!(books(shop, "2026-05-01").await, two("273.60", "54.90"));

        shop.clock.advance_days(400);
        let list = shop.fresh(PATH).await.expect(200).body;
        assert_eq!(list["items"].as_array().unwrap().len(), 3);
        recognise(shop, None).await;
        assert_eq!(books(shop, "2026-12-31").await.1, "274.50", "each month has its own revenue");
        assert_eq!(books(shop, "2027-03-31").await, two("0.00", "328.50"));
        let list = shop.fresh(PATH).await.expect(200).body;
        let days: Vec<_> =
            list["items"].as_array().unwrap().iter().map(|it| &it["through"]).collect();
        assert_eq!(days[..3], [&json!("2027-03-31"), &json!("2027-02-28"), &json!("2027-01-31")]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_void_and_a_late_invoice_are_put_right_by_the_next_day() {
    Shop::story(async |shop| {
        let client = shop.client("Ada Lovelace").await;
        let invoice = billed_for_a_year(shop, &client, "365.00").await;
        shop.clock.advance_days(10);
        recognise(shop, None).await;
        assert_eq!(books(shop, "2026-03-11").await, two("355.00", "10.00"));
        shop.program().void(&invoice).await.expect(200);
        let late = billed_for_a_year(shop, &client, "730.00").await;
        assert_eq!(shop.read_invoice(&late).await["issue_date"], "2026-03-12");
        shop.clock.advance_days(1);
        let put_right = recognise(shop, None).await;
        assert_eq!(put_right["earned"][0]["amount"], eur("12.00"), "22.00 less 10.00");
        assert_eq!(books(shop, "2026-03-12").await, two("708.00", "22.00"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_is_recognised_once_whoever_asks() {
    Shop::story(async |shop| {
        let client = shop.client("Ada Lovelace").await;
        billed_for_a_year(shop, &client, "365.00").await;
        let early = shop.post(PATH, json!({})).await.expect(200).body;
        assert_eq!((&early["earned"], &early["position"]), (&json!([]), &Value::Null));
        let today = shop.post(PATH, json!({ "through": "2026-03-02" })).await;
        let refused = today.problem(400, "recognition.day_not_over");
        assert_eq!(refused.pointer(), "/through");
        shop.clock.advance_days(10);
        let key = fresh_key();
        let asked = json!({ "through": "2026-03-11" });
        let first = shop.post_as(&key, PATH, asked.clone()).await.expect(200);
        assert_eq!(first.body["earned"][0]["amount"], eur("10.00"));
        let again = shop.post_as(&key, PATH, asked.clone()).await.expect(200);
        assert_eq!(again.headers["idempotent-replayed"], "true");
        assert_eq!(again.body, first.body);
        assert_eq!(shop.post(PATH, asked).await.expect(200).body["earned"], json!([]));
        let before = shop.post(PATH, json!({ "through": "2026-03-10" })).await;
        before.problem(409, "recognition.backwards");
        assert_eq!(books(shop, "2026-03-31").await, two("355.00", "10.00"));
        let foreign = shop.neighbour().await;
        assert_eq!(foreign.get(PATH).await.expect(200).body["items"], json!([]));
        assert_eq!(foreign.post(PATH, json!({})).await.expect(200).body["earned"], json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn moving_the_clock_of_a_test_seller_recognises_what_passed() {
    Shop::story(async |shop| {
        let test = shop.test_seller("2030-01-01T09:00:00Z").await;
        test.subscriber(json!({ "kind": "calendar" })).await;
        let clock = "/api/v1/settings/test-clock";
        let moved = test.post(clock, json!({ "to": "2030-03-11T12:00:00Z" })).await.expect(200);
        let position = &moved.body["position"];
        let list = test.get(&format!("{PATH}?min_position={position}")).await.expect(200).body;
        let posted = list["items"].as_array().unwrap();
        assert_eq!(moved.body["recognised"], posted.len());
        assert_eq!(posted[0]["through"], "2030-03-10");
        let stood = [
            ("2030-01-31", two("0.00", "31.00")),
            ("2030-02-28", two("0.00", "62.00")),
            ("2030-03-10", two("21.00", "72.00")),
        ];
        for (day, expected) in stood {
            assert_eq!(books_of(shop, &test, day).await, expected, "{day}");
        }
        assert!(posted[0]["earned"][0]["product_id"].is_string(), "{list}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_catches_up_three_years_and_says_what_to_do_about_more() {
    Shop::story(async |shop| {
        let client = shop.client("Ada Lovelace").await;
        billed_for_a_year(shop, &client, "365.00").await;
        shop.clock.set("2029-06-02T09:00:00Z".parse().unwrap());
        let far = shop.post(PATH, json!({})).await.problem(422, "recognition.too_far_behind");
        let detail = far.body["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("billfold recognise"), "{detail}");
        let staff = shop.staff("Ada Lovelace").await;
        let page = staff.request(Method::GET, "/admin/journal/recognise").send().await.unwrap();
        assert_eq!(page.status(), 200);
        let page = page.text().await.unwrap();
        assert!(page.contains("39 months are not recognised yet"), "{page}");
        assert_eq!(books(shop, "2029-06-01").await, two("365.00", "0.00"), "nothing was posted");
        recognise(shop, Some("2028-12-31")).await;
        recognise(shop, None).await;
        assert_eq!(books(shop, "2029-06-01").await, two("0.00", "365.00"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_recognised_by_a_read_model_that_stands_still_and_the_answer_names_it() {
    Shop::story(async |shop| {
        let client = shop.client("Ada Lovelace").await;
        shop.post("/api/v1/read-models/deferred_revenue/pause", json!({})).await.expect(200);
        billed_for_a_year(shop, &client, "365.00").await;
        shop.clock.advance_days(10);
        let key = fresh_key();
        let behind = shop.post_as(&key, PATH, json!({})).await.problem(409, "not_yet");
        let detail = behind.body["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("deferred_revenue"), "{detail}");
        shop.post("/api/v1/read-models/deferred_revenue/resume", json!({})).await.expect(200);
        let done = shop.post_as(&key, PATH, json!({})).await.expect(200).body;
        assert_eq!(done["earned"][0]["amount"], eur("10.00"), "the same key asks again");
    })
    .await;
}
