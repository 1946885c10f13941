//! Money that goes back.

use std::time::Duration;

use billfold_app::ports::driver::{CallFailure, Found};
use billfold_app::ports::gateway::{RefundAsk, RefundReport, RefundStageThere, SoughtRefund};
use billfold_domain::kernel::{Money, PaymentId, RefundId};
use billfold_peers::sslcommerz::{Fault, Operation};
use chrono::TimeDelta;

use super::{Shop, money, refund_id, taka};

/// A refund of a payment.
fn asked(payment_id: PaymentId, reference: &str, amount: Money) -> RefundAsk<'_> {
    RefundAsk {
        refund_id: refund_id(),
        payment_id,
        reference,
        amount,
        paid: taka(115_000),
        is_first: true,
        description: "Refund of invoice INV-2026-000001",
    }
}

fn about<'a>(ask: &RefundAsk<'a>, reference: Option<&'a str>) -> SoughtRefund<'a> {
    SoughtRefund {
        refund_id: ask.refund_id,
        payment_reference: ask.reference,
        reference,
        amount: ask.amount,
        sent_at: None,
    }
}

fn there(found: Result<Found<RefundReport>, CallFailure>) -> RefundReport {
    match found {
        Ok(Found::There(report)) => report,
        other => panic!("{other:?}"),
    }
}

fn pause(report: &RefundReport) -> Option<u64> {
    match report.stage {
        RefundStageThere::UnderWay { look_again } => Some(look_again.as_secs() / 3600),
        _ => None,
    }
}

/// A payment of 1,150 taka that arrived, by its id and the bank's name for it.
async fn paid(shop: &Shop) -> (PaymentId, String) {
    let (id, reference) = shop.opened(115_000).await;
    (id, shop.peer.pay(&reference).bank_tran_id)
}

#[tokio::test]
async fn a_refund_is_asked_about_until_it_is_refunded() {
    let mut shop = Shop::open().await;
    let (id, bank) = paid(&shop).await;
    let ask = asked(id, &bank, taka(10_000));
    let begun = shop.refund(&ask).await.unwrap();
    assert_eq!((pause(&begun), begun.ours), (Some(1), Some(ask.refund_id)));
    let sent_at = Some(shop.now());
    let name = begun.reference.clone();
    for (hours, then) in [(0, 1), (5, 1), (1, 6), (18, 24), (48, 24)] {
        shop.later(TimeDelta::hours(hours));
        let sought = SoughtRefund { sent_at, ..about(&ask, Some(&name)) };
        assert_eq!(pause(&there(shop.look_refund(&sought).await)), Some(then), "{hours}");
    }
    shop.peer.make_refunds();
    let report = there(shop.look_refund(&about(&ask, Some(&name))).await);
    assert_eq!((report.stage, report.reference), (RefundStageThere::Sent, name));
    assert_eq!(shop.peer.books().refunds.get(&bank), Some(&10_000));
    shop.close();
}

#[tokio::test]
async fn a_refund_that_the_bank_cancels_has_failed() {
    let shop = Shop::open().await;
    let (id, bank) = paid(&shop).await;
    let ask = asked(id, &bank, taka(115_000));
    let begun = shop.refund(&ask).await.unwrap();
    shop.peer.cancel_refunds();
    let report = there(shop.look_refund(&about(&ask, Some(&begun.reference))).await);
    assert!(matches!(report.stage, RefundStageThere::Failed { .. }), "{report:?}");
    assert!(shop.peer.books().refunds.is_empty());
    shop.close();
}

#[tokio::test]
async fn a_refund_with_a_word_that_nobody_knows_is_under_way() {
    let shop = Shop::open().await;
    let (id, bank) = paid(&shop).await;
    let ask = asked(id, &bank, taka(115_000));
    let begun = shop.refund(&ask).await.unwrap();
    shop.peer.confuse_refunds();
    let report = there(shop.look_refund(&about(&ask, Some(&begun.reference))).await);
    assert_eq!(pause(&report), Some(1));
    // Found by our own name, such a word may be about the question and not the refund.
    shop.peer.finds_refunds_by_our_name(true);
    assert_eq!(shop.look_refund(&about(&ask, None)).await.unwrap(), Found::CannotTell);
    shop.close();
}

#[tokio::test]
async fn a_refund_whose_answer_was_lost_is_never_sent_twice() {
    let shop = Shop::open().await;
    for fault in [Fault::LoseAnswer, Fault::BreakAfter, Fault::Garble] {
        let (id, bank) = paid(&shop).await;
        let ask = asked(id, &bank, taka(10_000));
        shop.peer.faults().next(Operation::Refund, fault);
        let lost = shop.refund(&ask).await;
        assert!(matches!(lost, Err(CallFailure::Unknown { .. })), "{fault:?}: {lost:?}");
        // Not to be found is not the same as not to be there: a person looks.
        shop.peer.finds_refunds_by_our_name(false);
        assert_eq!(shop.look_refund(&about(&ask, None)).await.unwrap(), Found::CannotTell);
        shop.peer.finds_refunds_by_our_name(true);
        let found = there(shop.look_refund(&about(&ask, None)).await);
        assert_eq!(pause(&found), Some(1));
        let again = there(shop.look_refund(&about(&ask, Some(&found.reference))).await);
        assert_eq!(again.reference, found.reference);
        assert_eq!(shop.peer.refunds_of(&bank), 1, "{fault:?}");
    }
    shop.close();
}

#[tokio::test]
async fn a_lost_request_of_a_refund_is_not_called_undone_either() {
    let shop = Shop::open().await;
    for does in [true, false] {
        shop.peer.finds_refunds_by_our_name(does);
        for fault in [Fault::LoseRequest, Fault::RefuseBefore, Fault::NotConnected] {
            let (id, bank) = paid(&shop).await;
            let ask = asked(id, &bank, taka(10_000));
            shop.peer.faults().next(Operation::Refund, fault);
            let lost = shop.refund(&ask).await;
            assert!(matches!(lost, Err(CallFailure::Unknown { .. })), "{fault:?}: {lost:?}");
            assert_eq!(shop.look_refund(&about(&ask, None)).await.unwrap(), Found::CannotTell);
            assert_eq!(shop.peer.refunds_of(&bank), 0);
        }
    }
    shop.close();
}

#[tokio::test]
async fn more_than_is_left_is_refused_and_nothing_goes() {
    let shop = Shop::open().await;
    let (id, bank) = paid(&shop).await;
    shop.refund(&asked(id, &bank, taka(115_000))).await.unwrap();
    let more = asked(id, &bank, taka(1));
    let report = shop.refund(&more).await.unwrap();
    let RefundStageThere::Failed { why } = report.stage else { panic!("{report:?}") };
    assert_eq!(why.text, "Invalid Refund Amount");
    // It never got a name there, so it goes by ours.
    assert_eq!(report.reference, more.refund_id.to_string());
    assert_eq!(shop.peer.books().refunds.get(&bank), Some(&115_000));
    shop.close();
}

#[tokio::test]
async fn a_refund_that_cannot_be_said_is_not_sent() {
    let shop = Shop::open().await;
    let (id, bank) = paid(&shop).await;
    for amount in [money(1_000, "USD"), taka(0), taka(-1)] {
        let refused = shop.refund(&asked(id, &bank, amount)).await;
        assert!(matches!(refused, Err(CallFailure::Rejected { .. })), "{refused:?}");
    }
    assert_eq!(shop.peer.times(Operation::Refund), 0);
    shop.close();
}

#[tokio::test]
async fn a_refund_names_the_payment_and_itself_and_a_long_remark_is_cut() {
    let shop = Shop::open().await;
    let (id, bank) = paid(&shop).await;
    let long = "ধন্যবাদ\n".repeat(60);
    for description in ["", "\n", &long] {
        let ask = RefundAsk { description, ..asked(id, &bank, taka(100)) };
        shop.refund(&ask).await.unwrap();
        let sent = shop.peer.last(Operation::Refund);
        for (name, value) in [
            ("refund_trans_id", ask.refund_id.to_string()),
            ("refe_id", id.to_string()),
            ("bank_tran_id", bank.clone()),
            ("refund_amount", "1.00".to_owned()),
        ] {
            assert!(sent.contains(&(name.to_owned(), value)), "{name}: {sent:?}");
        }
    }
    shop.close();
}

#[tokio::test]
async fn a_refund_that_is_turned_away_for_its_rate_was_not_sent() {
    let shop = Shop::open().await;
    let (id, bank) = paid(&shop).await;
    shop.peer.faults().next(Operation::Refund, Fault::TooMany(7));
    let refused = shop.refund(&asked(id, &bank, taka(100))).await;
    let Err(CallFailure::NotSent { after, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(after, Some(Duration::from_secs(7)));
    assert_eq!(shop.peer.refunds_of(&bank), 0);
    shop.close();
}

#[tokio::test]
async fn the_provider_has_no_list_of_refunds() {
    let shop = Shop::open().await;
    let refunding = shop.driver.refunding().unwrap();
    let all = shop.desk.call(async |call| refunding.all_of(call, "bank").await).await;
    assert_eq!(all.unwrap(), Vec::new());
    let nobody = RefundId::new(uuid::Uuid::nil());
    let sought = SoughtRefund {
        refund_id: nobody,
        payment_reference: "bank",
        reference: None,
        amount: taka(1),
        sent_at: None,
    };
    assert_eq!(shop.look_refund(&sought).await.unwrap(), Found::CannotTell);
    shop.close();
}
