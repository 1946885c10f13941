//! Changes of the catalogue.

use axum::extract::State;
use billfold_app::commands::products::{CreateProduct, RetireProduct, SetPrice, SetTierPrice};
use billfold_domain::kernel::ProductId;
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::answer::{Answer, Changed};
use crate::auth::{May, ProductsWrite};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, Ident, IfMatch};
use crate::state::ApiState;
use crate::v1::parameters::IfMatchHeader;
use crate::wire::{WireCycle, WireMoney, WireProductKind};

/// Puts a product into the catalogue.
#[utoipa::path(
    post, path = "", tag = "products", request_body = NewProduct,
    responses((status = 201, body = Changed)),
)]
pub(super) async fn create_product(
    State(state): State<ApiState>,
    May(caller, _): May<ProductsWrite>,
    key: IdempotencyKey,
    Body(new): Body<NewProduct>,
) -> Result<Answer<Changed>, Problem> {
    let done = state.command(&caller, &key, new.read()?).await?;
    let id = done.answer.product_id;
    Ok(Answer::plain(&done, id, id.uuid()).made_at(format!("/api/v1/products/{id}")))
}

/// Adds a price; earlier ones stay as they were.
///
/// A cycle and currency that had a price gets the new one from its first day.
#[utoipa::path(
    post, path = "/{id}/prices", tag = "products", request_body = NewPrice,
    params(("id" = String, Path, example = "prd_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn set_price(
    State(state): State<ApiState>,
    May(caller, _): May<ProductsWrite>,
    Ident(product_id): Ident<ProductId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewPrice>,
) -> Result<Answer<Changed>, Problem> {
    let done = state.change(&caller, &key, seen, new.read(product_id)?).await?;
    Ok(Answer::plain(&done, product_id, product_id.uuid()))
}

/// Adds a price that only groups of clients with this tier pay; earlier ones stay as they were.
///
/// Where a tier has no price of a cycle and currency, its groups pay the list price.
#[utoipa::path(
    post, path = "/{id}/tier-prices", tag = "products", request_body = NewTierPrice,
    params(("id" = String, Path, example = "prd_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn set_tier_price(
    State(state): State<ApiState>,
    May(caller, _): May<ProductsWrite>,
    Ident(product_id): Ident<ProductId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewTierPrice>,
) -> Result<Answer<Changed>, Problem> {
    let SetPrice { cycle, price, setup_fee, valid_from, trial_days, .. } =
        new.price.read(product_id)?;
    let tier = new.tier;
    let set = SetTierPrice { product_id, tier, cycle, price, setup_fee, valid_from, trial_days };
    let done = state.change(&caller, &key, seen, set).await?;
    Ok(Answer::plain(&done, product_id, product_id.uuid()))
}

/// Sells a product no longer; what was sold keeps its terms.
#[utoipa::path(
    post, path = "/{id}/retire", tag = "products",
    params(("id" = String, Path, example = "prd_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn retire_product(
    State(state): State<ApiState>,
    May(caller, _): May<ProductsWrite>,
    Ident(product_id): Ident<ProductId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<Changed>, Problem> {
    let done = state.change(&caller, &key, seen, RetireProduct { product_id }).await?;
    Ok(Answer::plain(&done, product_id, product_id.uuid()))
}

/// A product to be created.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewProduct {
    /// Unique name for machines, for ever.
    #[schema(example = "hosting-s", pattern = "^[a-z0-9_-]{1,40}$", max_length = 40)]
    code: String,
    /// Name for people.
    #[schema(example = "Web hosting S", min_length = 1, max_length = 200)]
    name: String,
    /// What it is.
    kind: WireProductKind,
}

impl NewProduct {
    fn read(self) -> Result<CreateProduct, Problem> {
        let mut check = Check::default();
        let code = check.text("/code", &self.code, 40);
        let name = check.text("/name", &self.name, 200);
        match (code, name) {
            (Some(code), Some(name)) => {
                Ok(CreateProduct { product_id: None, code, name, kind: self.kind.into() })
            }
            _ => Err(check.problem()),
        }
    }
}

/// A price of a tier to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewTierPrice {
    /// The tier: lower case letters, digits, `_` and `-`.
    #[schema(example = "wholesale", pattern = "^[a-z0-9_-]{1,40}$", max_length = 40)]
    tier: String,
    /// The price.
    price: NewPrice,
}

/// A price to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPrice {
    /// How often it is charged.
    cycle: WireCycle,
    /// Price of one cycle, without tax.
    price: WireMoney,
    /// Charged once when the service begins, in the same currency.
    setup_fee: Option<WireMoney>,
    /// First day it counts for new sales; today at the seller's place if absent.
    valid_from: Option<NaiveDate>,
    /// Days of a new subscription that are free; none if absent.
    #[serde(default)]
    #[schema(example = 14, maximum = 3650)]
    trial_days: u32,
}

impl NewPrice {
    fn read(self, product_id: ProductId) -> Result<SetPrice, Problem> {
        let mut check = Check::default();
        let price = self.price.read(&mut check, "/price");
        let setup_fee = match &self.setup_fee {
            None => Some(None),
            Some(fee) => fee.read(&mut check, "/setup_fee").map(Some),
        };
        let valid_from = check.optional_date("/valid_from", self.valid_from);
        match (price, setup_fee, valid_from) {
            (Some(price), Some(setup_fee), Some(valid_from)) => {
                let cycle = self.cycle.into();
                let trial_days = self.trial_days;
                Ok(SetPrice { product_id, cycle, price, setup_fee, valid_from, trial_days })
            }
            _ => Err(check.problem()),
        }
    }
}
