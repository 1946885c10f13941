//! Yesterday's answer can be given today, and a day begins at the seller's place.

use billfold_tests::shop::{Shop, eur};
use chrono::{SecondsFormat, TimeDelta};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_is_today_what_happened_and_as_of_yesterday_what_was_known() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let invoice = shop.invoice(&client, &["10.00"]).await;
        let path = format!("/api/v1/invoices/{invoice}");
        let known = shop.read_invoice(&invoice).await;
        shop.clock.advance(TimeDelta::hours(1));
        let (instant, position) = (shop.clock.now(), shop.position().await);
        shop.clock.advance_days(1);
        let body = json!({ "method": "manual_bank", "amount": eur("1.90") });
        shop.post(&format!("{path}/pay"), body).await.expect(201);
        shop.clock.advance_days(1);
        shop.program().void(&invoice).await.expect(200);
        shop.fresh("/api/v1/invoices").await.expect(200);

        let today = shop.read_invoice(&invoice).await;
        assert_eq!((&today["status"], &today["balance_due"]), (&json!("void"), &eur("0.00")));
        let instant = instant.to_rfc3339_opts(SecondsFormat::Micros, true);
        for as_of in [position.to_string(), instant] {
            let past = shop.get(&format!("{path}?as_of={as_of}")).await.expect(200);
            assert!(!past.headers.contains_key("etag"), "the past cannot be changed");
            assert_eq!(past.body["as_of_position"], position, "{as_of}");
            assert_eq!(present(past.body), present(known.clone()), "{as_of}");
        }
        let between = shop.get(&format!("{path}?as_of=2026-03-03T12:00:00%2B01:00")).await;
        let between = between.expect(200).body;
        assert_eq!(between["status"], "partially_paid");
        assert_eq!(between["balance_due"], eur("10.00"));
        let before = shop.get(&format!("{path}?as_of=2026-03-01T00:00:00Z")).await;
        before.problem(404, "not_found");
    })
    .await;
}

/// The answer without the position it was asked for.
fn present(mut body: Value) -> Value {
    body["as_of_position"] = Value::Null;
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_and_the_books_are_as_they_were_at_any_position() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let invoice = shop.invoice(&client, &["10.00"]).await;
        let ledger = format!("/api/v1/clients/{client}/ledger?currency=EUR");
        let explain = format!("/api/v1/clients/{client}/explain?currency=EUR");
        let owed = shop.fresh(&ledger).await.expect(200).body;
        let books = shop.fresh("/api/v1/trial-balance").await.expect(200).body;
        let position = shop.position().await;
        shop.clock.advance_days(1);
        let pay = format!("/api/v1/invoices/{invoice}/pay");
        shop.post(&pay, json!({ "method": "manual_bank" })).await.expect(201);

        let now = shop.fresh(&explain).await.expect(200);
        assert_eq!(now.body["summary"], "the account is even in EUR");
        let past = shop.get(&format!("{ledger}&as_of={position}")).await.expect(200).body;
        assert_eq!(past["items"], owed["items"]);
        let past = shop.get(&format!("{explain}&as_of={position}")).await.expect(200).body;
        assert_eq!(past["summary"], "the client owes 11.90 EUR");
        let path = format!("/api/v1/trial-balance?as_of={position}");
        let past = shop.fresh(&path).await.expect(200).body;
        assert_eq!((&past["accounts"], &past["balanced"]), (&books["accounts"], &json!(true)));
        let none = shop.get("/api/v1/trial-balance?as_of=0").await.expect(200).body;
        assert_eq!((&none["accounts"], &none["balanced"]), (&json!([]), &json!(true)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_booked_late_counts_from_the_day_it_arrived_and_is_known_from_the_day_it_was_booked()
{
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let invoice = shop.invoice(&client, &["10.00"]).await;
        shop.clock.advance_days(5);
        let body = json!({ "method": "manual_bank", "received_on": "2026-03-04" });
        let pay = format!("/api/v1/invoices/{invoice}/pay");
        shop.post(&pay, body).await.expect(201);
        let receivable = async |when: &str| {
            let path = format!("/api/v1/accounts/1200?currency=EUR{when}");
            shop.fresh(&path).await.expect(200).body["balance"]["net"].clone()
        };
        assert_eq!(receivable("").await, eur("0.00"));
        assert_eq!(receivable("&effective_on=2026-03-04").await, eur("0.00"));
        assert_eq!(receivable("&effective_on=2026-03-03").await, eur("11.90"));
        assert_eq!(receivable("&as_of=2026-03-06T12:00:00Z").await, eur("11.90"));
        let tomorrow = json!({ "method": "manual_bank", "received_on": "2026-03-08" });
        let next = shop.invoice(&client, &["10.00"]).await;
        let early = shop.post(&format!("/api/v1/invoices/{next}/pay"), tomorrow).await;
        assert_eq!(early.problem(422, "payment.in_future").pointer(), "/received_on");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_is_late_when_its_last_day_is_over_at_the_sellers_place() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Hopper").await;
        let draft = shop.draft(&client, &["10.00"]).await;
        let path = format!("/api/v1/invoices/{draft}");
        let seen = shop.get(&path).await.version();
        let due = json!({ "due_date": "2026-03-10" });
        shop.change(Method::PUT, &format!("{path}/due-date"), seen, due).await.expect(200);
        shop.program().issue(&draft).await.expect(200);
        let late = async || {
            let list = shop.fresh("/api/v1/invoices?status=overdue").await.expect(200);
            let listed = list.body["items"].as_array().unwrap().len() == 1;
            let read = shop.read_invoice(&draft).await["status"] == "overdue";
            assert_eq!(listed, read);
            read
        };
        // Berlin is an hour ahead of UTC in March: there it is 23:59, and then midnight.
        shop.clock.set("2026-03-10T22:59:59Z".parse().unwrap());
        assert!(!late().await);
        shop.clock.set("2026-03-10T23:00:00Z".parse().unwrap());
        assert!(late().await);
        let asked = shop.get(&format!("{path}?on=2026-03-10")).await.expect(200);
        assert_eq!(asked.body["status"], "open");
        shop.post(&format!("{path}/pay"), json!({ "method": "manual_bank" })).await.expect(201);
        assert!(!late().await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_as_of_yesterday_who_they_were_then_and_once_erased_nobody() {
    Shop::story(async |shop| {
        let client = shop.client("Grace Murray").await;
        let path = format!("/api/v1/clients/{client}");
        let position = shop.position().await;
        shop.clock.advance_days(1);
        let contact = json!({ "contact": { "name": "Grace Hopper" } });
        let seen = shop.get(&path).await.version();
        shop.change(Method::PUT, &format!("{path}/contact"), seen, contact).await.expect(200);
        shop.fresh("/api/v1/clients").await.expect(200);
        let now = shop.get(&path).await.expect(200).body;
        assert_eq!((&now["contact"]["name"], &now["version"]), (&json!("Grace Hopper"), &json!(2)));
        for as_of in [position.to_string(), "2026-03-02T20:00:00Z".to_owned()] {
            let past = shop.get(&format!("{path}?as_of={as_of}")).await.expect(200);
            assert!(!past.headers.contains_key("etag"), "the past cannot be changed");
            assert_eq!(past.body["as_of_position"], position);
            assert_eq!(past.body["contact"]["name"], "Grace Murray");
            assert_eq!(past.body["version"], 1);
        }
        shop.get(&format!("{path}?as_of=2026-03-01T00:00:00Z")).await.problem(404, "not_found");
        let wrong = shop.get(&format!("{path}?as_of=yesterday")).await;
        assert_eq!(wrong.problem(400, "malformed").pointer(), "/as_of");
        let seen = shop.get(&path).await.version();
        let reason = json!({ "reason": "asked to be forgotten" });
        shop.change(Method::POST, &format!("{path}/erase"), seen, reason).await.expect(200);
        let past = shop.get(&format!("{path}?as_of={position}")).await.expect(200);
        assert_eq!((&past.body["status"], &past.body["contact"]), (&json!("active"), &json!(null)));
    })
    .await;
}
