//! Orders and captures.

use billfold_app::ports::driver::{CallFailure, Found};
use billfold_app::ports::gateway::{ChargeStage, CheckoutPages, Handover, PayLine};
use billfold_domain::kernel::{EffectId, Money};
use billfold_domain::payment::Decline;
use billfold_peers::paypal::{CaptureAs, Fault, Operation};
use chrono::TimeDelta;
use serde_json::Value;
use uuid::Uuid;

use super::{Shop, money, payment, refund, sought, usd};

fn line(text: &str, net: Money, tax: Money) -> PayLine {
    PayLine { text: text.to_owned(), net, tax }
}

/// The body of the last order that was opened.
fn last_order(shop: &Shop) -> Value {
    serde_json::from_slice(&shop.peer.seen(Operation::Create).last().unwrap().body).unwrap()
}

#[tokio::test]
async fn an_order_is_approved_captured_and_paid_to_the_cent() {
    let shop = Shop::open().await;
    let opened = shop.page(payment(1), usd(1999), &[]).await.unwrap();
    let ChargeStage::NeedsClient { handover: Handover::Page { url }, until } = &opened.stage else {
        panic!("{opened:?}")
    };
    assert!(url.ends_with(&opened.reference), "{url}");
    assert_eq!(*until, Some(shop.desk.now + TimeDelta::hours(6)));
    assert!(opened.amount.is_none());
    shop.peer.approve(&opened.reference);
    let found = shop.found(payment(1), &opened.reference).await;
    assert!(matches!(found.stage, ChargeStage::Approved { at } if at == shop.desk.now));
    let report = shop.capture(payment(1), &opened.reference).await.unwrap();
    assert!(matches!(report.stage, ChargeStage::Settled), "{report:?}");
    assert_eq!((report.amount, report.fee), (Some(usd(1999)), Some(usd(118))));
    assert_eq!(shop.peer.books().charged["USD"], 1999);
    assert_eq!(shop.peer.books().fees["USD"], 118);
    // From now on the payment goes by the name of its capture, and is found by either.
    assert_eq!(shop.found(payment(1), &opened.reference).await.reference, report.reference);
    assert_eq!(shop.found(payment(1), &report.reference).await.reference, report.reference);
}

#[tokio::test]
async fn order_capture_and_refunds_have_ids_of_their_own() {
    let shop = Shop::open().await;
    let capture = shop.paid(payment(1), usd(1999)).await;
    shop.refund(refund(1), &capture, usd(500)).await.unwrap();
    shop.refund(refund(2), &capture, usd(500)).await.unwrap();
    let operations = [Operation::Create, Operation::Capture, Operation::Refund];
    let seen = operations.into_iter().flat_map(|operation| shop.peer.seen(operation));
    let mut keys: Vec<String> = seen.map(|seen| seen.request_id.unwrap()).collect();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 4);
}

#[tokio::test]
async fn coming_back_three_times_captures_once() {
    let shop = Shop::open().await;
    let order = shop.approved(payment(1), usd(1999)).await;
    let effect = EffectId::new(Uuid::from_u128(9));
    let mut captures = Vec::new();
    for _ in 0..3 {
        captures.push(shop.capture_for(effect, payment(1), &order).await.unwrap().reference);
    }
    // Another effect of the same yes finds what is done.
    captures.push(shop.capture(payment(1), &order).await.unwrap().reference);
    captures.dedup();
    assert_eq!(captures, shop.peer.captures(&order));
    assert_eq!(shop.peer.books().charged["USD"], 1999);
}

#[tokio::test]
async fn a_completed_order_with_a_pending_capture_pays_nothing_yet() {
    let shop = Shop::open().await;
    let order = shop.approved(payment(1), usd(1999)).await;
    shop.peer.next_capture(&order, CaptureAs::Pending("ECHECK".to_owned()));
    let report = shop.capture(payment(1), &order).await.unwrap();
    assert!(matches!(report.stage, ChargeStage::Pending { .. }), "{report:?}");
    assert!(report.amount.is_none());
    shop.peer.end_capture(&report.reference, "COMPLETED");
    let found = shop.found(payment(1), &report.reference).await;
    assert!(matches!(found.stage, ChargeStage::Settled));
    // An order that says it is completed, without any capture, is no money either.
    let other = shop.page(payment(2), usd(500), &[]).await.unwrap().reference;
    shop.peer.set_order(&other, "COMPLETED");
    let found = shop.found(payment(2), &other).await;
    assert!(matches!(found.stage, ChargeStage::Pending { .. }) && found.amount.is_none());
}

#[tokio::test]
async fn a_pending_capture_that_is_denied_is_declined() {
    let shop = Shop::open().await;
    let order = shop.approved(payment(1), usd(1999)).await;
    shop.peer.next_capture(&order, CaptureAs::Pending("PENDING_REVIEW".to_owned()));
    let report = shop.capture(payment(1), &order).await.unwrap();
    shop.peer.end_capture(&report.reference, "DECLINED");
    for name in [&order, &report.reference] {
        let found = shop.found(payment(1), name).await;
        assert!(matches!(found.stage, ChargeStage::Declined { .. }), "{found:?}");
        assert!(found.amount.is_none());
    }
}

#[tokio::test]
async fn a_second_try_of_an_invoice_has_an_id_of_its_own() {
    let shop = Shop::open().await;
    for number in [1, 2] {
        let order = shop.approved(payment(number), usd(1999)).await;
        shop.capture(payment(number), &order).await.unwrap();
        let unit = &last_order(&shop)["purchase_units"][0];
        assert_eq!(unit["invoice_id"], payment(number).to_string());
        assert_eq!(unit["custom_id"], payment(number).to_string());
    }
    // A second order of one payment is refused once the first was paid: a person must look.
    let twin = shop.approved(payment(2), usd(1999)).await;
    let refused = shop.capture(payment(2), &twin).await;
    assert!(matches!(refused, Err(CallFailure::Rejected { .. })), "{refused:?}");
    assert_eq!(shop.peer.books().charged["USD"], 2 * 1999);
}

#[tokio::test]
async fn what_was_captured_already_is_done_if_it_is_ours() {
    let shop = Shop::open().await;
    let order = shop.approved(payment(1), usd(1999)).await;
    let first = shop.capture(payment(1), &order).await.unwrap();
    let again = shop.capture(payment(1), &order).await.unwrap();
    assert_eq!(again.reference, first.reference);
    assert_eq!(again.amount, Some(usd(1999)));
    let strange = shop.capture(payment(2), &order).await;
    let Err(CallFailure::Rejected { why }) = strange else { panic!("{strange:?}") };
    assert_eq!(why.code, "ORDER_ALREADY_CAPTURED");
    let look = shop.look(payment(2), Some(&order)).await.unwrap();
    assert!(matches!(look, Found::CannotTell), "{look:?}");
    let look = shop.look(payment(2), Some(&first.reference)).await.unwrap();
    assert!(matches!(look, Found::CannotTell), "{look:?}");
}

#[tokio::test]
async fn a_declined_instrument_sends_the_payer_back_to_the_page() {
    let mut shop = Shop::open().await;
    let order = shop.approved(payment(1), usd(1999)).await;
    let first = shop.found(payment(1), &order).await;
    shop.peer.next_capture(&order, CaptureAs::Refused("INSTRUMENT_DECLINED".to_owned()));
    let report = shop.capture(payment(1), &order).await.unwrap();
    let ChargeStage::NeedsClient { handover: Handover::Page { url }, .. } = report.stage else {
        panic!("{report:?}")
    };
    assert!(url.ends_with(&order), "{url}");
    shop.advance(TimeDelta::minutes(3));
    shop.peer.approve(&order);
    let second = shop.found(payment(1), &order).await;
    let at = |stage| match stage {
        ChargeStage::Approved { at } => at,
        other => panic!("{other:?}"),
    };
    assert!(at(second.stage) > at(first.stage), "another yes is another");
    let paid = shop.capture(payment(1), &order).await.unwrap();
    assert!(matches!(paid.stage, ChargeStage::Settled));
    assert_eq!(shop.peer.books().charged["USD"], 1999);
}

#[tokio::test]
async fn a_refused_capture_is_a_decline_a_page_or_an_end() {
    let shop = Shop::open().await;
    let mut number = 0;
    let mut capture_as = async |issue: &str| {
        number += 1;
        let order = shop.approved(payment(number), usd(1999)).await;
        shop.peer.next_capture(&order, CaptureAs::Refused(issue.to_owned()));
        shop.capture(payment(number), &order).await
    };
    for issue in
        ["TRANSACTION_REFUSED", "COMPLIANCE_VIOLATION", "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED"]
    {
        let report = capture_as(issue).await.unwrap();
        let ChargeStage::Declined { decline, why, ask_client } = report.stage else {
            panic!("{issue}: {report:?}")
        };
        assert_eq!((decline, why.code.as_str(), ask_client), (Decline::Hard, issue, false));
    }
    for issue in ["ORDER_NOT_APPROVED", "PAYER_ACTION_REQUIRED", "INSTRUMENT_DECLINED"] {
        let report = capture_as(issue).await.unwrap();
        let waits =
            matches!(report.stage, ChargeStage::NeedsClient { .. } | ChargeStage::Pending { .. });
        assert!(waits && report.amount.is_none(), "{issue}: {report:?}");
    }
    let report = capture_as("ORDER_EXPIRED").await.unwrap();
    assert!(matches!(report.stage, ChargeStage::Cancelled { .. }), "{report:?}");
    let busy = capture_as("ORDER_COMPLETION_IN_PROGRESS").await;
    assert!(matches!(busy, Err(CallFailure::Unknown { .. })), "{busy:?}");
    let barred = capture_as("PAYEE_ACCOUNT_RESTRICTED").await;
    assert!(matches!(barred, Err(CallFailure::Misconfigured { .. })), "{barred:?}");
    let other = capture_as("AN_ISSUE_OF_TOMORROW").await;
    assert!(matches!(other, Err(CallFailure::Rejected { .. })), "{other:?}");
    assert!(shop.peer.books().charged.is_empty());
}

#[tokio::test]
async fn an_order_nobody_approved_is_cancelled() {
    let mut shop = Shop::open().await;
    let order = shop.page(payment(1), usd(1999), &[]).await.unwrap().reference;
    shop.advance(TimeDelta::hours(6));
    let found = shop.found(payment(1), &order).await;
    assert!(matches!(found.stage, ChargeStage::Cancelled { .. }), "{found:?}");
    let captured = shop.capture(payment(1), &order).await.unwrap();
    assert!(matches!(captured.stage, ChargeStage::Cancelled { .. }), "{captured:?}");
    // What was sent a moment ago must not be missing.
    let mut about = sought(payment(1), Some("5O000000000000099"));
    about.sent_at = Some(shop.desk.now - TimeDelta::minutes(1));
    let look = shop.desk.call(async |call| shop.paypal.look_up(call, &about).await).await.unwrap();
    assert!(matches!(look, Found::CannotTell), "{look:?}");
    let nobody = shop.look(payment(1), None).await.unwrap();
    assert!(matches!(nobody, Found::NotThere), "an order without a name takes no money");
    let voided = shop.page(payment(3), usd(100), &[]).await.unwrap().reference;
    shop.peer.set_order(&voided, "VOIDED");
    let found = shop.found(payment(3), &voided).await;
    assert!(matches!(found.stage, ChargeStage::Cancelled { .. }), "{found:?}");
}

#[tokio::test]
async fn a_closed_order_is_left_alone_unless_it_was_paid() {
    let shop = Shop::open().await;
    let close = async |order: &str| {
        shop.desk.call(async |call| shop.paypal.close(call, order).await).await.unwrap()
    };
    let order = shop.approved(payment(1), usd(1999)).await;
    assert!(matches!(close(&order).await.stage, ChargeStage::Cancelled { .. }));
    shop.capture(payment(1), &order).await.unwrap();
    let report = close(&order).await;
    assert!(matches!(report.stage, ChargeStage::Settled) && report.amount == Some(usd(1999)));
}

#[tokio::test]
async fn the_lines_of_an_invoice_are_shown_when_they_add_up() {
    let shop = Shop::open().await;
    let lines = [
        line("Server S, November", usd(1000), usd(190)),
        line("Backup", usd(0), usd(0)),
        line("Discount", usd(-100), usd(-19)),
        line(&"é".repeat(200), usd(500), usd(95)),
    ];
    shop.page(payment(1), usd(1666), &lines).await.unwrap();
    let unit = last_order(&shop)["purchase_units"][0].clone();
    let breakdown = &unit["amount"]["breakdown"];
    assert_eq!(breakdown["item_total"]["value"], "15.00");
    assert_eq!(breakdown["tax_total"]["value"], "2.85");
    assert_eq!(breakdown["discount"]["value"], "1.19");
    let items = unit["items"].as_array().unwrap();
    assert_eq!(items.len(), 3);
    assert_eq!(items[2]["name"].as_str().unwrap().chars().count(), 127);
    // Part of an invoice, a line without a name or cents that PayPal cannot say: no lines.
    for (amount, lines) in [
        (usd(1000), vec![line("Server", usd(1000), usd(190))]),
        (usd(1190), vec![line(" \n", usd(1000), usd(190))]),
        (money(1000, "HUF"), vec![line("A", money(950, "HUF"), money(50, "HUF"))]),
        (usd(1190), vec![line("Server", usd(1380), usd(-190))]),
    ] {
        shop.page(payment(2), amount, &lines).await.unwrap();
        let unit = last_order(&shop)["purchase_units"][0].clone();
        assert!(unit.get("items").is_none() && unit["amount"].get("breakdown").is_none());
    }
}

#[tokio::test]
async fn every_order_we_open_fits_the_contract() {
    let shop = Shop::set(&[("brand_name", "Köln Hosting\n& Söhne")]).await;
    let mut chance = 7_u64;
    let mut next = |below: i64| {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695);
        i64::try_from(chance >> 40).unwrap() % below
    };
    let texts = ["Server", "", "日本語 \u{7}サーバー", "a\tb\nc", "\"quoted\" \\ <b>", "😀"];
    let codes = ["USD", "EUR", "JPY", "HUF", "TWD", "PLN"];
    let mut with_lines = 0;
    for number in 0..120 {
        let code = codes[usize::try_from(next(6)).unwrap()];
        let unit = if ["HUF", "TWD"].contains(&code) { 100 } else { 1 };
        let mut lines = Vec::new();
        let mut total = 0;
        for _ in 0..next(6) {
            let (net, tax) = ((next(90_000) - 9_000) * unit, next(9_000) * unit);
            let text = texts[usize::try_from(next(6)).unwrap()].repeat(40);
            lines.push(line(&text, money(net, code), money(tax, code)));
            total += net + tax;
        }
        let amount = money(if total > 0 { total } else { unit }, code);
        let opened = shop.page(payment(number), amount, &lines).await;
        match opened {
            Ok(report) => assert!(matches!(report.stage, ChargeStage::NeedsClient { .. })),
            Err(CallFailure::Rejected { why }) => assert_eq!(why.status, None, "{why:?}"),
            Err(other) => panic!("{other:?}"),
        }
        let has_lines = last_order(&shop)["purchase_units"][0].get("items").is_some();
        with_lines += i32::from(has_lines);
    }
    assert!(with_lines > 20, "{with_lines}");
}

#[tokio::test]
async fn amounts_without_decimals_are_refused_with_cents() {
    let shop = Shop::open().await;
    for amount in [money(199_950, "HUF"), money(1, "TWD"), money(100, "BDT"), usd(0)] {
        let refused = shop.page(payment(1), amount, &[]).await;
        assert!(matches!(refused, Err(CallFailure::Rejected { .. })), "{amount}: {refused:?}");
    }
    assert!(shop.peer.seen(Operation::Token).is_empty(), "nothing was sent");
    for (number, (amount, says)) in
        [(money(1999, "JPY"), "1999"), (money(199_900, "HUF"), "1999"), (usd(5), "0.05")]
            .into_iter()
            .enumerate()
    {
        let number = u128::try_from(number).unwrap() + 1;
        let order = shop.approved(payment(number), amount).await;
        assert_eq!(last_order(&shop)["purchase_units"][0]["amount"]["value"], says);
        let paid = shop.capture(payment(number), &order).await.unwrap();
        assert_eq!(paid.amount, Some(amount));
    }
}

#[tokio::test]
async fn what_arrives_is_told_even_if_it_is_another_amount() {
    let shop = Shop::open().await;
    let order = shop.approved(payment(1), usd(1999)).await;
    shop.peer.fault(Operation::Capture, Fault::OtherAmount(-1));
    let report = shop.capture(payment(1), &order).await.unwrap();
    assert_eq!(report.amount, Some(usd(1998)));
    assert_eq!(shop.peer.books().charged["USD"], 1998);
}

#[tokio::test]
async fn a_status_that_nobody_knows_is_under_way_and_never_money() {
    let shop = Shop::open().await;
    let order = shop.approved(payment(1), usd(1999)).await;
    shop.peer.next_capture(&order, CaptureAs::Status("SETTLED_TOMORROW".to_owned()));
    let report = shop.capture(payment(1), &order).await.unwrap();
    assert!(matches!(report.stage, ChargeStage::Pending { .. }) && report.amount.is_none());
    let other = shop.page(payment(2), usd(1999), &[]).await.unwrap().reference;
    shop.peer.set_order(&other, "PAID_PERHAPS");
    let found = shop.found(payment(2), &other).await;
    assert!(matches!(found.stage, ChargeStage::Pending { .. }) && found.amount.is_none());
}

#[tokio::test]
async fn money_without_a_readable_amount_leaves_it_unknown() {
    let shop = Shop::open().await;
    for amount in [r#"{"currency_code":"USD","value":"19.999"}"#, "null", r#"{"value":"1"}"#] {
        let order = shop.approved(payment(1), usd(1999)).await;
        let text = format!(
            r#"{{"id":"5O1","status":"COMPLETED","purchase_units":[{{"payments":{{"captures":
               [{{"id":"2C1","status":"COMPLETED","amount":{amount}}}]}}}}]}}"#
        );
        shop.peer.fault(Operation::Capture, Fault::Says(201, text));
        let captured = shop.capture(payment(1), &order).await;
        assert!(matches!(captured, Err(CallFailure::Unknown { .. })), "{captured:?}");
    }
}

#[tokio::test]
async fn stored_answers_of_paypal_are_read() {
    let text = include_str!("../../../fixtures/paypal/examples.json");
    let examples: Value = serde_json::from_str(text).unwrap();
    let shop = Shop::open().await;
    let of = |stage: &ChargeStage| match stage {
        ChargeStage::Settled => "settled",
        ChargeStage::Pending { .. } => "pending",
        ChargeStage::NeedsClient { .. } => "needs client",
        ChargeStage::Approved { .. } => "approved",
        ChargeStage::Declined { .. } => "declined",
        ChargeStage::Cancelled { .. } => "cancelled",
    };
    for (operation, call, name, wanted) in [
        (
            Operation::Create,
            "POST /v2/checkout/orders 201",
            "payer_action_required",
            "needs client",
        ),
        (Operation::Create, "POST /v2/checkout/orders 201", "created", "needs client"),
        (Operation::Capture, "POST /v2/checkout/orders/{id}/capture 201", "completed", "settled"),
        (
            Operation::Capture,
            "POST /v2/checkout/orders/{id}/capture 201",
            "pending_echeck",
            "pending",
        ),
        (
            Operation::Capture,
            "POST /v2/checkout/orders/{id}/capture 201",
            "pending_review",
            "pending",
        ),
        (Operation::Capture, "POST /v2/checkout/orders/{id}/capture 201", "declined", "declined"),
        (Operation::ShowOrder, "GET /v2/checkout/orders/{id} 200", "approved", "approved"),
        (Operation::ShowOrder, "GET /v2/checkout/orders/{id} 200", "completed", "settled"),
        (Operation::ShowOrder, "GET /v2/checkout/orders/{id} 200", "voided", "cancelled"),
    ] {
        let example = &examples["responses"][call][name];
        // The examples belong to nobody of ours.
        let example = example.to_string().replace("svc-1001", &payment(1).to_string());
        shop.peer.fault(operation, Fault::Says(200, example));
        let report = match operation {
            Operation::Create => shop.page(payment(1), usd(1999), &[]).await.unwrap(),
            Operation::Capture => shop.capture(payment(1), "5O190127TN364715T").await.unwrap(),
            _ => shop.found(payment(1), "5O190127TN364715T").await,
        };
        assert_eq!(of(&report.stage), wanted, "{call} {name}");
        if wanted == "settled" {
            assert_eq!((report.amount, report.fee), (Some(usd(1999)), Some(usd(119))));
        }
    }
}
