//! Money that goes back.

use billfold_app::ports::driver::{CallFailure, Found};
use billfold_app::ports::gateway::{
    News, Notifications, RawNote, RefundReport, RefundStageThere, Refunding, SoughtRefund,
};
use billfold_peers::paypal::{CaptureAs, Operation};
use chrono::TimeDelta;
use serde_json::Value;

use super::{Shop, payment, refund, usd};

async fn all_of(shop: &Shop, capture: &str) -> Vec<RefundReport> {
    shop.desk.call(async |call| shop.paypal.all_of(call, capture).await).await.unwrap()
}

#[tokio::test]
async fn refunds_go_out_in_parts_and_never_above_what_was_paid() {
    let mut shop = Shop::open().await;
    let capture = shop.paid(payment(1), usd(1999)).await;
    let first = shop.refund(refund(1), &capture, usd(500)).await.unwrap();
    assert_eq!((first.ours, first.amount), (Some(refund(1)), Some(usd(500))));
    assert_eq!(first.stage, RefundStageThere::Sent);
    let second = shop.refund(refund(2), &capture, usd(1499)).await.unwrap();
    assert_eq!(second.amount, Some(usd(1499)));
    let third = shop.refund(refund(3), &capture, usd(1)).await.unwrap();
    let RefundStageThere::Failed { why } = &third.stage else { panic!("{third:?}") };
    assert_eq!(why.code, "CAPTURE_FULLY_REFUNDED");
    assert_eq!(shop.peer.books().refunded["USD"], 1999);
    let names: Vec<String> =
        all_of(&shop, &capture).await.into_iter().map(|it| it.reference).collect();
    assert_eq!(names, [first.reference, second.reference]);
    // PayPal says what was asked, and what for.
    let seen = &shop.peer.seen(Operation::Refund)[0];
    let body: Value = serde_json::from_slice(&seen.body).unwrap();
    assert_eq!(body["amount"]["value"], "5.00");
    assert_eq!(body["invoice_id"], refund(1).to_string());
    // After its window a key is forgotten; our own reference still guards the refund.
    shop.advance(TimeDelta::days(60));
    let again = shop.refund(refund(1), &capture, usd(500)).await.unwrap();
    assert_eq!(again.ours, Some(refund(1)));
    assert_eq!(shop.peer.books().refunded["USD"], 1999);
}

#[tokio::test]
async fn a_refund_that_paypal_will_not_send_has_failed() {
    let shop = Shop::open().await;
    let capture = shop.paid(payment(1), usd(1999)).await;
    let issues = [
        "CAPTURE_FULLY_REFUNDED",
        "REFUND_AMOUNT_EXCEEDED",
        "REFUND_TIME_LIMIT_EXCEEDED",
        "REFUND_FAILED_INSUFFICIENT_FUNDS",
        "TRANSACTION_DISPUTED",
        "PENDING_CAPTURE",
    ];
    for (number, issue) in (10..).zip(issues) {
        shop.peer.next_refund(CaptureAs::Refused(issue.to_owned()));
        let report = shop.refund(refund(number), &capture, usd(500)).await.unwrap();
        let RefundStageThere::Failed { why } = &report.stage else { panic!("{report:?}") };
        assert_eq!((why.code.as_str(), why.status), (issue, Some(422)));
        assert_eq!(report.ours, Some(refund(number)));
        assert_eq!(report.amount, None);
    }
    shop.peer.next_refund(CaptureAs::Refused("DECIMAL_PRECISION".to_owned()));
    let failed = shop.refund(refund(30), &capture, usd(500)).await;
    assert!(matches!(failed, Err(CallFailure::Rejected { .. })), "{failed:?}");
    assert!(shop.peer.books().refunded.is_empty());
    // The capture is looked for by its name, and names are not paths.
    for name in ["5O/../../v1/oauth2/token", "", "a b"] {
        let failed = shop.refund(refund(31), name, usd(500)).await;
        assert!(matches!(failed, Err(CallFailure::Rejected { .. })), "{failed:?}");
    }
}

#[tokio::test]
async fn a_refund_that_waits_is_under_way_until_it_is_sent_or_fails() {
    let shop = Shop::open().await;
    let capture = shop.paid(payment(1), usd(1999)).await;
    for (number, status) in [(1, "COMPLETED"), (2, "FAILED"), (3, "CANCELLED"), (4, "ODD")] {
        shop.peer.next_refund(CaptureAs::Pending("ECHECK".to_owned()));
        let begun = shop.refund(refund(number), &capture, usd(100)).await.unwrap();
        assert!(matches!(begun.stage, RefundStageThere::UnderWay { .. }), "{begun:?}");
        shop.peer.end_refund(&begun.reference, status);
        let about = SoughtRefund {
            refund_id: refund(number),
            payment_reference: &capture,
            reference: Some(&begun.reference),
            amount: usd(100),
            sent_at: None,
        };
        let called =
            shop.desk.call(async |call| Refunding::look_up(&shop.paypal, call, &about).await);
        let Found::There(found) = called.await.unwrap() else { panic!("it is there") };
        match status {
            "COMPLETED" => assert_eq!(found.stage, RefundStageThere::Sent),
            "ODD" => assert!(matches!(found.stage, RefundStageThere::UnderWay { .. })),
            _ => assert!(matches!(found.stage, RefundStageThere::Failed { .. }), "{found:?}"),
        }
    }
    assert_eq!(shop.peer.books().refunded["USD"], 100);
}

#[tokio::test]
async fn a_refund_made_at_paypal_is_booked_by_its_capture() {
    let shop = Shop::open().await;
    let capture = shop.paid(payment(1), usd(1999)).await;
    let made = shop.peer.refund_there(&capture, usd(700));
    let notice = shop.peer.notices().pop().unwrap();
    let note = RawNote { headers: &notice.headers, body: &notice.body };
    let news = shop.paypal.read(&shop.desk.account, &note).unwrap();
    let [News::Refund { payment_reference, report }] = news.as_slice() else { panic!("{news:?}") };
    assert_eq!(payment_reference, &capture);
    assert_eq!((report.reference.as_str(), report.ours), (made.as_str(), None));
    assert_eq!((report.amount, &report.stage), (Some(usd(700)), &RefundStageThere::Sent));
    let all = all_of(&shop, &capture).await;
    assert_eq!(all.as_slice(), std::slice::from_ref(report));
}
