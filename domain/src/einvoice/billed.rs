//! The document that an invoice of ours becomes.
//!
//! Guarantees that nothing is computed a second time: nets, groups and totals are those that the
//! invoice is issued with. A price below zero is said as a quantity below zero, which is how the
//! standard takes something back, and the taxes of several countries under one rate are one group,
//! because the standard's groups know no country. Absent on purpose: number, dates and references,
//! which whoever issues adds (`Document { number, ..Document::of_invoice(…) }`).

use crate::einvoice::check::names_a_country;
use crate::einvoice::{Document, DocumentLine, ExemptionReason, Party, StatedTotals, TaxBreakdown};
use crate::invoice::{Line, Seller, TaxGroup, Totals};
use crate::kernel::{Money, MoneyRefusal, Period};
use crate::tax::TaxCategory;

/// The code of a piece, of whatever is counted (UN/ECE recommendation 20).
pub const PIECE: &str = "C62";

impl Document {
    /// The terms that lines and totals of an invoice give. `exempt` is the reason of category E;
    /// the other categories without tax have one by their nature.
    pub fn of_invoice(
        seller: &Seller,
        buyer: Party,
        lines: &[Line],
        totals: &Totals,
        exempt: &ExemptionReason,
    ) -> Result<Self, MoneyRefusal> {
        let stated = |amount: Money| Some(amount.to_decimal());
        Ok(Self {
            currency: Some(totals.total.currency()),
            seller: Party::from(seller),
            deliver_to: buyer.country,
            buyer,
            period: service_days(lines),
            lines: lines.iter().map(|line| DocumentLine::from(line).upright()).collect(),
            taxes: breakdown(&totals.tax_groups, exempt)?,
            totals: StatedTotals {
                line_total: stated(totals.net),
                tax_exclusive: stated(totals.net),
                tax_total: stated(totals.tax),
                tax_inclusive: stated(totals.total),
                payable: stated(totals.total),
                ..StatedTotals::default()
            },
            ..Self::default()
        })
    }
}

impl From<&Seller> for Party {
    /// A tax number that begins with no country's letters is one of the local office (BT-32).
    fn from(seller: &Seller) -> Self {
        let (vat_id, local) = match seller.vat_id.clone() {
            Some(number) if !names_a_country(&number) => (None, Some(number)),
            vat_id => (vat_id, None),
        };
        let letterhead = seller.letterhead.as_ref();
        Self {
            name: Some(seller.name.clone()),
            country: Some(seller.country),
            vat_id,
            tax_registration: local,
            legal_registration: letterhead.and_then(|letterhead| letterhead.registration.clone()),
            ..Self::default()
        }
    }
}

impl From<&Line> for DocumentLine {
    fn from(line: &Line) -> Self {
        Self {
            name: Some(line.description.clone()),
            quantity: Some(line.quantity),
            unit_code: Some(PIECE.to_owned()),
            unit_price: Some(line.unit_price),
            net: Some(line.net),
            tax: Some(line.tax),
            period: line.period,
        }
    }
}

/// From the first day of service of any line to the last.
fn service_days(lines: &[Line]) -> Option<Period> {
    let periods = || lines.iter().filter_map(|line| line.period);
    let (from, to) = (periods().map(Period::from).min()?, periods().map(Period::to).max()?);
    Period::try_new(from, to).ok()
}

/// Groups of one category and rate, whatever their country.
fn breakdown(
    groups: &[TaxGroup],
    exempt: &ExemptionReason,
) -> Result<Vec<TaxBreakdown>, MoneyRefusal> {
    let mut taxes: Vec<TaxBreakdown> = Vec::new();
    for group in groups {
        let same =
            |tax: &&mut TaxBreakdown| (tax.category, tax.rate) == (group.category, group.rate);
        if let Some(tax) = taxes.iter_mut().find(same) {
            tax.base = tax.base.checked_add(group.base)?;
            tax.tax = tax.tax.checked_add(group.tax)?;
            continue;
        }
        let reason = match group.category {
            TaxCategory::E => exempt.clone(),
            category => ExemptionReason::usual(category),
        };
        let TaxGroup { category, rate, base, tax, .. } = *group;
        taxes.push(TaxBreakdown { category, rate, base, tax, reason });
    }
    Ok(taxes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::einvoice::{Rule, check};
    use crate::invoice::{LineKind, NewLine, TaxTreatment, preview};
    use crate::kernel::testing::TODAY;
    use crate::kernel::{Country, Currency, Quantity, UnitPrice};

    fn country(code: &str) -> Country {
        Country::parse(code).unwrap()
    }

    fn line(quantity: &str, price: &str, category: TaxCategory, rate: &str, at: &str) -> NewLine {
        let rate = rate.parse().unwrap();
        NewLine {
            kind: LineKind::Hosting,
            description: "Hosting".into(),
            quantity: quantity.parse().unwrap(),
            unit_price: UnitPrice::parse(price, Currency::EUR).unwrap(),
            tax: TaxTreatment { category, rate, country: country(at) },
            period: Period::try_new(TODAY, TODAY.succ_opt().unwrap()).ok(),
            product_id: None,
        }
    }

    fn document(lines: &[NewLine]) -> Document {
        let found = preview(Currency::EUR, lines).unwrap();
        let vat_id = Some("DE123456789".to_owned());
        let seller =
            Seller { name: "Seller".into(), country: country("DE"), vat_id, letterhead: None };
        let buyer = Party {
            name: Some("Buyer".into()),
            country: Some(country("FR")),
            vat_id: Some("FR12345678901".into()),
            ..Party::default()
        };
        let exempt = ExemptionReason { code: Some("VATEX-EU-132".into()), text: None };
        let terms = Document::of_invoice(&seller, buyer, &found.lines, &found.totals, &exempt);
        Document {
            number: Some("INV-2026-000001".into()),
            issue_date: Some(TODAY),
            due_date: Some(TODAY),
            ..terms.unwrap()
        }
    }

    #[test]
    fn an_invoice_with_money_off_and_several_rates_may_be_issued() {
        let lines = [
            line("2", "50.00", TaxCategory::S, "19", "DE"),
            line("1", "-10.00", TaxCategory::S, "19", "DE"),
            line("3", "0.333", TaxCategory::S, "7", "DE"),
        ];
        let found = document(&lines);
        assert_eq!(check(&found), Ok(()));
        let discount = &found.lines[1];
        assert_eq!(discount.quantity, "-1".parse::<Quantity>().ok());
        assert_eq!(discount.unit_price, UnitPrice::parse("10.00", Currency::EUR).ok());
        assert_eq!(found.period.map(Period::days), Some(1));
    }

    #[test]
    fn every_category_of_an_invoice_may_be_issued() {
        for category in TaxCategory::ALL {
            let rate = if category == TaxCategory::S { "19" } else { "0" };
            let found = document(&[line("1", "9.99", category, rate, "DE")]);
            assert_eq!(check(&found), Ok(()), "{category:?}");
        }
    }

    #[test]
    fn taxes_of_two_countries_under_one_rate_are_one_group() {
        let lines = [
            line("1", "0.03", TaxCategory::S, "20", "FR"),
            line("1", "0.03", TaxCategory::S, "20", "AT"),
        ];
        let found = document(&lines);
        let taxes: Vec<_> = found.taxes.iter().map(|t| (t.base.minor(), t.tax.minor())).collect();
        assert_eq!((taxes, check(&found)), (vec![(6, 2)], Ok(())));
    }

    #[test]
    fn what_an_invoice_does_not_know_is_asked_for() {
        let mut found = document(&[line("1", "9.99", TaxCategory::AE, "0", "FR")]);
        found.buyer.vat_id = None;
        let refused = check(&found).unwrap_err();
        let ids: Vec<_> = refused.broken().map(|broken| broken.rule.id()).collect();
        assert_eq!(ids, ["BR-AE-02"]);
        found = document(&[
            line("1", "9.99", TaxCategory::O, "0", "DE"),
            line("1", "9.99", TaxCategory::S, "19", "DE"),
        ]);
        let refused = check(&found).unwrap_err();
        let rules: Vec<_> = refused.broken().map(|broken| broken.rule).collect();
        assert_eq!(rules, [Rule::BrO11]);
    }

    proptest! {
        #[test]
        fn whatever_is_priced_can_be_issued(
            lines in prop::collection::vec((-500_i64..500, -99_999_i64..99_999, 0_usize..3), 1..20),
        ) {
            let rates = ["19", "7", "5.5"];
            let lines: Vec<_> = lines
                .iter()
                .filter(|(quantity, ..)| *quantity != 0)
                .map(|(quantity, price, rate)| NewLine {
                    unit_price: UnitPrice::try_new(
                        rust_decimal::Decimal::new(*price, 3),
                        Currency::EUR,
                    ).unwrap(),
                    ..line(&quantity.to_string(), "1", TaxCategory::S, rates[*rate], "DE")
                })
                .collect();
            prop_assume!(!lines.is_empty());
            prop_assert_eq!(check(&document(&lines)), Ok(()));
        }
    }
}
