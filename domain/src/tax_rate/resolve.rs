//! Which taxes a place has on a day, as the lines of an invoice carry them.
//!
//! Guarantees one rate for each tax: the region's own, else the country's, by the rule of
//! [`RateTable`]; an exempt client pays neither. Taxes come in their turn, so that a compound one
//! is taken on those before it. Absent on purpose: choosing the place and the day, which are the
//! sale's.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::kernel::{ClientId, Country};
use crate::tax::{PriceMode, RateClass, RateTable, Tax};
use crate::tax_rate::{DefinedRate, TaxRateRefusal};

/// What is taxed, where and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaxPoint<'a> {
    /// The tax point of the sale.
    pub on: NaiveDate,
    /// The country whose taxes count.
    pub country: Country,
    /// The state or territory in it, if that is known.
    pub region: Option<&'a str>,
    /// The class of goods.
    pub class: RateClass,
    /// Who buys, if that is known.
    pub client_id: Option<ClientId>,
}

/// The taxes of a place, and whether prices hold them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedTaxes {
    /// The taxes, in the order they are taken.
    pub taxes: Vec<Tax>,
    /// Whether prices hold them; exclusive where there are none.
    pub prices: PriceMode,
}

/// Finds the taxes of a place among all rates a seller keeps. Refuses taxes of which some are
/// part of the price and some are not, and rates whose spans overlap.
pub fn resolve<'a>(
    rates: impl IntoIterator<Item = &'a DefinedRate>,
    at: &TaxPoint<'_>,
) -> Result<ResolvedTaxes, TaxRateRefusal> {
    let here = |known: &&DefinedRate| {
        let region = known.tax.region.as_deref();
        known.tax.country == at.country
            && known.tax.class == at.class
            && (region.is_none() || region == at.region)
    };
    let mut by_code: BTreeMap<&str, Vec<&DefinedRate>> = BTreeMap::new();
    for known in rates.into_iter().filter(here) {
        by_code.entry(&known.tax.code).or_default().push(known);
    }
    let mut found = Vec::new();
    for of_code in by_code.into_values() {
        found.extend(rate_of(&of_code, at)?);
    }
    found.sort_by_key(|(known, _)| known.tax.turn);
    let prices = found.first().map(|(known, _)| known.tax.prices).unwrap_or_default();
    if let Some((known, _)) = found.iter().find(|(known, _)| known.tax.prices != prices) {
        return Err(TaxRateRefusal::MixedPrices { code: known.tax.code.clone() });
    }
    Ok(ResolvedTaxes { taxes: found.into_iter().map(|(_, tax)| tax).collect(), prices })
}

/// The rate of one tax, unless the client does not pay it.
fn rate_of<'a>(
    of_code: &[&'a DefinedRate],
    at: &TaxPoint<'_>,
) -> Result<Option<(&'a DefinedRate, Tax)>, TaxRateRefusal> {
    let mut table = RateTable::default();
    for span in of_code.iter().flat_map(|known| known.spans()) {
        table.define(span)?;
    }
    let Some(span) = table.on(at.on, at.country, at.region, at.class) else {
        return Ok(None);
    };
    let known = of_code.iter().find(|known| known.tax.region == span.region).copied();
    let exempt = |known: &&DefinedRate| {
        at.client_id.is_some_and(|client_id| known.exempts(client_id, at.on))
    };
    Ok(known.filter(|known| !exempt(known)).map(|known| {
        let (code, compound) = (known.tax.code.clone(), known.tax.compound);
        (known, Tax { code, rate: span.rate, compound })
    }))
}
