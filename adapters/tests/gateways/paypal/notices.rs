//! What PayPal tells of its own accord: whether it is believed, and what it says.

use std::collections::BTreeSet;

use billfold_adapters::Outbound;
use billfold_adapters::gateways::paypal::{PayPal, Trust};
use billfold_app::ports::gateway::{
    ChargeStage, News, Notifications, RawNote, Receiving, Unverified, Verified,
};
use billfold_domain::kernel::PaymentId;
use billfold_peers::paypal::{CaptureAs, Fault, Notice, Operation};
use chrono::{TimeDelta, TimeZone, Utc};
use serde_json::{Value, json};

use super::{Shop, payment, usd};

async fn verify(shop: &Shop, notice: &Notice) -> Result<Verified, Unverified> {
    let desk = Receiving::at(&shop.desk.account, shop.desk.now);
    let note = RawNote { headers: &notice.headers, body: &notice.body };
    shop.paypal.verify(&desk, &note).await
}

fn read(shop: &Shop, notice: &Notice) -> Vec<News> {
    let note = RawNote { headers: &notice.headers, body: &notice.body };
    shop.paypal.read(&shop.desk.account, &note).unwrap()
}

fn header(notice: &Notice, name: &str, value: Option<&str>) -> Notice {
    let mut other = notice.clone();
    other.headers.retain(|(header, _)| header != name);
    other.headers.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    other
}

fn is_forged(verified: &Result<Verified, Unverified>) -> bool {
    matches!(verified, Err(Unverified::Forged(_)))
}

#[tokio::test]
async fn a_notification_is_believed_by_its_signature_alone() {
    let mut shop = Shop::open().await;
    shop.paid(payment(1), usd(1999)).await;
    for notice in shop.peer.notices() {
        let verified = verify(&shop, &notice).await.unwrap();
        let body: Value = serde_json::from_slice(&notice.body).unwrap();
        assert_eq!(verified.event_id, body["id"].as_str().unwrap());
        assert_eq!(verified.kind, body["event_type"].as_str().unwrap());
        assert_eq!(verified.is_live, None);
    }
    assert_eq!(shop.peer.seen(Operation::Certificate).len(), 1, "a certificate is kept");
    let good = shop.peer.notices().pop().unwrap();
    for at in [0, good.body.len() / 2, good.body.len() - 1] {
        let mut altered = good.clone();
        altered.body[at] ^= 1;
        assert!(is_forged(&verify(&shop, &altered).await), "byte {at}");
    }
    let names =
        ["auth-algo", "cert-url", "transmission-id", "transmission-time", "transmission-sig"];
    for name in names.map(|name| format!("paypal-{name}")) {
        assert!(is_forged(&verify(&shop, &header(&good, &name, None)).await), "{name}");
        let other = verify(&shop, &header(&good, &name, Some("2026"))).await;
        assert!(is_forged(&other), "{name}: {other:?}");
        let odd = verify(&shop, &header(&good, &name, Some("é"))).await;
        assert!(is_forged(&odd), "{name}");
    }
    for algorithm in ["SHA1withRSA", "none", "SHA256withECDSA"] {
        let other = header(&good, "paypal-auth-algo", Some(algorithm));
        assert!(is_forged(&verify(&shop, &other).await), "{algorithm}");
    }
    // The first header of a name counts, another beside it changes nothing.
    let mut twice = good.clone();
    twice.headers.push(("paypal-transmission-sig".to_owned(), "AAAA".to_owned()));
    assert!(verify(&shop, &twice).await.is_ok());
    // PayPal repeats for days; the id tells that it is the same.
    shop.advance(TimeDelta::days(3));
    assert!(verify(&shop, &good).await.is_ok());
    assert_eq!(shop.peer.seen(Operation::Certificate).len(), 2, "and fetched again each day");
}

#[tokio::test]
async fn a_notification_for_another_webhook_is_forged() {
    let shop = Shop::set(&[("webhook_id", "3TR748995U920805P")]).await;
    shop.paid(payment(1), usd(1999)).await;
    let notice = shop.peer.notices().pop().unwrap();
    assert!(is_forged(&verify(&shop, &notice).await));
    let without = Shop::set(&[("webhook_id", "")]).await;
    let verified = verify(&without, &notice).await;
    assert!(matches!(verified, Err(Unverified::CannotTell(_))), "{verified:?}");
}

#[tokio::test]
async fn what_cannot_be_checked_now_is_to_be_sent_again() {
    let shop = Shop::open().await;
    shop.paid(payment(1), usd(1999)).await;
    let notice = shop.peer.notices().pop().unwrap();
    for fault in [
        Fault::DropBefore,
        Fault::FailBefore,
        Fault::Says(404, String::new()),
        Fault::Says(200, "no certificate".to_owned()),
        Fault::Says(200, "x".repeat(100_000)),
    ] {
        shop.peer.fault(Operation::Certificate, fault);
        let verified = verify(&shop, &notice).await;
        assert!(matches!(verified, Err(Unverified::CannotTell(_))), "{verified:?}");
    }
    assert!(verify(&shop, &notice).await.is_ok());
}

#[tokio::test]
async fn stored_vectors_of_paypal_hold() {
    let text = include_str!("../../../fixtures/paypal/webhook-vectors.json");
    let vectors: Value = serde_json::from_str(text).unwrap();
    let synthetic = &vectors["synthetic"];
    let cases = synthetic["cases"].as_array().unwrap();
    for case in cases {
        let mut shop = Shop::open().await;
        shop.desk.now = Utc.with_ymd_and_hms(2025, 6, 1, 12, 0, 5).unwrap();
        let leaf = case["cert"].as_str().unwrap().to_owned();
        shop.peer.certificate(leaf.leak());
        let body = case["raw_body"].as_str().or(synthetic["raw_body"].as_str()).unwrap();
        let headers = case["headers"].as_object().unwrap().iter();
        let headers =
            headers.map(|(name, value)| (name.to_lowercase(), value.as_str().unwrap().to_owned()));
        let notice = Notice { headers: headers.collect(), body: body.as_bytes().to_vec() };
        let verified = verify(&shop, &notice).await;
        let fetched = shop.peer.seen(Operation::Certificate).len();
        let name = case["case"].as_str().unwrap();
        match case["expect"].as_str().unwrap() {
            "valid" => assert_eq!(verified.unwrap().event_id, "WH-7XJ10", "{name}"),
            "reject" => assert!(is_forged(&verified) && fetched == 1, "{name}: {verified:?}"),
            "reject before any fetch" => assert!(is_forged(&verified) && fetched == 0, "{name}"),
            other => panic!("{other}"),
        }
    }
    assert_eq!(cases.len(), 9);
}

#[tokio::test]
async fn a_driver_of_this_build_trusts_no_root_of_ours() {
    let shop = Shop::open().await;
    shop.paid(payment(1), usd(1999)).await;
    let notice = shop.peer.notices().pop().unwrap();
    let plain = PayPal::new(&Outbound::try_new(true).unwrap());
    let desk = Receiving::at(&shop.desk.account, shop.desk.now);
    let note = RawNote { headers: &notice.headers, body: &notice.body };
    assert!(is_forged(&plain.verify(&desk, &note).await));
    assert!(Trust::root("no certificate").is_err());
}

#[tokio::test]
async fn the_online_check_sends_the_bytes_as_they_came() {
    let shop = Shop::set(&[("webhook_check", "online")]).await;
    shop.paid(payment(1), usd(1999)).await;
    shop.peer.tell("PAYMENT.CAPTURE.COMPLETED", json!({ "id": "2C", "z": 1.10, "a": "\u{e9}" }));
    for notice in shop.peer.notices() {
        assert!(verify(&shop, &notice).await.is_ok());
        let asked = shop.peer.seen(Operation::VerifySignature).pop().unwrap().body;
        assert!(asked.windows(notice.body.len()).any(|part| part == notice.body));
    }
    assert!(shop.peer.seen(Operation::Certificate).is_empty());
    let good = shop.peer.notices().pop().unwrap();
    let mut spaced = good.clone();
    spaced.body.insert(1, b' ');
    assert!(is_forged(&verify(&shop, &spaced).await));
    // Nothing of it can become part of the question.
    let asked = shop.peer.seen(Operation::VerifySignature).len();
    let mut cunning = good.clone();
    cunning.body = br#"{},"webhook_id":"OTHER""#.to_vec();
    assert!(is_forged(&verify(&shop, &cunning).await));
    assert_eq!(shop.peer.seen(Operation::VerifySignature).len(), asked);
    for fault in [Fault::DropAfter, Fault::FailBefore, Fault::Says(200, "{}".to_owned())] {
        shop.peer.fault(Operation::VerifySignature, fault);
        let verified = verify(&shop, &good).await;
        assert!(matches!(verified, Err(Unverified::CannotTell(_))), "{verified:?}");
    }
}

#[tokio::test]
async fn captures_are_said_in_full_and_orders_are_looked_at() {
    let shop = Shop::open().await;
    let order = shop.approved(payment(1), usd(1999)).await;
    let news = read(&shop, &shop.peer.notices().pop().unwrap());
    let [News::LookAt { payment_id, reference, .. }] = news.as_slice() else { panic!("{news:?}") };
    assert_eq!((*payment_id, reference.as_ref()), (Some(payment(1)), Some(&order)));
    for (outcome, number) in [("COMPLETED", 2), ("PENDING", 3), ("DECLINED", 4)] {
        let order = shop.approved(payment(number), usd(1999)).await;
        shop.peer.next_capture(&order, CaptureAs::Status(outcome.to_owned()));
        let report = shop.capture(payment(number), &order).await.unwrap();
        let news = read(&shop, &shop.peer.notices().pop().unwrap());
        let [News::Charge { payment_id, report: told }] = news.as_slice() else {
            panic!("{news:?}")
        };
        assert_eq!(*payment_id, Some(payment(number)));
        assert_eq!(told.reference, report.reference);
        assert_eq!((told.amount, told.fee), (report.amount, report.fee));
        match outcome {
            "COMPLETED" => assert!(matches!(told.stage, ChargeStage::Settled)),
            "PENDING" => assert!(matches!(told.stage, ChargeStage::Pending { .. })),
            _ => assert!(matches!(told.stage, ChargeStage::Declined { .. })),
        }
    }
}

#[tokio::test]
async fn doubled_late_and_shuffled_notifications_tell_each_thing_once() {
    let shop = Shop::open().await;
    let mut paid = Vec::new();
    for number in 1..4 {
        paid.push((Some(payment(number)), shop.paid(payment(number), usd(1999)).await));
    }
    let (mut ids, mut told) = (BTreeSet::new(), BTreeSet::<(Option<PaymentId>, String)>::new());
    for notice in shop.peer.shuffled_notices(3, 5) {
        let first = ids.insert(verify(&shop, &notice).await.unwrap().event_id);
        for news in read(&shop, &notice) {
            if let News::Charge { payment_id, report } = news {
                let is_new = told.insert((payment_id, report.reference.clone()));
                assert_eq!(is_new, first, "the id alone tells that it came before");
            }
        }
    }
    assert_eq!(told, paid.into_iter().collect());
    assert_eq!(ids.len(), 6);
}

#[tokio::test]
async fn what_nobody_knows_is_looked_at_or_left() {
    let shop = Shop::open().await;
    let capture = |status: &str| {
        json!({ "id": "2C1", "status": status, "custom_id": payment(1).to_string(), "new": [1],
                "amount": { "currency_code": "USD", "value": "19.99", "odd": null } })
    };
    for (kind, resource) in [
        ("PAYMENT.CAPTURE.COMPLETED", capture("PAID_PERHAPS")),
        ("PAYMENT.CAPTURE.DENIED", capture("COMPLETED")),
        ("PAYMENT.CAPTURE.COMPLETED", capture("DECLINED")),
        ("PAYMENT.CAPTURE.COMPLETED", json!({ "id": "2C1", "status": "COMPLETED" })),
    ] {
        shop.peer.tell(kind, resource);
        let news = read(&shop, &shop.peer.notices().pop().unwrap());
        let [News::LookAt { reference, .. }] = news.as_slice() else { panic!("{kind}: {news:?}") };
        assert_eq!(reference.as_deref(), Some("2C1"));
    }
    for kind in ["PAYMENT.SALE.COMPLETED", "CATALOG.PRODUCT.CREATED", "X"] {
        shop.peer.tell(kind, json!({ "id": "1" }));
        assert!(read(&shop, &shop.peer.notices().pop().unwrap()).is_empty(), "{kind}");
    }
    // Money of somebody else is told as such.
    shop.peer.tell("PAYMENT.CAPTURE.COMPLETED", {
        let mut other = capture("COMPLETED");
        other["custom_id"] = json!("WOO-17");
        other
    });
    let news = read(&shop, &shop.peer.notices().pop().unwrap());
    assert!(matches!(news.as_slice(), [News::Charge { payment_id: None, .. }]), "{news:?}");
    for (kind, resource) in [
        ("PAYMENT.CAPTURE.REFUNDED", json!({ "id": "1R1", "status": "COMPLETED" })),
        ("PAYMENT.CAPTURE.REVERSED", json!({ "id": "1R1", "links": [] })),
        ("CUSTOMER.DISPUTE.UPDATED", json!({ "dispute_id": "PP-D-1" })),
        ("CHECKOUT.ORDER.APPROVED", json!({})),
    ] {
        shop.peer.tell(kind, resource);
        let news = read(&shop, &shop.peer.notices().pop().unwrap());
        assert!(matches!(news.as_slice(), [News::LookAt { .. }]), "{kind}: {news:?}");
    }
    for body in ["", "[]", "{\"id\":1}", "{\"id\":\"WH-1\"}"] {
        let note = RawNote { headers: &[], body: body.as_bytes() };
        assert!(shop.paypal.read(&shop.desk.account, &note).is_err(), "{body}");
    }
    shop.peer.tell("PAYMENT.CAPTURE.COMPLETED", json!("text"));
    let notice = shop.peer.notices().pop().unwrap();
    let note = RawNote { headers: &[], body: &notice.body };
    assert!(shop.paypal.read(&shop.desk.account, &note).is_err());
}

#[tokio::test]
async fn stored_notifications_of_paypal_are_read() {
    let text = include_str!("../../../fixtures/paypal/examples.json");
    let examples: Value = serde_json::from_str(text).unwrap();
    let shop = Shop::open().await;
    for (kind, event) in examples["webhook_events"].as_object().unwrap() {
        let body = event.to_string();
        let note = RawNote { headers: &[], body: body.as_bytes() };
        let news = shop.paypal.read(&shop.desk.account, &note).unwrap();
        let of: Vec<&str> = news
            .iter()
            .map(|news| match news {
                News::Charge { .. } => "charge",
                News::Refund { .. } => "refund",
                News::Dispute(_) => "dispute",
                News::LookAt { .. } => "look at",
                News::Method(_) | News::MethodGone { .. } => "method",
            })
            .collect();
        let wanted: &[&str] = match kind.as_str() {
            "CHECKOUT.ORDER.APPROVED" => &["look at"],
            "PAYMENT.CAPTURE.REFUNDED" => &["refund"],
            "PAYMENT.CAPTURE.REVERSED" => &["dispute", "dispute"],
            "CUSTOMER.DISPUTE.CREATED" => &["dispute"],
            _ => &["charge"],
        };
        assert_eq!(of, wanted, "{kind}");
    }
}
