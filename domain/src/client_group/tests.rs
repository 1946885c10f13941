//! The specification of a group of clients.

use cqrs_es::test::TestFramework;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::kernel::testing::{given, issued, refusals_are_well_spoken};
use crate::kernel::{Aggregate, Claim, ClientId, Currency, EventBody, Money, Percent, Refusal};

fn percent(text: &str) -> Percent {
    text.parse().unwrap()
}

fn client(bits: u128) -> ClientId {
    ClientId::new(Uuid::from_u128(bits))
}

fn create() -> ClientGroupCommand {
    ClientGroupCommand::Create { code: "resellers".into(), name: "Resellers".into() }
}

fn created() -> ClientGroupEvent {
    ClientGroupEvent::Created { code: "resellers".into(), name: "Resellers".into() }
}

fn joined(bits: u128) -> ClientGroupEvent {
    ClientGroupEvent::ClientJoined { client_id: client(bits) }
}

#[test]
fn a_group_is_created_once_under_a_code_it_keeps() {
    given::<ClientGroup>([])
        .when(issued(create()))
        .then([created()])
        .when(issued(create()))
        .then_nothing();
    let other = ClientGroupCommand::Create { code: "friends".into(), name: "Friends".into() };
    given::<ClientGroup>([created()])
        .when(issued(other))
        .then_refused(ClientGroupRefusal::AlreadyCreated { code: "resellers".into() });
    let scope = ClientGroupEvent::CODE_SCOPE;
    assert_eq!(created().claims(), [Claim::Take { scope, key: "resellers".into() }]);
    let nameless = ClientGroupCommand::Create { code: "A B".into(), name: " ".into() };
    let refused = ClientGroup::Absent.decide(&issued(nameless)).unwrap_err();
    let fields: Vec<_> = refused.problems().into_iter().map(|problem| problem.field).collect();
    assert_eq!(fields, ["/code", "/name"]);
}

#[test]
fn a_discount_is_at_most_the_whole_price() {
    let set = |text: &str| issued(ClientGroupCommand::SetDiscount { discount: percent(text) });
    let discount = percent("12.5");
    given::<ClientGroup>([created()])
        .when(set("12.5"))
        .then([ClientGroupEvent::DiscountSet { discount }])
        .when(set("12.50"))
        .then_nothing();
    given::<ClientGroup>([created()])
        .when(set("100.000001"))
        .then_refused(ClientGroupRefusal::TooMuchOff { discount: percent("100.000001") });
    given::<ClientGroup>([]).when(set("1")).then_refused(ClientGroupRefusal::Absent);
}

#[test]
fn a_price_tier_is_named_by_a_key_or_not_at_all() {
    let set = |tier: Option<&str>| {
        issued(ClientGroupCommand::SetPriceTier { tier: tier.map(str::to_owned) })
    };
    let tier = Some("wholesale".to_owned());
    given::<ClientGroup>([created()])
        .when(set(Some("wholesale")))
        .then([ClientGroupEvent::PriceTierSet { tier }])
        .when(set(Some("wholesale")))
        .then_nothing();
    given::<ClientGroup>([created()]).when(set(None)).then_nothing();
    let state = ClientGroup::fold(&[created()]);
    assert!(state.decide(&set(Some("Whole Sale"))).is_err());
}

#[test]
fn a_client_is_in_one_group_and_free_for_another_after_leaving() {
    let (client_id, scope) = (client(1), ClientGroupEvent::MEMBER_SCOPE);
    let add = || issued(ClientGroupCommand::AddMember { client_id });
    let left = ClientGroupEvent::ClientLeft { client_id };
    given::<ClientGroup>([created()]).when(add()).then([joined(1)]).when(add()).then_nothing();
    given::<ClientGroup>([created(), joined(1)])
        .when(issued(ClientGroupCommand::RemoveMember { client_id }))
        .then([left.clone()])
        .when(issued(ClientGroupCommand::RemoveMember { client_id }))
        .then_refused(ClientGroupRefusal::NotMember { client_id });
    let key = client_id.to_string();
    assert_eq!(joined(1).claims(), [Claim::Take { scope, key: key.clone() }]);
    assert_eq!(left.claims(), [Claim::Release { scope, key }]);
}

#[test]
fn a_full_group_takes_nobody_else() {
    let full: Vec<_> = std::iter::once(created()).chain((0..100_000).map(joined)).collect();
    let state = ClientGroup::fold(&full);
    let add = |bits| issued(ClientGroupCommand::AddMember { client_id: client(bits) });
    assert_eq!(state.decide(&add(7)), Ok(vec![]));
    assert_eq!(state.decide(&add(100_000)), Err(ClientGroupRefusal::Full { limit: 100_000 }));
    assert!(state.weight() > 1_600_000);
}

#[test]
fn the_test_framework_of_cqrs_es_runs_on_it() {
    TestFramework::<ClientGroup>::with(())
        .given(vec![created()])
        .when(issued(ClientGroupCommand::AddMember { client_id: client(1) }))
        .then_expect_events(vec![joined(1)]);
}

#[test]
fn refusals_are_well_spoken_to_whoever_asks() {
    refusals_are_well_spoken(
        "client_group",
        &[
            ClientGroupRefusal::Absent,
            ClientGroupRefusal::AlreadyCreated { code: "resellers".into() },
            ClientGroupRefusal::TooMuchOff { discount: percent("101") },
            ClientGroupRefusal::Full { limit: 1 },
            ClientGroupRefusal::NotMember { client_id: client(1) },
        ],
    );
}

proptest! {
    #[test]
    fn a_member_pays_nothing_below_zero_and_nothing_above_the_price(
        minor in 0..Money::LIMIT,
        millionths in 0_i64..=100_000_000,
    ) {
        let discount = Percent::try_new(rust_decimal::Decimal::new(millionths, 6)).unwrap();
        let state = ClientGroup::fold(&[created(), ClientGroupEvent::DiscountSet { discount }]);
        let price = Money::try_new(minor, Currency::JPY).unwrap();
        let paid = state.pricing().unwrap().price_for_members(price).unwrap();
        prop_assert!((0..=minor).contains(&paid.minor()));
        let off = price.checked_sub(paid).unwrap();
        let exact = discount.value() * rust_decimal::Decimal::from(minor);
        let hundred = rust_decimal::Decimal::ONE_HUNDRED;
        let half = rust_decimal::Decimal::new(5, 1);
        prop_assert!((rust_decimal::Decimal::from(off.minor()) - exact / hundred).abs() <= half);
    }
}
