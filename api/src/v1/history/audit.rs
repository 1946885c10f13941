//! Who did what, when and from where.

use axum::Json;
use axum::extract::State;
use billfold_app::origins::ORIGIN;
use billfold_domain::kernel::Actor;
use billfold_projections::Projection;
use billfold_projections::audit_log::{self, Action, Change, Entry};
use billfold_projections::event_index::EventIndex;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::origins::reveal_entries;
use crate::auth::{EventsRead, May};
use crate::problem::Problem;
use crate::receive::{Check, ListOf};
use crate::state::ApiState;
use crate::v1::parameters::as_of;
use crate::wire::{Page, Paging};

/// Lists the audit log, newest first.
#[utoipa::path(
    get, path = "", tag = "history", params(ListAudit, Paging),
    responses((status = 200, body = Page<AuditEntry>)),
)]
pub(super) async fn list_audit(
    State(state): State<ApiState>,
    May(caller, _): May<EventsRead>,
    ListOf(query, part): ListOf<ListAudit>,
) -> Result<Json<Page<AuditEntry>>, Problem> {
    let wanted = part.wanted()?;
    let filter = query.read()?;
    state.reach(EventIndex::NAME, part.min_position).await?;
    let mut page = audit_log::page(state.reads(), caller.tenant, &filter, &wanted).await?;
    reveal_entries(&state, caller.tenant, &mut page.value.rows).await?;
    Ok(Json(Page::of(page, AuditEntry::from)))
}

/// Which entries are wanted; each condition given must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListAudit {
    /// What kind of change.
    #[param(inline)]
    action: Option<WireAction>,
    /// What happened: one type, or several with commas between.
    #[param(example = "invoice.issued,invoice.voided", max_length = 400)]
    event_type: Option<String>,
    /// What kind of thing.
    #[param(example = "invoice", pattern = "^[a-z_]{1,40}$")]
    entity_type: Option<String>,
    /// Which thing, as UUID; needs its kind.
    entity_id: Option<Uuid>,
    /// Who did it.
    #[param(example = "staff:019a2f3c-5d7e-7cc0-8a55-0f4c1d2e3b4a")]
    actor: Option<String>,
    /// First instant.
    from: Option<DateTime<Utc>>,
    /// Last instant.
    to: Option<DateTime<Utc>>,
    /// As known at this log position or instant; now if absent.
    as_of: Option<String>,
}

impl ListAudit {
    pub(super) fn read(&self) -> Result<audit_log::Filter, Problem> {
        let mut check = Check::query();
        let types = check.optional_text("/event_type", self.event_type.as_deref(), 400);
        let entity_type = check.optional_kind("/entity_type", self.entity_type.as_deref());
        if self.entity_id.is_some() && entity_type.is_none() {
            check.wrong("/entity_type", "field.missing", "is needed with entity_id");
        }
        let actor = check.optional("/actor", self.actor.as_deref(), str::parse::<Actor>);
        check.optional_instant("/from", self.from);
        check.optional_instant("/to", self.to);
        check.finish()?;
        Ok(audit_log::Filter {
            action: self.action.map(Action::from),
            types: types.iter().flat_map(|text| text.split(',')).map(str::to_owned).collect(),
            entity_type,
            entity_id: self.entity_id,
            actor: actor.flatten().map(|actor| actor.to_string()),
            from: self.from,
            to: self.to,
            as_of: as_of(self.as_of.as_deref())?,
        })
    }
}

/// What kind of change it was.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schema(as = Action)]
pub(super) enum WireAction {
    /// Something came into being.
    Create,
    /// Something changed.
    Update,
    /// Something was taken away or taken back.
    Delete,
    /// Somebody signed in, or tried to.
    Login,
    /// Somebody signed out, or was signed out.
    Logout,
}

impl From<WireAction> for Action {
    fn from(action: WireAction) -> Self {
        match action {
            WireAction::Create => Self::Create,
            WireAction::Update => Self::Update,
            WireAction::Delete => Self::Delete,
            WireAction::Login => Self::Login,
            WireAction::Logout => Self::Logout,
        }
    }
}

impl From<Action> for WireAction {
    fn from(action: Action) -> Self {
        match action {
            Action::Create => Self::Create,
            Action::Update => Self::Update,
            Action::Delete => Self::Delete,
            Action::Login => Self::Login,
            Action::Logout => Self::Logout,
        }
    }
}

/// One line of the audit log.
#[derive(Serialize, ToSchema)]
pub(super) struct AuditEntry {
    /// Place in the log.
    position: i64,
    /// The event.
    event_id: String,
    /// When.
    at: DateTime<Utc>,
    /// Who.
    actor: String,
    /// What kind of change.
    action: WireAction,
    /// What happened.
    #[schema(example = "invoice.voided")]
    event_type: String,
    /// To what kind of thing.
    #[schema(example = "invoice")]
    entity_type: String,
    /// To which.
    entity_id: Uuid,
    /// From which address; null if that is not known any more.
    ip: Option<String>,
    /// With which program; null if that is not known any more.
    user_agent: Option<String>,
    /// Why address and program are not known any more: `erased` once the time to keep them is over,
    /// `unreadable` where their key was lost.
    #[schema(example = "erased")]
    origin: Option<String>,
    /// Why, if a reason was given.
    reason: Option<String>,
    /// What changed, field by field; null where the history of the thing is too long to be told in
    /// a list. Personal data stays sealed.
    changes: Option<Vec<WireChange>>,
    /// The business process it belongs to.
    correlation_id: Uuid,
    /// What led to it, if it was not a person; `/events/{position}/why` tells the chain.
    causation_id: Option<Uuid>,
}

/// One field before and after.
#[derive(Serialize, ToSchema)]
#[schema(as = Change)]
pub(super) struct WireChange {
    /// Which, with `/` between the names of its parts; `state` is what the thing is as a whole.
    #[schema(example = "billing/zone")]
    field: String,
    /// Its value before; null if there was none.
    #[schema(value_type = Option<Value>)]
    before: Option<Value>,
    /// Its value afterwards; null if there is none.
    #[schema(value_type = Option<Value>)]
    after: Option<Value>,
}

impl From<Change> for WireChange {
    fn from(change: Change) -> Self {
        let Change { field, before, after } = change;
        Self { field, before, after }
    }
}

impl From<Entry> for AuditEntry {
    fn from(entry: Entry) -> Self {
        let noted = |name| entry.noted(name).map(str::to_owned);
        let (ip, user_agent, origin) = (noted("ip"), noted("user_agent"), noted(ORIGIN));
        Self {
            position: entry.position,
            event_id: entry.event_id.to_string(),
            at: entry.at,
            actor: entry.actor,
            action: entry.action.into(),
            event_type: entry.event_type,
            entity_type: entry.entity_type,
            entity_id: entry.entity_id,
            ip,
            user_agent,
            origin,
            reason: entry.reason,
            changes: entry.changes.map(|all| all.into_iter().map(WireChange::from).collect()),
            correlation_id: entry.event.correlation_id,
            causation_id: entry.event.causation_id,
        }
    }
}
