//! Calls that go wrong, and what is certain all the same.

use billfold_app::ports::driver::{CallFailure, Found};
use billfold_app::ports::gateway::{ChargeStage, RefundAsk};
use billfold_peers::sslcommerz::{Fault, Operation, STORE_PASSWD};

use super::{Shop, is_settled, payment, refund_id, taka};

const FAULTS: [Fault; 7] = [
    Fault::LoseRequest,
    Fault::LoseAnswer,
    Fault::BreakAfter,
    Fault::RefuseBefore,
    Fault::TooMany(3),
    Fault::Garble,
    Fault::NotConnected,
];

#[tokio::test]
async fn a_refused_session_is_a_refusal() {
    let shop = Shop::open().await;
    // Within what is said of amounts, and refused all the same.
    let refused = shop.page(payment(), super::money(1, "USD")).await;
    let Err(CallFailure::Rejected { why }) = refused else { panic!("{refused:?}") };
    assert_eq!((why.code.as_str(), why.status), ("session_refused", Some(200)));
    assert!(why.text.contains("Invalid Amount"), "{why}");
    shop.close();
}

#[tokio::test]
async fn a_store_that_is_not_let_in_is_misconfigured_whatever_it_asks() {
    let shop = Shop::with_password("not-its-password").await;
    let mut failed = Vec::new();
    failed.push(shop.page(payment(), taka(115_000)).await.err());
    let id = payment();
    failed.push(shop.look(&shop.about(id, &id.to_string())).await.err());
    failed.push(shop.refund(&refund(id)).await.err());
    for failed in failed {
        assert!(matches!(failed, Some(CallFailure::Misconfigured { .. })), "{failed:?}");
    }
    shop.close();
}

#[tokio::test]
async fn a_look_up_that_goes_wrong_says_nothing_of_the_payment() {
    let shop = Shop::open().await;
    let (id, reference) = shop.opened(115_000).await;
    shop.peer.pay(&reference);
    let about = shop.about(id, &reference);
    for operation in [Operation::Tries, Operation::Validate] {
        for fault in FAULTS {
            shop.peer.faults().next(operation, fault);
            let failed = shop.look(&about).await;
            assert!(failed.is_err(), "{operation:?} {fault:?}: {failed:?}");
            assert!(is_settled(&shop.found(&about).await), "{operation:?} {fault:?}");
        }
    }
    shop.close();
}

#[tokio::test]
async fn a_page_whose_answer_was_lost_is_opened_again_and_paid_once() {
    let shop = Shop::open().await;
    for fault in FAULTS {
        let id = payment();
        shop.peer.faults().next(Operation::Session, fault);
        let lost = shop.page(id, taka(115_000)).await;
        let is_certain = matches!(lost, Err(CallFailure::NotSent { .. }));
        assert_eq!(is_certain, matches!(fault, Fault::TooMany(_)), "{fault:?}: {lost:?}");
        assert!(lost.is_err());
        let mut about = shop.about(id, "");
        about.reference = None;
        assert!(matches!(shop.look(&about).await, Ok(Found::NotThere)), "{fault:?}");
        let opened = shop.page(id, taka(115_000)).await.unwrap();
        assert!(matches!(opened.stage, ChargeStage::NeedsClient { .. }));
        shop.peer.pay(&id.to_string());
        assert!(is_settled(&shop.found(&about).await));
    }
    assert_eq!(shop.peer.books().charges.len(), FAULTS.len());
    shop.close();
}

/// What must stand in nothing that is printed.
fn is_told(said: &str) -> Option<&'static str> {
    let secrets = [STORE_PASSWD, "amina", "Amina", "store_passwd=", "711111111"];
    secrets.into_iter().find(|secret| said.contains(secret))
}

#[tokio::test]
async fn no_log_or_error_holds_the_store_password() {
    let mut shop = Shop::open().await;
    let (id, reference) = shop.opened(115_000).await;
    let mut said = Vec::new();
    for fault in FAULTS {
        for operation in [Operation::Session, Operation::Tries, Operation::Refund] {
            shop.peer.faults().next(operation, fault);
        }
        said.push(shop.page(payment(), taka(115_000)).await.err().unwrap());
        said.push(shop.look(&shop.about(id, &reference)).await.err().unwrap());
        said.push(shop.refund(&refund(id)).await.err().unwrap());
    }
    for echo in ["bad password qwerty", "bad mail amina@example.com of Amina Rahman"] {
        shop.peer.refuse_sessions(Some(echo));
        said.push(shop.page(payment(), taka(115_000)).await.err().unwrap());
    }
    let nobody = [("store_passwd", STORE_PASSWD), ("base_url", "http://127.0.0.1:1")];
    shop.desk = crate::desk::Desk::new("sslcommerz", &nobody);
    said.push(shop.look(&shop.about(id, &reference)).await.err().unwrap());
    for failed in said {
        let text = format!("{failed} {failed:?}");
        assert_eq!(is_told(&text), None, "{text}");
    }
    shop.close();
}

#[tokio::test]
async fn no_error_or_debug_of_a_call_holds_a_secret() {
    let shop = Shop::open().await;
    let id = payment();
    let opened = shop.page(id, taka(115_000)).await.unwrap();
    let called = shop.desk.call(async |call| format!("{call:?} {:?}", shop.payer)).await;
    let paid = shop.peer.pay(&id.to_string());
    let found = shop.look(&shop.about(id, &paid.bank_tran_id)).await;
    let refund = RefundAsk { reference: &paid.bank_tran_id, ..refund(id) };
    let refunded = shop.refund(&refund).await;
    let text = format!("{opened:?} {called} {found:?} {refund:?} {refunded:?}");
    assert_eq!(is_told(&text), None, "{text}");
    // The page's address lets its holder pay in the client's name.
    assert!(!text.contains("EasyCheckOut"), "{text}");
    shop.close();
}

#[tokio::test]
async fn numbers_nulls_and_members_that_nobody_knows_are_read_as_what_they_are() {
    let shop = Shop::open().await;
    let (id, reference) = shop.opened(115_000).await;
    shop.peer.pay(&reference);
    for strange in [
        r#"{"amount": 1150.00, "store_amount": 1104, "risk_level": 0, "error": null}"#,
        r#"{"new": {"deep": [1, null]}, "value_a": null, "risk_title": ["x"]}"#,
    ] {
        shop.peer.answer_strangely(Some(strange));
        let report = shop.found(&shop.about(id, &reference)).await;
        assert_eq!(report.amount, Some(taka(115_000)), "{strange}");
        assert_eq!(report.fee, Some(taka(4_600)), "{strange}");
    }
    // What cannot be read exactly is not read at all, and never money.
    for broken in [
        r#"{"amount": "1150.001"}"#,
        r#"{"amount": 1.15e3}"#,
        r#"{"amount": "1,150.00"}"#,
        r#"{"amount": ""}"#,
        r#"{"amount": "-1150.00"}"#,
        r#"{"currency_type": "XBT"}"#,
        r#"{"currency_type": null}"#,
        r#"{"bank_tran_id": null}"#,
        r#"{"APIConnect": "MAYBE"}"#,
    ] {
        shop.peer.answer_strangely(Some(broken));
        let failed = shop.look(&shop.about(id, &reference)).await;
        assert!(matches!(failed, Err(CallFailure::Unknown { .. })), "{broken}: {failed:?}");
    }
    for denied in [r#"{"status": "WHO_KNOWS"}"#, r#"{"tran_id": "pay_other"}"#] {
        shop.peer.answer_strangely(Some(denied));
        let report = shop.found(&shop.about(id, &reference)).await;
        assert!(!is_settled(&report), "{denied}: {report:?}");
    }
    shop.close();
}

fn refund(payment_id: billfold_domain::kernel::PaymentId) -> RefundAsk<'static> {
    RefundAsk {
        refund_id: refund_id(),
        payment_id,
        reference: "2611241259Bank",
        amount: taka(100),
        paid: taka(115_000),
        is_first: true,
        description: "Refund",
    }
}
