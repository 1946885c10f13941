//! Tokens, settings, secrets, and the test of a connection.

use billfold_adapters::Outbound;
use billfold_adapters::gateways::{self, paypal::PayPal};
use billfold_app::access::Secret;
use billfold_app::ports::driver::{CallFailure, SettingValues};
use billfold_app::ports::gateway::{ConnectionTest, Gateway, Tested};
use billfold_peers::paypal::{CLIENT_SECRET, Fault, Operation};
use chrono::TimeDelta;

use super::{Shop, payment, refund, usd};

#[tokio::test]
async fn a_token_is_fetched_again_once() {
    let mut shop = Shop::open().await;
    for number in 1..4 {
        shop.page(payment(number), usd(1999), &[]).await.unwrap();
    }
    let tokens = |shop: &Shop| shop.peer.seen(Operation::Token).len();
    assert_eq!(tokens(&shop), 1, "a token is kept");
    // In its last minute it is not used any more.
    shop.advance(TimeDelta::seconds(32_400 - 59));
    shop.page(payment(4), usd(1999), &[]).await.unwrap();
    assert_eq!(tokens(&shop), 2);
    // Taken back before its time: once more, with a new one, under the same key.
    shop.peer.forget_tokens();
    shop.page(payment(5), usd(1999), &[]).await.unwrap();
    assert_eq!(tokens(&shop), 3);
    let keys: Vec<_> =
        shop.peer.seen(Operation::Create).into_iter().map(|it| it.request_id).collect();
    assert_eq!(keys[keys.len() - 1], keys[keys.len() - 2]);
    // A new one that is not taken either: a person must look at the settings.
    shop.peer.fault(Operation::Create, Fault::Stranger);
    shop.peer.fault(Operation::Create, Fault::Stranger);
    let failed = shop.page(payment(6), usd(1999), &[]).await;
    assert!(matches!(failed, Err(CallFailure::Misconfigured { .. })), "{failed:?}");
    assert_eq!(tokens(&shop), 4);
    assert_eq!(shop.peer.orders().len(), 5);
}

#[tokio::test]
async fn keys_that_are_not_taken_are_settings_to_be_changed() {
    let shop = Shop::set(&[("client_secret", "EWrongSecret")]).await;
    let failed = shop.page(payment(1), usd(1999), &[]).await;
    let Err(CallFailure::Misconfigured { why }) = failed else { panic!("{failed:?}") };
    assert_eq!((why.code.as_str(), why.status), ("invalid_client", Some(401)));
    let tested = shop.desk.call(async |call| shop.paypal.test(call).await).await;
    assert!(matches!(tested, Err(CallFailure::Misconfigured { .. })), "{tested:?}");
}

#[tokio::test]
async fn a_connection_is_tested_without_moving_anything() {
    let test = async |shop: &Shop| shop.desk.call(async |call| shop.paypal.test(call).await).await;
    let shop = Shop::open().await;
    let Tested { says, is_live } = test(&shop).await.unwrap();
    assert!(!is_live && says.contains("sandbox") && says.contains("shop.example"), "{says}");
    // A test never believes a token that was given before.
    test(&shop).await.unwrap();
    assert_eq!(shop.peer.seen(Operation::Token).len(), 2);
    let some = r#"{"id":"W","url":"https://shop.example/h?key=1","event_types":
        [{"name":"PAYMENT.CAPTURE.COMPLETED"}]}"#;
    shop.peer.fault(Operation::ShowWebhook, Fault::Says(200, some.to_owned()));
    let says = test(&shop).await.unwrap().says;
    assert!(says.contains("CUSTOMER.DISPUTE.CREATED") && !says.contains("key=1"), "{says}");
    assert!(!says.contains("PAYMENT.CAPTURE.COMPLETED"), "{says}");
    let other = Shop::set(&[("webhook_id", "OTHER")]).await;
    let failed = test(&other).await;
    assert!(matches!(failed, Err(CallFailure::Misconfigured { .. })), "{failed:?}");
    let none = Shop::set(&[("webhook_id", ""), ("mode", "live")]).await;
    assert!(test(&none).await.unwrap().is_live);
    assert!(shop.peer.orders().is_empty());
}

#[tokio::test]
async fn the_mode_chooses_whether_money_is_real() {
    let paypal = PayPal::new(&Outbound::try_new(false).unwrap());
    let set = |values: &[(&str, &str)]| {
        SettingValues::new(values.iter().map(|(name, it)| (name.to_string(), Secret::new(*it))))
    };
    assert!(paypal.is_live(&set(&[("mode", "live")])));
    for mode in ["sandbox", "LIVE", ""] {
        assert!(!paypal.is_live(&set(&[("mode", mode)])), "{mode}");
    }
    let at = |mode, base| paypal.check(&set(&[("mode", mode), ("base_url", base)]));
    assert!(at("live", "https://api-m.sandbox.paypal.com").is_err());
    assert!(at("sandbox", "https://api-m.paypal.com/").is_err());
    assert!(at("live", "https://api-m.paypal.com").is_ok());
    assert!(at("sandbox", "https://paypal.example").is_ok() && at("live", "").is_ok());
    // What the driver says of itself, the variables of the environment among it (PPL-08).
    let description = paypal.description();
    let variables: Vec<&str> = description.fields.iter().filter_map(|it| it.variable).collect();
    let wanted = ["PAYPAL_MODE", "PAYPAL_CLIENT_ID", "PAYPAL_CLIENT_SECRET", "PAYPAL_WEBHOOK_ID"];
    assert_eq!(variables, wanted);
    let secrets: Vec<&str> =
        description.fields.iter().filter(|it| it.is_secret).map(|it| it.name).collect();
    assert_eq!(secrets, ["client_secret"]);
    assert!(description.currencies.take("HUF") && !description.currencies.take("BDT"));
    let listed = gateways::all(&Outbound::try_new(false).unwrap());
    assert!(listed.find("paypal").is_some());
}

#[tokio::test]
async fn no_error_or_debug_of_a_call_holds_a_secret() {
    let shop = Shop::open().await;
    let capture = shop.paid(payment(1), usd(1999)).await;
    let token = "A21AA-peer-token";
    let mut said = vec![format!("{:?} {:?}", shop.paypal, shop.desk.account)];
    let echo = format!(
        r#"{{"name":"{CLIENT_SECRET}","message":"{CLIENT_SECRET}","debug_id":"{CLIENT_SECRET}",
            "details":[{{"issue":"{CLIENT_SECRET}","description":"{token}-000000000000001"}}]}}"#
    );
    for fault in [
        Fault::DropAfter,
        Fault::FailAfter,
        Fault::TooMany(1),
        Fault::Says(400, echo.clone()),
        Fault::Says(403, echo.clone()),
        Fault::Says(409, echo.clone()),
        Fault::Says(422, echo.clone()),
        Fault::Says(500, echo.clone()),
        Fault::Says(201, echo),
    ] {
        shop.peer.fault(Operation::Refund, fault);
        let failed = shop.refund(refund(1), &capture, usd(1)).await.err().unwrap();
        said.push(format!("{failed} {failed:?}"));
    }
    let wrong = Shop::set(&[("client_secret", "EWrongSecret")]).await;
    let failed = wrong.page(payment(1), usd(1999), &[]).await.err().unwrap();
    said.push(format!("{failed} {failed:?} {:?}", wrong.desk.account));
    let gone = Shop::set(&[("base_url", "http://127.0.0.1:1")]).await;
    let failed = gone.page(payment(1), usd(1999), &[]).await.err().unwrap();
    assert!(matches!(failed, CallFailure::NotSent { .. }), "{failed:?}");
    said.push(format!("{failed} {failed:?}"));
    for text in said {
        for secret in [CLIENT_SECRET, "EWrongSecret", token] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}
