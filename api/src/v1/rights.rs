//! Who may do something, or could at a moment of the past (EVT-35).
//!
//! Guarantees: computed from the log itself; what a role allows to holders and a key to programs,
//! as it was known then. Names are those of today.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use billfold_app::commands::roles::{Able, who_could};
use billfold_app::commands::staff::colleagues;
use billfold_domain::kernel::{Actor, StaffId};
use billfold_domain::role::Permission;
use billfold_projections::event_index::EventIndex;
use billfold_projections::paging::Page as Rows;
use billfold_projections::{AsOf, Projection as _, rights_log};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::parameters::as_of;
use super::roles::WireReach;
use super::staff::names;
use crate::auth::{May, StaffRead};
use crate::problem::{FieldError, Problem};
use crate::receive::{Check, ListOf};
use crate::state::ApiState;
use crate::wire::{Page, Paging};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(list_rights))
}

/// Lists who may do something, or could at a moment of the past: members of staff by their roles,
/// then API keys. Keys that were made before their making was an event are not known to the past.
#[utoipa::path(
    get, path = "", tag = "staff", params(ListRights, Paging),
    responses((status = 200, body = Page<WireAble>)),
)]
async fn list_rights(
    State(state): State<ApiState>,
    May(caller, _): May<StaffRead>,
    ListOf(query, part): ListOf<ListRights>,
) -> Result<Json<Page<WireAble>>, Problem> {
    let wanted = part.wanted()?;
    let now = state.now();
    let (permission, past) = query.read(now)?;
    let tenant = caller.tenant;
    let least = match past {
        AsOf::Position(position) => part.min_position.max(Some(position)),
        AsOf::Now | AsOf::Instant(_) => part.min_position,
    };
    state.reach(EventIndex::NAME, least).await?;
    let then = rights_log::then(state.reads(), tenant, past).await?;
    let able = who_could(state.door(), tenant, permission, &then.value, now).await?;
    let known = colleagues(state.door(), tenant).await?.into_iter();
    let profiles: HashMap<StaffId, String> =
        known.filter_map(|person| Some((person.staff_id, person.profile.clear()?.name))).collect();
    let mut all: Vec<WireAble> = able.iter().map(|one| WireAble::of(one, &profiles)).collect();
    all.sort_by_cached_key(WireAble::key);
    let page = wanted.part(all, WireAble::key).map_err(billfold_projections::Error::Cursor)?;
    let value = Rows { rows: page.rows, next: page.next, total: page.total };
    let answer = billfold_projections::Answer { as_of_position: then.as_of_position, value };
    Ok(Json(Page::of(answer, |one| one)))
}

/// Who is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListRights {
    /// What they may do, by a slug of `GET /permissions`.
    #[param(example = "invoices:write")]
    permission: String,
    /// As known at this log position or instant of the past; now if absent.
    #[param(example = "2026-03-01T12:00:00Z")]
    as_of: Option<String>,
}

impl ListRights {
    fn read(&self, now: DateTime<Utc>) -> Result<(Permission, AsOf), Problem> {
        let mut check = Check::query();
        let permission = Permission::parse(&self.permission);
        if permission.is_none() {
            let detail = "is no permission; GET /permissions lists them";
            check.wrong("/permission", "permission.unknown", detail);
        }
        let permission = permission.ok_or_else(|| check.problem())?;
        let past = as_of(self.as_of.as_deref())?;
        if matches!(past, AsOf::Instant(instant) if instant > now) {
            let detail = "lies in the future, of which the log knows nothing yet";
            return Err(Problem::field(FieldError::query("as_of", "as_of.in_future", detail)));
        }
        Ok((permission, past))
    }
}

/// Somebody who may do it.
#[derive(Serialize, ToSchema)]
#[schema(as = Able)]
struct WireAble {
    /// As the log names them.
    #[schema(example = "staff:019a2f3c-5d7e-7cc0-8a55-0f4c1d2e3b4a")]
    actor: String,
    /// The member of staff; null for a key.
    #[schema(example = "stf_01kchkq7w7fc9r6a8b9c0d1e2f")]
    staff_id: Option<String>,
    /// The key; null for a person.
    #[schema(example = "key_01kchkq7w7fc9r6a8b9c0d1e2f")]
    api_key_id: Option<String>,
    /// What people call them; null for people who were erased.
    #[schema(example = "Ada Lovelace")]
    name: Option<String>,
    /// Names of the roles that allow it, by id; none for a key, whose scopes do.
    #[schema(example = json!({ "rol_01kchkq7w7fc9r6a8b9c0d1e2f": "finance" }))]
    roles: HashMap<String, String>,
    /// For whose data.
    reach: WireReach,
    /// When it ends, of a key that does.
    expires_at: Option<DateTime<Utc>>,
}

impl WireAble {
    fn of(able: &Able, profiles: &HashMap<StaffId, String>) -> Self {
        let reach = able.reach().into();
        match able {
            Able::Staff { staff_id, roles } => Self {
                actor: Actor::Staff(*staff_id).to_string(),
                staff_id: Some(staff_id.to_string()),
                api_key_id: None,
                name: profiles.get(staff_id).cloned(),
                roles: names(roles.iter()),
                reach,
                expires_at: None,
            },
            Able::ApiKey { api_key_id, terms } => Self {
                actor: Actor::ApiKey(*api_key_id).to_string(),
                staff_id: None,
                api_key_id: Some(api_key_id.to_string()),
                name: Some(terms.name.clone()),
                roles: HashMap::new(),
                reach,
                expires_at: terms.expires_at,
            },
        }
    }

    /// People before keys, each oldest first: ids begin with the instant at which they were made.
    fn key(&self) -> String {
        format!("{}-{}", u8::from(self.staff_id.is_none()), self.actor)
    }
}
