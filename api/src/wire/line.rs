//! Lines of invoices and items of orders on the wire.

use billfold_app::commands::tax_rates::{AskedLine, AskedTax};
use billfold_domain::invoice::{Line, TaxGroup, TaxTreatment};
use billfold_domain::kernel::{Country, Currency, Percent, Period, ProductId, Quantity, UnitPrice};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::money::WireMoney;
use super::words::{WireLineKind, WireRateClass, WireTaxCategory};
use crate::receive::Check;

/// A span of days: `from` is in, `to` is out.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Period)]
#[serde(deny_unknown_fields)]
pub struct WirePeriod {
    /// The first day.
    pub from: NaiveDate,
    /// The day after the last one.
    pub to: NaiveDate,
}

/// How a line is taxed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Tax)]
#[serde(deny_unknown_fields)]
pub struct WireTax {
    /// Why this rate.
    pub category: WireTaxCategory,
    /// Percent; only S, L and M have one above zero.
    #[schema(example = "21", max_length = 16)]
    pub rate: String,
    /// The country whose tax it is; ISO 3166, two capitals.
    #[schema(example = "NL", pattern = "^[A-Z]{2}$")]
    pub country: String,
}

/// A line to be added.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = NewLine)]
#[serde(deny_unknown_fields)]
pub struct NewLineBody {
    /// What it bills.
    pub kind: WireLineKind,
    /// What people read.
    #[schema(example = "Web hosting S, March 2026", min_length = 1, max_length = 500)]
    pub description: String,
    /// How many, up to six decimals; 1 if absent.
    #[schema(example = "1", max_length = 24)]
    pub quantity: Option<String>,
    /// Price of one without tax, in major units, up to twelve decimals.
    #[schema(example = "9.90", max_length = 32)]
    pub unit_price: String,
    /// How it is taxed; by the seller's rates for `tax_class` if absent.
    pub tax: Option<WireTax>,
    /// The class whose rates decide at the client's place on the day of issue; instead of `tax`.
    pub tax_class: Option<WireRateClass>,
    /// The days of service it pays for, if it does.
    pub period: Option<WirePeriod>,
    /// The product, unless it is something out of the ordinary.
    #[schema(example = "prd_01kchkq7w7fc9r6a8b9c0d1e2f")]
    pub product_id: Option<String>,
}

/// A line as it was priced.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Line)]
pub struct WireLine {
    /// Its number on the document, from 1.
    pub no: u32,
    /// What it bills.
    pub kind: WireLineKind,
    /// What people read.
    pub description: String,
    /// How many.
    #[schema(example = "1")]
    pub quantity: String,
    /// Price of one without tax, in major units.
    #[schema(example = "9.90")]
    pub unit_price: String,
    /// Quantity times unit price, rounded once.
    pub net: WireMoney,
    /// How it is taxed.
    pub tax: WireTax,
    /// The days of service it pays for, if it does.
    pub period: Option<WirePeriod>,
    /// The product, if it is one of the catalogue.
    pub product_id: Option<String>,
}

/// The tax of all lines with one treatment.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = TaxGroup)]
pub struct WireTaxGroup {
    /// Category of the lines.
    pub category: WireTaxCategory,
    /// Percent.
    #[schema(example = "21")]
    pub rate: String,
    /// The country whose tax it is.
    #[schema(example = "NL")]
    pub country: String,
    /// Sum of the lines' nets.
    pub base: WireMoney,
    /// Base times rate, rounded once.
    pub tax: WireMoney,
}

impl WirePeriod {
    /// The period, or what is wrong below `pointer`.
    pub fn read(&self, check: &mut Check, pointer: &str) -> Option<Period> {
        let from = check.date(&format!("{pointer}/from"), self.from)?;
        let to = check.date(&format!("{pointer}/to"), self.to)?;
        check.value(&format!("{pointer}/to"), Period::try_new(from, to))
    }
}

impl From<Period> for WirePeriod {
    fn from(period: Period) -> Self {
        Self { from: period.from(), to: period.to() }
    }
}

impl WireTax {
    /// The treatment, or what is wrong below `pointer`.
    pub fn read(&self, check: &mut Check, pointer: &str) -> Option<TaxTreatment> {
        let rate = check.number(&format!("{pointer}/rate"), &self.rate, 16, str::parse::<Percent>);
        let country = check.value(&format!("{pointer}/country"), Country::parse(&self.country));
        let treatment =
            TaxTreatment { category: self.category.into(), rate: rate?, country: country? };
        check.value(&format!("{pointer}/rate"), treatment.check()).map(|()| treatment)
    }
}

impl From<TaxTreatment> for WireTax {
    fn from(tax: TaxTreatment) -> Self {
        Self {
            category: tax.category.into(),
            rate: tax.rate.to_string(),
            country: tax.country.code().to_owned(),
        }
    }
}

impl NewLineBody {
    /// The line in the currency of its document, or what is wrong below `pointer`.
    pub fn read(&self, check: &mut Check, pointer: &str, currency: Currency) -> Option<AskedLine> {
        let at = |field: &str| format!("{pointer}/{field}");
        let description = check.text(&at("description"), &self.description, 500);
        let quantity = self.quantity.as_deref().map_or(Some(Quantity::ONE), |text| {
            check.number(&at("quantity"), text, 24, str::parse::<Quantity>)
        });
        let parse = |text: &str| UnitPrice::parse(text, currency);
        let unit_price = check.number(&at("unit_price"), &self.unit_price, 32, parse);
        let tax = asked_tax(self.tax.as_ref(), self.tax_class, check, pointer);
        if tax == Some(None) {
            check.wrong(at("tax"), "field.missing", "say the tax, or the class in tax_class");
        }
        let period = match &self.period {
            None => Some(None),
            Some(period) => period.read(check, &at("period")).map(Some),
        };
        let product_id =
            check.optional_id::<ProductId>(&at("product_id"), self.product_id.as_deref());
        Some(AskedLine {
            kind: self.kind.into(),
            description: description?,
            quantity: quantity?,
            unit_price: unit_price?,
            tax: tax??,
            period: period?,
            product_id: product_id?,
        })
    }
}

/// How something is taxed below `pointer`: as `tax` says, or by the rates for `tax_class`; nothing
/// if neither is given.
pub fn asked_tax(
    tax: Option<&WireTax>,
    class: Option<WireRateClass>,
    check: &mut Check,
    pointer: &str,
) -> Option<Option<AskedTax>> {
    match (tax, class) {
        (None, None) => Some(None),
        (None, Some(class)) => Some(Some(AskedTax::Automatic(class.into()))),
        (Some(tax), None) => {
            tax.read(check, &format!("{pointer}/tax")).map(|tax| Some(AskedTax::Named(tax)))
        }
        (Some(_), Some(_)) => {
            let detail = "give either tax or tax_class";
            check.wrong(format!("{pointer}/tax_class"), "tax.ambiguous", detail);
            None
        }
    }
}

impl From<&Line> for WireLine {
    fn from(line: &Line) -> Self {
        Self {
            no: line.no,
            kind: line.kind.into(),
            description: line.description.clone(),
            quantity: line.quantity.to_string(),
            unit_price: line.unit_price.amount().to_string(),
            net: line.net.into(),
            tax: line.tax.into(),
            period: line.period.map(WirePeriod::from),
            product_id: line.product_id.map(|id| id.to_string()),
        }
    }
}

impl From<&TaxGroup> for WireTaxGroup {
    fn from(group: &TaxGroup) -> Self {
        Self {
            category: group.category.into(),
            rate: group.rate.to_string(),
            country: group.country.code().to_owned(),
            base: group.base.into(),
            tax: group.tax.into(),
        }
    }
}
