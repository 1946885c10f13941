//! Money that goes back.

use billfold_app::ports::driver::{Call, CallFailure, Found};
use billfold_app::ports::gateway::{RefundAsk, RefundReport, RefundStageThere, SoughtRefund};
use billfold_domain::kernel::{EffectId, Money, RefundId};
use billfold_peers::stripe::EntryKind;
use uuid::Uuid;

use super::{Bill, Shop, effect, money};

async fn refund(
    shop: &Shop,
    (bill, reference): (&Bill, &str),
    refund_id: RefundId,
    amount: Money,
    effect_id: EffectId,
) -> Result<RefundReport, CallFailure> {
    let ask = RefundAsk {
        refund_id,
        payment_id: bill.id,
        reference,
        amount,
        paid: bill.amount,
        is_first: true,
        description: "Refund of INV-2026-000001",
    };
    let sent = async |call: &Call<'_>| shop.refunding().refund(call, &ask).await;
    shop.desk.call_for(effect_id, 1, sent).await
}

async fn look_up(
    shop: &Shop,
    payment_reference: &str,
    refund_id: RefundId,
    reference: Option<&str>,
) -> Found<RefundReport> {
    let sought = SoughtRefund {
        refund_id,
        payment_reference,
        reference,
        amount: money(500, "EUR"),
        sent_at: Some(shop.desk.now),
    };
    let found = async |call: &Call<'_>| shop.refunding().look_up(call, &sought).await;
    shop.desk.call(found).await.unwrap()
}

fn new_refund() -> RefundId {
    RefundId::new(Uuid::new_v4())
}

#[tokio::test]
async fn a_payment_goes_back_in_parts_and_no_further() {
    let shop = Shop::open().await;
    let bill = Bill::of(1999, "EUR");
    let reference = shop.paid(&bill).await;
    for (cents, goes) in [(500, true), (1499, true), (1, false)] {
        let (ours, amount) = (new_refund(), money(cents, "EUR"));
        let report = refund(&shop, (&bill, &reference), ours, amount, effect()).await.unwrap();
        assert_eq!(report.ours, Some(ours));
        assert_eq!(report.stage == RefundStageThere::Sent, goes, "{report:?}");
        assert_eq!(matches!(report.stage, RefundStageThere::Failed { .. }), !goes, "{report:?}");
        assert_eq!(report.amount, goes.then_some(amount));
    }
    assert_eq!(shop.peer.books().sum(EntryKind::Refund)["eur"], -1999);
    shop.close();
}

#[tokio::test]
async fn more_than_is_left_is_not_sent() {
    let shop = Shop::open().await;
    let bill = Bill::of(1999, "EUR");
    let reference = shop.paid(&bill).await;
    let amount = money(2000, "EUR");
    let report = refund(&shop, (&bill, &reference), new_refund(), amount, effect()).await.unwrap();
    assert!(matches!(report.stage, RefundStageThere::Failed { .. }), "{report:?}");
    assert_eq!(shop.peer.books().count(EntryKind::Refund), 0);
    shop.close();
}

#[tokio::test]
async fn a_refund_whose_answer_was_lost_goes_out_once() {
    let shop = Shop::open().await;
    let bill = Bill::of(1999, "EUR");
    let reference = shop.paid(&bill).await;
    let (ours, effect, amount) = (new_refund(), effect(), money(500, "EUR"));
    let first = refund(&shop, (&bill, &reference), new_refund(), amount, super::effect()).await;
    assert!(first.is_ok());
    assert!(matches!(look_up(&shop, &reference, ours, None).await, Found::NotThere));
    shop.peer.faults(|faults| faults.dropped = 1);
    let lost = refund(&shop, (&bill, &reference), ours, amount, effect).await;
    assert!(matches!(lost, Err(CallFailure::Unknown { .. })), "{lost:?}");
    let Found::There(found) = look_up(&shop, &reference, ours, None).await else {
        panic!("not found")
    };
    assert_eq!((found.ours, &found.stage), (Some(ours), &RefundStageThere::Sent));
    let again = refund(&shop, (&bill, &reference), ours, amount, effect).await.unwrap();
    assert_eq!(again.reference, found.reference);
    assert_eq!(shop.peer.books().count(EntryKind::Refund), 2);
    shop.close();
}

#[tokio::test]
async fn a_refund_that_is_under_way_is_looked_at_again() {
    let shop = Shop::open().await;
    let bill = Bill::of(1999, "EUR");
    let reference = shop.paid(&bill).await;
    shop.peer.faults(|faults| faults.refunds_pend = true);
    let ours = new_refund();
    let report = refund(&shop, (&bill, &reference), ours, bill.amount, effect()).await.unwrap();
    assert!(matches!(report.stage, RefundStageThere::UnderWay { .. }), "{report:?}");
    shop.peer.let_refund_through(&report.reference);
    let found = look_up(&shop, &reference, ours, Some(&report.reference)).await;
    assert!(matches!(found, Found::There(RefundReport { stage: RefundStageThere::Sent, .. })));
    shop.close();
}

#[tokio::test]
async fn a_refund_that_fails_after_it_was_sent_comes_back() {
    let shop = Shop::open().await;
    let bill = Bill::of(1999, "EUR");
    let reference = shop.paid(&bill).await;
    let ours = new_refund();
    let report = refund(&shop, (&bill, &reference), ours, bill.amount, effect()).await.unwrap();
    assert_eq!(report.stage, RefundStageThere::Sent);
    shop.peer.fail_refund(&report.reference);
    let found = look_up(&shop, &reference, ours, Some(&report.reference)).await;
    let Found::There(RefundReport { stage: RefundStageThere::Failed { why }, amount, .. }) = found
    else {
        panic!("{found:?}")
    };
    assert_eq!(why.code, "expired_or_canceled_card");
    assert_eq!(amount, Some(bill.amount));
    let books = shop.peer.books();
    assert_eq!(books.sum(EntryKind::Refund)["eur"] + books.sum(EntryKind::RefundFailure)["eur"], 0);
    shop.close();
}

#[tokio::test]
async fn refunds_made_at_stripe_are_among_all_of_a_payment() {
    let shop = Shop::open().await;
    let bill = Bill::of(1999, "EUR");
    let reference = shop.paid(&bill).await;
    let (ours, amount) = (new_refund(), money(500, "EUR"));
    refund(&shop, (&bill, &reference), ours, amount, effect()).await.unwrap();
    let theirs = shop.peer.refund_by_hand(&reference, 300);
    let all = async |call: &Call<'_>| shop.refunding().all_of(call, &reference).await;
    let all = shop.desk.call(all).await.unwrap();
    assert_eq!(all.len(), 2);
    let made_there = all.iter().find(|report| report.reference == theirs).unwrap();
    assert_eq!((made_there.ours, made_there.amount), (None, Some(money(300, "EUR"))));
    assert!(all.iter().any(|report| report.ours == Some(ours)));
    shop.close();
}

#[tokio::test]
async fn a_refund_of_a_payment_that_stripe_does_not_have_is_refused_for_good() {
    let shop = Shop::open().await;
    let bill = Bill::of(1999, "EUR");
    let refused = refund(&shop, (&bill, "pi_no"), new_refund(), bill.amount, effect()).await;
    assert!(matches!(refused, Err(CallFailure::Rejected { .. })), "{refused:?}");
    shop.close();
}
