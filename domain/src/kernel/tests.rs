//! What holds for every amount.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;

fn currencies() -> impl Strategy<Value = Currency> {
    prop::sample::select(Currency::all().collect::<Vec<_>>())
}

fn moneys() -> impl Strategy<Value = Money> {
    (-Money::LIMIT..=Money::LIMIT, currencies())
        .prop_map(|(minor, currency)| Money::try_new(minor, currency).unwrap())
}

fn eur(minor: i64) -> Money {
    Money::try_new(minor, Currency::EUR).unwrap()
}

proptest! {
    #[test]
    fn any_cuts_of_a_whole_give_parts_that_sum_to_the_amount(
        money in moneys(),
        mut cuts in prop::collection::vec(0_u64..=10_000, 0..40),
        of in 1_u64..=10_000,
    ) {
        cuts.retain(|cut| *cut <= of);
        cuts.extend([0, of]);
        cuts.sort_unstable();
        let parts = cuts.windows(2).map(|cut| part(money, cut[0], cut[1], of).unwrap());
        prop_assert_eq!(Money::sum(money.currency(), parts), Ok(money));
    }

    #[test]
    fn allocating_loses_no_cent_and_gives_nothing_for_no_weight(
        money in moneys(),
        weights in prop::collection::vec(0_u64..=u64::MAX / 64, 1..64),
    ) {
        prop_assume!(weights.iter().any(|weight| *weight > 0));
        let shares = money.allocate(&weights).unwrap();
        prop_assert_eq!(Money::sum(money.currency(), shares.iter().copied()), Ok(money));
        for (share, weight) in shares.iter().zip(&weights) {
            prop_assert!(*weight > 0 || share.is_zero());
            prop_assert!(share.minor().signum() * money.minor().signum() >= 0);
        }
    }

    #[test]
    fn an_amount_reads_back_from_its_text_and_from_its_stored_form(money in moneys()) {
        prop_assert_eq!(Money::parse_major(&money.to_major(), money.currency()), Ok(money));
        let json = serde_json::to_string(&money).unwrap();
        prop_assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), money);
    }

    #[test]
    fn a_credit_mirrors_its_debit(minor in 0..=Money::LIMIT / 1_000, rate in 0_i64..=1_000_000) {
        let rate = Percent::try_new(Decimal::new(rate, 3)).unwrap();
        let tax = |money| rate.of(money, Rounding::HalfAwayFromZero).unwrap();
        prop_assert_eq!(tax(eur(minor)).negate(), tax(eur(-minor)));
    }

    #[test]
    fn a_price_times_a_quantity_is_exact_before_its_one_rounding(
        price in -10_i128.pow(15)..10_i128.pow(15),
        places in 0_u32..=12,
        quantity in -1_000_000_i64..1_000_000,
        quantity_places in 0_u32..=6,
    ) {
        let price = Decimal::from_i128_with_scale(price, places);
        prop_assume!(price.abs() <= Decimal::from(1_000_000));
        let quantity = Decimal::new(quantity, quantity_places);
        let exact = price.checked_mul(quantity).unwrap();
        let found = UnitPrice::try_new(price, Currency::EUR)
            .unwrap()
            .times(Quantity::try_new(quantity).unwrap(), Rounding::HalfAwayFromZero)
            .unwrap();
        let half = Decimal::new(5, 3);
        prop_assert!((found.to_decimal() - exact).abs() <= half);
    }

    #[test]
    fn ids_and_actors_read_back_from_any_bits(bits: u128) {
        let id = PaymentId::new(uuid::Uuid::from_u128(bits));
        prop_assert_eq!(id.to_string().parse(), Ok(id));
        let actor = Actor::Staff(StaffId::new(id.uuid()));
        prop_assert_eq!(actor.to_string().parse(), Ok(actor));
    }

    #[test]
    fn no_text_makes_a_parser_panic(text in ".{0,60}") {
        let _ = Money::parse_major(&text, Currency::EUR);
        let _ = text.parse::<Percent>();
        let _ = text.parse::<InvoiceId>();
        let _ = text.parse::<Actor>();
        let _ = Currency::parse(&text);
        let _ = Country::parse(&text);
    }
}

#[test]
fn ten_euros_over_thirty_one_days_are_ten_euros_again() {
    let days = (0..31).map(|day| part(eur(1_000), day, day + 1, 31).unwrap());
    assert_eq!(Money::sum(Currency::EUR, days), Ok(eur(1_000)));
}

#[test]
fn a_year_by_calendar_months_falls_into_known_parts() {
    let days = [17, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 28, 14];
    let shares = eur(11_988).allocate(&days).unwrap();
    let minor: Vec<_> = shares.into_iter().map(Money::minor).collect();
    assert_eq!(minor, [558, 986, 1018, 985, 1018, 1018, 986, 1018, 985, 1018, 1019, 919, 460]);
}

#[test]
fn amounts_are_bounded_and_currencies_do_not_mix() {
    assert_eq!(Money::try_new(Money::LIMIT + 1, Currency::EUR), Err(MoneyRefusal::OutOfRange));
    assert_eq!(eur(Money::LIMIT).checked_add(eur(1)), Err(MoneyRefusal::OutOfRange));
    let yen = Money::try_new(1, Currency::JPY).unwrap();
    let mixed = MoneyRefusal::MixedCurrencies { left: Currency::EUR, right: Currency::JPY };
    assert_eq!(eur(1).checked_add(yen), Err(mixed));
    assert!(
        serde_json::from_str::<Money>(r#"{"minor":9007199254740992,"currency":"EUR"}"#).is_err()
    );
}

#[test]
fn finer_amounts_and_other_spellings_are_refused() {
    let too_precise = MoneyRefusal::TooPrecise { currency: Currency::JPY };
    assert_eq!(Money::parse_major("10.5", Currency::JPY), Err(too_precise));
    for text in ["", "-", ".5", "5.", "1e3", "1,000", "+1", " 1", "--1", "1.2.3", "0x1", "1_0"] {
        let found = Money::parse_major(text, Currency::EUR);
        assert_eq!(found, Err(MoneyRefusal::NotANumber), "{text}");
    }
    assert_eq!(Money::parse_major("2.1", Currency::EUR), Ok(eur(210)));
    assert_eq!(Money::parse_major("-0.10", Currency::EUR), Ok(eur(-10)));
}

#[test]
fn splitting_by_nothing_is_refused() {
    assert_eq!(eur(1).allocate(&[]), Err(MoneyRefusal::NoShares));
    assert_eq!(eur(1).allocate(&[0, 0]), Err(MoneyRefusal::NoShares));
    for (from, to, of) in [(0, 1, 0), (2, 1, 3), (0, 4, 3)] {
        assert_eq!(part(eur(1), from, to, of), Err(MoneyRefusal::NoShares));
    }
}

#[test]
fn equal_rates_have_equal_bytes() {
    let stored = |text: &str| serde_json::to_string(&text.parse::<Percent>().unwrap()).unwrap();
    assert_eq!(stored("19.00"), stored("19"));
    assert_eq!(stored("0.0"), "\"0\"");
    assert_eq!(stored("-0"), "\"0\"");
    assert_eq!("-0.00".parse::<Percent>().unwrap(), Percent::ZERO);
    assert!("1000.000001".parse::<Percent>().is_err());
    assert!("-1".parse::<Percent>().is_err());
    assert!("0.0000001".parse::<Percent>().is_err());
}

#[test]
fn refusals_of_money_are_well_spoken() {
    let (left, right) = (Currency::EUR, Currency::USD);
    testing::refusals_are_well_spoken(
        "money",
        &[
            MoneyRefusal::OutOfRange,
            MoneyRefusal::MixedCurrencies { left, right },
            MoneyRefusal::TooPrecise { currency: left },
            MoneyRefusal::NotANumber,
            MoneyRefusal::NoShares,
        ],
    );
}

#[test]
fn a_malformed_id_is_something_that_cannot_exist() {
    let refusal = "inv_1".parse::<InvoiceId>().unwrap_err();
    assert_eq!((refusal.kind(), refusal.code()), (RefusalKind::Missing, "id.malformed"));
}

#[test]
fn an_amount_is_converted_once() {
    let rate: ExchangeRate = "157.123456789".parse().unwrap();
    let convert = |minor, to| rate.convert(eur(minor), to, Rounding::HalfAwayFromZero).unwrap();
    assert_eq!(convert(1_000, Currency::JPY).minor(), 1_571);
    assert_eq!(convert(-1_000, Currency::JPY).minor(), -1_571);
    assert_eq!(convert(1, Currency::USD).minor(), 157);
}

#[test]
fn a_command_keeps_its_circumstances_when_it_leads_to_another() {
    let first = testing::issued("first");
    let second = first.with(2);
    assert_eq!((second.command, second.tenant, second.at), (2, first.tenant, first.at));
    assert_eq!((second.actor, second.effective_on), (first.actor, first.effective_on));
}

#[test]
fn sealed_data_is_compared_and_never_shown() {
    let sealed = |class, text: &str| {
        Pii::<String>::new(SubjectId::new(uuid::Uuid::nil()), class, text.to_owned())
    };
    let one = sealed(KeyClass::Fiscal, "c2VjcmV0");
    assert_eq!(one, one.clone());
    assert_ne!(one, sealed(KeyClass::Operational, "c2VjcmV0"));
    assert_ne!(one, sealed(KeyClass::Fiscal, "b3RoZXI="));
    assert!(!format!("{one:?}").contains("c2VjcmV0"));
    let json = serde_json::to_string(&one).unwrap();
    assert_eq!(serde_json::from_str::<Pii<String>>(&json).unwrap(), one);
}

#[test]
fn a_blind_index_is_hex_and_never_shown() {
    let index = BlindIndex::try_new("0a".repeat(32)).unwrap();
    assert!(!format!("{index:?}").contains("0a"));
    for wrong in ["", "0A", "xyz", &"a".repeat(31), &"a".repeat(129), &"A".repeat(64)] {
        assert!(BlindIndex::try_new(wrong).is_err(), "{wrong}");
        let json = format!("\"{wrong}\"");
        assert!(serde_json::from_str::<BlindIndex>(&json).is_err(), "{wrong}");
    }
}

#[test]
fn an_origin_names_a_system_and_an_id() {
    let origin = |source: &str, id: &str| Origin { source: source.into(), id: id.into() };
    assert_eq!(origin("whmcs", "42").check(), Ok(()));
    let problems = origin("Old System", "").check().unwrap_err().problems();
    let fields: Vec<_> = problems.into_iter().map(|problem| problem.field).collect();
    assert_eq!(fields, ["/origin/source", "/origin/id"]);
}
