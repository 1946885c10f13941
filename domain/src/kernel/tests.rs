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
    assert!("1000.000001".parse::<Percent>().is_err());
    assert!("-1".parse::<Percent>().is_err());
    assert!("0.0000001".parse::<Percent>().is_err());
}
