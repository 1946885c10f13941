//! A test seller lives in a time of its own, which is moved by hand and brings what real time
//! would.

use billfold_tests::shop::{Caller, Shop, eur, fresh_key};
use reqwest::Method;
use serde_json::{Value, json};

const CLOCK: &str = "/api/v1/settings/test-clock";

/// Somebody subscribes, on a day of the seller's own clock.
async fn subscribe(seller: &Caller, day: &str) -> String {
    let (client, subscription) = seller.subscriber(Value::Null).await;
    let path = format!("/api/v1/subscriptions/{subscription}");
    let begun = seller.get(&path).await.expect(200).body;
    assert!(begun.to_string().contains(day), "{begun}");
    client
}

async fn issue_dates(seller: &Caller, client: &str, position: &Value) -> Vec<String> {
    let path = format!("/api/v1/invoices?client_id={client}&min_position={position}");
    let list = seller.get(&path).await.expect(200).body;
    let items = list["items"].as_array().unwrap().iter();
    let mut days: Vec<String> =
        items.map(|invoice| invoice["issue_date"].as_str().unwrap().to_owned()).collect();
    days.sort_unstable();
    days
}

#[tokio::test(flavor = "multi_thread")]
async fn moving_the_clock_bills_each_renewal_on_its_own_day() {
    Shop::story(async |shop| {
        let test = shop.test_seller("2030-01-31T09:00:00Z").await;
        let settings = test.get("/api/v1/settings").await.expect(200).body;
        assert_eq!(settings["test_clock"], "2030-01-31T09:00:00Z");
        let client = subscribe(&test, "2030-01-31").await;
        let moved = test.post(CLOCK, json!({ "to": "2030-04-30T12:00:00Z" })).await.expect(200);
        assert_eq!(moved.body["issued"], 3);
        assert_eq!(moved.body["billing_runs"].as_array().unwrap().len(), 3);
        let days = issue_dates(&test, &client, &moved.body["position"]).await;
        assert_eq!(days, ["2030-01-31", "2030-02-28", "2030-03-31", "2030-04-30"]);
        let settings = test.get("/api/v1/settings").await.expect(200).body;
        assert_eq!(settings["test_clock"], "2030-04-30T12:00:00Z");
        let run = moved.body["billing_runs"][0].as_str().unwrap();
        let run = test.get(&format!("/api/v1/billing-runs/{run}")).await.expect(200).body;
        assert_eq!((&run["status"], &run["through"]), (&json!("finished"), &json!("2030-02-28")));
    })
    .await;
}

/// What dunning did, as day and action.
async fn stages(seller: &Caller, position: &Value) -> Vec<(String, String)> {
    let list = "/api/v1/events?event_type=dunning_case.step_taken";
    let found = seller.get(&format!("{list}&min_position={position}")).await.expect(200).body;
    let mut stages = Vec::new();
    for event in found["items"].as_array().unwrap() {
        let path = format!("/api/v1/events/{}", event["position"]);
        let step = seller.get(&path).await.expect(200).body["payload"]["step_taken"].clone();
        let text = |name: &str| step[name].as_str().unwrap().to_owned();
        stages.push((text("on"), text("action")));
    }
    stages.sort_unstable();
    stages
}

#[tokio::test(flavor = "multi_thread")]
async fn moving_the_clock_over_a_month_renews_duns_and_lets_end_what_ends() {
    Shop::story(async |shop| {
        let test = shop.test_seller("2030-01-31T09:00:00Z").await;
        let client = subscribe(&test, "2030-01-31").await;
        let list = format!("/api/v1/subscriptions?client_id={client}");
        let position = shop.position().await;
        let found = test.get(&format!("{list}&min_position={position}")).await.expect(200).body;
        let id = found["items"][0]["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/subscriptions/{id}");

        let moved = test.post(CLOCK, json!({ "to": "2030-03-05T12:00:00Z" })).await.expect(200);
        assert_eq!(moved.body["issued"], 1, "the renewal of 28 February");
        let days = issue_dates(&test, &client, &moved.body["position"]).await;
        assert_eq!(days, ["2030-01-31", "2030-02-28"]);
        assert_eq!(stages(&test, &moved.body["position"]).await, expected_by_5_march());
        assert_eq!(moved.body["dunned"], json!({ "opened": 1, "stages": 5, "stopped": 0 }));

        let seen = test.get(&path).await.version();
        let at_end = json!({ "at": { "kind": "end_of_term" } });
        test.change(Method::POST, &format!("{path}/cancel"), seen, at_end).await.expect(200);
        let moved = test.post(CLOCK, json!({ "to": "2030-05-05T12:00:00Z" })).await.expect(200);
        assert_eq!(moved.body["issued"], 0, "it ended on 31 March");
        let found = test.get(&path).await.expect(200).body;
        assert_eq!(found["status"], "ended", "{found}");
        let path = format!("/api/v1/dunning-cases?min_position={}", moved.body["position"]);
        let cases = test.get(&path).await.expect(200).body;
        assert_eq!(cases["items"].as_array().map(Vec::len), Some(2), "{cases}");
    })
    .await;
}

/// Fourteen days after 31 January it is due.
fn expected_by_5_march() -> Vec<(String, String)> {
    let steps = [
        ("2030-02-15", "remind"),
        ("2030-02-17", "remind"),
        ("2030-02-21", "remind"),
        ("2030-02-28", "warn"),
        ("2030-03-03", "suspend"),
    ];
    steps.map(|(day, action)| (day.to_owned(), action.to_owned())).into()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_clock_only_goes_forward_and_a_real_seller_has_none() {
    Shop::story(async |shop| {
        let real = shop.post(CLOCK, json!({ "to": "2026-04-01T00:00:00Z" })).await;
        real.problem(422, "tenant.not_a_test");
        let test = shop.test_seller("2030-01-31T09:00:00Z").await;
        let back = test.post(CLOCK, json!({ "to": "2030-01-31T08:59:59Z" })).await;
        back.problem(422, "tenant.clock_goes_back");
        let far = test.post(CLOCK, json!({ "to": "2031-04-01T00:00:00Z" })).await.expect(400);
        assert_eq!(far.body["errors"][0]["pointer"], "/to");
        let key = fresh_key();
        let to = json!({ "to": "2030-02-01T00:00:00Z" });
        let once = |key: &str| {
            let request = test.request(Method::POST, CLOCK).header("idempotency-key", key);
            billfold_tests::shop::send(request.json(&to))
        };
        once(&key).await.expect(200);
        let again = once(&key).await.expect(200);
        assert_eq!(again.headers["idempotent-replayed"], "true");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_of_a_test_seller_is_not_that_of_its_neighbour() {
    Shop::story(async |shop| {
        let test = shop.test_seller("2030-01-31T09:00:00Z").await;
        let client = subscribe(&test, "2030-01-31").await;
        shop.clock.advance_days(400);
        let position = json!(shop.position().await);
        assert_eq!(issue_dates(&test, &client, &position).await, ["2030-01-31"]);
        let ours = shop.client("Grace Hopper").await;
        let invoice = shop.invoice(&ours, &["10.00"]).await;
        assert_eq!(shop.read_invoice(&invoice).await["issue_date"], "2027-04-06");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn moving_the_clock_lets_gift_cards_expire_on_the_day_after_their_last() {
    Shop::story(async |shop| {
        let test = shop.test_seller("2030-01-31T09:00:00Z").await;
        for last in ["2030-02-10", "2030-02-20"] {
            let card =
                json!({ "value": eur("50.00"), "paid_by": "manual_bank", "expires_on": last });
            test.post("/api/v1/gift-cards", card).await.expect(201);
        }
        let moved = test.post(CLOCK, json!({ "to": "2030-02-20T12:00:00Z" })).await.expect(200);
        assert_eq!(moved.body["gift_cards_expired"], 1, "the other one is good all day long");
        for (day, earned) in [("2030-02-10", "0.00"), ("2030-02-11", "50.00")] {
            let path = format!("/api/v1/accounts/4100?currency=EUR&effective_on={day}");
            let path = format!("{path}&min_position={}", moved.body["position"]);
            let found = test.get(&path).await.expect(200).body;
            let net = found["balance"]["net"]["amount"].as_str().unwrap();
            assert_eq!(net.trim_start_matches('-'), earned, "{day}");
        }
        let moved = test.post(CLOCK, json!({ "to": "2030-02-21T12:00:00Z" })).await.expect(200);
        assert_eq!(moved.body["gift_cards_expired"], 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn moving_the_clock_ends_approvals_that_nobody_answered() {
    Shop::story(async |shop| {
        const LIMITS: &str = "/api/v1/settings/approval-limits";
        let test = shop.test_seller("2030-01-31T09:00:00Z").await;
        let client = subscribe(&test, "2030-01-31").await;
        let seen = test.get(LIMITS).await.version();
        let limits = json!({ "limits": [{ "kind": "write_off", "up_to": eur("1.00") }] });
        test.change(Method::PUT, LIMITS, seen, limits).await.expect(200);
        let list = format!("/api/v1/invoices?client_id={client}&min_position=");
        let list = test.get(&format!("{list}{}", shop.position().await)).await.expect(200).body;
        let invoice = format!("/api/v1/invoices/{}", list["items"][0]["id"].as_str().unwrap());
        let seen = test.get(&invoice).await.version();
        let reason = json!({ "reason": "nobody pays this" });
        let path = format!("{invoice}/write-off");
        let waits = test.change(Method::POST, &path, seen, reason).await.expect(202).body;
        let approval = format!("/api/v1/approvals/{}", waits["approval_id"].as_str().unwrap());

        let moved = test.post(CLOCK, json!({ "to": "2030-02-07T08:59:59Z" })).await.expect(200);
        assert_eq!(moved.body["approvals_expired"], 0, "seven days are not over");
        let moved = test.post(CLOCK, json!({ "to": "2030-02-07T09:00:00Z" })).await.expect(200);
        assert_eq!(moved.body["approvals_expired"], 1);
        let position = &moved.body["position"];
        let read = test.get(&format!("{approval}?min_position={position}")).await.expect(200).body;
        assert_eq!(read["status"], "expired");
        let expired = "/api/v1/events?event_type=approval.expired";
        let told = test.get(&format!("{expired}&min_position={position}")).await.expect(200).body;
        assert_eq!(told["items"].as_array().map(Vec::len), Some(1), "{told}");
        let moved = test.post(CLOCK, json!({ "to": "2030-02-08T09:00:00Z" })).await.expect(200);
        assert_eq!(moved.body["approvals_expired"], 0);
    })
    .await;
}
