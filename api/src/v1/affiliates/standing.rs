//! Who may refer and earn, under which terms, and whom they brought.

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use billfold_app::commands::affiliates::{
    ApproveAffiliate, CountClicks, EnrolAffiliate, RejectReferral, ResumeAffiliate,
    SetCommissionTerms, SuspendAffiliate,
};
use billfold_domain::kernel::{AffiliateId, ClientId};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::WireCommissionTerms;
use crate::answer::{Answer, Changed};
use crate::auth::{AffiliatesWrite, May};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, Ident, IfMatch, path_value};
use crate::state::ApiState;
use crate::v1::parameters::{IfMatchHeader, Reason};

/// Makes a client an affiliate, who may refer once approved.
#[utoipa::path(
    post, path = "", tag = "affiliates", request_body = NewAffiliate,
    responses((status = 201, body = Changed)),
)]
pub(super) async fn enrol_affiliate(
    State(state): State<ApiState>,
    May(caller, _): May<AffiliatesWrite>,
    key: IdempotencyKey,
    Body(new): Body<NewAffiliate>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let client_id = check.id::<ClientId>("/client_id", &new.client_id);
    let code = check.text("/code", &new.code, 40);
    let (Some(client_id), Some(code)) = (client_id, code) else { return Err(check.problem()) };
    let done = state.command(&caller, &key, EnrolAffiliate { client_id, code }).await?;
    let id = done.answer.affiliate_id;
    Ok(Answer::plain(&done, id, id.uuid()).made_at(format!("/api/v1/affiliates/{id}")))
}

/// Lets an affiliate refer and earn, under the terms of the programme unless there are own ones.
#[utoipa::path(
    post, path = "/{id}/approve", tag = "affiliates",
    params(("id" = String, Path, example = "aff_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn approve_affiliate(
    State(state): State<ApiState>,
    May(caller, _): May<AffiliatesWrite>,
    Ident(affiliate_id): Ident<AffiliateId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<Changed>, Problem> {
    let done = state.change(&caller, &key, seen, ApproveAffiliate { affiliate_id }).await?;
    Ok(Answer::plain(&done, affiliate_id, affiliate_id.uuid()))
}

/// Lets nothing be earned or paid out until further notice.
#[utoipa::path(
    post, path = "/{id}/suspend", tag = "affiliates", request_body = Reason,
    params(("id" = String, Path, example = "aff_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn suspend_affiliate(
    State(state): State<ApiState>,
    May(caller, _): May<AffiliatesWrite>,
    Ident(affiliate_id): Ident<AffiliateId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(reason): Body<Reason>,
) -> Result<Answer<Changed>, Problem> {
    let command = SuspendAffiliate { affiliate_id, reason: reason.read()? };
    let done = state.change(&caller, &key, seen, command).await?;
    Ok(Answer::plain(&done, affiliate_id, affiliate_id.uuid()))
}

/// Ends a suspension.
#[utoipa::path(
    post, path = "/{id}/resume", tag = "affiliates",
    params(("id" = String, Path, example = "aff_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn resume_affiliate(
    State(state): State<ApiState>,
    May(caller, _): May<AffiliatesWrite>,
    Ident(affiliate_id): Ident<AffiliateId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<Changed>, Problem> {
    let done = state.change(&caller, &key, seen, ResumeAffiliate { affiliate_id }).await?;
    Ok(Answer::plain(&done, affiliate_id, affiliate_id.uuid()))
}

/// Agrees on terms for sales from a day on; those before stay for sales before.
#[utoipa::path(
    put, path = "/{id}/terms", tag = "affiliates", request_body = NewCommissionTerms,
    params(("id" = String, Path, example = "aff_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn set_commission_terms(
    State(state): State<ApiState>,
    May(caller, _): May<AffiliatesWrite>,
    Ident(affiliate_id): Ident<AffiliateId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewCommissionTerms>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let terms = new.terms.read(&mut check, "/terms");
    let valid_from = check.optional_date("/valid_from", new.valid_from);
    let (Some(terms), Some(valid_from)) = (terms, valid_from) else {
        return Err(check.problem());
    };
    let command = SetCommissionTerms { affiliate_id, terms, valid_from };
    let done = state.change(&caller, &key, seen, command).await?;
    Ok(Answer::plain(&done, affiliate_id, affiliate_id.uuid()))
}

/// Counts how often an affiliate's links were clicked on a day.
#[utoipa::path(
    post, path = "/{id}/clicks", tag = "affiliates", request_body = Clicks,
    params(("id" = String, Path, example = "aff_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn count_clicks(
    State(state): State<ApiState>,
    May(caller, _): May<AffiliatesWrite>,
    Ident(affiliate_id): Ident<AffiliateId>,
    key: IdempotencyKey,
    Body(new): Body<Clicks>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let on = check.optional_date("/on", new.on);
    let Some(on) = on else { return Err(check.problem()) };
    let command = CountClicks { affiliate_id, on, clicks: new.clicks };
    let done = state.command(&caller, &key, command).await?;
    Ok(Answer::plain(&done, affiliate_id, affiliate_id.uuid()))
}

/// Lets no further sale to a client earn; what was earned stays, and another may bring the client.
#[utoipa::path(
    post, path = "/{id}/referrals/{client_id}/reject", tag = "affiliates", request_body = Reason,
    params(
        ("id" = String, Path, example = "aff_01kchkq7w7fc9r6a8b9c0d1e2f"),
        ("client_id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f"),
        IfMatchHeader,
    ),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn reject_referral(
    State(state): State<ApiState>,
    May(caller, _): May<AffiliatesWrite>,
    Ident(affiliate_id): Ident<AffiliateId>,
    Brought(client_id): Brought,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(reason): Body<Reason>,
) -> Result<Answer<Changed>, Problem> {
    let command = RejectReferral { affiliate_id, client_id, reason: reason.read()? };
    let done = state.change(&caller, &key, seen, command).await?;
    Ok(Answer::plain(&done, affiliate_id, affiliate_id.uuid()))
}

/// The client of a referral.
pub(super) struct Brought(ClientId);

impl<S: Send + Sync> FromRequestParts<S> for Brought {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        path_value(parts, state, "client_id").await.map(Self)
    }
}

/// A client who becomes an affiliate.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAffiliate {
    /// The client.
    #[schema(example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")]
    client_id: String,
    /// What links carry; unique.
    #[schema(example = "friend", pattern = "^[a-z0-9_-]{1,40}$", max_length = 40)]
    code: String,
}

/// Terms to be agreed on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCommissionTerms {
    /// The terms.
    terms: WireCommissionTerms,
    /// First day they count for; today at the seller's place if absent, not before.
    valid_from: Option<NaiveDate>,
}

/// The clicks of a day.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Clicks {
    /// The day; today at the seller's place if absent.
    on: Option<NaiveDate>,
    /// The clicks of the day so far; less than before changes nothing.
    #[schema(example = 17)]
    clicks: u64,
}
