//! What the seller asks of its clients beyond what every seller asks.

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use billfold_app::commands::tenants::{DefineCustomField, RetireCustomField};
use billfold_domain::client::{CustomField, CustomFieldKind};
use billfold_domain::tenant::Tenant;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answer::{Answer, Changed, Versioned};
use crate::auth::{ClientsRead, May, SettingsWrite};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, IfMatch, path_value};
use crate::state::ApiState;
use crate::v1::parameters::IfMatchHeader;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list_custom_fields))
        .routes(routes!(define_custom_field, retire_custom_field))
}

/// Lists what the seller asks of its clients.
#[utoipa::path(
    get, path = "", tag = "settings", responses((status = 200, body = CustomFields)),
)]
async fn list_custom_fields(
    State(state): State<ApiState>,
    May(caller, _): May<ClientsRead>,
) -> Result<Versioned<CustomFields>, Problem> {
    let tenant = caller.tenant;
    let (seller, version) = state.door().load::<Tenant>(tenant, tenant.uuid()).await?;
    let profile = seller.profile().ok_or_else(Problem::not_found)?;
    let items = profile.custom_fields.iter().cloned().map(WireCustomField::from).collect();
    Ok(Versioned { body: CustomFields { items, version }, version })
}

/// Asks something of clients, or asks it in another way; values that are kept stay.
#[utoipa::path(
    put, path = "/{key}", tag = "settings", request_body = NewCustomField,
    params(("key" = String, Path, pattern = "^[a-z0-9_-]{1,40}$", example = "account_manager"),
        IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
async fn define_custom_field(
    State(state): State<ApiState>,
    May(caller, _): May<SettingsWrite>,
    FieldKey(name): FieldKey,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewCustomField>,
) -> Result<Answer<Changed>, Problem> {
    let field = CustomField {
        key: name,
        label: new.label,
        kind: new.kind.into(),
        choices: new.choices,
        required: new.required,
    };
    let mut check = Check::default();
    check.parts("", field.check()).ok_or_else(|| check.problem())?;
    let done = state.change(&caller, &key, seen, DefineCustomField { field }).await?;
    Ok(Answer::plain(&done, caller.tenant, caller.tenant.uuid()))
}

/// Asks something of clients no longer; values that are kept go when they are set again.
#[utoipa::path(
    delete, path = "/{key}", tag = "settings",
    params(("key" = String, Path, pattern = "^[a-z0-9_-]{1,40}$", example = "account_manager"),
        IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
async fn retire_custom_field(
    State(state): State<ApiState>,
    May(caller, _): May<SettingsWrite>,
    FieldKey(name): FieldKey,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<Changed>, Problem> {
    let done = state.change(&caller, &key, seen, RetireCustomField { key: name }).await?;
    Ok(Answer::plain(&done, caller.tenant, caller.tenant.uuid()))
}

/// The key in a path.
struct FieldKey(String);

impl<S: Send + Sync> FromRequestParts<S> for FieldKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        path_value(parts, state, "key").await.map(Self)
    }
}

/// What may stand in a field.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CustomFieldKind)]
enum WireKind {
    /// A line of at most 500 characters.
    Text,
    /// A decimal number.
    Number,
    /// A day, as 2026-11-30.
    Date,
    /// `yes` or `no`.
    Flag,
    /// One of the field's choices.
    Choice,
}

impl From<WireKind> for CustomFieldKind {
    fn from(kind: WireKind) -> Self {
        match kind {
            WireKind::Text => Self::Text,
            WireKind::Number => Self::Number,
            WireKind::Date => Self::Date,
            WireKind::Flag => Self::Flag,
            WireKind::Choice => Self::Choice,
        }
    }
}

impl From<CustomFieldKind> for WireKind {
    fn from(kind: CustomFieldKind) -> Self {
        match kind {
            CustomFieldKind::Text => Self::Text,
            CustomFieldKind::Number => Self::Number,
            CustomFieldKind::Date => Self::Date,
            CustomFieldKind::Flag => Self::Flag,
            CustomFieldKind::Choice => Self::Choice,
        }
    }
}

/// The seller's own fields.
#[derive(Serialize, ToSchema)]
struct CustomFields {
    /// In the order of their definition; 50 at most.
    items: Vec<WireCustomField>,
    /// The seller's version, as in `ETag`.
    version: i64,
}

/// A field that the seller asks of its clients.
#[derive(Serialize, ToSchema)]
#[schema(as = CustomField)]
struct WireCustomField {
    /// Its name for machines.
    key: String,
    /// Its name for people.
    label: String,
    /// What may stand in it.
    kind: WireKind,
    /// For a choice.
    choices: Vec<String>,
    /// Whether values without it are refused.
    required: bool,
}

impl From<CustomField> for WireCustomField {
    fn from(field: CustomField) -> Self {
        let CustomField { key, label, kind, choices, required } = field;
        Self { key, label, kind: kind.into(), choices, required }
    }
}

/// A field to be asked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCustomField {
    /// Its name for people.
    #[schema(example = "Account manager", min_length = 1, max_length = 100)]
    label: String,
    /// What may stand in it.
    kind: WireKind,
    /// For a choice: 1 to 50 of them, each 1 to 100 characters.
    #[serde(default)]
    choices: Vec<String>,
    /// Whether values without it are refused.
    #[serde(default)]
    required: bool,
}
