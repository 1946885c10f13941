//! Cards that Stripe keeps for later.

use billfold_app::access::Secret;
use billfold_app::ports::driver::{Call, CallFailure, Found};
use billfold_app::ports::gateway::{
    ChargeStage, ChargeWay, Handover, MethodReport, MethodStage, StoreAsk, StoredToken,
};
use billfold_domain::kernel::{ClientId, PaymentMethodId};
use billfold_peers::stripe::Card;
use uuid::Uuid;

use super::{Bill, Shop};

async fn begin(shop: &Shop, on_page: bool) -> MethodReport {
    let bill = Bill::of(1, "EUR");
    let ask = StoreAsk {
        method_id: PaymentMethodId::new(Uuid::from_u128(5)),
        client_id: ClientId::new(Uuid::from_u128(9)),
        payer: &bill.payer,
        holder: None,
        on_page,
        returns: &bill.returns,
    };
    let begun = async |call: &Call<'_>| shop.driver.storing().unwrap().begin(call, &ask).await;
    shop.desk.call(begun).await.unwrap()
}

async fn look_up(shop: &Shop, reference: &str) -> Found<MethodReport> {
    let found =
        async |call: &Call<'_>| shop.driver.storing().unwrap().look_up(call, reference).await;
    shop.desk.call(found).await.unwrap()
}

async fn forget(shop: &Shop, token: &StoredToken) -> Result<(), CallFailure> {
    let forget = async |call: &Call<'_>| shop.driver.storing().unwrap().forget(call, token).await;
    shop.desk.call(forget).await
}

async fn stored(shop: &Shop, reference: &str) -> MethodReport {
    match look_up(shop, reference).await {
        Found::There(report) => report,
        other => panic!("{reference}: {other:?}"),
    }
}

#[tokio::test]
async fn a_card_is_stored_on_our_page_and_charged_without_its_client() {
    let shop = Shop::open().await;
    let begun = begin(&shop, true).await;
    let MethodStage::NeedsClient { handover: Handover::Confirm { .. }, .. } = &begun.stage else {
        panic!("{begun:?}")
    };
    let waits = stored(&shop, &begun.reference).await;
    assert!(matches!(waits.stage, MethodStage::NeedsClient { .. }));
    shop.peer.store_on_page(&begun.reference, Card::Pays);
    let report = stored(&shop, &begun.reference).await;
    assert_eq!(report.holder, begun.holder);
    let MethodStage::Stored { token, face } = &report.stage else { panic!("{report:?}") };
    assert_eq!((face.label.as_str(), face.last_four.as_deref()), ("Visa", Some("4242")));
    assert_eq!(face.expires, Some((2030, 8)));
    assert_eq!(token.holder, begun.holder);
    let charged = shop.charge(&Bill::of(1999, "EUR"), ChargeWay::Stored(token)).await.unwrap();
    assert!(matches!(charged.stage, ChargeStage::Settled));
    shop.close();
}

#[tokio::test]
async fn a_card_is_stored_on_a_page_of_stripes() {
    let shop = Shop::open().await;
    let begun = begin(&shop, false).await;
    let MethodStage::NeedsClient { handover: Handover::Page { .. }, until: Some(_) } = &begun.stage
    else {
        panic!("{begun:?}")
    };
    assert!(matches!(stored(&shop, &begun.reference).await.stage, MethodStage::NeedsClient { .. }));
    shop.peer.pay(&begun.reference, Card::Pays);
    let report = stored(&shop, &begun.reference).await;
    assert_eq!(report.reference, begun.reference);
    assert!(matches!(report.stage, MethodStage::Stored { .. }), "{report:?}");
    let given_up = begin(&shop, false).await;
    shop.peer.run_out(&given_up.reference);
    let report = stored(&shop, &given_up.reference).await;
    assert!(matches!(report.stage, MethodStage::Failed { .. }), "{report:?}");
    shop.close();
}

#[tokio::test]
async fn a_method_is_forgotten_once_and_twice() {
    let shop = Shop::open().await;
    let token = shop.stored(Card::Pays);
    let there = stored(&shop, token.token.reveal()).await;
    assert!(matches!(there.stage, MethodStage::Stored { .. }));
    assert_eq!(forget(&shop, &token).await, Ok(()));
    assert_eq!(forget(&shop, &token).await, Ok(()));
    let gone = shop.peer.object(token.token.reveal()).unwrap();
    assert!(gone["customer"].is_null());
    let unknown = StoredToken { token: Secret::new("pm_of_nobody"), holder: None };
    assert_eq!(forget(&shop, &unknown).await, Ok(()));
    shop.close();
}

#[tokio::test]
async fn a_storing_that_stripe_does_not_have_is_not_there() {
    let shop = Shop::open().await;
    for reference in ["seti_no", "cs_no", "pm_no"] {
        assert!(matches!(look_up(&shop, reference).await, Found::NotThere), "{reference}");
    }
    shop.close();
}

#[tokio::test]
async fn contact_is_told_only_where_the_seller_wants_it() {
    let mut shop = Shop::open().await;
    begin(&shop, true).await;
    let url = shop.peer.url();
    let settings = [
        ("publishable_key", "pk_test_1"),
        ("secret_key", super::SECRET_KEY),
        ("base_url", url.as_str()),
    ];
    shop.desk.account = crate::desk::Desk::new("stripe", &settings).account;
    begin(&shop, true).await;
    shop.open_page(&Bill::of(1999, "EUR"), false).await.unwrap();
    let customers = shop.peer.objects("customer");
    assert_eq!(customers[0]["email"], "ada@shop.example");
    assert!(customers[1]["email"].is_null() && customers[1]["name"].is_null());
    let page = shop.peer.seen().pop().unwrap().form;
    assert!(!page.contains("ada%40") && !page.contains("Lovelace"), "{page}");
    shop.close();
}
