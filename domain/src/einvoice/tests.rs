//! The specification of electronic invoices.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;
use crate::kernel::testing::{TODAY, refusals_are_well_spoken};
use crate::kernel::{
    Country, Currency, Money, MoneyRefusal, Percent, Quantity, Refusal, UnitPrice,
};
use crate::tax::{TaxCategory, TaxTreatment};

fn money(text: &str, currency: Currency) -> Money {
    Money::parse_major(text, currency).unwrap()
}

fn eur(text: &str) -> Money {
    money(text, Currency::EUR)
}

fn priced(quantity: &str, price: &str, base: &str, currency: Currency) -> PricedLine {
    PricedLine {
        quantity: quantity.parse().unwrap(),
        unit_price: UnitPrice::parse(price, currency).unwrap(),
        price_base: base.parse().unwrap(),
        allowance: Money::zero(currency),
        charge: Money::zero(currency),
        category: TaxCategory::S,
        rate: "19".parse().unwrap(),
    }
}

fn amounts(currency: Currency, lines: Vec<PricedLine>) -> Amounts {
    let (prepaid, rounding) = (Money::zero(currency), Money::zero(currency));
    Amounts { currency, lines, allowances: vec![], charges: vec![], prepaid, rounding }
}

#[test]
fn a_line_is_rounded_once_after_its_price_is_shared_out() {
    let net = |quantity, price, base, currency| {
        priced(quantity, price, base, currency).net().unwrap().to_major()
    };
    assert_eq!(net("132", "15.24", "12", Currency::EUR), "167.64");
    assert_eq!(net("16000", "0.00101", "1", Currency::EUR), "16.16");
    assert_eq!(net("-1", "1.005", "1", Currency::EUR), "-1.01", "half away from zero");
    assert_eq!(net("1", "1", "0.3", Currency::EUR), "3.33", "a base below one");
    assert_eq!(net("3", "100", "7", Currency::JPY), "43");
    assert_eq!(net("1", "10", "3", Currency::parse("BHD").unwrap()), "3.333");
    assert_eq!(net("0", "10", "3", Currency::EUR), "0.00");
}

#[test]
fn what_comes_off_a_line_lowers_its_net_and_its_tax() {
    let mut line = priced("1000", "1.00", "1", Currency::EUR);
    (line.allowance, line.charge) = (eur("100.00"), eur("40.00"));
    let totals = amounts(Currency::EUR, vec![line]).totals().unwrap();
    assert_eq!(totals.line_nets, [eur("940.00")]);
    assert_eq!(totals.tax_total, eur("178.60"));
}

#[test]
fn allowances_and_charges_of_the_document_are_taxed_by_their_own_category_and_rate() {
    let of = |amount: &str, category, rate: &str| DocumentAmount {
        amount: eur(amount),
        category,
        rate: rate.parse().unwrap(),
    };
    let mut all = amounts(Currency::EUR, vec![priced("1", "100.00", "1", Currency::EUR)]);
    all.allowances = vec![of("10.00", TaxCategory::S, "19"), of("5.00", TaxCategory::E, "0")];
    all.charges = vec![of("3.00", TaxCategory::S, "7")];
    (all.prepaid, all.rounding) = (eur("50.00"), eur("0.02"));
    let totals = all.totals().unwrap();
    assert_eq!(totals.tax_exclusive, eur("88.00"));
    let taxes: Vec<_> = totals
        .taxes
        .iter()
        .map(|tax| (tax.category.word(), tax.rate.to_string(), tax.base, tax.tax))
        .collect();
    assert_eq!(
        taxes,
        [
            ("E", "0".to_owned(), eur("-5.00"), eur("0.00")),
            ("S", "19".to_owned(), eur("90.00"), eur("17.10")),
            ("S", "7".to_owned(), eur("3.00"), eur("0.21")),
        ],
        "sorted as text"
    );
    assert_eq!(totals.tax_inclusive, eur("105.31"));
    assert_eq!(totals.payable, eur("55.33"));
}

#[test]
fn a_document_without_lines_comes_to_nothing() {
    let totals = amounts(Currency::EUR, vec![]).totals().unwrap();
    assert_eq!((totals.payable, totals.taxes.len()), (eur("0.00"), 0));
}

#[test]
fn a_price_for_nothing_and_another_currency_are_refused() {
    for base in ["0", "-1"] {
        let refused = priced("1", "1", base, Currency::EUR).net();
        let base = base.parse().unwrap();
        assert_eq!(refused, Err(TotalsRefusal::PriceBase { base }));
    }
    let foreign = amounts(Currency::EUR, vec![priced("1", "1", "1", Currency::USD)]).totals();
    assert!(matches!(foreign, Err(TotalsRefusal::Money(MoneyRefusal::MixedCurrencies { .. }))));
    let base = Quantity::ONE;
    refusals_are_well_spoken("einvoice", &[TotalsRefusal::PriceBase { base }]);
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn a_rule_is_tested_only_where_its_terms_are_stated() {
    let some = |text: &str| Some(decimal(text));
    let totals = StatedTotals { tax_inclusive: some("1200.00"), ..StatedTotals::default() };
    let broken = |totals| Stated { totals, ..Stated::default() }.broken();
    assert_eq!(broken(totals), []);
    let payable = StatedTotals { payable: some("1100.0"), ..totals };
    assert_eq!(broken(payable), [Rule::BrCo16], "what was prepaid is nothing unless stated");
    assert_eq!(broken(StatedTotals { prepaid: some("100"), ..payable }), []);
    assert_eq!(broken(StatedTotals { tax_exclusive: some("1"), ..payable }), [Rule::BrCo16]);
}

#[test]
fn amounts_agree_to_the_last_decimal_they_came_with() {
    let stated = |line_total: &str| Stated {
        lines: Some(vec![decimal("110.00"), decimal("90.0"), decimal("0.001")]),
        totals: StatedTotals { line_total: Some(decimal(line_total)), ..StatedTotals::default() },
        ..Stated::default()
    };
    assert_eq!(stated("200.001").broken(), []);
    assert_eq!(stated("200.0010").broken(), []);
    assert_eq!(stated("200").broken(), [Rule::BrCo10]);
    let mut large = stated("0");
    large.lines = Some(vec![Decimal::MAX, decimal("0.0000000000000000000000000001")]);
    assert_eq!(large.broken(), [Rule::BrCo10], "what cannot be added does not agree");
    let nothing = Stated { lines: Some(vec![]), ..stated("0.00") };
    assert_eq!(nothing.broken(), [], "no lines sum to nothing");
}

/// A document that may be issued: one line at 19 % from a German seller to a French buyer.
fn right() -> Document {
    taxed(TaxCategory::S, "19")
}

fn taxed(category: TaxCategory, rate: &str) -> Document {
    let (de, fr) = (Country::parse("DE").unwrap(), Country::parse("FR").unwrap());
    let rate: Percent = rate.parse().unwrap();
    let line = PricedLine { category, rate, ..priced("2", "50.00", "1", Currency::EUR) };
    let totals = amounts(Currency::EUR, vec![line]).totals().unwrap();
    let party = |name: &str, country, vat_id: &str| Party {
        name: Some(name.into()),
        country: Some(country),
        vat_id: Some(vat_id.into()),
        ..Party::default()
    };
    let breakdown = |tax: &TaxSubtotal| TaxBreakdown {
        category: tax.category,
        rate: tax.rate,
        base: tax.base,
        tax: tax.tax,
        reason: match category {
            TaxCategory::E => {
                ExemptionReason { code: None, text: Some("Article 132 of 2006/112/EC".into()) }
            }
            _ => ExemptionReason::usual(category),
        },
    };
    Document {
        number: Some("INV-2026-000001".into()),
        issue_date: Some(TODAY),
        currency: Some(Currency::EUR),
        due_date: Some(TODAY),
        seller: party("Seller", de, "DE123456789"),
        buyer: party("Buyer", fr, "FR12345678901"),
        deliver_to: Some(fr),
        delivered_on: Some(TODAY),
        lines: vec![DocumentLine {
            name: Some("Hosting".into()),
            quantity: Some("2".parse().unwrap()),
            unit_code: Some("C62".into()),
            unit_price: Some(UnitPrice::parse("50.00", Currency::EUR).unwrap()),
            net: totals.line_nets.first().copied(),
            tax: Some(TaxTreatment { category, rate, country: de }),
            period: None,
        }],
        taxes: totals.taxes.iter().map(breakdown).collect(),
        totals: StatedTotals::from(&totals),
        ..Document::default()
    }
}

/// Ids and fields of all that is wrong.
fn wrong(document: &Document) -> Vec<(String, String)> {
    let refused = check(document).err();
    let broken = refused.iter().flat_map(Unissuable::broken);
    broken.map(|broken| (broken.rule.id().into_owned(), broken.field.clone())).collect()
}

/// What is wrong with the right document once it was changed.
fn wrong_if(change: impl FnOnce(&mut Document)) -> Vec<(String, String)> {
    let mut document = right();
    change(&mut document);
    wrong(&document)
}

fn named(id: &str, field: &str) -> Vec<(String, String)> {
    vec![(id.to_owned(), field.to_owned())]
}

#[test]
fn every_category_can_be_issued() {
    for category in TaxCategory::ALL {
        let rate = match category {
            TaxCategory::S | TaxCategory::L => "7",
            _ => "0",
        };
        assert_eq!(wrong(&taxed(category, rate)), [], "{category:?}");
    }
}

#[test]
fn an_empty_document_is_told_everything_at_once() {
    let refused = check(&Document::default()).unwrap_err();
    let ids: Vec<_> = refused.broken().map(|broken| broken.rule.id()).collect();
    let expected = [
        "BR-02", "BR-03", "BR-05", "BR-06", "BR-09", "BR-07", "BR-11", "BR-16", "BR-CO-26",
        "BR-CO-18", "BR-12", "BR-13", "BR-14", "BR-15",
    ];
    assert_eq!(ids, expected);
    assert_eq!(refused.problems().len(), expected.len());
    assert_eq!((refused.code(), refused.field()), ("einvoice.br_02", Some("/number")));
}

#[test]
fn a_missing_term_is_named_by_rule_and_field() {
    assert_eq!(wrong_if(|d| d.number = Some(" ".into())), named("BR-02", "/number"));
    assert_eq!(wrong_if(|d| d.issue_date = None), named("BR-03", "/issue_date"));
    assert_eq!(wrong_if(|d| d.currency = None), named("BR-05", "/currency"));
    assert_eq!(wrong_if(|d| d.seller.name = None), named("BR-06", "/seller/name"));
    assert_eq!(wrong_if(|d| d.buyer.name = None), named("BR-07", "/buyer/name"));
    assert_eq!(wrong_if(|d| d.seller.country = None), named("BR-09", "/seller/country"));
    assert_eq!(wrong_if(|d| d.buyer.country = None), named("BR-11", "/buyer/country"));
    assert_eq!(wrong_if(|d| d.due_date = None), named("BR-CO-25", "/due_date"));
    let terms = wrong_if(|d| (d.due_date, d.payment_terms) = (None, Some("at once".into())));
    assert_eq!(terms, []);
}

#[test]
fn a_line_says_what_how_many_of_which_unit_and_at_what_price() {
    let line = |change: fn(&mut DocumentLine)| wrong_if(|d| d.lines.iter_mut().for_each(change));
    assert_eq!(line(|l| l.name = None), named("BR-25", "/lines/0/name"));
    assert_eq!(line(|l| l.quantity = None), named("BR-22", "/lines/0/quantity"));
    assert_eq!(line(|l| l.unit_code = None), named("BR-23", "/lines/0/unit_code"));
    assert_eq!(line(|l| l.unit_price = None), named("BR-26", "/lines/0/unit_price"));
    let turn = |l: &mut DocumentLine| {
        l.unit_price = UnitPrice::parse("-50.00", Currency::EUR).ok();
        l.quantity = "-2".parse().ok();
    };
    assert_eq!(line(turn), named("BR-27", "/lines/0/unit_price"));
    let upright = |d: &mut Document| {
        d.lines.iter_mut().for_each(turn);
        d.lines = d.lines.drain(..).map(DocumentLine::upright).collect();
        assert_eq!(d.lines, right().lines);
    };
    assert_eq!(wrong_if(upright), []);
    let untaxed = line(|l| l.tax = None);
    assert!(untaxed.contains(&("BR-CO-04".into(), "/lines/0/tax".into())), "{untaxed:?}");
    let ids: Vec<_> = line(|l| l.net = None).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["BR-24", "BR-S-08", "BR-CO-10"]);
}

#[test]
fn tax_numbers_are_wanted_by_category() {
    let without = |category, rate, seller: bool| {
        let mut document = taxed(category, rate);
        document.seller.legal_registration = Some("HRB 1".into());
        let party = if seller { &mut document.seller } else { &mut document.buyer };
        party.vat_id = None;
        wrong(&document)
    };
    use TaxCategory::{AE, E, G, K, L, M, O, S, Z};
    let wanting = [(S, "7", "BR-S-02"), (Z, "0", "BR-Z-02"), (E, "0", "BR-E-02")];
    let more = [(AE, "0", "BR-AE-02"), (K, "0", "BR-IC-02"), (G, "0", "BR-G-02")];
    let last = [(L, "0", "BR-AF-02"), (M, "0", "BR-AG-02")];
    for (category, rate, id) in wanting.into_iter().chain(more).chain(last) {
        assert_eq!(without(category, rate, true), named(id, "/seller/vat_id"));
    }
    assert_eq!(without(O, "0", true), []);
    assert_eq!(without(AE, "0", false), named("BR-AE-02", "/buyer/vat_id"));
    assert_eq!(without(K, "0", false), named("BR-IC-02", "/buyer/vat_id"));
    assert_eq!(without(S, "7", false), []);
    let foreign = wrong_if(|d| d.buyer.vat_id = Some("12345".into()));
    assert_eq!(foreign, named("BR-CO-09", "/buyer/vat_id"));
    assert_eq!(wrong_if(|d| d.buyer.vat_id = Some("EL123456789".into())), []);
    assert_eq!(
        wrong_if(|d| d.seller.vat_id = Some("é".into())),
        named("BR-CO-09", "/seller/vat_id")
    );
}

#[test]
fn whoever_charges_no_tax_says_why_and_nobody_else() {
    use TaxCategory::{AE, E, G, K, O, Z};
    for (category, id) in
        [(E, "BR-E-10"), (AE, "BR-AE-10"), (K, "BR-IC-10"), (G, "BR-G-10"), (O, "BR-O-10")]
    {
        let mut document = taxed(category, "0");
        document.taxes.iter_mut().for_each(|tax| tax.reason = ExemptionReason::default());
        assert_eq!(wrong(&document), named(id, "/taxes/0/reason"));
        assert_eq!(
            needs_reason(category),
            category == E || ExemptionReason::usual(category).code.is_some()
        );
    }
    let mut document = taxed(Z, "0");
    document.taxes.iter_mut().for_each(|tax| tax.reason = ExemptionReason::usual(AE));
    assert_eq!(wrong(&document), named("BR-Z-10", "/taxes/0/reason"));
}

#[test]
fn a_supply_within_the_union_says_when_and_where_to() {
    let mut document = taxed(TaxCategory::K, "0");
    (document.delivered_on, document.deliver_to) = (None, None);
    let ids: Vec<_> = wrong(&document).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["BR-IC-11", "BR-IC-12"]);
}

#[test]
fn what_is_outside_the_scope_of_tax_stands_alone() {
    let mixed = wrong_if(|d| d.taxes.extend(taxed(TaxCategory::O, "0").taxes));
    let ids: Vec<_> = mixed.into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["BR-O-11", "BR-O-08"]);
}

#[test]
fn the_breakdown_covers_every_line_with_the_right_base_and_tax() {
    let tax = |change: fn(&mut TaxBreakdown)| wrong_if(|d| d.taxes.iter_mut().for_each(change));
    assert_eq!(tax(|t| t.base = eur("99.99")), named("BR-S-08", "/taxes/0/base"));
    let cent = tax(|t| t.tax = eur("19.01"));
    assert_eq!(cent, named("BR-CO-14", "/totals/tax_total"), "a cent is let through");
    let ids =
        |found: Vec<(String, String)>| found.into_iter().map(|(id, _)| id).collect::<Vec<_>>();
    assert_eq!(ids(tax(|t| t.tax = eur("20.00"))), ["BR-CO-17", "BR-CO-14"]);
    assert_eq!(ids(wrong_if(|d| d.taxes.clear())), ["BR-CO-18", "BR-S-01", "BR-CO-14"]);
    let mut free = taxed(TaxCategory::Z, "0");
    free.taxes.iter_mut().for_each(|t| t.tax = eur("0.01"));
    assert_eq!(ids(wrong(&free)), ["BR-Z-09", "BR-CO-14"]);
    assert_eq!(ids(wrong_if(|d| d.totals.tax_total = None)), ["BR-CO-14", "BR-CO-15"]);
    let rate = wrong_if(|d| {
        d.lines.iter_mut().for_each(|l| l.tax = taxed(TaxCategory::S, "0").lines[0].tax);
    });
    assert!(rate.contains(&("BR-S-05".into(), "/lines/0/tax/rate".into())), "{rate:?}");
}

#[test]
fn what_comes_off_or_on_top_of_a_document_is_in_its_breakdown_and_totals() {
    let of = |amount: &str, rate: &str| {
        let (amount, rate) = (eur(amount), rate.parse().unwrap());
        vec![DocumentAmount { amount, category: TaxCategory::S, rate }]
    };
    let mut document = right();
    (document.allowances, document.charges) = (of("10.00", "19"), of("10.00", "19"));
    document.totals.allowance_total = Some(decimal("10"));
    document.totals.charge_total = Some(decimal("10"));
    assert_eq!(wrong(&document), [], "the base stays what it was");
    document.totals.charge_total = Some(decimal("9.99"));
    let ids =
        |document: &Document| wrong(document).into_iter().map(|(id, _)| id).collect::<Vec<_>>();
    assert_eq!(ids(&document), ["BR-CO-12", "BR-CO-13"]);
    document.charges = of("10.00", "7");
    document.totals.charge_total = Some(decimal("10"));
    let found = wrong(&document);
    assert!(found.contains(&("BR-S-01".into(), "/charges/0/category".into())), "{found:?}");
    assert!(found.contains(&("BR-S-08".into(), "/taxes/0/base".into())), "{found:?}");
    document.allowances.clear();
    assert!(ids(&document).contains(&"BR-CO-11".to_owned()), "nothing comes off, 10 is stated");
}

#[test]
fn a_profile_wants_the_buyers_reference() {
    let with = |profile, reference: Option<&str>, order: Option<&str>| {
        wrong_if(|d| {
            d.profile = profile;
            d.buyer_reference = reference.map(str::to_owned);
            d.order_reference = order.map(str::to_owned);
        })
    };
    let field = "/buyer_reference";
    assert_eq!(with(DocumentProfile::En16931, None, None), []);
    assert_eq!(with(DocumentProfile::Peppol, None, None), named("PEPPOL-EN16931-R003", field));
    assert_eq!(with(DocumentProfile::Peppol, None, Some("4711")), []);
    assert_eq!(with(DocumentProfile::XRechnung, None, Some("4711")), named("BR-DE-15", field));
    assert_eq!(with(DocumentProfile::XRechnung, Some("04011000-12345-34"), None), []);
}

#[test]
fn rules_have_codes_of_their_own_and_say_what_they_want() {
    let mut codes: Vec<_> = Rule::PLAIN.iter().map(|rule| rule.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), Rule::PLAIN.len());
    for rule in Rule::PLAIN {
        assert!(rule.code().starts_with("einvoice.") && !rule.says().ends_with('.'), "{rule:?}");
    }
    let text = check(&Document::default()).unwrap_err().to_string();
    assert!(text.starts_with("the document cannot be issued: /number: a document needs"), "{text}");
    assert!(!format!("{:?}", right()).contains("Buyer"), "no party in a log");
}

proptest! {
    #[test]
    fn totals_of_ours_break_no_rule(
        lines in prop::collection::vec(
            (-1_000_000_i64..1_000_000, 0_i64..1_000_000, 1_i64..100),
            1..12,
        ),
        prepaid in -100_000_i64..100_000,
    ) {
        let line = |(quantity, price, base): &(i64, i64, i64)| PricedLine {
            quantity: Quantity::try_new(Decimal::new(*quantity, 3)).unwrap(),
            unit_price: UnitPrice::try_new(Decimal::new(*price, 4), Currency::EUR).unwrap(),
            price_base: Quantity::try_new(Decimal::new(*base, 1)).unwrap(),
            rate: if base % 2 == 0 { "19" } else { "7" }.parse().unwrap(),
            ..priced("1", "1", "1", Currency::EUR)
        };
        let mut all = amounts(Currency::EUR, lines.iter().map(line).collect());
        all.prepaid = Money::try_new(prepaid, Currency::EUR).unwrap();
        let totals = all.totals().unwrap();
        let stated = Stated {
            lines: Some(totals.line_nets.iter().map(|net| net.to_decimal()).collect()),
            tax_subtotals: Some(totals.taxes.iter().map(|tax| tax.tax.to_decimal()).collect()),
            totals: StatedTotals::from(&totals),
            ..Stated::default()
        };
        prop_assert_eq!(stated.broken(), []);
        let due = totals.tax_exclusive.checked_add(totals.tax_total).unwrap();
        prop_assert_eq!(due.checked_sub(all.prepaid), Ok(totals.payable));
    }
}
