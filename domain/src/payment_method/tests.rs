//! The specification of a payment method.

use cqrs_es::test::TestFramework;
use uuid::Uuid;

use super::instrument::looks_like_card_number;
use super::*;
use crate::kernel::testing::{TODAY, given, issued, refusals_are_well_spoken};
use crate::kernel::{Claim, ClientId, EventBody, Invalid, Refusal};

fn client() -> ClientId {
    ClientId::new(Uuid::from_u128(3))
}

fn visa() -> Instrument {
    Instrument {
        kind: MethodKind::Card,
        brand: Some("visa".into()),
        last_four: Some("4242".into()),
        expires: Some(ExpiryMonth { year: 2027, month: 4 }),
    }
}

fn new() -> AttachPaymentMethod {
    AttachPaymentMethod {
        client_id: client(),
        gateway: "sandbox".into(),
        token: "tok_1".into(),
        instrument: visa(),
    }
}

fn attached() -> PaymentMethodEvent {
    let AttachPaymentMethod { client_id, gateway, token, instrument } = new();
    PaymentMethodEvent::Attached { client_id, gateway, token, instrument }
}

fn made_default() -> PaymentMethodEvent {
    PaymentMethodEvent::MadeDefault { client_id: client() }
}

fn cleared() -> PaymentMethodEvent {
    PaymentMethodEvent::DefaultCleared { client_id: client() }
}

fn detached() -> PaymentMethodEvent {
    let AttachPaymentMethod { gateway, token, .. } = new();
    PaymentMethodEvent::Detached { gateway, token, reason: "lost".into() }
}

fn detach() -> PaymentMethodCommand {
    PaymentMethodCommand::Detach { reason: "lost".into() }
}

#[test]
fn a_token_is_attached_once_however_often_it_is_reported() {
    let ask = || issued(PaymentMethodCommand::Attach(new()));
    given::<PaymentMethod>([]).when(ask()).then([attached()]).when(ask()).then_nothing();
    let other = AttachPaymentMethod { token: "tok_2".into(), ..new() };
    given::<PaymentMethod>([attached()])
        .when(issued(PaymentMethodCommand::Attach(other)))
        .then_refused(PaymentMethodRefusal::AlreadyAttached);
    let (scope, key) = (PaymentMethodEvent::TOKEN_SCOPE, "sandbox/tok_1".to_owned());
    assert_eq!(attached().claims(), [Claim::Take { scope, key: key.clone() }]);
    assert_eq!(detached().claims(), [Claim::Release { scope, key }]);
}

#[test]
fn being_the_default_is_claimed_for_the_client_and_given_up_with_the_method() {
    let make = || issued(PaymentMethodCommand::MakeDefault);
    given::<PaymentMethod>([attached()])
        .when(issued(PaymentMethodCommand::ClearDefault))
        .then([])
        .when(make())
        .then([made_default()])
        .when(issued(PaymentMethodCommand::ClearDefault))
        .then([cleared()]);
    given::<PaymentMethod>([attached(), made_default()]).when(make()).then_nothing();
    given::<PaymentMethod>([attached(), made_default()])
        .when(issued(detach()))
        .then([cleared(), detached()])
        .when(make())
        .then_refused(PaymentMethodRefusal::Detached);
    let (scope, key) = (PaymentMethodEvent::DEFAULT_SCOPE, client().to_string());
    assert_eq!(made_default().claims(), [Claim::Take { scope, key: key.clone() }]);
    assert_eq!(cleared().claims(), [Claim::Release { scope, key }]);
}

#[test]
fn what_expired_or_was_detached_is_never_charged_again() {
    let expire = || issued(PaymentMethodCommand::Expire);
    given::<PaymentMethod>([attached(), made_default()])
        .when(expire())
        .then([cleared(), PaymentMethodEvent::Expired {}])
        .when(expire())
        .then([])
        .when(issued(PaymentMethodCommand::MakeDefault))
        .then_refused(PaymentMethodRefusal::Expired);
    given::<PaymentMethod>([attached(), PaymentMethodEvent::Expired {}])
        .when(issued(detach()))
        .then([detached()])
        .when(issued(detach()))
        .then_nothing();
    assert_eq!(PaymentMethodEvent::Expired {}.claims(), []);
    given::<PaymentMethod>([attached()])
        .when(expire())
        .then_state(|method| assert_eq!(method.chargeable(), None));
    given::<PaymentMethod>([])
        .when(issued(PaymentMethodCommand::Attach(new())))
        .then_state(|method| assert!(method.chargeable().is_some()));
    given::<PaymentMethod>([])
        .when(issued(PaymentMethodCommand::Expire))
        .then_refused(PaymentMethodRefusal::Absent);
}

#[test]
fn a_card_number_is_refused_wherever_it_hides() {
    for number in
        ["4242424242424242", "4242 4242-4242 4242", "tok_4242424242424242", "4222222222222"]
    {
        assert!(looks_like_card_number(number), "{number}");
        let ask = AttachPaymentMethod { token: number.into(), ..new() };
        let detail = "looks like a card number; give the token that the gateway made of it";
        given::<PaymentMethod>([])
            .when(issued(PaymentMethodCommand::Attach(ask)))
            .then_refused(Invalid::one("token", "payment_method.card_number", detail));
    }
    for token in ["tok_1", "4242424242424241", "42424242424", "pm_1a2b3c", "12345678901234567890"] {
        assert!(!looks_like_card_number(token), "{token}");
    }
}

#[test]
fn a_method_is_described_by_four_digits_and_a_month_to_come() {
    let wrong = [
        Instrument { last_four: Some("42424".into()), ..visa() },
        Instrument { last_four: Some("42 2".into()), ..visa() },
        Instrument { expires: Some(ExpiryMonth { year: 2027, month: 13 }), ..visa() },
        Instrument { expires: Some(ExpiryMonth { year: 27, month: 1 }), ..visa() },
        Instrument { brand: Some("Visa Inc.".into()), ..visa() },
    ];
    for instrument in wrong {
        assert!(instrument.check().is_err(), "{instrument:?}");
    }
    let ends = |year, month| {
        let expires = Some(ExpiryMonth { year, month });
        let instrument = Instrument { expires, ..visa() };
        issued(PaymentMethodCommand::Attach(AttachPaymentMethod { instrument, ..new() }))
    };
    given::<PaymentMethod>([])
        .when(ends(2026, 2))
        .then_refused(PaymentMethodRefusal::AlreadyOver { today: TODAY });
    let field = |refusal: PaymentMethodRefusal| refusal.field().map(str::to_owned);
    let over = PaymentMethodRefusal::AlreadyOver { today: TODAY };
    assert_eq!(field(over).as_deref(), Some("/instrument/expires"));
    assert_eq!(field(PaymentMethodRefusal::Expired), None, "no field of the request is wrong");
    given::<PaymentMethod>([])
        .when(ends(2026, 3))
        .then_state(|method| assert!(method.chargeable().is_some()));
}

#[test]
fn the_test_framework_of_cqrs_es_runs_on_it() {
    TestFramework::<PaymentMethod>::with(())
        .given_no_previous_events()
        .when(issued(PaymentMethodCommand::Attach(new())))
        .then_expect_events(vec![attached()]);
}

#[test]
fn refusals_are_well_spoken_of() {
    refusals_are_well_spoken(
        "payment_method",
        &[
            PaymentMethodRefusal::Absent,
            PaymentMethodRefusal::AlreadyAttached,
            PaymentMethodRefusal::Expired,
            PaymentMethodRefusal::Detached,
            PaymentMethodRefusal::AlreadyOver { today: TODAY },
        ],
    );
}
