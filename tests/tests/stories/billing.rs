//! A billing run: what is due of everybody becomes documents, once, and whoever cannot be billed is
//! set aside with the reason.

use billfold_domain::kernel::{Currency, Money};
use billfold_tests::shop::{Shop, eur};
use reqwest::Method;
use serde_json::json;

async fn invoices_of(shop: &Shop, client: &str) -> usize {
    let path = format!("/api/v1/invoices?client_id={client}");
    shop.fresh(&path).await.expect(200).body["items"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_does_what_its_rehearsal_said_and_a_second_one_does_nothing() {
    Shop::story(async |shop| {
        let clients = shop.subscribed(&["Ada", "Bob", "Cy", "Dee", "Eve"]).await;
        shop.clock.advance_days(31);
        let run = shop.run_through("2026-04-01");
        let rehearsal = shop
            .bill(billfold_app::billing_run::BillingRun { rehearse: true, ..run.clone() })
            .await;
        assert_eq!((rehearsal.planned, rehearsal.issued), (5, 5));
        assert_eq!(invoices_of(shop, &clients[0]).await, 1, "a rehearsal appends nothing");

        let report = shop.bill(run.clone()).await;
        assert!(report.adds_up() && !report.interrupted);
        assert_eq!((report.issued, &report.sums), (5, &rehearsal.sums));
        let invoiced = report.sums[&Currency::EUR].invoiced;
        assert_eq!(invoiced.to_major(), "184.45", "five times 31.00 and 19 %");
        for client in &clients {
            assert_eq!(invoices_of(shop, client).await, 2);
        }
        let again = shop.bill(run).await;
        assert_eq!((again.planned, again.issued), (0, 0));
        let another = shop.bill(shop.run_through("2026-04-01")).await;
        assert_eq!((another.planned, another.issued), (0, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_at_once_bill_nobody_twice() {
    Shop::story(async |shop| {
        let clients = shop.subscribed(&["Ada", "Bob", "Cy", "Dee", "Eve", "Flo"]).await;
        shop.clock.advance_days(31);
        let (one, two) = (shop.run_through("2026-04-01"), shop.run_through("2026-04-01"));
        let (one, two) = tokio::join!(shop.bill(one), shop.bill(two));
        assert!(one.adds_up() && two.adds_up());
        assert_eq!(one.issued + two.issued, 6, "{one:?} {two:?}");
        for client in &clients {
            assert_eq!(invoices_of(shop, client).await, 2);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_cannot_be_billed_is_set_aside_with_the_reason_and_stops_nobody() {
    Shop::story(async |shop| {
        let clients = shop.subscribed(&["Ada", "Bob", "Cy"]).await;
        let path = format!("/api/v1/clients/{}", clients[1]);
        let seen = shop.get(&path).await.version();
        let reason = json!({ "reason": "asked to be forgotten" });
        shop.change(Method::POST, &format!("{path}/erase"), seen, reason).await.expect(200);
        shop.clock.advance_days(31);
        let report = shop.bill(shop.run_through("2026-04-01")).await;
        assert!(report.adds_up());
        assert_eq!((report.planned, report.issued), (3, 2));
        assert_eq!(report.quarantined[0].reason.code, "client.erased");

        shop.clock.advance_days(30);
        let mut bounded = shop.run_through("2026-05-01");
        bounded.bounds.largest = vec![Money::parse_major("36.88", Currency::EUR).unwrap()];
        let held = shop.bill(bounded).await;
        assert_eq!((held.issued, held.quarantined.len()), (0, 3));
        let codes = held.quarantined.iter().map(|account| account.reason.code.as_str());
        assert_eq!(codes.filter(|code| *code == "billing_run.beyond_bound").count(), 2);
        let total = shop.balance(&clients[0]).await;
        assert_ne!(total, eur("0.00"));
    })
    .await;
}
