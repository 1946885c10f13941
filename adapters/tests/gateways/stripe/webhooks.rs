//! What Stripe tells of its own accord.

use std::collections::BTreeSet;

use billfold_app::ports::driver::Call;
use billfold_app::ports::gateway::{
    ChargeReport, ChargeStage, DisputeStage, MethodStage, News, RawNote, Receiving,
    RefundStageThere, Unreadable, Unverified, Verified,
};
use billfold_peers::stripe::{Card, Note, signature};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{Bill, ON_PAGE, Shop, WEBHOOK_SECRET, driver};
use crate::desk::Desk;

async fn verify(desk: &Desk, note: &RawNote<'_>) -> Result<Verified, Unverified> {
    let receiving = Receiving::at(&desk.account, desk.now);
    driver().notifying().unwrap().verify(&receiving, note).await
}

fn read(desk: &Desk, note: &Note) -> Result<Vec<News>, Unreadable> {
    let raw = RawNote { headers: &note.headers, body: &note.body };
    driver().notifying().unwrap().read(&desk.account, &raw)
}

/// Everything that came, verified and read.
async fn news(shop: &Shop) -> Vec<(String, News)> {
    let mut all = Vec::new();
    for note in shop.peer.notes() {
        let raw = RawNote { headers: &note.headers, body: &note.body };
        let verified = verify(&shop.desk, &raw).await.unwrap();
        assert_eq!((verified.kind.as_str(), verified.is_live), (note.kind.as_str(), Some(false)));
        all.extend(
            read(&shop.desk, &note).unwrap().into_iter().map(|one| (note.kind.clone(), one)),
        );
    }
    all
}

fn settled(all: &[(String, News)]) -> Vec<&ChargeReport> {
    let reports = all.iter().filter_map(|(_, news)| match news {
        News::Charge { report, .. } => Some(report.as_ref()),
        _ => None,
    });
    reports.filter(|report| matches!(report.stage, ChargeStage::Settled)).collect()
}

#[tokio::test]
async fn stored_vectors_of_stripe_hold() {
    let text = include_str!("../../../fixtures/stripe/webhook-vectors.json");
    let file: Value = serde_json::from_str(text).unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    let at = |seconds: i64| DateTime::from_timestamp(seconds, 0).unwrap();
    let hold = async |secret: &str, header: Option<&str>, body: &str, now: DateTime<Utc>| {
        let mut desk = Desk::new("stripe", &[("webhook_secret", secret)]);
        desk.now = now;
        let headers: Vec<_> = header
            .map(|header| ("stripe-signature".to_owned(), header.to_owned()))
            .into_iter()
            .collect();
        verify(&desk, &RawNote { headers: &headers, body: body.as_bytes() }).await.is_ok()
    };
    for vector in vectors {
        let text = |name: &str| vector[name].as_str().unwrap();
        let now = at(vector["timestamp"].as_i64().unwrap());
        assert!(
            hold(text("secret"), Some(text("header")), text("payload"), now).await,
            "{}",
            vector["name"]
        );
    }
    let (secret, payload) =
        (vectors[0]["secret"].as_str().unwrap(), vectors[0]["payload"].as_str().unwrap());
    for case in file["derived_cases"].as_array().unwrap() {
        let name = case["case"].as_str().unwrap();
        let respaced = serde_json::from_str::<Value>(payload).unwrap();
        let respaced = serde_json::to_string_pretty(&respaced).unwrap();
        let body = if name.contains("re-serialised") { respaced.as_str() } else { payload };
        let now = at(case["now"].as_i64().unwrap());
        let valid = hold(secret, case["header"].as_str(), body, now).await;
        assert_eq!(valid, case["expect"].as_str().unwrap().starts_with("valid"), "{name}");
    }
}

#[tokio::test]
async fn a_forged_altered_old_or_unsigned_note_is_not_taken() {
    let shop = Shop::open().await;
    shop.paid(&Bill::of(1999, "EUR")).await;
    let note = shop.peer.notes().pop().unwrap();
    let raw = RawNote { headers: &note.headers, body: &note.body };
    assert!(verify(&shop.desk, &raw).await.is_ok());
    for at in [0, note.body.len() / 2, note.body.len() - 1] {
        let mut body = note.body.clone();
        body[at] ^= 1;
        let altered = verify(&shop.desk, &RawNote { headers: &note.headers, body: &body }).await;
        assert!(matches!(altered, Err(Unverified::Forged(_))), "{at}");
    }
    let unsigned = verify(&shop.desk, &RawNote { headers: &[], body: &note.body }).await;
    assert!(matches!(unsigned, Err(Unverified::Forged(_))));
    let mut later = Desk::new("stripe", &[("webhook_secret", WEBHOOK_SECRET)]);
    for (seconds, taken) in [(300, true), (301, false)] {
        later.now = shop.desk.now + TimeDelta::seconds(seconds);
        assert_eq!(verify(&later, &raw).await.is_ok(), taken, "{seconds}");
    }
    let other = Desk::new("stripe", &[("webhook_secret", "whsec_another")]);
    assert!(matches!(verify(&other, &raw).await, Err(Unverified::Forged(_))));
    let unset = Desk::new("stripe", &[]);
    assert!(matches!(verify(&unset, &raw).await, Err(Unverified::CannotTell(_))));
}

#[tokio::test]
async fn one_of_several_signatures_is_enough() {
    let shop = Shop::open().await;
    let body = br#"{"id":"evt_1","type":"ping"}"#;
    let right = signature(WEBHOOK_SECRET, shop.desk.now.timestamp(), body);
    let wrong = "0".repeat(64);
    let (time, v1) = right.split_once(',').unwrap();
    for (header, taken) in [
        (format!("{time},v1={wrong},{v1},v0=1"), true),
        (format!("{time},{}", v1.replace("v1=", "v0=")), false),
    ] {
        let headers = [("stripe-signature".to_owned(), header)];
        let verified = verify(&shop.desk, &RawNote { headers: &headers, body }).await;
        assert_eq!(verified.is_ok(), taken, "{headers:?}");
    }
}

#[tokio::test]
async fn three_events_of_one_payment_credit_it_once() {
    let shop = Shop::open().await;
    let bill = Bill::of(1999, "EUR");
    let opened = shop.open_page(&bill, false).await.unwrap();
    shop.peer.faults(|faults| {
        faults.notes_times = 2;
        faults.notes_backwards = true;
    });
    shop.peer.pay(&opened.reference, Card::Pays);
    let all = news(&shop).await;
    let kinds: BTreeSet<&str> = all.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(kinds, BTreeSet::from(["checkout.session.completed", "payment_intent.succeeded"]));
    // Said once, by the payment; the page asks to be looked at, and comes to the same name.
    let reports = settled(&all);
    assert_eq!(reports.len(), 2, "sent twice");
    assert!(reports.iter().all(|report| report.reference == reports[0].reference));
    for (kind, news) in &all {
        match news {
            News::Charge { payment_id, report } => {
                assert_eq!(*payment_id, Some(bill.id));
                assert_eq!(report.amount, Some(bill.amount));
            }
            News::LookAt { payment_id, reference, hint } => {
                assert_eq!(*payment_id, Some(bill.id), "{kind}");
                assert_eq!(reference.as_deref(), Some(opened.reference.as_str()));
                assert_eq!(hint.as_deref(), Some(reports[0].reference.as_str()));
                let seen = shop.there(&bill, reference.as_deref().unwrap()).await;
                assert_eq!(seen.reference, reports[0].reference);
            }
            other => panic!("{kind}: {other:?}"),
        }
    }
    shop.close();
}

#[tokio::test]
async fn the_same_note_has_the_same_name_each_time() {
    let shop = Shop::open().await;
    shop.peer.faults(|faults| faults.notes_times = 3);
    shop.paid(&Bill::of(1999, "EUR")).await;
    let mut names = Vec::new();
    for note in shop.peer.notes() {
        let raw = RawNote { headers: &note.headers, body: &note.body };
        names.push(verify(&shop.desk, &raw).await.unwrap().event_id);
    }
    assert_eq!(names.len(), 6);
    names.dedup();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names.iter().all(|name| name.starts_with("evt_")));
}

#[tokio::test]
async fn what_failed_or_waits_is_looked_at_and_not_believed() {
    let shop = Shop::open().await;
    let bill = Bill::of(1999, "EUR");
    let reference = shop.charge(&bill, ON_PAGE).await.unwrap().reference;
    shop.peer.pay_on_page(&reference, Card::Declines("do_not_honor"));
    shop.peer.pay_on_page(&reference, Card::WantsClient);
    let all = news(&shop).await;
    assert_eq!(all.len(), 2);
    for (kind, news) in all {
        let News::LookAt { payment_id, reference: told, .. } = news else { panic!("{kind}") };
        assert_eq!((payment_id, told), (Some(bill.id), Some(reference.clone())));
    }
}

#[tokio::test]
async fn what_takes_days_is_told_as_under_way_and_what_was_cancelled_as_cancelled() {
    let shop = Shop::open().await;
    let (bill, token) = (Bill::of(1999, "EUR"), shop.stored(Card::TakesDays));
    let way = billfold_app::ports::gateway::ChargeWay::Stored(&token);
    shop.charge(&bill, way).await.unwrap();
    let waits = shop.charge(&Bill::of(500, "EUR"), ON_PAGE).await.unwrap().reference;
    let cancel = async |call: &Call<'_>| shop.charging().cancel(call, &waits).await;
    shop.desk.call(cancel).await.unwrap();
    let all = news(&shop).await;
    let stages: Vec<_> = all
        .iter()
        .map(|(kind, news)| match news {
            News::Charge { report, .. } => &report.stage,
            other => panic!("{kind}: {other:?}"),
        })
        .collect();
    assert!(matches!(stages[..], [ChargeStage::Pending { .. }, ChargeStage::Cancelled { .. }]));
}

#[tokio::test]
async fn refunds_and_disputes_are_told_in_full() {
    let shop = Shop::open().await;
    let bill = Bill::of(1999, "EUR");
    let payment = shop.paid(&bill).await;
    let refund = shop.peer.refund_by_hand(&payment, 500);
    shop.peer.fail_refund(&refund);
    let dispute = shop.peer.dispute(&payment);
    shop.peer.win(&dispute);
    let (mut refunds, mut disputes, mut looks) = (Vec::new(), Vec::new(), Vec::new());
    for (kind, news) in news(&shop).await {
        match news {
            News::Refund { payment_reference, report } => {
                assert_eq!((&payment_reference, &report.reference), (&payment, &refund));
                assert_eq!(report.ours, None);
                refunds.push(report.stage);
            }
            News::Dispute(report) => {
                assert_eq!((&report.payment_reference, &report.reference), (&payment, &dispute));
                disputes.push(report.stage);
            }
            News::LookAt { payment_id, reference, hint } => {
                assert_eq!(payment_id, Some(bill.id), "{kind}");
                assert_eq!(reference.as_deref(), Some(payment.as_str()));
                looks.push(hint);
            }
            News::Charge { .. } => {}
            other => panic!("{kind}: {other:?}"),
        }
    }
    assert!(matches!(refunds[..], [RefundStageThere::Sent, RefundStageThere::Failed { .. }]));
    use DisputeStage::{Opened, Won};
    assert_eq!(disputes, [Opened, Opened, Won, Won]);
    assert_eq!(looks, [Some("refunds".to_owned())]);
    shop.close();
}

#[tokio::test]
async fn methods_are_told_when_they_change_and_when_they_are_gone() {
    let shop = Shop::open().await;
    let token = shop.stored(Card::Pays);
    shop.peer.renew_card(token.token.reveal(), 2034);
    let forget = async |call: &Call<'_>| shop.driver.storing().unwrap().forget(call, &token).await;
    shop.desk.call(forget).await.unwrap();
    let all = news(&shop).await;
    let News::Method(report) = &all[0].1 else { panic!("{:?}", all[0]) };
    let MethodStage::Stored { face, .. } = &report.stage else { panic!("{report:?}") };
    assert_eq!(face.expires, Some((2034, 8)));
    assert_eq!(report.holder, token.holder);
    let News::MethodGone { token: gone } = &all[1].1 else { panic!("{:?}", all[1]) };
    assert_eq!(gone, token.token.reveal());
}

fn event(kind: &str, livemode: bool, object: &Value) -> Value {
    json!({"id": "evt_x", "object": "event", "api_version": "2031-01-01", "type": kind,
        "livemode": livemode, "data": {"object": object}, "a_new_member": {"of": ["any", 1]}})
}

#[tokio::test]
async fn an_event_of_the_other_mode_is_ignored() {
    let shop = Shop::open().await;
    let payment = shop.paid(&Bill::of(1999, "EUR")).await;
    let object = shop.peer.object(&payment).unwrap();
    let note = shop.peer.note_of(&event("payment_intent.succeeded", true, &object));
    let raw = RawNote { headers: &note.headers, body: &note.body };
    assert_eq!(verify(&shop.desk, &raw).await.unwrap().is_live, Some(true));
    assert!(read(&shop.desk, &note).unwrap().is_empty());
    let note = shop.peer.note_of(&event("payment_intent.succeeded", false, &object));
    assert_eq!(read(&shop.desk, &note).unwrap().len(), 1);
}

#[tokio::test]
async fn a_newer_event_shape_is_read_or_looked_up() {
    let shop = Shop::open().await;
    let bill = Bill::of(1999, "EUR");
    let payment = shop.paid(&bill).await;
    let mut object = shop.peer.object(&payment).unwrap();
    let one = |kind: &str, object: &Value| {
        let mut news = read(&shop.desk, &shop.peer.note_of(&event(kind, false, object))).unwrap();
        assert_eq!(news.len(), 1, "{kind}");
        news.remove(0)
    };
    object["latest_charge"] = json!({"id": "ch_1", "object": "charge"});
    object["customer"] = json!({"id": "cus_1", "object": "customer"});
    let News::Charge { report, .. } = one("payment_intent.succeeded", &object) else {
        panic!("not read")
    };
    assert_eq!(report.amount, Some(bill.amount));
    // An amount in another shape is not guessed: the payment is asked.
    object["amount_received"] = json!({"value": 1999});
    let looked = one("payment_intent.succeeded", &object);
    assert!(matches!(looked, News::LookAt { payment_id: Some(id), .. } if id == bill.id));
    object["amount_received"] = json!(1999);
    object["currency"] = json!("xyz");
    assert!(matches!(one("payment_intent.succeeded", &object), News::LookAt { .. }));
    let refund = json!({"id": "re_1", "payment_intent": payment, "amount": "5.00"});
    let looked = one("refund.updated", &refund);
    assert!(matches!(looked, News::LookAt { reference: Some(name), .. } if name == payment));
    let dispute = json!({"id": "dp_1", "status": "prevented", "amount": 5, "currency": "eur",
        "payment_intent": payment});
    let News::Dispute(report) = one("charge.dispute.updated", &dispute) else { panic!() };
    assert_eq!(report.stage, DisputeStage::Other);
}

#[tokio::test]
async fn what_is_of_no_interest_says_nothing_and_what_is_broken_is_unreadable() {
    let shop = Shop::open().await;
    let read = |event: &Value| read(&shop.desk, &shop.peer.note_of(event));
    for kind in ["charge.succeeded", "invoice.paid", "a.kind.of.tomorrow", "checkout.session.new"] {
        assert!(read(&event(kind, false, &json!({"id": "x_1"}))).unwrap().is_empty(), "{kind}");
    }
    assert!(read(&event("payment_intent.succeeded", false, &json!({}))).is_err());
    assert!(read(&event("checkout.session.completed", false, &json!([]))).is_err());
    let raw = RawNote { headers: &[], body: b"<html>" };
    assert!(driver().notifying().unwrap().read(&shop.desk.account, &raw).is_err());
}

#[test]
fn every_kind_to_subscribe_to_is_read() {
    let driver = driver();
    let kinds = driver.description().webhook.unwrap().kinds;
    let desk = Desk::new("stripe", &[("secret_key", "sk_test_1")]);
    let object = json!({"id": "obj_1", "status": "succeeded", "amount": 5, "currency": "eur",
        "amount_received": 5, "payment_intent": "pi_1", "charge": "ch_1", "type": "card"});
    for kind in kinds {
        let body = event(kind, false, &object).to_string().into_bytes();
        let note = RawNote { headers: &[], body: &body };
        let news = driver.notifying().unwrap().read(&desk.account, &note).unwrap();
        assert_eq!(news.len(), 1, "{kind}");
    }
}
