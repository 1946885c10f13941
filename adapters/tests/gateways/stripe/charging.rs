//! Charges: what is certain after every kind of answer, and what is made of it.

use std::time::Duration;

use billfold_app::access::Secret;
use billfold_app::ports::driver::{Call, CallFailure, Found};
use billfold_app::ports::gateway::{ChargeStage, ChargeWay, Handover, StoredToken};
use billfold_domain::payment::Decline;
use billfold_peers::stripe::{Card, EntryKind, VERSION};

use super::{Bill, ON_PAGE, SECRET_KEY, Shop, WEBHOOK_SECRET, effect, money};

#[tokio::test]
async fn a_stored_card_is_charged_as_a_card_alone() {
    let shop = Shop::open().await;
    let (bill, token) = (Bill::of(1999, "EUR"), shop.stored(Card::Pays));
    let report = shop.charge(&bill, ChargeWay::Stored(&token)).await.unwrap();
    assert!(matches!(report.stage, ChargeStage::Settled));
    assert_eq!(report.amount, Some(money(1999, "EUR")));
    let seen = shop.peer.seen();
    assert!(seen[0].form.contains("payment_method_types%5B0%5D=card"), "{}", seen[0].form);
    assert!(seen[0].form.contains("off_session=true&confirm=true"), "{}", seen[0].form);
    let intent = shop.peer.object(&report.reference).unwrap();
    assert_eq!(intent["metadata"]["payment_id"], bill.id.to_string());
    assert_eq!(intent["metadata"]["invoice_id"], "inv_1");
    shop.close();
}

#[tokio::test]
async fn every_call_names_the_pinned_version() {
    let shop = Shop::open().await;
    let bill = Bill::of(1999, "EUR");
    let reference = shop.paid(&bill).await;
    shop.there(&bill, &reference).await;
    shop.open_page(&bill, true).await.unwrap();
    assert_eq!(VERSION, "2023-08-16");
    let seen = shop.peer.seen();
    assert!(seen.len() >= 4);
    assert!(seen.iter().all(|seen| seen.version.as_deref() == Some(VERSION)), "{seen:?}");
    shop.close();
}

#[tokio::test]
async fn the_same_key_charges_once() {
    let shop = Shop::open().await;
    let (bill, token, effect) = (Bill::of(1999, "EUR"), shop.stored(Card::Pays), effect());
    let mut references = Vec::new();
    for _ in 0..3 {
        let way = ChargeWay::Stored(&token);
        references.push(shop.charge_for(effect, 1, &bill, way).await.unwrap().reference);
    }
    references.dedup();
    assert_eq!(references.len(), 1);
    assert_eq!(shop.peer.books().count(EntryKind::Charge), 1);
    shop.close();
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_found_by_our_reference() {
    let shop = Shop::open().await;
    let (bill, token) = (Bill::of(1999, "EUR"), shop.stored(Card::Pays));
    shop.paid(&Bill::of(500, "EUR")).await;
    assert!(matches!(shop.look_up(&bill, None).await, Found::NotThere));
    shop.peer.faults(|faults| faults.dropped = 1);
    let lost = shop.charge(&bill, ChargeWay::Stored(&token)).await;
    assert!(matches!(lost, Err(CallFailure::Unknown { .. })), "{lost:?}");
    let Found::There(report) = shop.look_up(&bill, None).await else { panic!("not found") };
    assert!(matches!(report.stage, ChargeStage::Settled));
    assert_eq!(report.amount, Some(bill.amount));
    assert_eq!(shop.peer.books().count(EntryKind::Charge), 2);
    shop.close();
}

#[tokio::test]
async fn a_request_that_was_lost_is_unknown_and_then_proved_not_to_be_there() {
    let shop = Shop::open().await;
    let (bill, token, effect) = (Bill::of(1999, "EUR"), shop.stored(Card::Pays), effect());
    shop.peer.faults(|faults| faults.lost = 1);
    let lost = shop.charge_for(effect, 1, &bill, ChargeWay::Stored(&token)).await;
    assert!(matches!(lost, Err(CallFailure::Unknown { .. })), "{lost:?}");
    assert!(matches!(shop.look_up(&bill, None).await, Found::NotThere));
    let report = shop.charge_for(effect, 1, &bill, ChargeWay::Stored(&token)).await.unwrap();
    assert!(matches!(report.stage, ChargeStage::Settled));
    assert_eq!(shop.peer.books().count(EntryKind::Charge), 1);
    shop.close();
}

#[tokio::test]
async fn what_is_sought_is_found_on_a_later_page() {
    let shop = Shop::open().await;
    let bill = Bill::of(1999, "EUR");
    shop.charge(&bill, ON_PAGE).await.unwrap();
    let other = Bill::of(500, "EUR");
    for _ in 0..105 {
        shop.charge(&other, ON_PAGE).await.unwrap();
    }
    assert!(matches!(shop.look_up(&bill, None).await, Found::There(_)));
    let query = shop.peer.seen().pop().unwrap().form;
    assert!(query.contains("starting_after=pi_"), "{query}");
    shop.close();
}

#[tokio::test]
async fn what_was_never_sent_cannot_be_told() {
    let shop = Shop::open().await;
    let bill = Bill::of(1999, "EUR");
    let mut sought = bill.sought(None, &shop);
    sought.sent_at = None;
    let found = async |call: &Call<'_>| shop.charging().look_up(call, &sought).await;
    assert!(matches!(shop.desk.call(found).await, Ok(Found::CannotTell)));
    assert!(shop.peer.seen().is_empty());
    let unknown = shop.look_up(&bill, Some("pi_nobody")).await;
    assert!(matches!(unknown, Found::NotThere));
}

#[tokio::test]
async fn what_a_notification_named_is_looked_up_by_that_name() {
    let shop = Shop::open().await;
    let bill = Bill::of(1999, "EUR");
    let reference = shop.paid(&bill).await;
    let mut sought = bill.sought(None, &shop);
    for (hint, found_by) in [(reference.as_str(), "/v1/payment_intents/pi_"), ("refunds", "/v1/")] {
        sought.hint = Some(hint);
        let found = async |call: &Call<'_>| shop.charging().look_up(call, &sought).await;
        assert!(matches!(shop.desk.call(found).await, Ok(Found::There(_))), "{hint}");
        let asked = shop.peer.seen().pop().unwrap().path;
        assert!(asked.starts_with(found_by), "{hint}: {asked}");
    }
    shop.close();
}

#[tokio::test]
async fn a_failure_after_the_work_is_unknown() {
    let shop = Shop::open().await;
    let (bill, token) = (Bill::of(1999, "EUR"), shop.stored(Card::Pays));
    shop.peer.faults(|faults| {
        faults.failing_after = 1;
        faults.should_retry = Some(false);
    });
    let failed = shop.charge(&bill, ChargeWay::Stored(&token)).await;
    assert!(matches!(failed, Err(CallFailure::Unknown { .. })), "{failed:?}");
    assert!(matches!(shop.look_up(&bill, None).await, Found::There(_)));
    shop.close();
}

#[tokio::test]
async fn a_stored_failure_is_looked_up_and_tried_under_a_new_key() {
    let shop = Shop::open().await;
    let (bill, token, effect) = (Bill::of(1999, "EUR"), shop.stored(Card::Pays), effect());
    shop.peer.faults(|faults| faults.failing_before = 1);
    let mut codes = Vec::new();
    for _ in 0..2 {
        let failed = shop.charge_for(effect, 1, &bill, ChargeWay::Stored(&token)).await;
        let Err(CallFailure::Unknown { why }) = failed else { panic!("{failed:?}") };
        assert_eq!(why.status, Some(500));
        codes.push(why.code);
    }
    assert_eq!(codes, ["server_error", "stored_failure"]);
    assert!(matches!(shop.look_up(&bill, None).await, Found::NotThere));
    let report = shop.charge_for(effect, 2, &bill, ChargeWay::Stored(&token)).await.unwrap();
    assert!(matches!(report.stage, ChargeStage::Settled));
    assert_eq!(shop.peer.books().count(EntryKind::Charge), 1);
    shop.close();
}

#[tokio::test]
async fn a_running_twin_is_asked_about_and_not_repeated() {
    let shop = Shop::open().await;
    let (bill, token, effect) = (Bill::of(1999, "EUR"), shop.stored(Card::Pays), effect());
    shop.peer.faults(|faults| faults.delay = Some(Duration::from_millis(200)));
    let charge = || shop.charge_for(effect, 1, &bill, ChargeWay::Stored(&token));
    let (one, other) = tokio::join!(charge(), charge());
    let (settled, twin) = if one.is_ok() { (one, other) } else { (other, one) };
    assert!(matches!(settled.unwrap().stage, ChargeStage::Settled));
    let Err(CallFailure::Unknown { why }) = twin else { panic!("{twin:?}") };
    assert_eq!((why.code.as_str(), why.status), ("twin_runs", Some(409)));
    assert_eq!(shop.peer.books().count(EntryKind::Charge), 1);
    shop.close();
}

#[tokio::test]
async fn what_stripe_is_not_sure_of_is_unknown() {
    let shop = Shop::open().await;
    shop.peer.faults(|faults| faults.should_retry = Some(true));
    let token = StoredToken { token: Secret::new("pm_of_nobody"), holder: None };
    let failed = shop.charge(&Bill::of(1999, "EUR"), ChargeWay::Stored(&token)).await;
    assert!(matches!(failed, Err(CallFailure::Unknown { .. })), "{failed:?}");
    shop.peer.faults(|faults| faults.should_retry = None);
    let failed = shop.charge(&Bill::of(1999, "EUR"), ChargeWay::Stored(&token)).await;
    let Err(CallFailure::Rejected { why }) = failed else { panic!("{failed:?}") };
    assert_eq!(why.code, "resource_missing");
    shop.close();
}

#[tokio::test]
async fn a_rate_limit_is_not_sent_and_tells_its_pause() {
    let shop = Shop::open().await;
    shop.peer.faults(|faults| {
        faults.rate_limited = 1;
        faults.retry_after = 7;
    });
    let (bill, token, effect) = (Bill::of(1999, "EUR"), shop.stored(Card::Pays), effect());
    let turned_away = shop.charge_for(effect, 1, &bill, ChargeWay::Stored(&token)).await;
    let Err(CallFailure::NotSent { after, .. }) = turned_away else { panic!("{turned_away:?}") };
    assert_eq!(after, Some(Duration::from_secs(7)));
    let report = shop.charge_for(effect, 1, &bill, ChargeWay::Stored(&token)).await.unwrap();
    assert!(matches!(report.stage, ChargeStage::Settled));
    shop.close();
}

#[tokio::test]
async fn a_key_with_another_form_is_refused_for_good() {
    let shop = Shop::open().await;
    let (token, effect) = (shop.stored(Card::Pays), effect());
    let charge = |bill| shop.charge_for(effect, 1, bill, ChargeWay::Stored(&token));
    let (one, other) = (Bill::of(1999, "EUR"), Bill::of(2999, "EUR"));
    charge(&one).await.unwrap();
    let failed = charge(&other).await;
    let Err(CallFailure::Rejected { why }) = failed else { panic!("{failed:?}") };
    assert!(why.text.contains("idempotency_error"), "{why:?}");
    assert_eq!(shop.peer.books().count(EntryKind::Charge), 1);
}

#[tokio::test]
async fn another_card_after_a_decline_has_another_key() {
    let shop = Shop::open().await;
    let bill = Bill::of(1999, "EUR");
    let (poor, good) = (shop.stored(Card::Declines("insufficient_funds")), shop.stored(Card::Pays));
    let report = shop.charge(&bill, ChargeWay::Stored(&poor)).await.unwrap();
    let ChargeStage::Declined { decline, why, ask_client } = report.stage else {
        panic!("not declined")
    };
    assert_eq!((decline, ask_client), (Decline::Soft, false));
    assert_eq!((why.code.as_str(), why.status), ("insufficient_funds", Some(402)));
    assert!(report.reference.starts_with("pi_"));
    let report = shop.charge(&bill, ChargeWay::Stored(&good)).await.unwrap();
    assert!(matches!(report.stage, ChargeStage::Settled));
    let keys: Vec<_> = shop.peer.seen().into_iter().filter_map(|seen| seen.key).collect();
    assert_eq!(keys.len(), 2);
    assert_ne!(keys[0], keys[1]);
    assert!(keys.iter().all(|key| key.len() <= 45), "{keys:?}");
    shop.close();
}

#[tokio::test]
async fn a_decline_is_a_decline_again_when_it_is_looked_up() {
    let shop = Shop::open().await;
    let (bill, token) = (Bill::of(1999, "EUR"), shop.stored(Card::Declines("stolen_card")));
    shop.peer.faults(|faults| faults.dropped = 1);
    assert!(shop.charge(&bill, ChargeWay::Stored(&token)).await.is_err());
    let Found::There(report) = shop.look_up(&bill, None).await else { panic!("not found") };
    assert!(matches!(report.stage, ChargeStage::Declined { decline: Decline::Hard, .. }));
    assert_eq!(report.amount, None);
    shop.close();
}

#[tokio::test]
async fn a_bank_that_wants_the_client_is_not_tried_again() {
    let shop = Shop::open().await;
    let token = shop.stored(Card::WantsClient);
    let report = shop.charge(&Bill::of(1999, "EUR"), ChargeWay::Stored(&token)).await.unwrap();
    let ChargeStage::Declined { decline, why, ask_client } = report.stage else {
        panic!("not declined")
    };
    assert_eq!((decline, ask_client), (Decline::Hard, true));
    assert_eq!(why.code, "authentication_required");
    shop.close();
}

#[tokio::test]
async fn a_charge_on_our_page_is_handed_to_one_browser() {
    let shop = Shop::open().await;
    let bill = Bill::of(1999, "EUR");
    let report = shop.charge(&bill, ON_PAGE).await.unwrap();
    let ChargeStage::NeedsClient {
        handover: Handover::Confirm { client_secret, public_key }, ..
    } = &report.stage
    else {
        panic!("{report:?}")
    };
    assert!(client_secret.starts_with(&report.reference));
    assert_eq!(public_key, "pk_test_1");
    assert!(!format!("{report:?}").contains("secret_of_one_browser"));
    shop.peer.pay_on_page(&report.reference, Card::Pays);
    let settled = shop.there(&bill, &report.reference).await;
    assert!(matches!(settled.stage, ChargeStage::Settled));
    assert!(settled.method.is_none());
    shop.close();
}

#[tokio::test]
async fn a_card_that_is_to_be_kept_is_told_once_it_paid() {
    let shop = Shop::open().await;
    let bill = Bill::of(1999, "EUR");
    let way = ChargeWay::OnPage { save: true, holder: None };
    let report = shop.charge(&bill, way).await.unwrap();
    assert!(report.method.is_none());
    shop.peer.pay_on_page(&report.reference, Card::Pays);
    let kept = shop.there(&bill, &report.reference).await.method.unwrap();
    assert!(kept.token.reveal().starts_with("pm_"));
    let holder = kept.holder.clone().unwrap();
    assert_eq!(shop.peer.object(&holder).unwrap()["email"], "ada@shop.example");
    let again = shop.charge(&Bill::of(500, "EUR"), ChargeWay::Stored(&kept)).await.unwrap();
    assert!(matches!(again.stage, ChargeStage::Settled));
    shop.close();
}

#[tokio::test]
async fn coming_back_with_redirect_status_succeeded_pays_nothing() {
    let shop = Shop::open().await;
    let bill = Bill::of(1999, "EUR");
    let reference = shop.charge(&bill, ON_PAGE).await.unwrap().reference;
    shop.peer.pay_on_page(&reference, Card::WantsClient);
    // The payer comes back before the bank said anything; only the payment itself is believed.
    let report = shop.there(&bill, &reference).await;
    assert!(matches!(report.stage, ChargeStage::NeedsClient { .. }), "{report:?}");
    assert_eq!(report.amount, None);
    shop.peer.authenticate(&reference, true);
    assert!(matches!(shop.there(&bill, &reference).await.stage, ChargeStage::Settled));
    shop.close();
}

#[tokio::test]
async fn a_success_after_a_failure_settles() {
    let shop = Shop::open().await;
    let bill = Bill::of(1999, "EUR");
    let reference = shop.charge(&bill, ON_PAGE).await.unwrap().reference;
    shop.peer.pay_on_page(&reference, Card::Declines("do_not_honor"));
    let report = shop.there(&bill, &reference).await;
    assert!(matches!(report.stage, ChargeStage::NeedsClient { .. }), "{report:?}");
    shop.peer.pay_on_page(&reference, Card::Pays);
    let report = shop.there(&bill, &reference).await;
    assert!(matches!(report.stage, ChargeStage::Settled));
    assert_eq!(shop.peer.books().count(EntryKind::Charge), 1);
    shop.close();
}

#[tokio::test]
async fn a_payment_that_was_processing_may_still_fail() {
    let shop = Shop::open().await;
    let token = shop.stored(Card::TakesDays);
    for pays in [true, false] {
        let bill = Bill::of(1999, "EUR");
        let report = shop.charge(&bill, ChargeWay::Stored(&token)).await.unwrap();
        assert!(matches!(report.stage, ChargeStage::Pending { .. }));
        assert_eq!(report.amount, None);
        shop.peer.finish(&report.reference, pays);
        let report = shop.there(&bill, &report.reference).await;
        assert_eq!(matches!(report.stage, ChargeStage::Settled), pays);
        assert_eq!(matches!(report.stage, ChargeStage::Declined { .. }), !pays);
    }
    shop.close();
}

#[tokio::test]
async fn what_arrived_is_told_and_not_what_was_asked_for() {
    let shop = Shop::open().await;
    shop.peer.faults(|faults| faults.short_by = 1);
    let token = shop.stored(Card::Pays);
    let report = shop.charge(&Bill::of(1999, "EUR"), ChargeWay::Stored(&token)).await.unwrap();
    assert_eq!(report.amount, Some(money(1998, "EUR")));
    shop.close();
}

#[tokio::test]
async fn an_amount_that_stripe_cannot_be_told_is_never_sent() {
    let shop = Shop::open().await;
    let token = shop.stored(Card::Pays);
    for (minor, code) in [(5_125, "KWD"), (1_950, "MGA"), (100_000_000, "EUR"), (0, "EUR")] {
        let failed = shop.charge(&Bill::of(minor, code), ChargeWay::Stored(&token)).await;
        assert!(matches!(failed, Err(CallFailure::Rejected { .. })), "{failed:?}");
        let failed = shop.open_page(&Bill::of(minor, code), false).await;
        assert!(matches!(failed, Err(CallFailure::Rejected { .. })), "{failed:?}");
    }
    assert!(shop.peer.seen().is_empty());
    let report = shop.charge(&Bill::of(500, "UGX"), ChargeWay::Stored(&token)).await.unwrap();
    assert_eq!(report.amount, Some(money(500, "UGX")));
    assert_eq!(shop.peer.object(&report.reference).unwrap()["amount"], 50_000);
    shop.close();
}

#[tokio::test]
async fn a_charge_is_confirmed_with_another_card_and_told_as_it_is_when_it_is_through() {
    let shop = Shop::open().await;
    let (bill, poor) = (Bill::of(1999, "EUR"), shop.stored(Card::Declines("do_not_honor")));
    let reference = shop.charge(&bill, ON_PAGE).await.unwrap().reference;
    let confirm = async |method: Option<&StoredToken>| {
        let then = async |call: &Call<'_>| shop.charging().confirm(call, &reference, method).await;
        shop.desk.call(then).await.unwrap()
    };
    let report = confirm(Some(&poor)).await;
    assert!(matches!(report.stage, ChargeStage::Declined { .. }), "{report:?}");
    let good = StoredToken { token: Secret::new("pm_card_visa"), holder: None };
    assert!(matches!(confirm(Some(&good)).await.stage, ChargeStage::Settled));
    assert!(matches!(confirm(None).await.stage, ChargeStage::Settled));
    assert_eq!(shop.peer.books().count(EntryKind::Charge), 1);
    shop.close();
}

#[tokio::test]
async fn a_charge_that_waits_is_given_up_and_one_that_was_paid_is_told_as_paid() {
    let shop = Shop::open().await;
    let cancel = async |reference: String| {
        let then = async |call: &Call<'_>| shop.charging().cancel(call, &reference).await;
        shop.desk.call(then).await.unwrap()
    };
    let waits = shop.charge(&Bill::of(1999, "EUR"), ON_PAGE).await.unwrap().reference;
    let report = cancel(waits.clone()).await;
    assert!(matches!(report.stage, ChargeStage::Cancelled { .. }), "{report:?}");
    assert!(matches!(cancel(waits).await.stage, ChargeStage::Cancelled { .. }));
    let paid = shop.paid(&Bill::of(1999, "EUR")).await;
    assert!(matches!(cancel(paid).await.stage, ChargeStage::Settled));
    shop.close();
}

#[tokio::test]
async fn a_wrong_key_is_a_wrong_setting() {
    let mut shop = Shop::open().await;
    let url = shop.peer.url();
    let settings = [("secret_key", "sk_test_old"), ("base_url", url.as_str())];
    shop.desk.account = crate::desk::Desk::new("stripe", &settings).account;
    let failed = shop.charge(&Bill::of(1999, "EUR"), ON_PAGE).await;
    assert!(matches!(failed, Err(CallFailure::Misconfigured { .. })), "{failed:?}");
    let bill = Bill::of(1999, "EUR");
    let sought = bill.sought(Some("pi_1"), &shop);
    let looked = async |call: &Call<'_>| shop.charging().look_up(call, &sought).await;
    assert!(matches!(shop.desk.call(looked).await, Err(CallFailure::Misconfigured { .. })));
}

#[tokio::test]
async fn no_error_or_debug_of_a_call_holds_a_secret() {
    let shop = Shop::open().await;
    let bill = Bill::of(1999, "EUR");
    let token = StoredToken {
        token: Secret::new("pm_never_shown_3"),
        holder: Some("cus_of_somebody".to_owned()),
    };
    let mut said = vec![format!("{:?} {:?}", shop.driver.description(), shop.desk.account)];
    for round in 0..5_u32 {
        shop.peer.faults(|faults| {
            faults.dropped = u32::from(round == 1);
            faults.failing_before = u32::from(round == 2);
            faults.rate_limited = u32::from(round == 3);
            faults.should_retry = (round == 4).then_some(true);
        });
        let failed = shop.charge(&bill, ChargeWay::Stored(&token)).await.unwrap_err();
        said.push(format!("{failed} {failed:?}"));
        shop.peer.faults(|faults| {
            faults.dropped = u32::from(round == 1);
            faults.failing_before = u32::from(round == 2);
            faults.rate_limited = u32::from(round == 3);
        });
        let forget = async |call: &Call<'_>| {
            let said = format!("{call:?}");
            (said, shop.driver.storing().unwrap().forget(call, &token).await)
        };
        let (debug, forgotten) = shop.desk.call(forget).await;
        said.push(format!("{debug} {forgotten:?} {:?}", bill.asked(ChargeWay::Stored(&token))));
    }
    let said = said.join("\n");
    for secret in [SECRET_KEY, WEBHOOK_SECRET, "pm_never_shown_3", "ada@", "Lovelace"] {
        assert!(!said.contains(secret), "{secret} in {said}");
    }
}
