//! Pages of Stripe's on which a client pays.

use billfold_app::ports::driver::{Call, CallFailure, Found};
use billfold_app::ports::gateway::{ChargeReport, ChargeStage};
use billfold_peers::stripe::{Card, EntryKind};
use chrono::TimeDelta;

use super::{Bill, Shop, effect, money, page_url};

async fn page_there(shop: &Shop, bill: &Bill, reference: &str) -> ChargeReport {
    match shop.look_up_page(bill, Some(reference)).await {
        Found::There(report) => report,
        other => panic!("{reference}: {other:?}"),
    }
}

#[tokio::test]
async fn a_page_is_paid_and_known_by_its_payment_from_then_on() {
    let shop = Shop::open().await;
    let bill = Bill::of(1999, "EUR");
    let opened = shop.open_page(&bill, false).await.unwrap();
    assert!(opened.reference.starts_with("cs_"));
    assert!(page_url(&opened).starts_with("https://checkout.stripe.example/"));
    let waits = page_there(&shop, &bill, &opened.reference).await;
    assert!(matches!(waits.stage, ChargeStage::NeedsClient { until: Some(_), .. }));
    shop.peer.pay(&opened.reference, Card::Pays);
    let paid = page_there(&shop, &bill, &opened.reference).await;
    assert!(matches!(paid.stage, ChargeStage::Settled));
    assert_eq!(paid.amount, Some(money(1999, "EUR")));
    assert!(paid.reference.starts_with("pi_"));
    let again = page_there(&shop, &bill, &paid.reference).await;
    assert_eq!(again.reference, paid.reference);
    assert!(matches!(again.stage, ChargeStage::Settled));
    shop.close();
}

#[tokio::test]
async fn a_page_says_where_to_come_back_to_and_when_it_ends() {
    let shop = Shop::open().await;
    let bill = Bill::of(1999, "EUR");
    let opened = shop.open_page(&bill, false).await.unwrap();
    let page = shop.peer.object(&opened.reference).unwrap();
    let asked = &page["asked"];
    let back = format!("{}?session={{CHECKOUT_SESSION_ID}}", bill.returns.back);
    assert_eq!(asked["success_url"], back);
    assert_eq!(asked["customer_email"], "ada@shop.example");
    assert_eq!(page["client_reference_id"], bill.id.to_string());
    let ends = page["expires_at"].as_i64().unwrap() - shop.desk.now.timestamp();
    assert!((3_600..=7_200).contains(&ends), "{ends}");
    shop.close();
}

#[tokio::test]
async fn a_completed_session_that_is_unpaid_pays_nothing() {
    let shop = Shop::open().await;
    for pays in [true, false] {
        let bill = Bill::of(1999, "EUR");
        let opened = shop.open_page(&bill, false).await.unwrap();
        shop.peer.pay(&opened.reference, Card::TakesDays);
        assert_eq!(shop.peer.object(&opened.reference).unwrap()["status"], "complete");
        let report = page_there(&shop, &bill, &opened.reference).await;
        assert!(matches!(report.stage, ChargeStage::Pending { .. }), "{report:?}");
        assert_eq!(report.amount, None);
        shop.peer.finish(&report.reference, pays);
        let report = page_there(&shop, &bill, &opened.reference).await;
        assert_eq!(matches!(report.stage, ChargeStage::Settled), pays, "{report:?}");
        assert_eq!(matches!(report.stage, ChargeStage::Declined { .. }), !pays, "{report:?}");
    }
    shop.close();
}

#[tokio::test]
async fn a_card_that_was_declined_on_a_page_leaves_it_to_the_payer() {
    let shop = Shop::open().await;
    let bill = Bill::of(1999, "EUR");
    let opened = shop.open_page(&bill, false).await.unwrap();
    shop.peer.pay(&opened.reference, Card::Declines("do_not_honor"));
    let page = shop.peer.object(&opened.reference).unwrap();
    let intent = page["payment_intent"].as_str().unwrap();
    // Stripe tells of the payment; what can still be done, only its page knows.
    for reference in [intent, &opened.reference] {
        let report = shop.there(&bill, reference).await;
        assert_eq!(page_url(&report), page_url(&opened), "{reference}");
    }
    shop.peer.pay(&opened.reference, Card::Pays);
    assert!(matches!(shop.there(&bill, intent).await.stage, ChargeStage::Settled));
    assert_eq!(shop.peer.books().count(EntryKind::Charge), 1);
    shop.close();
}

#[tokio::test]
async fn a_page_that_ran_out_is_cancelled() {
    let shop = Shop::open().await;
    let bill = Bill::of(1999, "EUR");
    let opened = shop.open_page(&bill, false).await.unwrap();
    shop.peer.run_out(&opened.reference);
    let report = page_there(&shop, &bill, &opened.reference).await;
    assert!(matches!(report.stage, ChargeStage::Cancelled { .. }), "{report:?}");
    shop.close();
}

#[tokio::test]
async fn a_page_is_closed_unless_it_was_paid() {
    let shop = Shop::open().await;
    let close = async |reference: &str| {
        let then = async |call: &Call<'_>| shop.paging().close(call, reference).await;
        shop.desk.call(then).await.unwrap()
    };
    let waits = shop.open_page(&Bill::of(1999, "EUR"), false).await.unwrap();
    assert!(matches!(close(&waits.reference).await.stage, ChargeStage::Cancelled { .. }));
    assert!(matches!(close(&waits.reference).await.stage, ChargeStage::Cancelled { .. }));
    let paid = shop.open_page(&Bill::of(1999, "EUR"), false).await.unwrap();
    shop.peer.pay(&paid.reference, Card::Pays);
    assert!(matches!(close(&paid.reference).await.stage, ChargeStage::Settled));
    shop.close();
}

#[tokio::test]
async fn a_page_whose_answer_was_lost_is_found_by_our_reference() {
    let shop = Shop::open().await;
    let bill = Bill::of(1999, "EUR");
    shop.open_page(&Bill::of(500, "EUR"), false).await.unwrap();
    assert!(matches!(shop.look_up_page(&bill, None).await, Found::NotThere));
    shop.peer.faults(|faults| faults.dropped = 1);
    let lost = shop.open_page(&bill, false).await;
    assert!(matches!(lost, Err(CallFailure::Unknown { .. })), "{lost:?}");
    shop.open_page(&Bill::of(700, "EUR"), false).await.unwrap();
    let Found::There(report) = shop.look_up_page(&bill, None).await else { panic!("not found") };
    assert!(page_url(&report).contains(&report.reference));
    shop.close();
}

#[tokio::test]
async fn a_repeat_is_the_same_page_within_the_hour_and_no_error_after_it() {
    let mut shop = Shop::open().await;
    let (bill, effect) = (Bill::of(1999, "EUR"), effect());
    let mut pages = Vec::new();
    for minutes in [0, 10, 65] {
        shop.desk.now += TimeDelta::minutes(minutes);
        shop.peer.set_now(shop.desk.now);
        let ask = bill.page(true);
        let open = async |call: &Call<'_>| shop.paging().open(call, &ask).await;
        pages.push(shop.desk.call_for(effect, 1, open).await.unwrap().reference);
    }
    assert_eq!(pages[0], pages[1]);
    assert_ne!(pages[1], pages[2]);
    assert_eq!(shop.peer.objects("customer").len(), 1);
    shop.close();
}

#[tokio::test]
async fn a_card_that_is_kept_on_a_page_is_told_with_its_holder() {
    let shop = Shop::open().await;
    let bill = Bill::of(1999, "EUR");
    let opened = shop.open_page(&bill, true).await.unwrap();
    shop.peer.pay(&opened.reference, Card::Pays);
    let kept = page_there(&shop, &bill, &opened.reference).await.method.unwrap();
    assert!(kept.token.reveal().starts_with("pm_"));
    assert!(kept.holder.unwrap().starts_with("cus_"));
    shop.close();
}
