//! Rules of tax, and what holds for any lines.

use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;
use crate::kernel::testing::refusals_are_well_spoken;
use crate::kernel::{Country, Currency, Money, MoneyRefusal, Percent, Unrounded};

fn eur(minor: i64) -> Money {
    Money::try_new(minor, Currency::EUR).unwrap()
}

fn tax(code: &str, rate: &str) -> Tax {
    Tax { code: code.into(), rate: rate.parse().unwrap(), compound: false }
}

fn line(minor: i64, taxes: &[Tax]) -> TaxableLine {
    TaxableLine { amount: eur(minor).into(), taxes: taxes.to_vec() }
}

fn country(code: &str) -> Country {
    code.parse().unwrap()
}

fn computed(lines: &[TaxableLine], rules: TaxRules) -> Taxed {
    compute(Currency::EUR, lines, rules).unwrap()
}

const INCLUSIVE: TaxRules = TaxRules {
    tax_rounding: TaxRounding::Rate,
    tax_base: TaxBase::Unrounded,
    prices: PriceMode::Inclusive,
};

fn rounding(tax_rounding: TaxRounding) -> TaxRules {
    TaxRules { tax_rounding, ..TaxRules::default() }
}

#[test]
fn rounding_by_line_and_by_rate_differ_by_a_cent() {
    // getlago/lago-api#2643
    let taxes = [tax("vat", "20")];
    let lines = [6_833, 6_833, 5_750, 8_500].map(|minor| line(minor, &taxes));
    assert_eq!(computed(&lines, rounding(TaxRounding::Rate)).tax, eur(5_583));
    assert_eq!(computed(&lines, rounding(TaxRounding::Line)).tax, eur(5_584));
    let sum_only = computed(&lines, rounding(TaxRounding::Invoice));
    assert_eq!((sum_only.tax, sum_only.taxes.len()), (eur(5_583), 0));
}

#[test]
fn a_compound_tax_is_taken_on_all_taxes_before_it() {
    let compound = Tax { compound: true, ..tax("c", "10") };
    let taxed =
        computed(&[line(10_000, &[tax("a", "5"), tax("b", "5"), compound])], TaxRules::default());
    let amounts: Vec<_> = taxed.taxes.iter().map(|tax| (tax.base, tax.amount)).collect();
    let expected = [(10_000, 500), (10_000, 500), (11_000, 1_100)];
    assert_eq!(amounts, expected.map(|(base, amount)| (eur(base), eur(amount))));
}

#[test]
fn one_code_with_two_rates_is_two_taxes() {
    let lines = [line(100, &[tax("vat", "20")]), line(100, &[tax("vat", "5.5")])];
    let rates: Vec<_> =
        computed(&lines, TaxRules::default()).taxes.iter().map(|tax| tax.rate).collect();
    assert_eq!(rates, ["5.5", "20"].map(|rate| rate.parse::<Percent>().unwrap()));
}

#[test]
fn an_inclusive_price_is_rounded_without_tax_and_the_rest_is_tax() {
    let taxed = computed(&[line(10_000, &[tax("vat", "19")])], INCLUSIVE);
    assert_eq!((taxed.subtotal, taxed.tax, taxed.total), (eur(8_403), eur(1_597), eur(10_000)));
    // 0.03 at 100 % is half a cent either way: the net takes it.
    let half = computed(&[line(3, &[tax("vat", "100")])], INCLUSIVE);
    assert_eq!((half.subtotal, half.tax), (eur(2), eur(1)));
}

#[test]
fn inclusive_compound_taxes_come_out_of_the_price_again() {
    let compound = Tax { compound: true, ..tax("pst", "7") };
    let taxed = computed(&[line(11_235, &[tax("gst", "5"), compound])], INCLUSIVE);
    let amounts: Vec<_> = taxed.taxes.iter().map(|tax| tax.amount).collect();
    assert_eq!((taxed.subtotal, amounts), (eur(10_000), vec![eur(500), eur(735)]));
}

#[test]
fn a_share_is_taxed_exactly_or_as_printed() {
    // 29.99 * 6 / 7 = 25.7057..., of which 23.33 % are 5.9971... or 5.9981 on 25.71.
    let amount = Unrounded::from(eur(50)).portion(1, 4).unwrap();
    let line = [TaxableLine { amount, taxes: vec![tax("vat", "100")] }];
    let exact = computed(&line, TaxRules::default());
    assert_eq!((exact.subtotal, exact.tax), (eur(13), eur(13)));
    let line = [TaxableLine { amount, taxes: vec![tax("vat", "20")] }];
    let printed = TaxRules { tax_base: TaxBase::Rounded, ..TaxRules::default() };
    assert_eq!(computed(&line, TaxRules::default()).tax, eur(3), "2.5 cents");
    assert_eq!(computed(&line, printed).tax, eur(3), "2.6 cents");
}

#[test]
fn lines_in_another_currency_are_refused() {
    let refused = compute(Currency::USD, &[line(1, &[])], TaxRules::default());
    assert!(matches!(refused, Err(MoneyRefusal::MixedCurrencies { .. })));
}

#[test]
fn the_most_specific_level_wins_as_a_whole() {
    let mut levels = TaxLevels { entity: vec![tax("std", "20")], ..TaxLevels::default() };
    assert_eq!(levels.applying().unwrap().0, TaxLevel::Entity);
    levels.customer = vec![tax("c", "10")];
    assert_eq!(levels.applying().unwrap().0, TaxLevel::Customer);
    levels.plan = vec![tax("p", "5"), tax("q", "1")];
    assert_eq!(levels.applying().unwrap(), (TaxLevel::Plan, levels.plan.as_slice()));
    levels.product = vec![tax("x", "3")];
    assert_eq!(levels.applying().unwrap().0, TaxLevel::Product);
    levels.line = vec![tax("y", "4")];
    assert_eq!(levels.applying().unwrap().0, TaxLevel::Line);
    levels.exempt = true;
    assert_eq!(levels.applying(), None);
    assert_eq!(TaxLevels::default().applying(), None);
}

fn sale(seller: &str, customer: &str) -> Sale {
    Sale {
        seller: country(seller),
        one_stop: true,
        supply: Supply::Electronic,
        customer: Some(country(customer)),
        postcode: None,
        vat_check: VatCheck::NoNumber,
    }
}

fn standard(code: &str) -> Treatment {
    Treatment::Standard { country: country(code), class: RateClass::Standard }
}

fn treated(sale: &Sale) -> Treatment {
    place(sale).unwrap().treatment
}

#[test]
fn consumers_abroad_are_taxed_at_home_for_electronic_services_under_the_scheme_only() {
    let scheme = sale("FR", "DE");
    assert_eq!(treated(&scheme), standard("DE"));
    assert_eq!(treated(&Sale { one_stop: false, ..scheme.clone() }), standard("FR"));
    assert_eq!(treated(&Sale { supply: Supply::Other, ..scheme }), standard("FR"));
}

#[test]
fn a_confirmed_business_abroad_accounts_for_the_tax_itself_and_no_other() {
    let business = |check| Sale { vat_check: check, ..sale("FR", "DE") };
    assert_eq!(treated(&business(VatCheck::Valid)), Treatment::ReverseCharge);
    assert_eq!(treated(&business(VatCheck::Invalid)), standard("DE"));
    let domestic = Sale { vat_check: VatCheck::Valid, ..sale("FR", "FR") };
    assert_eq!(treated(&domestic), standard("FR"));
}

#[test]
fn an_invoice_waits_only_where_the_answer_can_change_it() {
    let hold = |customer: &str, check| {
        place(&Sale { vat_check: check, ..sale("FR", customer) }).unwrap().hold
    };
    for check in [VatCheck::Pending, VatCheck::Error] {
        assert!(hold("IT", check));
        assert!(!hold("FR", check), "home rate in any case");
        assert!(!hold("TH", check), "outside in any case");
    }
    for check in [VatCheck::NoNumber, VatCheck::Valid, VatCheck::Invalid] {
        assert!(!hold("IT", check));
    }
}

#[test]
fn a_region_in_the_vat_area_keeps_reverse_charge_and_one_outside_has_none() {
    let business = |customer: &str, postcode: &str| Sale {
        postcode: Some(postcode.into()),
        vat_check: VatCheck::Valid,
        ..sale("FR", customer)
    };
    assert_eq!(treated(&business("PT", "9500-321")), Treatment::ReverseCharge);
    let canary = Treatment::Territory { territory: Territory::CanaryIslands };
    assert_eq!(treated(&business("ES", "35001")), canary);
    assert_eq!(canary.category(), None);
}

#[test]
fn a_region_is_told_by_its_postcode_however_it_is_typed() {
    let of = |code: &str, postcode: &str| Territory::of(country(code), Some(postcode));
    for typed in ["35001", " 35 001 ", "ES-35001", "35\t001"] {
        assert_eq!(of("ES", typed), Some(Territory::CanaryIslands), "{typed}");
    }
    assert_eq!(of("ES", "28001"), None);
    assert_eq!(of("ES", "35"), None, "too short to be one");
    assert_eq!(of("FR", "35001"), None, "Brittany");
    assert_eq!(of("PT", "9000-001"), Some(Territory::Madeira));
    assert_eq!(of("AT", "6992"), Some(Territory::Mittelberg));
    assert_eq!(Territory::of(country("AX"), None), Some(Territory::AlandIslands));
    assert_eq!(Territory::of(country("ES"), None), None);
}

#[test]
fn monaco_is_france_and_the_kingdom_has_left() {
    assert_eq!(treated(&sale("DE", "MC")), standard("FR"));
    assert_eq!(treated(&sale("DE", "GB")), Treatment::OutsideScope);
    let refused = place(&sale("GB", "DE")).unwrap_err();
    assert_eq!(refused, PlaceRefusal::SellerOutsideUnion { country: country("GB") });
    refusals_are_well_spoken("tax", &[refused]);
}

#[test]
fn a_treatment_names_its_category() {
    assert_eq!(standard("DE").category(), Some(TaxCategory::S));
    assert_eq!(Treatment::ReverseCharge.category(), Some(TaxCategory::AE));
    assert_eq!(Treatment::OutsideScope.category(), Some(TaxCategory::O));
}

#[test]
fn what_events_will_hold_is_stored_under_these_names() {
    let place = Place { treatment: standard("DE"), hold: true };
    let stored = serde_json::json!({
        "treatment": "standard", "country": "DE", "class": "standard", "hold": true,
    });
    assert_eq!(serde_json::to_value(place).unwrap(), stored);
    assert_eq!(serde_json::from_value::<Place>(stored).unwrap(), place);
    let canary = Treatment::Territory { territory: Territory::CanaryIslands };
    let stored = serde_json::json!({ "treatment": "territory", "territory": "canary_islands" });
    assert_eq!(serde_json::to_value(canary).unwrap(), stored);
    let rules = serde_json::json!({
        "tax_rounding": "rate", "tax_base": "unrounded", "prices": "exclusive",
    });
    assert_eq!(serde_json::to_value(TaxRules::default()).unwrap(), rules);
    let none = serde_json::from_value::<TaxRules>(serde_json::json!({})).unwrap();
    assert_eq!(none, TaxRules::default(), "settings that say nothing");
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn rate(region: Option<&str>, percent: &str, from: &str, to: Option<&str>) -> RateSpan {
    RateSpan {
        country: country("DE"),
        region: region.map(str::to_owned),
        class: RateClass::Standard,
        rate: percent.parse().unwrap(),
        valid_from: day(from),
        valid_to: to.map(day),
    }
}

#[test]
fn the_rate_of_a_day_is_the_one_in_force_then() {
    let mut table = RateTable::default();
    table.define(rate(None, "19", "2007-01-01", Some("2020-07-01"))).unwrap();
    table.define(rate(None, "16", "2020-07-01", Some("2021-01-01"))).unwrap();
    table.define(rate(None, "19", "2021-01-01", None)).unwrap();
    table.define(rate(Some("BUS"), "8.1", "2024-01-01", None)).unwrap();
    let on = |text: &str, region| {
        let found = table.on(day(text), country("DE"), region, RateClass::Standard);
        found.map(|rate| rate.rate.to_string())
    };
    assert_eq!(on("2006-12-31", None), None);
    assert_eq!(on("2020-06-30", None).as_deref(), Some("19"));
    assert_eq!(on("2020-07-01", None).as_deref(), Some("16"));
    assert_eq!(on("2030-01-01", None).as_deref(), Some("19"));
    assert_eq!(on("2024-01-01", Some("BUS")).as_deref(), Some("8.1"));
    assert_eq!(on("2023-12-31", Some("BUS")).as_deref(), Some("19"), "the country's");
}

#[test]
fn two_rates_of_one_place_never_share_a_day() {
    let mut table = RateTable::default();
    table.define(rate(None, "19", "2021-01-01", None)).unwrap();
    let overlap =
        RateRefusal::Overlap { rate: "19".parse().unwrap(), valid_from: day("2021-01-01") };
    for span in [("2020-01-01", None), ("2020-01-01", Some("2021-01-02")), ("2022-01-01", None)] {
        assert_eq!(table.define(rate(None, "7", span.0, span.1)), Err(overlap.clone()));
    }
    table.define(rate(None, "7", "2020-01-01", Some("2021-01-01"))).unwrap();
    assert!(table.define(rate(None, "7", "2019-01-01", Some("2019-01-01"))).is_err());
    refusals_are_well_spoken("tax_rate", &[overlap]);
}

fn lines() -> impl Strategy<Value = Vec<TaxableLine>> {
    let taxes = prop::sample::select(vec![
        vec![],
        vec![tax("a", "19")],
        vec![tax("b", "7")],
        vec![tax("a", "5.5"), Tax { compound: true, ..tax("q", "9.975") }],
    ]);
    let amount = (-1_000_000_i64..10_000_000, 1_u64..50)
        .prop_map(|(minor, of)| Unrounded::from(eur(minor)).portion(1, of).unwrap());
    let line = (amount, taxes).prop_map(|(amount, taxes)| TaxableLine { amount, taxes });
    prop::collection::vec(line, 0..12)
}

fn rules() -> impl Strategy<Value = TaxRules> {
    use PriceMode::{Exclusive, Inclusive};
    let roundings = vec![TaxRounding::Line, TaxRounding::Rate, TaxRounding::Invoice];
    let bases = vec![TaxBase::Rounded, TaxBase::Unrounded];
    let prices = vec![Exclusive, Inclusive];
    let choose = (
        prop::sample::select(roundings),
        prop::sample::select(bases),
        prop::sample::select(prices),
    );
    choose.prop_map(|(tax_rounding, tax_base, prices)| TaxRules { tax_rounding, tax_base, prices })
}

proptest! {
    #[test]
    fn the_total_is_the_subtotal_and_the_taxes(lines in lines(), rules in rules()) {
        let taxed = computed(&lines, rules);
        prop_assert_eq!(taxed.subtotal.checked_add(taxed.tax), Ok(taxed.total));
        if rules.tax_rounding != TaxRounding::Invoice {
            let taxes = taxed.taxes.iter().map(|tax| tax.amount);
            prop_assert_eq!(Money::sum(Currency::EUR, taxes), Ok(taxed.tax));
        }
    }

    #[test]
    fn an_inclusive_total_is_what_the_lines_sum_to(
        minors in prop::collection::vec(-10_000_i64..1_000_000, 1..10),
    ) {
        let lines: Vec<_> = minors.iter().map(|minor| line(*minor, &[tax("vat", "19")])).collect();
        prop_assert_eq!(computed(&lines, INCLUSIVE).total, eur(minors.iter().sum()));
    }

    #[test]
    fn the_order_of_lines_changes_no_cent(lines in lines(), rules in rules()) {
        let backwards: Vec<_> = lines.iter().rev().cloned().collect();
        prop_assert_eq!(computed(&lines, rules), computed(&backwards, rules));
    }

    #[test]
    fn a_credit_of_everything_mirrors_the_invoice(lines in lines(), rules in rules()) {
        let taxed = computed(&lines, rules);
        let turned: Vec<_> = lines
            .iter()
            .map(|line| {
                let amount = Unrounded::zero(Currency::EUR).checked_sub(line.amount).unwrap();
                TaxableLine { amount, taxes: line.taxes.clone() }
            })
            .collect();
        let credit = computed(&turned, rules);
        prop_assert_eq!(credit.total, taxed.total.negate());
        prop_assert_eq!(credit.tax, taxed.tax.negate());
    }
}
