//! The sellers of the installation, for the staff of its operator (TEN-02, RBA-09).
//!
//! Guarantees: for everybody else there is nothing here, whatever exists. What is done to a seller
//! is in its own log, by the operator's staff.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use billfold_app::access::Secret;
use billfold_app::commands::tenants::{CloseTenant, OpenTenant, ResumeTenant, SuspendTenant};
use billfold_app::commands::{Ask, UseCase};
use billfold_app::tenancy::{self, FirstAdmin, NewSeller, Seller};
use billfold_domain::kernel::{Country, Currency, TenantId};
use billfold_domain::staff::StaffProfile;
use billfold_domain::tenant::Tenant;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answer::{Answer, Changed, Versioned};
use crate::auth::{Caller, Operator, TenantsRead, TenantsWrite, refused};
use crate::problem::Problem;
use crate::receive::{Body, Check, Filter, IdempotencyKey, Ident, IfMatch};
use crate::state::ApiState;
use crate::v1::parameters::{IfMatchHeader, Reason};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list_tenants, create_tenant))
        .routes(routes!(read_tenant))
        .routes(routes!(suspend_tenant))
        .routes(routes!(resume_tenant))
        .routes(routes!(close_tenant))
}

/// Lists the sellers of the installation, oldest first. For staff of the operator only.
#[utoipa::path(
    get, path = "", tag = "tenants", params(After),
    responses((status = 200, body = WireTenants)),
)]
async fn list_tenants(
    State(state): State<ApiState>,
    _caller: Operator<TenantsRead>,
    Filter(After { after }): Filter<After>,
) -> Result<Json<WireTenants>, Problem> {
    let mut check = Check::query();
    let after = check.optional_id::<TenantId>("/after", after.as_deref());
    let after = after.ok_or_else(|| check.problem())?;
    let (sellers, more) = tenancy::list(state.door(), after).await?;
    let next = sellers.last().filter(|_| more).map(|seller| seller.tenant.to_string());
    let items = sellers.iter().filter_map(WireTenant::of).collect();
    Ok(Json(WireTenants { items, next }))
}

/// Opens the books of a new seller, and lets its first admin in. For staff of the operator only.
///
/// The same key creates the same seller, also after a break in between.
#[utoipa::path(
    post, path = "", tag = "tenants", request_body = NewTenant,
    responses((status = 201, body = TenantMade)),
)]
async fn create_tenant(
    State(state): State<ApiState>,
    Operator(caller, _): Operator<TenantsWrite>,
    key: IdempotencyKey,
    Body(new): Body<NewTenant>,
) -> Result<Response, Problem> {
    let ask = caller.ask(&key, new.read()?);
    let tenant = tenancy::create(state.door(), state.access(), ask).await.map_err(refused)?;
    let at = [(LOCATION, format!("/api/v1/tenants/{tenant}"))];
    let made = Json(TenantMade { id: tenant.to_string() });
    Ok((StatusCode::CREATED, at, made).into_response())
}

/// Reads one seller. For staff of the operator only.
#[utoipa::path(
    get, path = "/{id}", tag = "tenants",
    params(("id" = String, Path, example = "ten_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = WireTenant)),
)]
async fn read_tenant(
    State(state): State<ApiState>,
    _caller: Operator<TenantsRead>,
    Ident(tenant): Ident<TenantId>,
) -> Result<Versioned<WireTenant>, Problem> {
    let (seller, version) = state.door().load::<Tenant>(tenant, tenant.uuid()).await?;
    let seller = Seller { tenant, state: seller.into(), version };
    let body = WireTenant::of(&seller).ok_or_else(Problem::not_found)?;
    Ok(Versioned { body, version })
}

/// Closes the books of a seller to changes; its staff may still sign in and read. For staff of the
/// operator only.
#[utoipa::path(
    post, path = "/{id}/suspend", tag = "tenants", request_body = Reason,
    params(("id" = String, Path, example = "ten_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
async fn suspend_tenant(
    State(state): State<ApiState>,
    Operator(caller, _): Operator<TenantsWrite>,
    Ident(tenant): Ident<TenantId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(reason): Body<Reason>,
) -> Result<Answer<Changed>, Problem> {
    let command = SuspendTenant { reason: reason.read()? };
    of_seller(&state, &caller, tenant, (&key, seen), command).await
}

/// Opens suspended books again. For staff of the operator only.
#[utoipa::path(
    post, path = "/{id}/resume", tag = "tenants",
    params(("id" = String, Path, example = "ten_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
async fn resume_tenant(
    State(state): State<ApiState>,
    Operator(caller, _): Operator<TenantsWrite>,
    Ident(tenant): Ident<TenantId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<Changed>, Problem> {
    of_seller(&state, &caller, tenant, (&key, seen), ResumeTenant).await
}

/// Closes suspended books for good: they can only be read from then on, and others may take the
/// host names. For staff of the operator only.
#[utoipa::path(
    post, path = "/{id}/close", tag = "tenants", request_body = Reason,
    params(("id" = String, Path, example = "ten_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
async fn close_tenant(
    State(state): State<ApiState>,
    Operator(caller, _): Operator<TenantsWrite>,
    Ident(tenant): Ident<TenantId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(reason): Body<Reason>,
) -> Result<Answer<Changed>, Problem> {
    let command = CloseTenant { reason: reason.read()? };
    of_seller(&state, &caller, tenant, (&key, seen), command).await
}

/// Has something done in the books of another seller.
async fn of_seller<U: UseCase>(
    state: &ApiState,
    caller: &Caller,
    tenant: TenantId,
    (key, seen): (&IdempotencyKey, i64),
    command: U,
) -> Result<Answer<Changed>, Problem> {
    let ask = Ask { tenant, ..caller.ask(key, command) };
    let done = state.door().execute(ask.expect(seen)).await?;
    Ok(Answer::plain(&done, tenant, tenant.uuid()))
}

/// Where a list goes on.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct After {
    /// The `next` of the list before.
    after: Option<String>,
}

/// A seller to create.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTenant {
    /// Legal name, as documents show it.
    #[schema(example = "Nordlicht Hosting GmbH", min_length = 1, max_length = 200)]
    name: String,
    /// Where it is established.
    #[schema(example = "DE", pattern = "^[A-Z]{2}$")]
    country: String,
    /// Currency of the books.
    #[schema(example = "EUR", pattern = "^[A-Z]{3}$")]
    currency: String,
    /// Decides what day it is: a name of the tz database.
    #[schema(example = "Europe/Berlin", max_length = 64)]
    time_zone: String,
    /// Days between issue and due date; 14 unless given.
    #[schema(example = 14, maximum = 365)]
    payment_term_days: Option<u16>,
    /// Tax number.
    #[schema(example = "DE123456789", pattern = "^[A-Z0-9]{4,20}$")]
    vat_id: Option<String>,
    /// Makes it a test seller, whose clock begins here and stands until it is moved.
    test_clock: Option<DateTime<Utc>>,
    /// Who may do everything there; without, `billfold user add` lets somebody in.
    admin: Option<NewAdmin>,
}

/// The first admin of a new seller.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAdmin {
    /// Their name.
    #[schema(example = "Ada Lovelace", min_length = 1, max_length = 200)]
    name: String,
    /// The address they sign in with.
    #[schema(example = "ada@example.org", max_length = 254)]
    email: String,
    /// The password they begin with.
    #[schema(example = "correct horse battery staple", min_length = 10, max_length = 256,
        format = Password)]
    password: String,
}

impl NewTenant {
    fn read(self) -> Result<NewSeller, Problem> {
        let mut check = Check::default();
        let country = check.value("/country", Country::parse(&self.country));
        let currency = check.value("/currency", Currency::parse(&self.currency));
        let (Some(country), Some(currency)) = (country, currency) else {
            return Err(check.problem());
        };
        let admin = self.admin.map(|admin| FirstAdmin {
            profile: StaffProfile { name: admin.name, email: admin.email, phone: None },
            password: Secret::new(admin.password),
        });
        let books = OpenTenant {
            name: self.name,
            country,
            currency,
            time_zone: self.time_zone,
            invoice_numbers: None,
            credit_note_numbers: None,
            payment_term_days: self.payment_term_days,
            vat_id: self.vat_id,
            test_clock: self.test_clock,
        };
        Ok(NewSeller { books, admin })
    }
}

/// A seller that was created.
#[derive(Serialize, ToSchema)]
struct TenantMade {
    /// Its id.
    #[schema(example = "ten_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
}

/// The sellers of the installation.
#[derive(Serialize, ToSchema)]
#[schema(as = Tenants)]
struct WireTenants {
    /// Oldest first, at most 100.
    items: Vec<WireTenant>,
    /// What `after` has to be for those behind; null if there are none.
    next: Option<String>,
}

/// A seller of the installation.
#[derive(Serialize, ToSchema)]
#[schema(as = Tenant)]
struct WireTenant {
    /// Its id.
    #[schema(example = "ten_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// Legal name.
    name: String,
    /// What may be done with its books.
    status: WireTenantStatus,
    /// Where it is established.
    #[schema(example = "DE")]
    country: String,
    /// Currency of the books.
    #[schema(example = "EUR")]
    currency: String,
    /// The names its pages are found under.
    #[schema(example = json!(["billing.example.com"]))]
    host_names: Vec<String>,
    /// Whether its staff look after all sellers.
    operator: bool,
    /// Its version, as in `ETag`.
    version: i64,
}

/// What may be done with books: change and read them, or read them until they are resumed, or read
/// them.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TenantStatus)]
enum WireTenantStatus {
    Open,
    Suspended,
    Closed,
}

impl WireTenant {
    fn of(seller: &Seller) -> Option<Self> {
        let status = match &*seller.state {
            Tenant::Absent => return None,
            Tenant::Open(_) => WireTenantStatus::Open,
            Tenant::Suspended(_) => WireTenantStatus::Suspended,
            Tenant::Closed(_) => WireTenantStatus::Closed,
        };
        let profile = seller.state.profile()?;
        Some(Self {
            id: seller.tenant.to_string(),
            name: profile.name.clone(),
            status,
            country: profile.country.code().to_owned(),
            currency: profile.currency.code().to_owned(),
            host_names: profile.host_names.iter().map(ToString::to_string).collect(),
            operator: profile.operator,
            version: seller.version,
        })
    }
}
