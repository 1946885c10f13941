//! Reads of the catalogue.

use axum::Json;
use axum::extract::State;
use billfold_domain::kernel::{Money, ProductId};
use billfold_domain::product::{Listing, Price, Product};
use billfold_projections::Projection;
use billfold_projections::product_list::{self, PriceRow, Priced, ProductList};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::particulars::{WireFeature, WireOption, WireQuota};
use crate::answer::Versioned;
use crate::auth::{ProductsRead, Scoped};
use crate::problem::Problem;
use crate::receive::{Ident, ListOf};
use crate::state::ApiState;
use crate::wire::{Page, Paging, WireCycle, WireMoney, WireProductKind};

/// Lists products by code, each with every price it ever had.
#[utoipa::path(
    get, path = "", tag = "products", params(ListProducts, Paging),
    responses((status = 200, body = Page<WireProduct>)),
)]
pub(super) async fn list_products(
    State(state): State<ApiState>,
    Scoped(caller, ..): Scoped<ProductsRead>,
    ListOf(query, part): ListOf<ListProducts>,
) -> Result<Json<Page<WireProduct>>, Problem> {
    let wanted = part.wanted()?;
    state.reach(ProductList::NAME, part.min_position).await?;
    let retired = query.retired.unwrap_or(false);
    let page = product_list::page(state.reads(), caller.tenant, retired, &wanted).await?;
    Ok(Json(Page::of(page, WireProduct::from)))
}

/// Reads one product.
///
/// The answer is the present state, whatever the read side has reached.
#[utoipa::path(
    get, path = "/{id}", tag = "products",
    params(("id" = String, Path, example = "prd_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = WireProduct)),
)]
pub(super) async fn read_product(
    State(state): State<ApiState>,
    Scoped(caller, ..): Scoped<ProductsRead>,
    Ident(id): Ident<ProductId>,
) -> Result<Versioned<WireProduct>, Problem> {
    let (product, version) = state.door().load::<Product>(caller.tenant, id.uuid()).await?;
    let retired = matches!(product, Product::Retired(_));
    let listing = product.listing().ok_or_else(Problem::not_found)?;
    Ok(Versioned { body: WireProduct::of(id, listing, retired), version })
}

/// Which products are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListProducts {
    /// Those that are no longer sold as well.
    retired: Option<bool>,
}

/// A product.
#[derive(Serialize, ToSchema)]
#[schema(as = Product)]
pub(super) struct WireProduct {
    /// Its id.
    #[schema(example = "prd_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// Unique name for machines.
    #[schema(example = "hosting-s")]
    code: String,
    /// Name for people.
    #[schema(example = "Web hosting S")]
    name: String,
    /// What it is.
    kind: WireProductKind,
    /// Markdown; empty if there is none.
    #[schema(example = "Ten *gigabytes* of disk.")]
    description: String,
    /// What it has, in the order people read it.
    features: Vec<WireFeature>,
    /// Whether it is put before the others.
    featured: bool,
    /// How much of each resource it grants.
    quotas: Vec<WireQuota>,
    /// What is asked when it is ordered.
    options: Vec<WireOption>,
    /// Whether it is no longer sold.
    retired: bool,
    /// Every price there ever was, in the order they were set.
    prices: Vec<WirePrice>,
    /// Every price of a tier there ever was; only where one product is read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tier_prices: Vec<WireTierPrice>,
}

/// A version of a price for groups of clients with a tier.
#[derive(Serialize, ToSchema)]
#[schema(as = TierPrice)]
pub(super) struct WireTierPrice {
    /// The tier.
    tier: String,
    /// The price.
    price: WirePrice,
}

/// A version of a price.
#[derive(Serialize, ToSchema)]
#[schema(as = Price)]
pub(super) struct WirePrice {
    /// Counts the prices of the product from 1.
    version: i64,
    /// How often it is charged.
    cycle: WireCycle,
    /// Price of one cycle, without tax.
    price: WireMoney,
    /// Charged once when the service begins.
    setup_fee: Option<WireMoney>,
    /// First day it counts for new sales.
    valid_from: NaiveDate,
    /// Days of a new subscription that are free.
    #[schema(example = 14)]
    trial_days: i64,
}

impl WireProduct {
    fn of(id: ProductId, listing: &Listing, retired: bool) -> Self {
        Self {
            id: id.to_string(),
            code: listing.code.clone(),
            name: listing.name.clone(),
            kind: listing.kind.into(),
            description: listing.presentation.description.clone(),
            features: listing.presentation.features.iter().map(WireFeature::from).collect(),
            featured: listing.presentation.featured,
            quotas: listing.quotas.iter().map(WireQuota::from).collect(),
            options: listing.options.iter().map(WireOption::from).collect(),
            retired,
            prices: listing.prices.iter().map(WirePrice::from).collect(),
            tier_prices: listing
                .tier_prices
                .iter()
                .map(|known| WireTierPrice {
                    tier: known.tier.clone(),
                    price: WirePrice::from(&known.price),
                })
                .collect(),
        }
    }
}

impl From<Priced> for WireProduct {
    fn from(Priced { product, prices }: Priced) -> Self {
        Self {
            id: product.product_id.to_string(),
            code: product.code,
            name: product.name,
            kind: product.kind.into(),
            description: product.description,
            features: product.features.0.iter().map(WireFeature::from).collect(),
            featured: product.featured,
            quotas: product.quotas.0.iter().map(WireQuota::from).collect(),
            options: product.options.0.iter().map(WireOption::from).collect(),
            retired: product.retired_on.is_some(),
            prices: prices.iter().filter_map(WirePrice::of).collect(),
            tier_prices: Vec::new(),
        }
    }
}

impl From<&Price> for WirePrice {
    fn from(price: &Price) -> Self {
        Self {
            version: price.version.into(),
            cycle: price.cycle.into(),
            price: price.price.into(),
            setup_fee: price.setup_fee.map(WireMoney::from),
            valid_from: price.valid_from,
            trial_days: price.trial_days.into(),
        }
    }
}

impl WirePrice {
    fn of(row: &PriceRow) -> Option<Self> {
        let money = |minor| Money::try_new(minor, row.currency).ok().map(WireMoney::from);
        let setup_fee = match row.setup_fee {
            None => None,
            Some(minor) => Some(money(minor)?),
        };
        Some(Self {
            version: row.version,
            cycle: row.cycle.0.into(),
            price: money(row.price)?,
            setup_fee,
            valid_from: row.valid_from,
            trial_days: row.trial_days,
        })
    }
}
