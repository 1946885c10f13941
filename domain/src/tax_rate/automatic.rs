//! How a sale is taxed by the rates that a seller keeps: place first, then rate, then exemption.
//!
//! Guarantees one treatment with everything that was looked at, or a refusal that says what is
//! missing; never a guess. A seller who keeps rates of another member state declares tax there
//! (the one-stop scheme); one who keeps none taxes consumers at home. Several taxes of a place
//! are one rate on the document, since a line of EN 16931 has one; the evidence names each. Scope
//! TAX-01 to TAX-04; the case families `tax.place` and `tax.resolve` are the parts it is made of.
//! Absent on purpose: prices that hold their tax, which a document of net prices cannot say to
//! the cent, and asking whether a VAT number is valid.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use thiserror::Error;

use crate::client::TaxFacts;
use crate::kernel::{ClientId, Country, Percent, Refusal, RefusalKind, TaxRateId};
use crate::tax::{
    AppliedRate, ExemptionReason, Place, PriceMode, RateClass, Sale, Supply, Tax, TaxCategory,
    TaxEvidence, TaxTreatment, Territory, Treatment, VatCheck, member_state, place,
};
use crate::tax_rate::{DefinedRate, ResolvedTaxes, TaxPoint, TaxRateRefusal, resolve};

/// A sale, as far as its tax depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AutomaticSale<'a> {
    /// Where the seller is.
    pub seller: Country,
    /// Who buys.
    pub client_id: ClientId,
    /// Where they are, if that is known; at home unless it is.
    pub customer: Option<Country>,
    /// What else is known of their taxes.
    pub facts: &'a TaxFacts,
    /// The client gave a VAT number of a member state.
    pub has_vat_number: bool,
    /// What is sold.
    pub class: RateClass,
    /// The tax point.
    pub on: NaiveDate,
}

/// Why a sale cannot be taxed by the rates.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AutomaticRefusal {
    /// The rates contradict each other.
    #[error(transparent)]
    Rate(#[from] TaxRateRefusal),
    /// Nothing holds on the day.
    #[error("no {} tax rate of {country} holds on {on}, define one or say the tax", class.word())]
    NoRate {
        /// Where it is taxed.
        country: Country,
        /// The class of goods.
        class: RateClass,
        /// The tax point.
        on: NaiveDate,
    },
    /// The answer about the VAT number decides the treatment.
    #[error("the check of the client's VAT number is open, wait for its answer or record one")]
    VatCheckOpen,
    /// Prices of documents are net.
    #[error("the prices of {country} hold their tax, but prices here are net: say the tax")]
    InclusivePrices {
        /// Where it is taxed.
        country: Country,
    },
    /// The taxes together are no rate.
    #[error("the taxes of {country} come to no rate of up to six decimals, say the tax")]
    NoCommonRate {
        /// Where it is taxed.
        country: Country,
    },
}

impl Refusal for AutomaticRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Rate(refusal) => refusal.code(),
            Self::NoRate { .. } => "tax_rate.none_holds",
            Self::VatCheckOpen => "tax_rate.vat_check_open",
            Self::InclusivePrices { .. } => "tax_rate.inclusive_prices",
            Self::NoCommonRate { .. } => "tax_rate.no_common_rate",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Rate(refusal) => refusal.kind(),
            Self::VatCheckOpen => RefusalKind::State,
            Self::NoRate { .. } | Self::InclusivePrices { .. } | Self::NoCommonRate { .. } => {
                RefusalKind::Rule
            }
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Rate(refusal) => refusal.field(),
            _ => Some("/tax_class"),
        }
    }
}

/// Taxes a sale by the rates a seller keeps.
pub fn tax_sale(
    rates: &[(TaxRateId, &DefinedRate)],
    sale: &AutomaticSale<'_>,
) -> Result<TaxEvidence, AutomaticRefusal> {
    let vat_check = match (sale.facts.vat_check, sale.has_vat_number) {
        (Some(answer), _) => answer,
        (None, true) => VatCheck::Valid,
        (None, false) => VatCheck::NoNumber,
    };
    let evidence = |treatment, rates, reason| TaxEvidence {
        on: sale.on,
        class: sale.class,
        seller: sale.seller,
        customer: sale.customer,
        region: sale.facts.region.clone(),
        vat_check,
        rates,
        treatment,
        reason,
    };
    let untaxed = |category, country| {
        let treatment = TaxTreatment { category, rate: Percent::ZERO, country };
        evidence(treatment, Vec::new(), Some(ExemptionReason::usual(category)))
    };
    let customer = sale.customer.unwrap_or(sale.seller);
    let Found { country, region, outside } = match find_place(rates, sale, vat_check)? {
        Where::ReverseCharge => return Ok(untaxed(TaxCategory::AE, customer)),
        Where::At(found) => found,
    };
    let region = region.or_else(|| sale.facts.region.clone().filter(|_| country == customer));
    let at = TaxPoint {
        on: sale.on,
        country,
        region: region.as_deref(),
        class: sale.class,
        client_id: None,
    };
    let due = found(rates, &at)?;
    if due.is_empty() && outside {
        return Ok(untaxed(TaxCategory::O, country));
    }
    if due.is_empty() {
        return Err(AutomaticRefusal::NoRate { country, class: sale.class, on: sale.on });
    }
    let exemption = |(_, known): &(AppliedRate, &DefinedRate)| {
        known.exemption_on(sale.client_id, sale.on).map(|own| own.reason.clone())
    };
    let exempt: Vec<_> = due.iter().filter_map(exemption).collect();
    let pays: Vec<Tax> = due
        .iter()
        .filter(|one| exemption(one).is_none())
        .map(|(applied, _)| applied.tax.clone())
        .collect();
    let applied = due.iter().map(|(applied, _)| applied.clone()).collect();
    if pays.is_empty() {
        let text = || ExemptionReason { code: None, text: Some("Exempt from tax".to_owned()) };
        let reason = exempt.into_iter().flatten().next().unwrap_or_else(text);
        let treatment = TaxTreatment { category: TaxCategory::E, rate: Percent::ZERO, country };
        return Ok(evidence(treatment, applied, Some(reason)));
    }
    let rate = together(&pays).ok_or(AutomaticRefusal::NoCommonRate { country })?;
    let category = if rate.is_zero() { TaxCategory::Z } else { TaxCategory::S };
    Ok(evidence(TaxTreatment { category, rate, country }, applied, None))
}

/// Where a sale is taxed.
enum Where {
    /// The client owes the tax.
    ReverseCharge,
    /// By the rates of a place.
    At(Found),
}

/// A place whose rates are looked for.
struct Found {
    country: Country,
    region: Option<String>,
    /// Without a rate no tax is due there.
    outside: bool,
}

fn find_place(
    rates: &[(TaxRateId, &DefinedRate)],
    sale: &AutomaticSale<'_>,
    vat_check: VatCheck,
) -> Result<Where, AutomaticRefusal> {
    let customer = sale.customer.unwrap_or(sale.seller);
    let keeps = |country: Country| rates.iter().any(|(_, known)| known.tax.country == country);
    let here = |country, region, outside| Ok(Where::At(Found { country, region, outside }));
    let asked = Sale {
        seller: sale.seller,
        one_stop: member_state(customer).is_some_and(keeps),
        supply: Supply::Electronic,
        customer: sale.customer,
        postcode: None,
        vat_check,
    };
    let Ok(Place { treatment, hold }) = place(&asked) else {
        // A seller outside the Union: by the rates kept for the place of the client, if any.
        return here(customer, None, customer != sale.seller);
    };
    if hold {
        return Err(AutomaticRefusal::VatCheckOpen);
    }
    match treatment {
        Treatment::ReverseCharge => Ok(Where::ReverseCharge),
        Treatment::OutsideScope => here(customer, None, true),
        Treatment::Standard { country, .. } => here(country, None, false),
        Treatment::Territory { territory } => {
            let outside = !Territory::is_in_vat_area(territory);
            here(customer, Some(territory.word().to_owned()), outside)
        }
    }
}

/// The rates of a place, whoever buys, with the streams they are kept in.
fn found<'a>(
    rates: &[(TaxRateId, &'a DefinedRate)],
    at: &TaxPoint<'_>,
) -> Result<Vec<(AppliedRate, &'a DefinedRate)>, AutomaticRefusal> {
    let ResolvedTaxes { taxes, prices } = resolve(rates.iter().map(|(_, known)| *known), at)?;
    if prices == PriceMode::Inclusive {
        return Err(AutomaticRefusal::InclusivePrices { country: at.country });
    }
    let kept = |tax: &Tax| {
        let own = rates.iter().filter(|(_, known)| {
            let known = &known.tax;
            (known.country, known.class, &known.code) == (at.country, at.class, &tax.code)
                && (known.region.is_none() || known.region.as_deref() == at.region)
        });
        // The region's own rate goes before the country's.
        let holding = own.filter_map(|(id, known)| Some((*id, *known, known.on(at.on)?)));
        let (tax_rate_id, known, version) =
            holding.max_by_key(|(_, known, _)| known.tax.region.is_some())?;
        let version = version.version;
        Some((AppliedRate { tax_rate_id, version, tax: tax.clone() }, known))
    };
    Ok(taxes.iter().filter_map(kept).collect())
}

/// Several taxes as one rate: each on the price, a compound one on the taxes before it as well.
fn together(taxes: &[Tax]) -> Option<Percent> {
    let mut sum = Decimal::ZERO;
    for tax in taxes {
        let base = if tax.compound {
            Decimal::ONE_HUNDRED.checked_add(sum)?
        } else {
            Decimal::ONE_HUNDRED
        };
        let own = base.checked_mul(tax.rate.value())?.checked_div(Decimal::ONE_HUNDRED)?;
        sum = sum.checked_add(own)?;
    }
    Percent::try_new(sum).ok()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::kernel::testing::TODAY;
    use crate::kernel::{Aggregate, KeyClass, Pii, SubjectId};
    use crate::tax_rate::{Exemption, TaxIdentity, TaxRate, TaxRateEvent};

    fn country(code: &str) -> Country {
        Country::parse(code).unwrap()
    }

    fn client() -> ClientId {
        ClientId::new(Uuid::from_u128(7))
    }

    fn rate(place: &str, percent: &str, change: impl FnOnce(&mut TaxIdentity)) -> TaxRate {
        let (country_code, region) = place.split_once('-').unwrap_or((place, ""));
        let mut tax = TaxIdentity {
            country: country(country_code),
            region: (!region.is_empty()).then(|| region.to_owned()),
            class: RateClass::Standard,
            code: "vat".into(),
            turn: 1,
            compound: false,
            prices: PriceMode::Exclusive,
        };
        change(&mut tax);
        let valid_from = "2020-01-01".parse().unwrap();
        let rate = percent.parse().unwrap();
        TaxRate::fold(&[TaxRateEvent::Defined { tax, rate, valid_from, valid_to: None }])
    }

    fn told(
        rates: &[TaxRate],
        customer: &str,
        has_vat_number: bool,
        facts: &TaxFacts,
    ) -> Result<TaxEvidence, AutomaticRefusal> {
        let ids = (1_u128..).map(|n| TaxRateId::new(Uuid::from_u128(n)));
        let kept: Vec<_> = ids.zip(rates.iter().filter_map(TaxRate::defined)).collect();
        let sale = AutomaticSale {
            seller: country("DE"),
            client_id: client(),
            customer: Country::parse(customer).ok(),
            facts,
            has_vat_number,
            class: RateClass::Standard,
            on: TODAY,
        };
        tax_sale(&kept, &sale)
    }

    fn taxed(rates: &[TaxRate], customer: &str, number: bool) -> (TaxCategory, String, String) {
        let TaxTreatment { category, rate, country } =
            told(rates, customer, number, &TaxFacts::default()).unwrap().treatment;
        (category, rate.to_string(), country.code().to_owned())
    }

    #[test]
    fn place_first_then_rate() {
        use TaxCategory::{AE, O, S};
        let home = [rate("DE", "19", |_| {})];
        let both = [rate("DE", "19", |_| {}), rate("FR", "20", |_| {})];
        let is = |category, rate: &str, at: &str| (category, rate.to_owned(), at.to_owned());
        assert_eq!(taxed(&home, "DE", true), is(S, "19", "DE"));
        assert_eq!(taxed(&home, "", false), is(S, "19", "DE"), "unknown is at home");
        assert_eq!(taxed(&home, "FR", false), is(S, "19", "DE"), "no rate of France is kept");
        assert_eq!(taxed(&both, "FR", false), is(S, "20", "FR"));
        assert_eq!(taxed(&both, "FR", true), is(AE, "0", "FR"));
        assert_eq!(taxed(&both, "US", false), is(O, "0", "US"));
    }

    #[test]
    fn an_open_check_of_a_number_waits_and_a_refused_one_is_a_consumer() {
        let home = [rate("DE", "19", |_| {})];
        let facts = |check| TaxFacts { vat_check: Some(check), ..TaxFacts::default() };
        let open = told(&home, "FR", true, &facts(VatCheck::Pending)).unwrap_err();
        assert_eq!(open, AutomaticRefusal::VatCheckOpen);
        let refused = told(&home, "FR", true, &facts(VatCheck::Invalid)).unwrap();
        assert_eq!(refused.treatment.category, TaxCategory::S);
        assert_eq!(refused.vat_check, VatCheck::Invalid);
    }

    #[test]
    fn a_region_has_its_own_taxes_and_compound_ones_are_taken_on_those_before() {
        let taxes = [
            rate("CA", "5", |tax| tax.code = "gst".into()),
            rate("CA-QC", "10", |tax| {
                (tax.code, tax.turn, tax.compound) = ("qst".into(), 2, true);
            }),
        ];
        let quebec = TaxFacts { region: Some("QC".into()), vat_check: None };
        let found = told(&taxes, "CA", false, &quebec).unwrap();
        assert_eq!(found.treatment.rate, "15.5".parse().unwrap());
        let codes: Vec<_> = found.rates.iter().map(|rate| rate.tax.code.as_str()).collect();
        assert_eq!(codes, ["gst", "qst"]);
        let elsewhere = told(&taxes, "CA", false, &TaxFacts::default()).unwrap();
        assert_eq!(elsewhere.treatment.rate, "5".parse().unwrap());
    }

    #[test]
    fn an_exempt_client_pays_nothing_and_the_document_says_why() {
        let mut home = rate("DE", "19", |_| {});
        let sealed = Pii::new(SubjectId::new(client().uuid()), KeyClass::Fiscal, String::new());
        let code = Some("VATEX-EU-132".to_owned());
        let exemption = Exemption {
            valid_from: TODAY,
            valid_to: None,
            evidence: sealed,
            reason: Some(ExemptionReason { code, text: None }),
        };
        home.apply(&TaxRateEvent::ClientExempted { client_id: client(), exemption });
        let found = told(&[home], "DE", false, &TaxFacts::default()).unwrap();
        assert_eq!(found.treatment.category, TaxCategory::E);
        let reason = found.reason.and_then(|reason| reason.code);
        assert_eq!(reason.as_deref(), Some("VATEX-EU-132"));
        assert_eq!(found.rates.len(), 1);
    }

    #[test]
    fn what_no_rate_says_is_refused_and_never_guessed() {
        let none = told(&[], "DE", false, &TaxFacts::default()).unwrap_err();
        assert_eq!(none.code(), "tax_rate.none_holds");
        let held = [rate("DE", "19", |tax| tax.prices = PriceMode::Inclusive)];
        let inclusive = told(&held, "DE", false, &TaxFacts::default()).unwrap_err();
        assert_eq!(inclusive.code(), "tax_rate.inclusive_prices");
        let odd = [
            rate("DE", "0.000001", |_| {}),
            rate("DE", "0.000001", |tax| {
                (tax.code, tax.turn, tax.compound) = ("more".into(), 2, true);
            }),
        ];
        let odd = told(&odd, "DE", false, &TaxFacts::default()).unwrap_err();
        assert_eq!(odd.code(), "tax_rate.no_common_rate");
    }
}
