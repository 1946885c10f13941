//! A month is closed and keeps its figures: what turns up late counts in the first open one, and
//! two people are needed to open it again.

use billfold_tests::shop::{Caller, Shop, eur};
use serde_json::{Value, json};

const PERIODS: &str = "/api/v1/accounting-periods";
const ADJUSTMENTS: &str = "/api/v1/journal/adjustments";

async fn close(caller: &Caller, month: &str) -> billfold_tests::shop::Reply {
    caller.post(&format!("{PERIODS}/{month}/close"), json!({})).await
}

async fn ask(caller: &Caller, month: &str) -> billfold_tests::shop::Reply {
    let body = json!({ "reason": "a bill was lost" });
    caller.post(&format!("{PERIODS}/{month}/ask-reopening"), body).await
}

async fn reopen(caller: &Caller, month: &str) -> billfold_tests::shop::Reply {
    caller.post(&format!("{PERIODS}/{month}/reopen"), json!({})).await
}

/// Records money that arrived on a day.
async fn paid(shop: &Shop, invoice: &str, on: &str) -> i64 {
    let body = json!({ "method": "manual_bank", "amount": eur("11.90"), "received_on": on });
    let paid = shop.post(&format!("/api/v1/invoices/{invoice}/pay"), body).await.expect(201).body;
    paid["position"].as_i64().unwrap()
}

/// What the bank clearing account stood at on a day.
async fn arrived(shop: &Shop, by: &str) -> Value {
    let path = format!("/api/v1/accounts/1100?currency=EUR&effective_on={by}");
    shop.fresh(&path).await.expect(200).body["balance"]["net"].clone()
}

/// The days of the postings that reached the bank clearing account, latest first.
async fn days(shop: &Shop) -> Vec<(String, String)> {
    let list = shop.fresh("/api/v1/journal?account=1100").await.expect(200).body;
    let day = |posting: &Value, name: &str| posting[name].as_str().unwrap().to_owned();
    let items = list["items"].as_array().unwrap().iter();
    items.map(|one| (day(one, "effective_on"), day(one, "true_day"))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_turns_up_late_is_posted_on_the_first_open_day_and_keeps_its_own() {
    Shop::story(async |shop| {
        let client = shop.client("Ada Lovelace").await;
        let mut invoices = Vec::new();
        for _ in 0..3 {
            invoices.push(shop.invoice(&client, &["10.00"]).await);
        }
        shop.clock.advance_days(10);
        paid(shop, &invoices[0], "2026-03-10").await;
        let early = close(shop.program(), "2026-03").await;
        early.problem(409, "accounting_period.not_over");
        shop.clock.advance_days(30);
        close(shop.program(), "2026-03").await.expect(200);
        assert_eq!(arrived(shop, "2026-03-31").await, eur("11.90"));

        paid(shop, &invoices[1], "2026-03-20").await;
        assert_eq!(arrived(shop, "2026-03-31").await, eur("11.90"), "the month is closed");
        assert_eq!(arrived(shop, "2026-04-01").await, eur("23.80"));
        let day = |text: &str| text.to_owned();
        let late = (day("2026-04-01"), day("2026-03-20"));
        let before = (day("2026-03-10"), day("2026-03-10"));
        assert_eq!(days(shop).await, [late.clone(), before.clone()]);

        let staff = (shop.staff("Grace Hopper").await, shop.staff("Joan Clarke").await);
        ask(&staff.0, "2026-03").await.expect(200);
        let alone = reopen(&staff.0, "2026-03").await;
        alone.problem(403, "accounting_period.same_person");
        let list = shop.fresh(PERIODS).await.expect(200).body;
        assert_eq!(list["items"][0]["status"], "reopening_asked");
        assert_eq!(list["items"][0]["reason"], "a bill was lost");
        reopen(&staff.1, "2026-03").await.expect(200);
        paid(shop, &invoices[2], "2026-03-25").await;
        assert_eq!(arrived(shop, "2026-03-31").await, eur("23.80"), "posted in its own month");
        let own = (day("2026-03-25"), day("2026-03-25"));
        assert_eq!(days(shop).await, [own, late, before], "what was posted stays where it is");
        let list = shop.fresh(PERIODS).await.expect(200).body;
        assert_eq!(
            (&list["items"][0]["month"], &list["items"][0]["status"]),
            (&json!("2026-03"), &json!("reopened"))
        );
        close(shop.program(), "2026-03").await.expect(200);
        let again = close(shop.program(), "2026-03").await;
        again.problem(409, "accounting_period.already_closed");
        let skipped = close(shop.program(), "2026-05").await;
        skipped.problem(409, "accounting_period.earlier_open");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_by_hand_balance_and_lie_in_an_open_month() {
    Shop::story(async |shop| {
        let lines = |credit: &str| {
            json!([
                { "account": "5100", "side": "debit", "amount": eur("7.00") },
                { "account": "1300", "side": "credit", "amount": eur(credit) },
            ])
        };
        let new = |day: &str, credit: &str| {
            json!({ "day": day, "reason": "fees of the bank", "lines": lines(credit) })
        };
        let posted = shop.post(ADJUSTMENTS, new("2026-02-27", "7.00")).await.expect(200).body;
        assert_eq!((&posted["no"], &posted["day"]), (&json!(1), &json!("2026-02-27")));
        let found = shop.fresh("/api/v1/accounts/5100?currency=EUR").await.expect(200).body;
        assert_eq!(found["balance"]["net"], eur("7.00"));
        let path = format!("/api/v1/journal/{}", posted["position"]);
        let found = shop.get(&path).await.expect(200).body;
        assert_eq!(found["event_type"], "accounting_period.adjustment_posted");
        let uneven = shop.post(ADJUSTMENTS, new("2026-02-27", "6.99")).await;
        let uneven = uneven.problem(422, "accounting_period.unbalanced");
        assert_eq!(uneven.pointer(), "/lines");
        close(shop.program(), "2026-02").await.expect(200);
        let closed = shop.post(ADJUSTMENTS, new("2026-02-27", "7.00")).await;
        let closed = closed.problem(409, "accounting_period.closed_day");
        assert_eq!(closed.pointer(), "/day");
        shop.post(ADJUSTMENTS, new("2026-03-01", "7.00")).await.expect(200);
        let mut owed = new("2026-03-01", "7.00");
        owed["lines"][1]["account"] = json!("1200");
        let owed = shop.post(ADJUSTMENTS, owed).await.expect(400);
        assert_eq!(owed.pointer(), "/lines/1/account");
    })
    .await;
}
