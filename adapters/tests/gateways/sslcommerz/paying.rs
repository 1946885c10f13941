//! Payments on the provider's page.

use std::collections::BTreeMap;
use std::time::Duration;

use billfold_app::ports::driver::{CallFailure, Found};
use billfold_app::ports::gateway::{ChargeStage, Handover, Sought};
use billfold_domain::payment::Decline;
use billfold_peers::contract::Contract;
use billfold_peers::sslcommerz::{self, Operation, Worry};
use chrono::TimeDelta;
use serde_json::Value;

use super::{Shop, is_pending, is_settled, money, payment, taka};

#[tokio::test]
async fn a_page_is_opened_paid_and_found_with_its_fee() {
    let shop = Shop::open().await;
    let id = payment();
    let opened = shop.page(id, taka(115_000)).await.unwrap();
    assert_eq!((opened.reference.as_str(), opened.amount), (id.to_string().as_str(), None));
    let ChargeStage::NeedsClient { handover: Handover::Page { url }, until } = opened.stage else {
        panic!("{opened:?}");
    };
    assert!(url.starts_with(&shop.peer.url()), "{url}");
    assert_eq!(until, Some(shop.now() + TimeDelta::hours(1)));

    assert!(is_pending(&shop.found(&shop.about(id, &opened.reference)).await));
    let paid = shop.peer.pay(&opened.reference);
    let report = shop.found(&shop.about(id, &opened.reference)).await;
    assert!(is_settled(&report));
    assert_eq!(report.reference, paid.bank_tran_id);
    assert_eq!((report.amount, report.fee), (Some(taka(115_000)), Some(taka(4_600))));
    assert!(report.risk.is_some_and(|risk| !risk.is_high));
    assert_eq!(shop.peer.books().fees, 4_600);
    shop.close();
}

#[tokio::test]
async fn a_second_validation_is_as_good_as_the_first() {
    let shop = Shop::open().await;
    let (id, reference) = shop.opened(115_000).await;
    shop.peer.pay(&reference);
    for _ in 0..3 {
        assert!(is_settled(&shop.found(&shop.about(id, &reference)).await));
    }
    assert_eq!(shop.peer.times(Operation::Validate), 3);
    assert_eq!(shop.peer.books().charges.len(), 1);
    shop.close();
}

#[tokio::test]
async fn foreign_money_is_compared_in_its_own_currency() {
    let shop = Shop::open().await;
    let id = payment();
    shop.page(id, money(7_999, "USD")).await.unwrap();
    shop.peer.pay(&id.to_string());
    let report = shop.found(&shop.about(id, &id.to_string())).await;
    assert_eq!(report.amount, Some(money(7_999, "USD")));
    // What is left is told in taka alone: no fee can be told from it.
    assert_eq!(report.fee, None);
    shop.close();
}

#[tokio::test]
async fn another_amount_than_asked_is_told_as_it_arrived() {
    let shop = Shop::open().await;
    for (arrived, currency) in [(114_999, "BDT"), (1, "BDT"), (115_000, "USD")] {
        let (id, reference) = shop.opened(115_000).await;
        let other = sslcommerz::Money::new(arrived, currency);
        shop.peer.pay_other(&reference, other, Worry::Safe);
        let report = shop.found(&shop.about(id, &reference)).await;
        assert_eq!(report.amount, Some(money(arrived, currency)));
    }
    shop.close();
}

#[tokio::test]
async fn a_worry_of_the_provider_is_told() {
    let shop = Shop::open().await;
    let (id, reference) = shop.opened(115_000).await;
    shop.peer.pay_with(&reference, Worry::Risky);
    let report = shop.found(&shop.about(id, &reference)).await;
    let risk = report.risk.unwrap();
    assert!(risk.is_high);
    assert_eq!((risk.level.as_str(), risk.title.as_str()), ("1", "Risky"));
    shop.close();
}

#[tokio::test]
async fn the_valid_try_counts_and_a_second_one_is_kept_apart() {
    let shop = Shop::open().await;
    let (id, reference) = shop.opened(115_000).await;
    shop.peer.fail(&reference, "Expired Card");
    let first = shop.peer.pay(&reference);
    shop.peer.cancel(&reference);
    let report = shop.found(&shop.about(id, &reference)).await;
    assert_eq!(report.reference, first.bank_tran_id);

    let second = shop.peer.pay(&reference);
    let known = shop.about(id, &first.bank_tran_id);
    let told = Sought { hint: Some(&second.val_id), ..known };
    for about in [shop.about(id, &reference), known, told] {
        assert_eq!(shop.found(&about).await.reference, first.bank_tran_id, "{about:?}");
        let pages = shop.driver.paging().unwrap();
        let besides = shop.desk.call(async |call| pages.paid_besides(call, &about).await).await;
        let besides = besides.unwrap();
        let names: Vec<&str> = besides.iter().map(|report| report.reference.as_str()).collect();
        assert_eq!(names, [second.bank_tran_id.as_str()]);
        assert!(is_settled(&besides[0]));
    }
    // Whichever was taken for the payment stays it.
    let other = shop.about(id, &second.bank_tran_id);
    assert_eq!(shop.found(&other).await.reference, second.bank_tran_id);
    assert_eq!(shop.peer.books().charges.len(), 2);
    shop.close();
}

#[tokio::test]
async fn a_try_that_failed_may_be_followed_by_another_until_the_page_runs_out() {
    let mut shop = Shop::open().await;
    let (id, reference) = shop.opened(115_000).await;
    let opened_at = shop.now();
    shop.peer.fail(&reference, "Expired Card");
    let about = shop.about(id, &reference);
    assert!(is_pending(&shop.found(&about).await));
    shop.later(TimeDelta::minutes(61));
    let about = Sought { sent_at: Some(opened_at), ..shop.about(id, &reference) };
    let report = shop.found(&about).await;
    let ChargeStage::Declined { decline, why, .. } = report.stage else { panic!("{report:?}") };
    assert_eq!((decline, why.text.as_str()), (Decline::Soft, "Expired Card"));
    assert_eq!(report.amount, None);
    // Paid after all: money is money.
    shop.peer.pay(&reference);
    assert!(is_settled(&shop.found(&about).await));
    shop.close();
}

#[tokio::test]
async fn a_page_that_nobody_paid_on_ends_when_it_ran_out() {
    let mut shop = Shop::open().await;
    let opened_at = shop.now();
    let mut pages = Vec::new();
    for _ in 0..4 {
        pages.push(shop.opened(115_000).await);
    }
    shop.peer.cancel(&pages[0].1);
    shop.peer.expire(&pages[1].1);
    shop.peer.leave(&pages[2].1);
    for (id, reference) in &pages {
        assert!(is_pending(&shop.found(&shop.about(*id, reference)).await));
    }
    shop.later(TimeDelta::hours(1));
    for (id, reference) in &pages {
        let about = Sought { sent_at: Some(opened_at), ..shop.about(*id, reference) };
        let report = shop.found(&about).await;
        assert!(matches!(report.stage, ChargeStage::Cancelled { .. }), "{report:?}");
    }
    shop.close();
}

#[tokio::test]
async fn a_word_that_nobody_knows_is_under_way_and_never_money() {
    let mut shop = Shop::open().await;
    let opened_at = shop.now();
    let (id, reference) = shop.opened(115_000).await;
    for (status, hours, pause) in [("PENDING", 0, 600), ("REVIEWED", 2, 3600), ("?", 48, 86_400)] {
        shop.peer.hang(&reference, status);
        shop.later(TimeDelta::hours(hours));
        let about = Sought { sent_at: Some(opened_at), ..shop.about(id, &reference) };
        let report = shop.found(&about).await;
        let ChargeStage::Pending { look_again } = report.stage else { panic!("{report:?}") };
        assert_eq!((look_again, report.amount), (Duration::from_secs(pause), None));
    }
    shop.close();
}

#[tokio::test]
async fn a_page_whose_opening_was_never_answered_is_not_there() {
    let shop = Shop::open().await;
    let about = Sought { reference: None, ..shop.about(payment(), "") };
    assert!(matches!(shop.look(&about).await, Ok(Found::NotThere)));
    shop.close();
}

#[tokio::test]
async fn a_page_that_is_given_up_is_told_with_what_was_paid_meanwhile() {
    let shop = Shop::open().await;
    let pages = shop.driver.paging().unwrap();
    let close = async |reference: &str| {
        shop.desk.call(async |call| pages.close(call, reference).await).await
    };
    let (_, left) = shop.opened(115_000).await;
    let report = close(&left).await.unwrap();
    assert!(matches!(report.stage, ChargeStage::Cancelled { .. }), "{report:?}");
    let (_, waiting) = shop.opened(115_000).await;
    shop.peer.hang(&waiting, "PENDING");
    assert!(is_pending(&close(&waiting).await.unwrap()));
    let (_, paid) = shop.opened(115_000).await;
    let bank_tran_id = shop.peer.pay(&paid).bank_tran_id;
    assert!(is_settled(&close(&paid).await.unwrap()));
    let closed = close(&bank_tran_id).await;
    assert!(matches!(closed, Err(CallFailure::Rejected { .. })), "{closed:?}");
    shop.close();
}

#[tokio::test]
async fn every_request_fits_the_contract_whatever_the_client_told() {
    let mut shop = Shop::open().await;
    let long = "ব্রাহ্মণবাড়িয়া ".repeat(40);
    let texts = ["", " ", "A", "a=b&c=d", "two\nlines\t\u{7}", "\"'<script>", "日本 123", &long];
    let full = super::payer();
    for (at, text) in texts.into_iter().enumerate() {
        let text = text.to_owned();
        let mut payer = full.clone();
        payer.name = Some(text.clone());
        payer.phone = Some(text.clone());
        if let Some(address) = payer.address.as_mut() {
            address.street = text.clone();
            address.city = text.clone();
            address.postal_code = text.clone();
            address.country = text.chars().take(2).collect();
        }
        if at == 0 {
            payer = super::Payer { email: full.email.clone(), ..super::Payer::default() };
        }
        shop.payer = payer;
        let (id, reference) = shop.opened(1_000 + i64::try_from(at).unwrap()).await;
        shop.peer.pay(&reference);
        assert!(is_settled(&shop.found(&shop.about(id, &reference)).await));
    }
    let sent = shop.peer.last(Operation::Session);
    let of = |name: &str| sent.iter().find(|(known, _)| known == name).unwrap().1.clone();
    assert_eq!(of("cus_name").chars().count(), 50);
    assert_eq!(of("cus_phone"), "N/A");
    shop.payer = full;
    shop.opened(1_000).await;
    let sent = shop.peer.last(Operation::Session);
    let of = |name: &str| sent.iter().find(|(known, _)| known == name).unwrap().1.clone();
    assert_eq!((of("cus_country").as_str(), of("tran_id").len()), ("Bangladesh", 30));
    assert_eq!(of("cus_phone"), "+8801711111111");
    shop.close();
}

#[test]
fn the_stored_examples_fit_the_contract() {
    let contract = Contract::of(include_str!("../../../fixtures/sslcommerz/contract.json"));
    let examples = include_str!("../../../fixtures/sslcommerz/examples.json");
    let examples: Value = serde_json::from_str(examples).unwrap();
    for (name, which) in [
        ("session", ""),
        ("validate", ""),
        ("query_by_tran_id", "#tries"),
        ("refund_initiate", "#refund"),
        ("refund_query", "#refund_status"),
    ] {
        let request = &examples[name]["request"];
        let members = request.get("form").or_else(|| request.get("query")).unwrap();
        let members: BTreeMap<String, String> = serde_json::from_value(members.clone()).unwrap();
        let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(members).finish();
        let place = format!("{}{which}", request["path"].as_str().unwrap());
        let held = contract.form(request["method"].as_str().unwrap(), &place, &text);
        assert!(held.is_ok(), "{name}: {held:?}");
    }
}

#[tokio::test]
async fn amounts_are_written_with_two_decimals_and_what_cannot_be_said_is_not_sent() {
    let shop = Shop::open().await;
    let good = [(1_000, "BDT", "10.00"), (50_000_000, "BDT", "500000.00"), (7_999, "USD", "79.99")];
    for (minor, currency, text) in good {
        shop.page(payment(), money(minor, currency)).await.unwrap();
        let sent = shop.peer.last(Operation::Session);
        assert!(sent.contains(&("total_amount".to_owned(), text.to_owned())), "{sent:?}");
    }
    let sent_so_far = shop.peer.times(Operation::Session);
    let bad = [
        (999, "BDT"),
        (50_000_001, "BDT"),
        (0, "USD"),
        (-500, "EUR"),
        (10_000, "JPY"),
        (10_000, "BHD"),
        (10_000_000_000, "USD"),
        (10_000, "CHF"),
    ];
    for (minor, currency) in bad {
        let refused = shop.page(payment(), money(minor, currency)).await;
        assert!(matches!(refused, Err(CallFailure::Rejected { .. })), "{minor} {currency}");
        assert!(!shop.driver.description().currencies.take("JPY"));
    }
    assert_eq!(shop.peer.times(Operation::Session), sent_so_far);
    shop.close();
}

#[tokio::test]
async fn a_client_without_a_whole_mail_address_is_not_sent_there() {
    let mut shop = Shop::open().await;
    let long = format!("{}@example.com", "a".repeat(50));
    for email in [None, Some(""), Some("nobody"), Some("@x"), Some("a b@c.d"), Some(long.as_str())]
    {
        shop.payer.email = email.map(str::to_owned);
        let refused = shop.page(payment(), taka(115_000)).await;
        let Err(CallFailure::Rejected { why }) = refused else { panic!("{refused:?}") };
        assert_eq!(why.code, "email");
        assert!(!why.text.contains("aaa"), "{why}");
    }
    assert_eq!(shop.peer.times(Operation::Session), 0);
    shop.close();
}
