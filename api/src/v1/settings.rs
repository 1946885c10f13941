//! The seller's settings.

use axum::extract::State;
use billfold_app::commands::tenants::{SetAffiliateTerms, SetConventions};
use billfold_domain::kernel::NumberFormat;
use billfold_domain::tenant::{Profile, Tenant};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answer::{Answer, Changed, Versioned};
use crate::auth::{Admin, Caller, May};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, IfMatch};
use crate::state::ApiState;
use crate::v1::affiliates::WireCommissionTerms;
use crate::v1::parameters::IfMatchHeader;
use crate::wire::WireConventions;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(read_settings))
        .routes(routes!(set_conventions))
        .routes(routes!(set_affiliate_terms))
}

/// Reads the settings of the caller's seller. Whoever may call may read them.
#[utoipa::path(
    get, path = "", tag = "settings", responses((status = 200, body = Settings)),
)]
async fn read_settings(
    State(state): State<ApiState>,
    caller: Caller,
) -> Result<Versioned<Settings>, Problem> {
    let tenant = caller.tenant;
    let (seller, version) = state.door().load::<Tenant>(tenant, tenant.uuid()).await?;
    let suspended = matches!(seller, Tenant::Suspended(_));
    let profile = seller.profile().ok_or_else(Problem::not_found)?;
    Ok(Versioned { body: Settings::of(&tenant.to_string(), profile, suspended, version), version })
}

/// Chooses how time becomes money, for what is not billed yet.
#[utoipa::path(
    put, path = "/conventions", tag = "settings", request_body = WireConventions,
    params(IfMatchHeader), responses((status = 200, body = Changed)),
)]
async fn set_conventions(
    State(state): State<ApiState>,
    May(caller, _): May<Admin>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<WireConventions>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let conventions = new.read(&mut check, "").ok_or_else(|| check.problem())?;
    let done = state.change(&caller, &key, seen, SetConventions { conventions }).await?;
    let tenant = caller.tenant;
    Ok(Answer::plain(&done, tenant, tenant.uuid()))
}

/// Chooses the terms of affiliates who are approved later without terms of their own.
#[utoipa::path(
    put, path = "/affiliate-terms", tag = "settings", request_body = WireCommissionTerms,
    params(IfMatchHeader), responses((status = 200, body = Changed)),
)]
async fn set_affiliate_terms(
    State(state): State<ApiState>,
    May(caller, _): May<Admin>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<WireCommissionTerms>,
) -> Result<Answer<Changed>, Problem> {
    let mut check = Check::default();
    let terms = new.read(&mut check, "").ok_or_else(|| check.problem())?;
    let done = state.change(&caller, &key, seen, SetAffiliateTerms { terms }).await?;
    let tenant = caller.tenant;
    Ok(Answer::plain(&done, tenant, tenant.uuid()))
}

/// What a seller chose.
#[derive(Serialize, ToSchema)]
struct Settings {
    /// The seller.
    #[schema(example = "ten_01kchkq7w7fc9r6a8b9c0d1e2f")]
    tenant: String,
    /// Legal name.
    name: String,
    /// Where it is established.
    #[schema(example = "NL")]
    country: String,
    /// Currency of the books.
    #[schema(example = "EUR")]
    currency: String,
    /// Decides what day it is.
    #[schema(example = "Europe/Amsterdam")]
    time_zone: String,
    /// How invoices are numbered.
    invoice_numbers: Numbers,
    /// How credit notes are numbered.
    credit_note_numbers: Numbers,
    /// Days between issue and due date, unless said otherwise.
    payment_term_days: u16,
    /// Tax number.
    vat_id: Option<String>,
    /// How time becomes money.
    conventions: WireConventions,
    /// What affiliates get who are approved without terms of their own.
    affiliate_terms: Option<WireCommissionTerms>,
    /// Whether the books are closed to changes.
    suspended: bool,
    /// Its version, as in `ETag`.
    version: i64,
}

/// How documents are numbered.
#[derive(Serialize, ToSchema)]
struct Numbers {
    /// What every number begins with.
    #[schema(example = "INV")]
    prefix: String,
    /// How many digits a count is filled up to.
    #[schema(example = 6)]
    digits: u8,
}

impl Settings {
    fn of(tenant: &str, profile: &Profile, suspended: bool, version: i64) -> Self {
        Self {
            tenant: tenant.to_owned(),
            name: profile.name.clone(),
            country: profile.country.code().to_owned(),
            currency: profile.currency.code().to_owned(),
            time_zone: profile.time_zone.clone(),
            invoice_numbers: Numbers::of(&profile.invoice_numbers),
            credit_note_numbers: Numbers::of(&profile.credit_note_numbers),
            payment_term_days: profile.payment_term_days,
            vat_id: profile.vat_id.clone(),
            conventions: profile.conventions.into(),
            affiliate_terms: profile.affiliate_terms.as_ref().map(WireCommissionTerms::from),
            suspended,
            version,
        }
    }
}

impl Numbers {
    fn of(format: &NumberFormat) -> Self {
        Self { prefix: format.prefix.clone(), digits: format.digits }
    }
}
