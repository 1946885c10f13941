//! What is certain when no answer came.

use std::time::Duration;

use billfold_app::ports::driver::{CallFailure, Found};
use billfold_app::ports::gateway::{ChargeStage, RefundStageThere, Refunding, SoughtRefund};
use billfold_domain::kernel::EffectId;
use billfold_peers::paypal::{Fault, Operation};
use uuid::Uuid;

use super::{Shop, payment, refund, usd};

fn effect(number: u128) -> EffectId {
    EffectId::new(Uuid::from_u128(number))
}

#[tokio::test]
async fn an_order_whose_answer_was_lost_is_opened_once() {
    let shop = Shop::open().await;
    for (number, fault) in [(1, Fault::DropAfter), (2, Fault::FailAfter)] {
        shop.peer.fault(Operation::Create, fault);
        let lost = shop.page_for(effect(number), payment(number), usd(1999), &[]).await;
        assert!(matches!(lost, Err(CallFailure::Unknown { .. })), "{lost:?}");
        let look = shop.look(payment(number), None).await.unwrap();
        assert!(matches!(look, Found::NotThere), "an order moves no money");
        let again = shop.page_for(effect(number), payment(number), usd(1999), &[]).await.unwrap();
        assert!(matches!(again.stage, ChargeStage::NeedsClient { .. }));
        assert_eq!(shop.peer.orders().len(), usize::try_from(number).unwrap());
    }
}

#[tokio::test]
async fn a_capture_whose_answer_was_lost_is_found_and_not_repeated() {
    let shop = Shop::open().await;
    for (number, fault) in [(1, Fault::DropAfter), (2, Fault::FailAfter)] {
        let order = shop.approved(payment(number), usd(1999)).await;
        shop.peer.fault(Operation::Capture, fault);
        let lost = shop.capture_for(effect(number), payment(number), &order).await;
        assert!(matches!(lost, Err(CallFailure::Unknown { .. })), "{lost:?}");
        let found = shop.found(payment(number), &order).await;
        assert!(matches!(found.stage, ChargeStage::Settled), "{found:?}");
        let again = shop.capture_for(effect(number), payment(number), &order).await.unwrap();
        assert_eq!(again.reference, found.reference);
        assert_eq!(shop.peer.captures(&order).len(), 1);
    }
    assert_eq!(shop.peer.books().charged["USD"], 2 * 1999);
}

#[tokio::test]
async fn a_capture_that_never_arrived_is_still_to_be_made() {
    let shop = Shop::open().await;
    for (number, fault) in [(1, Fault::DropBefore), (2, Fault::FailBefore)] {
        let order = shop.approved(payment(number), usd(1999)).await;
        shop.peer.fault(Operation::Capture, fault);
        let lost = shop.capture_for(effect(number), payment(number), &order).await;
        assert!(matches!(lost, Err(CallFailure::Unknown { .. })), "{lost:?}");
        let found = shop.found(payment(number), &order).await;
        assert!(matches!(found.stage, ChargeStage::Approved { .. }), "{found:?}");
        let paid = shop.capture_for(effect(number), payment(number), &order).await.unwrap();
        assert!(matches!(paid.stage, ChargeStage::Settled));
    }
}

#[tokio::test]
async fn a_refund_whose_answer_was_lost_is_found_by_our_reference() {
    let shop = Shop::open().await;
    let capture = shop.paid(payment(1), usd(1999)).await;
    let look = async |number: u128| {
        let about = SoughtRefund {
            refund_id: refund(number),
            payment_reference: &capture,
            reference: None,
            amount: usd(500),
            sent_at: None,
        };
        let looked =
            shop.desk.call(async |call| Refunding::look_up(&shop.paypal, call, &about).await);
        looked.await.unwrap()
    };
    shop.peer.fault(Operation::Refund, Fault::DropBefore);
    let lost = shop.refund_for(effect(1), refund(1), &capture, usd(500)).await;
    assert!(matches!(lost, Err(CallFailure::Unknown { .. })), "{lost:?}");
    assert!(matches!(look(1).await, Found::NotThere));
    shop.peer.fault(Operation::Refund, Fault::FailAfter);
    let lost = shop.refund_for(effect(1), refund(1), &capture, usd(500)).await;
    assert!(matches!(lost, Err(CallFailure::Unknown { .. })), "{lost:?}");
    let Found::There(found) = look(1).await else { panic!("it is there") };
    assert_eq!((found.ours, found.amount), (Some(refund(1)), Some(usd(500))));
    assert_eq!(found.stage, RefundStageThere::Sent);
    // Under the same key it is answered again; under another our own reference guards it.
    let same = shop.refund_for(effect(1), refund(1), &capture, usd(500)).await.unwrap();
    let other = shop.refund_for(effect(2), refund(1), &capture, usd(500)).await.unwrap();
    assert_eq!((&same.reference, &other.reference), (&found.reference, &found.reference));
    assert_eq!(shop.peer.books().refunded["USD"], 500);
}

#[tokio::test]
async fn a_rate_limit_and_a_lost_token_leave_nothing_done() {
    let shop = Shop::open().await;
    shop.peer.fault(Operation::Create, Fault::TooMany(7));
    let slower = shop.page(payment(1), usd(1999), &[]).await;
    let Err(CallFailure::NotSent { after, .. }) = slower else { panic!("{slower:?}") };
    assert_eq!(after, Some(Duration::from_secs(7)));
    for fault in [Fault::DropAfter, Fault::FailAfter, Fault::FailBefore, Fault::TooMany(3)] {
        let fresh = Shop::open().await;
        fresh.peer.fault(Operation::Token, fault);
        let failed = fresh.page(payment(1), usd(1999), &[]).await;
        assert!(matches!(failed, Err(CallFailure::NotSent { .. })), "{failed:?}");
        assert!(fresh.peer.seen(Operation::Create).is_empty());
    }
}

#[tokio::test]
async fn a_running_twin_and_an_answer_of_nobody_leave_it_unknown() {
    let shop = Shop::open().await;
    let capture = shop.paid(payment(1), usd(1999)).await;
    let busy = r#"{"name":"RESOURCE_CONFLICT","details":[{"issue":
        "PREVIOUS_REQUEST_IN_PROGRESS"}],"debug_id":"d1"}"#;
    for (status, text) in
        [(409, busy), (201, "<html>"), (404, "<html>not here</html>"), (422, "{}"), (500, "")]
    {
        shop.peer.fault(Operation::Refund, Fault::Says(status, text.to_owned()));
        let failed = shop.refund(refund(1), &capture, usd(500)).await;
        assert!(matches!(failed, Err(CallFailure::Unknown { .. })), "{status}: {failed:?}");
    }
    let forbidden = r#"{"name":"NOT_AUTHORIZED","details":[{"issue":"CONSENT_NEEDED"}]}"#;
    for (status, text) in [(403, forbidden), (302, "")] {
        shop.peer.fault(Operation::Refund, Fault::Says(status, text.to_owned()));
        let failed = shop.refund(refund(1), &capture, usd(500)).await;
        assert!(matches!(failed, Err(CallFailure::Misconfigured { .. })), "{status}: {failed:?}");
    }
    let invalid = r#"{"name":"INVALID_REQUEST","details":[{"issue":"INVALID_STRING_LENGTH"}]}"#;
    shop.peer.fault(Operation::Refund, Fault::Says(400, invalid.to_owned()));
    let failed = shop.refund(refund(1), &capture, usd(500)).await;
    assert!(matches!(failed, Err(CallFailure::Rejected { .. })), "{failed:?}");
    assert!(shop.peer.books().refunded.is_empty());
    // A look that is refused does not tell what became of the thing.
    shop.peer.fault(Operation::ShowOrder, Fault::Says(400, invalid.to_owned()));
    let failed = shop.look(payment(1), Some("5O000000000000001")).await;
    assert!(matches!(failed, Err(CallFailure::Unknown { .. })), "{failed:?}");
}

/// A fault that a number chooses; none for most.
fn chosen(chance: &mut u64) -> Option<Fault> {
    *chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695);
    match (*chance >> 40) % 9 {
        0 => Some(Fault::DropBefore),
        1 => Some(Fault::DropAfter),
        2 => Some(Fault::FailBefore),
        3 => Some(Fault::FailAfter),
        4 => Some(Fault::TooMany(1)),
        5 => Some(Fault::Stranger),
        _ => None,
    }
}

/// Pays a payment as the engine does: what is unknown is looked up before it is done again.
async fn pay(shop: &Shop, number: u128, order: &str) -> Option<String> {
    let mut asks = false;
    for _ in 0..40 {
        let tried = match asks {
            true => shop.look(payment(number), Some(order)).await,
            false => {
                let captured = shop.capture_for(effect(number), payment(number), order).await;
                captured.map(Found::There)
            }
        };
        match tried {
            Ok(Found::There(report)) => match report.stage {
                ChargeStage::Settled => return Some(report.reference),
                ChargeStage::Approved { .. } => asks = false,
                other => panic!("{other:?}"),
            },
            Ok(other) => panic!("{other:?}"),
            Err(CallFailure::Unknown { .. }) => asks = true,
            Err(CallFailure::NotSent { .. } | CallFailure::Misconfigured { .. }) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    None
}

/// Sends a refund back in the same way.
async fn give_back(shop: &Shop, number: u128, capture: &str) -> bool {
    let mut asks = false;
    for _ in 0..40 {
        let about = SoughtRefund {
            refund_id: refund(number),
            payment_reference: capture,
            reference: None,
            amount: usd(500),
            sent_at: None,
        };
        let tried = match asks {
            true => {
                let looked = shop
                    .desk
                    .call(async |call| Refunding::look_up(&shop.paypal, call, &about).await);
                looked.await
            }
            false => {
                let key = effect(1000 + number);
                let sent = shop.refund_for(key, refund(number), capture, usd(500)).await;
                sent.map(Found::There)
            }
        };
        match tried {
            Ok(Found::There(report)) => return report.stage == RefundStageThere::Sent,
            Ok(Found::NotThere) => asks = false,
            Ok(other) => panic!("{other:?}"),
            Err(CallFailure::Unknown { .. }) => asks = true,
            Err(CallFailure::NotSent { .. } | CallFailure::Misconfigured { .. }) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    false
}

#[tokio::test]
async fn whatever_breaks_each_payment_is_taken_once_and_sent_back_once() {
    let shop = Shop::open().await;
    let payments = 40;
    for number in 1..=payments {
        let order = shop.approved(payment(number), usd(1999)).await;
        let mut chance = u64::try_from(number).unwrap();
        for _ in 0..6 {
            for operation in [
                Operation::Capture,
                Operation::ShowOrder,
                Operation::Refund,
                Operation::ShowCapture,
                Operation::Token,
            ] {
                if let Some(fault) = chosen(&mut chance) {
                    shop.peer.fault(operation, fault);
                }
            }
        }
        let capture = pay(&shop, number, &order).await.unwrap();
        assert!(give_back(&shop, number, &capture).await, "payment {number}");
        shop.peer.no_more_faults();
    }
    let books = shop.peer.books();
    let count = i64::try_from(payments).unwrap();
    assert_eq!((books.charged["USD"], books.refunded["USD"]), (count * 1999, count * 500));
}
