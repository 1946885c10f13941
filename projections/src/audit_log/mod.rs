//! Who did what, when and from where? Every event in the words of an audit (AUD-01 to AUD-09).
//!
//! Guarantees: nothing can be forgotten, because the audit log *is* the log; an event type nobody
//! sorted counts as an update, not as nothing; what changed is folded from the events themselves.
//! Absent on purpose: tables of its own; it reads the event index and the log.

mod action;
mod change;
mod why;

use std::collections::HashMap;

use billfold_domain::kernel::{Actor, EventId, TenantId};
use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::error::Error;
use crate::event_index::{self, EventIndex, Stored};
use crate::generation::LOG;
use crate::list::Order;
use crate::paging::{Page, Wanted};
use crate::projection::Projection;
use crate::reader::{Answer, AsOf, Reads};

pub use action::Action;
pub use change::Change;
pub use why::{Effect, Why, why};

/// One line of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Place in the log.
    pub position: i64,
    /// The event.
    pub event_id: EventId,
    /// When.
    pub at: DateTime<Utc>,
    /// Who, as stored: `staff:<uuid>`.
    pub actor: String,
    /// What kind of change.
    pub action: Action,
    /// What happened, such as `invoice.voided`.
    pub event_type: String,
    /// To what kind of thing.
    pub entity_type: String,
    /// To which.
    pub entity_id: Uuid,
    /// Why, if a reason was given.
    pub reason: Option<String>,
    /// What changed, field by field; none if the thing's history is too long to be told in a list,
    /// or was written by a newer release.
    pub changes: Option<Vec<Change>>,
    /// The event as it is stored.
    pub event: Stored,
}

/// Which lines are asked for; each condition given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// What kind of change.
    pub action: Option<Action>,
    /// One of these types of events; any if empty.
    pub types: Vec<String>,
    /// What kind of thing, such as `invoice`.
    pub entity_type: Option<String>,
    /// Which; needs the kind.
    pub entity_id: Option<Uuid>,
    /// Who, as stored.
    pub actor: Option<String>,
    /// First instant.
    pub from: Option<DateTime<Utc>>,
    /// Last instant.
    pub to: Option<DateTime<Utc>>,
    /// As known when.
    pub as_of: AsOf,
}

impl Filter {
    /// The types of events that fit; any if there are none and no action is asked for.
    fn event_types(&self) -> Vec<String> {
        let Some(action) = self.action else { return self.types.clone() };
        let mut types = action.event_types(self.entity_type.as_deref());
        types.retain(|name| self.types.is_empty() || self.types.contains(name));
        types
    }
}

/// Lines, newest first.
///
/// # Errors
/// As [`event_index::page`].
pub async fn page(
    reads: &Reads,
    tenant: TenantId,
    filter: &Filter,
    wanted: &Wanted,
) -> Result<Answer<Page<Entry>>, Error> {
    let events = event_index::Filter {
        types: filter.event_types(),
        stream: filter.entity_type.clone().map(|kind| (kind, filter.entity_id)),
        actor: filter.actor.clone(),
        correlation: None,
        from: filter.from,
        to: filter.to,
        as_of: filter.as_of,
        order: Order::Descending,
    };
    if filter.action.is_some() && events.types.is_empty() {
        // No type of event that is asked for does that; an empty list would ask for all of them.
        let as_of_position = reads.position("event_index").await?;
        return Ok(Answer { as_of_position, value: wanted.whole(Vec::new()) });
    }
    let Answer { as_of_position, value } =
        event_index::page(reads, tenant, &events, wanted).await?;
    let Page { rows, next, total } = value;
    let rows = told(reads, tenant, rows).await?;
    Ok(Answer { as_of_position, value: Page { rows, next, total } })
}

/// When somebody last signed in; nothing if they never did.
///
/// # Errors
/// As [`event_index::page`].
pub async fn last_sign_in(
    reads: &Reads,
    tenant: TenantId,
    who: &Actor,
) -> Result<Option<DateTime<Utc>>, Error> {
    let filter = event_index::Filter {
        types: vec![action::SIGNED_IN.to_owned(), action::CLIENT_SIGNED_IN.to_owned()],
        actor: Some(who.to_string()),
        ..event_index::Filter::default()
    };
    let wanted = Wanted { limit: 1, ..Wanted::default() };
    let found = event_index::page(reads, tenant, &filter, &wanted).await?.value.rows;
    Ok(found.first().map(|event| event.recorded_at))
}

/// When each of these last signed in, by who they are as stored; nobody who never did.
///
/// # Errors
/// The database is away, or the index is not built.
pub async fn last_sign_ins(
    reads: &Reads,
    tenant: TenantId,
    who: &[Actor],
) -> Result<HashMap<String, DateTime<Utc>>, Error> {
    let who: Vec<String> = who.iter().map(ToString::to_string).collect();
    let mut read = reads.open(tenant, &[EventIndex::NAME]).await?;
    let found: Vec<(String, DateTime<Utc>)> = sqlx::query_as(
        "select who.actor, e.recorded_at from unnest($3::text[]) as who (actor) \
         cross join lateral ( \
           select position from event_index i \
           where i.tenant_id = $2 and i.actor = who.actor and i.event_type = any ($4) \
           order by i.position desc limit 1) last \
         join events e on e.log_id = $1 and e.tenant_id = $2 and e.position = last.position",
    )
    .bind(LOG)
    .bind(tenant.uuid())
    .bind(who)
    .bind(vec![action::SIGNED_IN, action::CLIENT_SIGNED_IN])
    .fetch_all(read.conn())
    .await?;
    Ok(found.into_iter().collect())
}

async fn told(reads: &Reads, tenant: TenantId, events: Vec<Stored>) -> Result<Vec<Entry>, Error> {
    let mut read = reads.open(tenant, &[EventIndex::NAME]).await?;
    let mut changes = change::of_events(read.conn(), tenant.uuid(), &events).await?;
    let entry = |event: Stored| {
        let changes = changes.remove(&event.position);
        Entry::new(event, changes)
    };
    Ok(events.into_iter().map(entry).collect())
}

impl Entry {
    /// The name under which audits ask for it, such as `SERVICE_PROVISIONED`, if an integration
    /// with a provider or a panel did it (AUD-04).
    #[must_use]
    pub fn operation(&self) -> Option<&'static str> {
        action::operation(&self.event_type)
    }

    /// From which address, if the event tells it: where it lies sealed, whoever holds the keys
    /// opens it beside the event first.
    #[must_use]
    pub fn ip(&self) -> Option<&str> {
        self.noted("ip")
    }

    /// With which program, if the event tells it.
    #[must_use]
    pub fn user_agent(&self) -> Option<&str> {
        self.noted("user_agent")
    }

    /// What lies beside the event under this name.
    #[must_use]
    pub fn noted(&self, name: &str) -> Option<&str> {
        self.event.metadata.get(name).map(String::as_str)
    }

    fn new(event: Stored, changes: Option<Vec<Change>>) -> Self {
        let noted = |name: &str| event.metadata.get(name).cloned();
        let reason = noted("reason").or_else(|| reason_in(&event.payload));
        Self {
            position: event.position,
            event_id: event.event_id,
            at: event.recorded_at,
            actor: event.actor.clone(),
            action: Action::of(&event.event_type),
            event_type: event.event_type.clone(),
            entity_type: event.aggregate_type.clone(),
            entity_id: event.aggregate_id,
            reason,
            changes,
            event,
        }
    }
}

/// The reason that some events carry themselves.
fn reason_in(payload: &str) -> Option<String> {
    let payload: Value = serde_json::from_str(payload).ok()?;
    let body = payload.as_object()?.values().next()?;
    body.get("reason")?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_found_in_the_payload() {
        let payload = r#"{"voided":{"reason":"wrong address","net":{"minor":1,"currency":"EUR"}}}"#;
        assert_eq!(reason_in(payload).as_deref(), Some("wrong address"));
        assert_eq!(reason_in(r#"{"issued":{}}"#), None);
    }
}
