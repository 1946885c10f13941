//! Reads of tax rates, and of the tax a sale would have.

use axum::Json;
use axum::extract::State;
use billfold_app::commands::tax_rates::{WhichTax, which_tax};
use billfold_domain::kernel::{ClientId, Country, TaxRateId};
use billfold_domain::tax::{PriceMode, TaxEvidence};
use billfold_domain::tax_rate::{DefinedRate, TaxRate};
use billfold_projections::Projection;
use billfold_projections::tax_rate_list::{self, Rated, TaxRateList};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Versioned;
use crate::auth::{InvoicesRead, May, ProductsRead};
use crate::problem::Problem;
use crate::receive::{Check, Filter, Ident, ListOf};
use crate::state::ApiState;
use crate::v1::invoices::WireReason;
use crate::wire::{Page, Paging, WireRateClass, WireTax, WireVatCheck};

/// Lists taxes by place, each with every rate that was set.
#[utoipa::path(
    get, path = "", tag = "tax rates", params(ListTaxRates, Paging),
    responses((status = 200, body = Page<ListedRate>)),
)]
pub(super) async fn list_tax_rates(
    State(state): State<ApiState>,
    May(caller, _): May<ProductsRead>,
    ListOf(query, part): ListOf<ListTaxRates>,
) -> Result<Json<Page<ListedRate>>, Problem> {
    let wanted = part.wanted()?;
    let mut check = Check::query();
    let country = check.optional("/country", query.country.as_deref(), Country::parse);
    let country = country.ok_or_else(|| check.problem())?;
    state.reach(TaxRateList::NAME, part.min_position).await?;
    let page = tax_rate_list::page(state.reads(), caller.tenant, country, &wanted).await?;
    Ok(Json(Page::of(page, ListedRate::from)))
}

/// Reads one tax.
///
/// The answer is the present state, whatever the read side has reached: the spans of days in which
/// each rate holds, after later ones were laid over it.
#[utoipa::path(
    get, path = "/{id}", tag = "tax rates",
    params(("id" = String, Path, example = "tax_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = WireTaxRate)),
)]
pub(super) async fn read_tax_rate(
    State(state): State<ApiState>,
    May(caller, _): May<ProductsRead>,
    Ident(id): Ident<TaxRateId>,
) -> Result<Versioned<WireTaxRate>, Problem> {
    let (rate, version) = state.door().load::<TaxRate>(caller.tenant, id.uuid()).await?;
    let known = rate.defined().ok_or_else(Problem::not_found)?;
    Ok(Versioned { body: WireTaxRate::of(id, known), version })
}

/// Says how a sale to a client would be taxed, and why. Stores nothing.
#[utoipa::path(
    get, path = "/resolve", tag = "tax rates", params(Resolve),
    responses((status = 200, body = WireTaxEvidence)),
)]
pub(super) async fn resolve_tax(
    State(state): State<ApiState>,
    May(caller, _): May<InvoicesRead>,
    Filter(query): Filter<Resolve>,
) -> Result<Json<WireTaxEvidence>, Problem> {
    let mut check = Check::query();
    let client_id = check.id::<ClientId>("/client_id", &query.client_id);
    let on = check.optional_date("/on", query.on);
    let (Some(client_id), Some(on)) = (client_id, on) else { return Err(check.problem()) };
    let class = query.tax_class.map(Into::into).unwrap_or_default();
    let ask = WhichTax { client_id, class, on };
    let found = which_tax(state.door(), caller.tenant, &ask).await?;
    Ok(Json(WireTaxEvidence::from(&found)))
}

/// Which taxes are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListTaxRates {
    /// Of this country; ISO 3166, two capitals.
    #[param(example = "NL", pattern = "^[A-Z]{2}$")]
    country: Option<String>,
}

/// A sale that is only thought of.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Resolve {
    /// Who would buy.
    #[param(example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")]
    client_id: String,
    /// The class of what would be sold; standard if absent.
    tax_class: Option<WireRateClass>,
    /// The tax point; today at the seller's place if absent.
    on: Option<NaiveDate>,
}

/// A tax in the list.
#[derive(Serialize, ToSchema)]
pub(super) struct ListedRate {
    /// Its id.
    #[schema(example = "tax_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// The country.
    #[schema(example = "NL")]
    country: String,
    /// A state or territory in it; the whole country if absent.
    region: Option<String>,
    /// The class of goods.
    #[schema(example = "standard")]
    tax_class: String,
    /// What the tax is called.
    #[schema(example = "vat")]
    code: String,
    /// Its turn among the taxes of a place; lower ones are taken first.
    turn: i64,
    /// Taken on the taxes before it as well.
    compound: bool,
    /// Whether prices hold it.
    inclusive: bool,
    /// First day without a rate, once it was ended.
    retired_from: Option<NaiveDate>,
    /// How many exemptions were ever given.
    exemptions: i64,
    /// Every rate there ever was, in the order they were set.
    rates: Vec<WireRate>,
}

/// A rate and its days.
#[derive(Serialize, ToSchema)]
#[schema(as = RateSpan)]
pub(super) struct WireRate {
    /// Counts the rates of the tax from 1.
    version: i64,
    /// Percent.
    #[schema(example = "21")]
    rate: String,
    /// First day.
    valid_from: NaiveDate,
    /// First day on which it no longer holds; nothing while no end is known.
    valid_to: Option<NaiveDate>,
}

/// A tax.
#[derive(Serialize, ToSchema)]
#[schema(as = TaxRate)]
pub(super) struct WireTaxRate {
    /// Its id.
    #[schema(example = "tax_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// The country.
    #[schema(example = "NL")]
    country: String,
    /// A state or territory in it; the whole country if absent.
    region: Option<String>,
    /// The class of goods.
    tax_class: WireRateClass,
    /// What the tax is called.
    #[schema(example = "vat")]
    code: String,
    /// Its turn among the taxes of a place; lower ones are taken first.
    turn: u32,
    /// Taken on the taxes before it as well.
    compound: bool,
    /// Whether prices hold it.
    inclusive: bool,
    /// The rates with the days in which they hold.
    rates: Vec<WireRate>,
    /// Who does not pay it, and when; evidence is not shown.
    exemptions: Vec<WireExemption>,
}

/// An exemption of a client.
#[derive(Serialize, ToSchema)]
#[schema(as = Exemption)]
pub(super) struct WireExemption {
    /// Who.
    client_id: String,
    /// First day.
    valid_from: NaiveDate,
    /// First day on which it no longer holds.
    valid_to: Option<NaiveDate>,
    /// Why, as documents say it.
    reason: Option<WireReason>,
}

/// How something is taxed, and why.
#[derive(Serialize, ToSchema)]
#[schema(as = TaxEvidence)]
pub(crate) struct WireTaxEvidence {
    /// The tax.
    tax: WireTax,
    /// The day the rates were looked up for.
    on: NaiveDate,
    /// The class of what is sold.
    tax_class: WireRateClass,
    /// Where the seller is.
    seller: String,
    /// Where the client is, as far as that was known.
    customer: Option<String>,
    /// The client's state or territory, as far as that was known.
    region: Option<String>,
    /// What was known of the client's VAT number.
    vat_check: WireVatCheck,
    /// The rates that apply, in the order they are taken.
    rates: Vec<WireAppliedRate>,
    /// Why no tax is charged, if none is.
    reason: Option<WireReason>,
}

/// A rate that was looked up.
#[derive(Serialize, ToSchema)]
#[schema(as = AppliedRate)]
pub(crate) struct WireAppliedRate {
    /// Which.
    tax_rate_id: String,
    /// Which of its versions.
    version: u32,
    /// What the tax is called.
    code: String,
    /// Percent.
    rate: String,
    /// Taken on the taxes before it as well.
    compound: bool,
}

impl From<Rated> for ListedRate {
    fn from(Rated { tax, rates }: Rated) -> Self {
        let rate = |row: tax_rate_list::RateRow| WireRate {
            version: row.version,
            rate: row.rate,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
        };
        Self {
            id: tax.tax_rate_id.to_string(),
            country: tax.country.code().to_owned(),
            region: tax.region,
            tax_class: tax.class,
            code: tax.code,
            turn: tax.turn,
            compound: tax.compound,
            inclusive: tax.inclusive,
            retired_from: tax.retired_from,
            exemptions: tax.exemptions,
            rates: rates.into_iter().map(rate).collect(),
        }
    }
}

impl WireTaxRate {
    fn of(id: TaxRateId, known: &DefinedRate) -> Self {
        let rate = |one: &billfold_domain::tax_rate::RateVersion| WireRate {
            version: one.version.into(),
            rate: one.rate.to_string(),
            valid_from: one.valid_from,
            valid_to: one.valid_to,
        };
        let exemptions = known.exemptions.iter().flat_map(|(client, all)| {
            all.iter().map(|one| WireExemption {
                client_id: client.to_string(),
                valid_from: one.valid_from,
                valid_to: one.valid_to,
                reason: one.reason.as_ref().map(WireReason::from),
            })
        });
        let mut rates: Vec<_> = known.versions.iter().map(rate).collect();
        rates.sort_by_key(|rate| rate.valid_from);
        Self {
            id: id.to_string(),
            country: known.tax.country.code().to_owned(),
            region: known.tax.region.clone(),
            tax_class: known.tax.class.into(),
            code: known.tax.code.clone(),
            turn: known.tax.turn,
            compound: known.tax.compound,
            inclusive: known.tax.prices == PriceMode::Inclusive,
            rates,
            exemptions: exemptions.collect(),
        }
    }
}

impl From<&TaxEvidence> for WireTaxEvidence {
    fn from(found: &TaxEvidence) -> Self {
        let rate = |applied: &billfold_domain::tax::AppliedRate| WireAppliedRate {
            tax_rate_id: applied.tax_rate_id.to_string(),
            version: applied.version,
            code: applied.tax.code.clone(),
            rate: applied.tax.rate.to_string(),
            compound: applied.tax.compound,
        };
        Self {
            tax: found.treatment.into(),
            on: found.on,
            tax_class: found.class.into(),
            seller: found.seller.code().to_owned(),
            customer: found.customer.map(|country| country.code().to_owned()),
            region: found.region.clone(),
            vat_check: found.vat_check.into(),
            rates: found.rates.iter().map(rate).collect(),
            reason: found.reason.as_ref().map(WireReason::from),
        }
    }
}
