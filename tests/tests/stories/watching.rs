//! A day that is not like the days before it is noticed, and leads to what happened (EVT-41).

use billfold_tests::shop::{Caller, PASSWORD, Shop, eur, fresh_key, send};
use reqwest::Method;
use serde_json::{Value, json};

const ADA: &str = "ada@example.org";
const GRACE: &str = "grace@example.org";

async fn unusual(shop: &Shop, query: &str) -> Vec<Value> {
    let page = shop.fresh(&format!("/api/v1/unusual?{query}")).await.expect(200);
    page.body["items"].as_array().unwrap().clone()
}

/// A payment of 119.00, of which much can go back.
async fn paid(shop: &Shop) -> String {
    let client = shop.client(&fresh_key()).await;
    let invoice = shop.invoice(&client, &["100.00"]).await;
    let body = json!({ "method": "manual_bank" });
    shop.post(&format!("/api/v1/invoices/{invoice}/pay"), body).await.made()
}

async fn refund(caller: &Caller, payment: &str, times: usize) {
    let path = format!("/api/v1/payments/{payment}");
    for _ in 0..times {
        let seen = caller.get(&path).await.version();
        let body = json!({ "amount": eur("1.00"), "reason": "charged twice" });
        caller.change(Method::POST, &format!("{path}/refund"), seen, body).await.expect(200);
    }
}

/// A quiet month with three days of two refunds, and the payment they were of.
async fn quiet_month(shop: &Shop) -> String {
    let payment = paid(shop).await;
    shop.staff("Ada").await;
    shop.staff("Grace").await;
    for _ in 0..3 {
        refund(&shop.sign_in(ADA, PASSWORD).await, &payment, 2).await;
        shop.clock.advance_days(10);
    }
    payment
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_many_refunds_by_one_person_leads_to_each_of_them() {
    Shop::story(async |shop| {
        let payment = quiet_month(shop).await;
        assert_eq!(unusual(shop, "kind=refunds").await, Vec::<Value>::new(), "a quiet month");
        let (ada, grace) = (shop.sign_in(ADA, PASSWORD).await, shop.sign_in(GRACE, PASSWORD).await);
        refund(&grace, &payment, 4).await;
        refund(&ada, &payment, 6).await;
        let found = unusual(shop, "kind=refunds&total=true").await;
        assert_eq!(found.len(), 1, "{found:?}");
        let day = &found[0];
        assert_eq!((&day["kind"], &day["day"]), (&json!("refunds"), &json!("2026-04-01")));
        assert_eq!((&day["count"], &day["threshold"]), (&json!(6), &json!(5)));
        assert_eq!((&day["average_before"], &day["busiest_before"]), (&json!("0.2"), &json!(2)));
        let told = "6 on 2026-04-01; 0.2 a day on average in the 35 days before; unusual from 5";
        assert_eq!(day["explanation"], told);
        shop.fresh("/api/v1/audit").await.expect(200);
        let entries = shop.get(day["evidence"].as_str().unwrap()).await.expect(200).body;
        let entries = entries["items"].as_array().unwrap();
        assert_eq!(entries.len(), 6, "{entries:?}");
        for entry in entries {
            assert_eq!(entry["event_type"], "payment.refund_requested");
            assert_eq!(entry["actor"], day["actor"]);
        }
        assert_eq!(entries[0]["position"], day["last_position"]);
        shop.clock.advance_days(1);
        refund(&shop.sign_in(ADA, PASSWORD).await, &payment, 1).await;
        assert_eq!(unusual(shop, "from=2026-04-02").await, Vec::<Value>::new(), "the day after");
        let neighbour = shop.neighbour().await;
        let theirs = neighbour.get("/api/v1/unusual?kind=refunds&total=true").await.expect(200);
        assert_eq!(theirs.body["total"], json!({ "rows": 0, "exact": true }));
    })
    .await;
}

/// What a page answers with, its links as addresses.
async fn html(caller: &Caller, path: &str) -> String {
    let answer = caller.request(Method::GET, path).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.unwrap().replace("&#38;", "&").replace("&amp;", "&")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_unusual_days_leads_to_exactly_their_events() {
    Shop::story(async |shop| {
        let payment = quiet_month(shop).await;
        let ada = shop.sign_in(ADA, PASSWORD).await;
        refund(&ada, &payment, 5).await;
        shop.fresh("/api/v1/unusual").await.expect(200);
        shop.fresh("/api/v1/audit").await.expect(200);
        let page = html(&ada, "/admin/unusual?kind=refunds").await;
        assert!(page.contains("0.2 a day on average"), "{page}");
        let link = page.split("href=\"").find(|rest| rest.starts_with("/admin/audit?type="));
        let link = link.unwrap().split('"').next().unwrap();
        let events = html(&ada, link).await;
        assert_eq!(events.matches("#why\"").count(), 5, "{link}");
        assert!(events.contains("2026-04-01 UTC"), "{events}");
        let none = html(&ada, "/admin/unusual?kind=refunds&to=2026-03-31").await;
        assert!(none.contains("Nothing unusual here"), "{none}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_refused_sign_ins_counts_for_the_whole_seller() {
    Shop::story(async |shop| {
        shop.clock.advance_days(1);
        for no in 0..20 {
            let body = json!({ "email": format!("nobody-{no}@example.org"), "password": PASSWORD });
            send(shop.http().post(shop.url("/api/v1/auth/login")).json(&body)).await;
        }
        let found = unusual(shop, "kind=refused_sign_ins").await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((&found[0]["actor"], &found[0]["count"]), (&json!(null), &json!(20)));
        shop.fresh("/api/v1/audit").await.expect(200);
        let entries = shop.get(found[0]["evidence"].as_str().unwrap()).await.expect(200).body;
        assert_eq!(entries["items"].as_array().unwrap().len(), 20);
        let row = found[0].to_string();
        assert!(!row.contains('@') && !row.contains("127.0.0.1"), "{row}");
    })
    .await;
}
