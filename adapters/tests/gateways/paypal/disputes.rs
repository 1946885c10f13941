//! Disputes: looked at and accepted here, answered at PayPal.

use billfold_app::ports::driver::{CallFailure, Found};
use billfold_app::ports::gateway::{
    DisputeReport, DisputeStage, Disputing, Evidence, News, Notifications, RawNote,
};
use billfold_peers::paypal::{Fault, Operation};
use chrono::TimeDelta;

use super::{Shop, payment, usd};

async fn look(shop: &Shop, name: &str) -> Found<DisputeReport> {
    let looked = shop.desk.call(async |call| Disputing::look_up(&shop.paypal, call, name).await);
    looked.await.unwrap()
}

async fn stage(shop: &Shop, name: &str) -> DisputeStage {
    match look(shop, name).await {
        Found::There(report) => report.stage,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_question_takes_no_money_and_a_chargeback_does() {
    let shop = Shop::open().await;
    let capture = shop.paid(payment(1), usd(1999)).await;
    let question = shop.peer.dispute(&capture, usd(1999), "INQUIRY");
    let Found::There(report) = look(&shop, &question).await else { panic!("it is there") };
    assert_eq!(report.stage, DisputeStage::Inquiry);
    assert_eq!((report.payment_reference.as_str(), report.amount), (capture.as_str(), usd(1999)));
    assert_eq!(report.reason, "merchandise_or_service_not_received");
    assert_eq!(report.answer_by, Some(shop.desk.now + TimeDelta::days(10)));
    assert!(!shop.peer.books().taken.contains_key("USD"));
    for held in ["CHARGEBACK", "PRE_ARBITRATION", "ARBITRATION"] {
        let held = shop.peer.dispute(&capture, usd(100), held);
        assert_eq!(stage(&shop, &held).await, DisputeStage::Opened);
    }
    let odd = shop.peer.dispute(&capture, usd(100), "STAGE_OF_TOMORROW");
    assert_eq!(stage(&shop, &odd).await, DisputeStage::Other);
    assert!(matches!(look(&shop, "PP-D-404").await, Found::NotThere));
}

#[tokio::test]
async fn the_outcome_decides_who_keeps_the_money() {
    let shop = Shop::open().await;
    let capture = shop.paid(payment(1), usd(1999)).await;
    for (outcome, wanted) in [
        ("RESOLVED_BUYER_FAVOUR", DisputeStage::Lost),
        ("RESOLVED_SELLER_FAVOUR", DisputeStage::Won),
        ("CANCELED_BY_BUYER", DisputeStage::Won),
        ("RESOLVED_WITH_PAYOUT", DisputeStage::Other),
        ("NONE", DisputeStage::Other),
    ] {
        let dispute = shop.peer.dispute(&capture, usd(100), "CHARGEBACK");
        shop.peer.resolve(&dispute, outcome);
        assert_eq!(stage(&shop, &dispute).await, wanted, "{outcome}");
        let notice = shop.peer.notices().pop().unwrap();
        let note = RawNote { headers: &notice.headers, body: &notice.body };
        let news = shop.paypal.read(&shop.desk.account, &note).unwrap();
        let [News::Dispute(report)] = news.as_slice() else { panic!("{news:?}") };
        assert_eq!((report.reference.as_str(), report.stage), (dispute.as_str(), wanted));
    }
}

#[tokio::test]
async fn a_claim_is_accepted_once_whatever_breaks() {
    let shop = Shop::open().await;
    let capture = shop.paid(payment(1), usd(1999)).await;
    let dispute = shop.peer.dispute(&capture, usd(1999), "INQUIRY");
    let accept =
        async || shop.desk.call(async |call| shop.paypal.accept(call, &dispute).await).await;
    shop.peer.fault(Operation::AcceptClaim, Fault::DropAfter);
    assert!(matches!(accept().await, Err(CallFailure::Unknown { .. })));
    // It was accepted: a repeat finds it decided.
    assert_eq!(accept().await.unwrap().stage, DisputeStage::Lost);
    // What fails after it was accepted does not make it undone.
    let other = shop.peer.dispute(&capture, usd(100), "INQUIRY");
    shop.peer.fault(Operation::ShowDispute, Fault::TooMany(1));
    let failed = shop.desk.call(async |call| shop.paypal.accept(call, &other).await).await;
    assert!(matches!(failed, Err(CallFailure::Unknown { .. })), "{failed:?}");
    assert_eq!(stage(&shop, &other).await, DisputeStage::Lost);
    assert_eq!(shop.peer.books().taken["USD"], 2099);
    let answered =
        shop.desk.call(async |call| shop.paypal.answer(call, &dispute, &Evidence::default()).await);
    assert!(matches!(answered.await, Err(CallFailure::Rejected { .. })));
}

#[tokio::test]
async fn money_that_paypal_takes_back_is_a_dispute_that_is_lost() {
    let shop = Shop::open().await;
    let capture = shop.paid(payment(1), usd(1999)).await;
    let name = shop.peer.reverse(&capture, usd(1999));
    let notice = shop.peer.notices().pop().unwrap();
    let note = RawNote { headers: &notice.headers, body: &notice.body };
    let news = shop.paypal.read(&shop.desk.account, &note).unwrap();
    let stages: Vec<DisputeStage> = news
        .iter()
        .map(|news| match news {
            News::Dispute(report) => {
                assert_eq!(report.reference, name);
                assert_eq!(report.payment_reference, capture);
                assert_eq!(report.amount, usd(1999));
                report.stage
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(stages, [DisputeStage::Opened, DisputeStage::Lost]);
}
