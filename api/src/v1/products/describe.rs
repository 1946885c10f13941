//! What is said about a product: its name, description, quotas and options.

use axum::extract::State;
use billfold_app::commands::products::{DescribeProduct, RenameProduct, SetOptions, SetQuotas};
use billfold_domain::kernel::ProductId;
use billfold_domain::product::Quota;
use serde::Deserialize;
use utoipa::ToSchema;

use super::particulars::{NewDescription, NewOptions, NewQuotas};
use crate::answer::{Answer, Changed};
use crate::auth::{May, ProductsWrite};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, Ident, IfMatch};
use crate::state::ApiState;
use crate::v1::parameters::IfMatchHeader;

/// Changes the name for people; documents keep the name they were made with.
#[utoipa::path(
    put, path = "/{id}/name", tag = "products", request_body = NewName,
    params(("id" = String, Path, example = "prd_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn rename_product(
    State(state): State<ApiState>,
    May(caller, _): May<ProductsWrite>,
    Ident(product_id): Ident<ProductId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewName>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let name = check.text("/name", &new.name, 200).ok_or_else(|| check.problem())?;
    let done = state.change(&caller, &key, seen, RenameProduct { product_id, name }).await?;
    Ok(Answer::plain(&done, product_id, product_id.uuid()))
}

/// Says what people read about a product, in place of what was said before.
#[utoipa::path(
    put, path = "/{id}/description", tag = "products", request_body = NewDescription,
    params(("id" = String, Path, example = "prd_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn describe_product(
    State(state): State<ApiState>,
    May(caller, _): May<ProductsWrite>,
    Ident(product_id): Ident<ProductId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewDescription>,
) -> Result<Answer<Changed>, Problem> {
    let describe = DescribeProduct { product_id, presentation: new.into() };
    let done = state.change(&caller, &key, seen, describe).await?;
    Ok(Answer::plain(&done, product_id, product_id.uuid()))
}

/// Says what a product grants, in place of what was said before; what was sold keeps its terms.
#[utoipa::path(
    put, path = "/{id}/quotas", tag = "products", request_body = NewQuotas,
    params(("id" = String, Path, example = "prd_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn set_product_quotas(
    State(state): State<ApiState>,
    May(caller, _): May<ProductsWrite>,
    Ident(product_id): Ident<ProductId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewQuotas>,
) -> Result<Answer<Changed>, Problem> {
    let set = SetQuotas { product_id, quotas: new.quotas.iter().map(Quota::from).collect() };
    let done = state.change(&caller, &key, seen, set).await?;
    Ok(Answer::plain(&done, product_id, product_id.uuid()))
}

/// Says what is asked when a product is ordered, in place of what was asked before.
#[utoipa::path(
    put, path = "/{id}/options", tag = "products", request_body = NewOptions,
    params(("id" = String, Path, example = "prd_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn set_product_options(
    State(state): State<ApiState>,
    May(caller, _): May<ProductsWrite>,
    Ident(product_id): Ident<ProductId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewOptions>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let options = new.read(&mut check).ok_or_else(|| check.problem())?;
    let set = SetOptions { product_id, options };
    let done = state.change(&caller, &key, seen, set).await?;
    Ok(Answer::plain(&done, product_id, product_id.uuid()))
}

/// A new name of a product.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewProductName)]
pub(super) struct NewName {
    /// Name for people.
    #[schema(example = "Web hosting S", min_length = 1, max_length = 200)]
    name: String,
}
