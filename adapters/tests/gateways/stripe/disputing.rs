//! Money that the client's bank takes back.

use billfold_app::ports::driver::{Call, Found};
use billfold_app::ports::gateway::{DisputeReport, DisputeStage, Evidence};
use billfold_peers::stripe::EntryKind;
use chrono::TimeDelta;

use super::{Bill, Shop, money};

async fn there(shop: &Shop, reference: &str) -> DisputeReport {
    let found =
        async |call: &Call<'_>| shop.driver.disputing().unwrap().look_up(call, reference).await;
    match shop.desk.call(found).await.unwrap() {
        Found::There(report) => report,
        other => panic!("{reference}: {other:?}"),
    }
}

async fn accept(shop: &Shop, reference: &str) -> DisputeReport {
    let accept =
        async |call: &Call<'_>| shop.driver.disputing().unwrap().accept(call, reference).await;
    shop.desk.call(accept).await.unwrap()
}

#[tokio::test]
async fn a_dispute_says_what_was_taken_and_until_when_it_can_be_answered() {
    let shop = Shop::open().await;
    let bill = Bill::of(1999, "EUR");
    let payment = shop.paid(&bill).await;
    let reference = shop.peer.dispute(&payment);
    let report = there(&shop, &reference).await;
    assert_eq!(report.payment_reference, payment);
    assert_eq!(report.stage, DisputeStage::Opened);
    assert_eq!(report.amount, money(1999, "EUR"));
    assert_eq!(report.fee, Some(money(1500, "EUR")));
    assert_eq!(report.reason, "fraudulent");
    assert_eq!(report.answer_by, Some(shop.desk.now + TimeDelta::days(7)));
    shop.close();
}

#[tokio::test]
async fn an_inquiry_takes_nothing() {
    let shop = Shop::open().await;
    let payment = shop.paid(&Bill::of(1999, "EUR")).await;
    let report = there(&shop, &shop.peer.inquire(&payment)).await;
    assert_eq!((report.stage, report.fee), (DisputeStage::Inquiry, None));
    assert_eq!(shop.peer.books().count(EntryKind::Dispute), 0);
    shop.close();
}

#[tokio::test]
async fn a_dispute_is_answered_and_won_or_accepted_and_lost() {
    let shop = Shop::open().await;
    let payment = shop.paid(&Bill::of(1999, "EUR")).await;
    let reference = shop.peer.dispute(&payment);
    let evidence = Evidence {
        product: "A server for a month".to_owned(),
        text: "It was used every day".to_owned(),
        service_date: Some("2026-11-01".to_owned()),
    };
    let answer = async |call: &Call<'_>| {
        shop.driver.disputing().unwrap().answer(call, &reference, &evidence).await
    };
    let report = shop.desk.call(answer).await.unwrap();
    assert_eq!(report.stage, DisputeStage::Opened);
    let told = shop.peer.object(&reference).unwrap()["evidence"].clone();
    assert_eq!(told["uncategorized_text"], "It was used every day");
    assert_eq!(told["service_date"], "2026-11-01");
    shop.peer.win(&reference);
    assert_eq!(there(&shop, &reference).await.stage, DisputeStage::Won);
    let other = shop.peer.dispute(&shop.paid(&Bill::of(500, "EUR")).await);
    assert_eq!(accept(&shop, &other).await.stage, DisputeStage::Lost);
    assert_eq!(accept(&shop, &other).await.stage, DisputeStage::Lost);
    shop.close();
}

#[tokio::test]
async fn evidence_is_never_cut_off() {
    let shop = Shop::open().await;
    let evidence = Evidence { text: "x".repeat(20_001), ..Evidence::default() };
    let answer = async |call: &Call<'_>| {
        shop.driver.disputing().unwrap().answer(call, "dp_1", &evidence).await
    };
    assert!(shop.desk.call(answer).await.is_err());
    assert!(shop.peer.seen().is_empty());
    assert!(!format!("{evidence:?}").contains('x'));
}
