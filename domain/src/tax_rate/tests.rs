//! The specification of a tax rate.

use chrono::NaiveDate;
use cqrs_es::test::TestFramework;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::kernel::testing::{TODAY, given, issued, refusals_are_well_spoken, replay_law};
use crate::kernel::{
    Aggregate, Claim, ClientId, Currency, EventBody, Issued, KeyClass, Money, Percent, Pii,
    Refusal, SubjectId,
};
use crate::tax::{PriceMode, RateClass, RateRefusal, RateTable, TaxRules, TaxableLine, compute};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn percent(text: &str) -> Percent {
    text.parse().unwrap()
}

fn client() -> ClientId {
    ClientId::new(Uuid::from_u128(3))
}

fn tax(code: &str, country: &str, region: Option<&str>) -> TaxIdentity {
    TaxIdentity {
        country: country.parse().unwrap(),
        region: region.map(str::to_owned),
        class: RateClass::Standard,
        code: code.into(),
        turn: 1,
        compound: false,
        prices: PriceMode::Exclusive,
    }
}

fn vat() -> TaxIdentity {
    tax("vat", "DE", None)
}

fn new() -> DefineTaxRate {
    let (rate, valid_from) = (percent("19"), day("2007-01-01"));
    DefineTaxRate { tax: vat(), rate, valid_from, valid_to: None }
}

fn define(new: DefineTaxRate) -> Issued<TaxRateCommand> {
    issued(TaxRateCommand::Define(new))
}

fn defined_as(tax: TaxIdentity, rate: &str, from: &str) -> TaxRateEvent {
    TaxRateEvent::Defined { tax, rate: percent(rate), valid_from: day(from), valid_to: None }
}

fn defined() -> TaxRateEvent {
    defined_as(vat(), "19", "2007-01-01")
}

fn set(rate: &str, from: &str, to: Option<&str>) -> Issued<TaxRateCommand> {
    let (rate, valid_from, valid_to) = (percent(rate), day(from), to.map(day));
    issued(TaxRateCommand::SetRate { rate, valid_from, valid_to })
}

fn rate_set(version: u32, rate: &str, from: &str, to: Option<&str>) -> TaxRateEvent {
    let (rate, valid_from, valid_to) = (percent(rate), day(from), to.map(day));
    TaxRateEvent::RateSet { version, rate, valid_from, valid_to }
}

fn retire(from: &str) -> Issued<TaxRateCommand> {
    issued(TaxRateCommand::Retire { from: day(from) })
}

fn retired(from: &str) -> TaxRateEvent {
    TaxRateEvent::Retired { from: day(from) }
}

fn exemption(from: &str, to: Option<&str>) -> Exemption {
    let subject = SubjectId::new(Uuid::from_u128(9));
    let evidence = Pii::new(subject, KeyClass::Fiscal, "c2VhbGVk".into());
    Exemption { valid_from: day(from), valid_to: to.map(day), evidence, reason: None }
}

fn exempt(from: &str, to: Option<&str>) -> Issued<TaxRateCommand> {
    let exemption = exemption(from, to);
    issued(TaxRateCommand::Exempt { client_id: client(), exemption })
}

fn exempted(from: &str, to: Option<&str>) -> TaxRateEvent {
    TaxRateEvent::ClientExempted { client_id: client(), exemption: exemption(from, to) }
}

fn end(from: &str) -> Issued<TaxRateCommand> {
    issued(TaxRateCommand::EndExemption { client_id: client(), from: day(from) })
}

fn known(history: &[TaxRateEvent]) -> DefinedRate {
    TaxRate::fold(history).defined().unwrap().clone()
}

fn rates_on(history: &[TaxRateEvent], days: &[&str]) -> Vec<Option<String>> {
    let known = known(history);
    days.iter().map(|text| known.on(day(text)).map(|one| one.rate.to_string())).collect()
}

#[test]
fn a_tax_is_defined_once_for_a_place_and_class() {
    given::<TaxRate>([]).when(define(new())).then([defined()]).when(define(new())).then_nothing();
    given::<TaxRate>([defined()])
        .when(define(DefineTaxRate { rate: percent("7"), ..new() }))
        .then_refused(TaxRateRefusal::AlreadyDefined { key: "DE/standard/vat/".into() });
    let (scope, key) = (TaxRateEvent::PLACE_SCOPE, "DE/standard/vat/".to_owned());
    assert_eq!(defined().claims(), [Claim::Take { scope, key }]);
    assert_eq!(tax("qst", "CA", Some("QC")).key(), "CA/standard/qst/QC");
    assert_eq!(retired("2027-01-01").claims(), [], "the place stays taken");
    given::<TaxRate>([]).when(retire("2027-01-01")).then_refused(TaxRateRefusal::Absent);
}

#[test]
fn a_definition_is_checked_field_by_field() {
    let wrong = DefineTaxRate {
        tax: TaxIdentity { region: Some(" ".into()), ..tax("V A T", "DE", None) },
        valid_to: Some(day("2007-01-01")),
        ..new()
    };
    let refused = TaxRate::Absent.decide(&define(wrong)).unwrap_err();
    let fields: Vec<_> = refused.problems().into_iter().map(|problem| problem.field).collect();
    assert_eq!(fields, ["/tax/code", "/tax/region", "/valid_to"]);
}

#[test]
fn a_new_rate_ends_the_one_before_on_its_first_day() {
    given::<TaxRate>([defined()])
        .when(set("16", "2026-07-01", Some("2027-01-01")))
        .then([rate_set(2, "16", "2026-07-01", Some("2027-01-01"))])
        .when(set("16", "2026-07-01", Some("2027-01-01")))
        .then_nothing();
    let history = [defined(), rate_set(2, "20", "2027-01-01", None)];
    let found = rates_on(&history, &["2006-12-31", "2026-12-31", "2027-01-01"]);
    let expected = [None, Some("19"), Some("20")];
    assert_eq!(found.iter().map(Option::as_deref).collect::<Vec<_>>(), expected);
    let never_held = known(&[defined(), retired("2007-01-01")]).versions;
    assert_eq!(never_held, [], "a rate that ends on its first day is not listed");
}

#[test]
fn after_a_rate_for_some_months_the_one_before_holds_again() {
    let cut = rate_set(2, "16", "2026-07-01", Some("2027-01-01"));
    let days = ["2026-06-30", "2026-07-01", "2026-12-31", "2027-01-01", "2027-07-01"];
    let found = rates_on(&[defined(), cut.clone()], &days);
    let expected = ["19", "16", "16", "19", "19"].map(Some);
    assert_eq!(found.iter().map(Option::as_deref).collect::<Vec<_>>(), expected);
    let longer = rate_set(3, "17", "2027-01-01", Some("2027-07-01"));
    given::<TaxRate>([defined(), cut.clone()])
        .when(set("17", "2027-01-01", Some("2027-07-01")))
        .then([longer.clone()]);
    let found = rates_on(&[defined(), cut.clone(), longer], &days);
    let expected = ["19", "16", "16", "17", "19"].map(Some);
    assert_eq!(found.iter().map(Option::as_deref).collect::<Vec<_>>(), expected);
    let instead = rate_set(3, "15", "2026-07-01", Some("2026-10-01"));
    given::<TaxRate>([defined(), cut.clone()])
        .when(set("15", "2026-07-01", Some("2026-10-01")))
        .then([instead.clone()]);
    let found = rates_on(&[defined(), cut, instead], &["2026-07-01", "2026-10-01", "2027-01-01"]);
    let expected = ["15", "16", "19"].map(Some);
    assert_eq!(found.iter().map(Option::as_deref).collect::<Vec<_>>(), expected);
}

#[test]
fn a_rate_begins_today_or_later_and_never_over_another() {
    let from = TODAY.pred_opt().unwrap();
    given::<TaxRate>([defined()])
        .when(set("20", &from.to_string(), None))
        .then_refused(TaxRateRefusal::InPast { from, today: TODAY });
    given::<TaxRate>([defined()]).when(set("20", &TODAY.to_string(), None)).then([rate_set(
        2,
        "20",
        &TODAY.to_string(),
        None,
    )]);
    let later = [defined(), rate_set(2, "20", "2027-01-01", None)];
    let overlap = RateRefusal::Overlap { rate: percent("20"), valid_from: day("2027-01-01") };
    for (from, to) in [("2026-06-01", None), ("2026-06-01", Some("2027-01-02"))] {
        given::<TaxRate>(later.clone()).when(set("18", from, to)).then_refused(overlap.clone());
    }
    given::<TaxRate>(later).when(set("18", "2026-06-01", Some("2027-01-01"))).then([rate_set(
        3,
        "18",
        "2026-06-01",
        Some("2027-01-01"),
    )]);
    let backwards = TaxRate::fold(&[defined()]).decide(&set("1", "2027-01-01", Some("2027-01-01")));
    assert_eq!(backwards.unwrap_err().field(), Some("/valid_to"));
}

#[test]
fn a_retired_rate_ends_and_may_begin_again() {
    given::<TaxRate>([defined()])
        .when(retire("2026-07-01"))
        .then([retired("2026-07-01")])
        .when(retire("2026-07-01"))
        .then_nothing();
    given::<TaxRate>([defined()])
        .when(retire("2026-01-01"))
        .then_refused(TaxRateRefusal::InPast { from: day("2026-01-01"), today: TODAY });
    let history = [
        defined(),
        rate_set(2, "20", "2028-01-01", None),
        retired("2026-07-01"),
        rate_set(3, "21", "2029-01-01", None),
    ];
    let found = rates_on(&history, &["2026-06-30", "2026-07-01", "2028-06-01", "2029-01-01"]);
    let expected = [Some("19"), None, None, Some("21")];
    assert_eq!(found.iter().map(Option::as_deref).collect::<Vec<_>>(), expected);
}

#[test]
fn an_exempt_client_does_not_pay_on_the_days_of_the_evidence() {
    given::<TaxRate>([defined()])
        .when(exempt("2026-01-01", Some("2027-01-01")))
        .then([exempted("2026-01-01", Some("2027-01-01"))])
        .when(exempt("2026-01-01", Some("2027-01-01")))
        .then_nothing();
    let history = [defined(), exempted("2026-01-01", Some("2027-01-01"))];
    let (client_id, valid_from) = (client(), day("2026-01-01"));
    given::<TaxRate>(history.clone())
        .when(exempt("2026-12-31", None))
        .then_refused(TaxRateRefusal::AlreadyExempt { client_id, valid_from });
    given::<TaxRate>(history.clone())
        .when(exempt("2027-01-01", None))
        .then([exempted("2027-01-01", None)]);
    let known = known(&history);
    let on = |text| known.exempts(client_id, day(text));
    assert_eq!([on("2025-12-31"), on("2026-01-01"), on("2026-12-31")], [false, true, true]);
    assert!(!on("2027-01-01") && !known.exempts(ClientId::new(Uuid::nil()), day("2026-06-01")));
    assert!(!format!("{:?}", history[1]).contains("c2Vh"), "evidence is never shown");
    let evidence = ExemptionEvidence { reference: "certificate 4711".into() };
    assert!(evidence.check().is_ok() && !format!("{evidence:?}").contains("4711"));
}

#[test]
fn an_exemption_ends_today_or_later() {
    let ended = TaxRateEvent::ExemptionEnded { client_id: client(), from: day("2026-07-01") };
    let history = [defined(), exempted("2026-01-01", None)];
    given::<TaxRate>(history.clone())
        .when(end("2026-07-01"))
        .then([ended.clone()])
        .when(end("2026-07-01"))
        .then_nothing();
    given::<TaxRate>(history.clone())
        .when(end("2026-01-01"))
        .then_refused(TaxRateRefusal::InPast { from: day("2026-01-01"), today: TODAY });
    given::<TaxRate>([defined()])
        .when(end("2026-07-01"))
        .then_refused(TaxRateRefusal::NotExempt { client_id: client() });
    let known = known(&[defined(), exempted("2026-01-01", None), ended]);
    assert!(known.exempts(client(), day("2026-06-30")));
    assert!(!known.exempts(client(), day("2026-07-01")));
}

fn at<'a>(country: &str, region: Option<&'a str>) -> TaxPoint<'a> {
    TaxPoint {
        on: TODAY,
        country: country.parse().unwrap(),
        region,
        class: RateClass::Standard,
        client_id: None,
    }
}

#[test]
fn taxes_of_a_place_come_in_their_turn_and_a_compound_one_is_taken_on_those_before() {
    let gst = known(&[defined_as(tax("gst", "CA", None), "5", "2008-01-01")]);
    let pst = TaxIdentity { turn: 2, compound: true, ..tax("a-pst", "CA", Some("PE")) };
    let pst = known(&[defined_as(pst, "10", "2008-01-01")]);
    let germany = known(&[defined()]);
    let all = [&pst, &germany, &gst];
    let found = resolve(all, &at("CA", Some("PE"))).unwrap();
    let codes: Vec<_> = found.taxes.iter().map(|tax| tax.code.as_str()).collect();
    assert_eq!(codes, ["gst", "a-pst"]);
    let amount = Money::try_new(10_000, Currency::parse("CAD").unwrap()).unwrap();
    let line = TaxableLine { amount: amount.into(), taxes: found.taxes };
    let taxed = compute(amount.currency(), &[line], TaxRules::default()).unwrap();
    assert_eq!(taxed.tax.minor(), 500 + 1_050);
    let elsewhere = resolve(all, &at("CA", None)).unwrap();
    assert_eq!(elsewhere.taxes.len(), 1, "a region's tax counts in the region");
    assert_eq!(resolve(all, &at("FR", None)).unwrap().taxes, []);
}

#[test]
fn a_region_has_its_own_rate_or_its_countrys() {
    let state = known(&[defined()]);
    let enclave = known(&[defined_as(tax("vat", "DE", Some("BUS")), "8.1", "2024-01-01")]);
    let rate = |region, on| {
        let at = TaxPoint { on: day(on), ..at("DE", region) };
        let found = resolve([&state, &enclave], &at).unwrap().taxes;
        found.iter().map(|tax| tax.rate.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(rate(Some("BUS"), "2024-01-01"), ["8.1"]);
    assert_eq!(rate(Some("BUS"), "2023-12-31"), ["19"]);
    assert_eq!(rate(Some("BY"), "2024-01-01"), ["19"]);
    let reduced = TaxPoint { class: RateClass::Reduced, ..at("DE", None) };
    assert_eq!(resolve([&state, &enclave], &reduced).unwrap().taxes, [], "another class");
}

#[test]
fn an_exempt_client_pays_the_other_taxes_of_a_place() {
    let gst = known(&[defined_as(tax("gst", "CA", None), "5", "2008-01-01")]);
    let qst = TaxIdentity { turn: 2, ..tax("qst", "CA", Some("QC")) };
    let qst = known(&[defined_as(qst, "9.975", "2013-01-01"), exempted("2026-01-01", None)]);
    let at = TaxPoint { client_id: Some(client()), ..at("CA", Some("QC")) };
    let found = resolve([&gst, &qst], &at).unwrap();
    let codes: Vec<_> = found.taxes.iter().map(|tax| tax.code.as_str()).collect();
    assert_eq!(codes, ["gst"]);
}

#[test]
fn prices_hold_all_taxes_of_a_place_or_none() {
    let inclusive = TaxIdentity { prices: PriceMode::Inclusive, ..vat() };
    let inclusive = known(&[defined_as(inclusive, "19", "2007-01-01")]);
    let found = resolve([&inclusive], &at("DE", None)).unwrap();
    assert_eq!(found.prices, PriceMode::Inclusive);
    let levy = TaxIdentity { turn: 2, ..tax("levy", "DE", None) };
    let levy = known(&[defined_as(levy, "1", "2007-01-01")]);
    let refused = resolve([&levy, &inclusive], &at("DE", None));
    assert_eq!(refused, Err(TaxRateRefusal::MixedPrices { code: "levy".into() }));
    let twice = resolve([&inclusive, &inclusive], &at("DE", None));
    assert!(matches!(twice, Err(TaxRateRefusal::Rate(RateRefusal::Overlap { .. }))));
}

#[test]
fn each_fact_names_the_day_from_which_it_holds() {
    assert_eq!(defined().effective_on(), Some(day("2007-01-01")));
    assert_eq!(retired("2026-07-01").effective_on(), Some(day("2026-07-01")));
    assert_eq!(exempted("2026-01-01", None).effective_on(), Some(day("2026-01-01")));
    let history = [defined(), exempted("2026-01-01", None)];
    assert!(TaxRate::fold(&history).weight() > TaxRate::fold(&[defined()]).weight());
}

#[test]
fn the_test_framework_of_cqrs_es_runs_on_it() {
    TestFramework::<TaxRate>::with(())
        .given(vec![defined()])
        .when(retire("2026-07-01"))
        .then_expect_events(vec![retired("2026-07-01")]);
}

#[test]
fn refusals_are_well_spoken_to_whoever_asks() {
    let client_id = client();
    refusals_are_well_spoken(
        "tax_rate",
        &[
            TaxRateRefusal::Absent,
            TaxRateRefusal::AlreadyDefined { key: "DE/standard/vat/".into() },
            TaxRateRefusal::InPast { from: TODAY, today: TODAY },
            TaxRateRefusal::AlreadyExempt { client_id, valid_from: TODAY },
            TaxRateRefusal::NotExempt { client_id },
            TaxRateRefusal::MixedPrices { code: "vat".into() },
        ],
    );
}

/// Whether a rate is set or all are retired, in how many days, for how many, and if it ends.
fn steps() -> impl Strategy<Value = Vec<(bool, u64, u64, bool)>> {
    let step = (any::<bool>(), 0_u64..2_000, 1_u64..900, any::<bool>());
    prop::collection::vec(step, 0..20)
}

proptest! {
    #[test]
    fn whatever_is_asked_a_day_has_one_rate_at_most(
        steps in steps(),
    ) {
        let mut history = vec![defined()];
        for (no, (is_rate, from, days, ends)) in (1_u32..).zip(steps) {
            let from = TODAY + chrono::Days::new(from);
            let valid_to = ends.then_some(from + chrono::Days::new(days));
            let rate = Percent::try_new(no.into()).unwrap();
            let ask = issued(if is_rate {
                TaxRateCommand::SetRate { rate, valid_from: from, valid_to }
            } else {
                TaxRateCommand::Retire { from }
            });
            history.extend(TaxRate::fold(&history).decide(&ask).unwrap_or_default());
        }
        replay_law::<TaxRate>(&history);
        let mut table = RateTable::default();
        let known = known(&history);
        for span in known.spans() {
            prop_assert_eq!(table.define(span), Ok(()));
        }
        let retired = history.iter().any(|event| matches!(event, TaxRateEvent::Retired { .. }));
        let holes = (0..3_000).filter(|days| known.on(TODAY + chrono::Days::new(*days)).is_none());
        prop_assert!(retired || holes.count() == 0, "no rate leaves a hole");
    }
}
