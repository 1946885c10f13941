//! Who did what, when and from where? Every event in the words of an audit (AUD-01 to AUD-09).
//!
//! Guarantees: nothing can be forgotten, because the audit log *is* the log; an event type nobody
//! sorted counts as an update, not as nothing. Absent on purpose: tables of its own; it reads the
//! event index and the log.

use billfold_domain::kernel::{EventId, TenantId};
use billfold_domain::schema::event_types;
use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::error::Error;
use crate::event_index::{self, Stored};
use crate::list::Order;
use crate::paging::{Page, Wanted};
use crate::reader::{Answer, AsOf, Reads};

/// What kind of change it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Something came into being.
    Create,
    /// Something changed.
    Update,
    /// Something was taken away or taken back.
    Delete,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Create, Self::Update, Self::Delete];

    /// What an event did.
    pub fn of(event_type: &str) -> Self {
        match event_type {
            "tenant.opened"
            | "client.registered"
            | "product.created"
            | "order.placed"
            | "invoice.drafted"
            | "invoice.issued"
            | "payment.settled"
            | "payment.declined"
            | "payment.attempted"
            | "payment_method.attached"
            | "role.created"
            | "role.established"
            | "staff_member.added"
            | "webhook_endpoint.registered" => Self::Create,
            "client.erased"
            | "product.retired"
            | "order.cancelled"
            | "invoice.discarded"
            | "invoice.voided"
            | "payment_method.detached"
            | "role.deleted"
            | "webhook_endpoint.deleted"
            | "invoice.line_removed" => Self::Delete,
            _ => Self::Update,
        }
    }

    /// The word audits use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
        }
    }
}

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
    /// From which address.
    pub ip: Option<String>,
    /// With which program.
    pub user_agent: Option<String>,
    /// Why, if a reason was given.
    pub reason: Option<String>,
}

/// Which lines are asked for; each condition given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// What kind of change.
    pub action: Option<Action>,
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
    let kind = filter.entity_type.as_deref();
    let types = filter.action.map_or_else(Vec::new, |action| types_of(action, kind));
    let events = event_index::Filter {
        types,
        stream: filter.entity_type.clone().map(|kind| (kind, filter.entity_id)),
        actor: filter.actor.clone(),
        correlation: None,
        from: filter.from,
        to: filter.to,
        as_of: filter.as_of,
        order: Order::Descending,
    };
    if filter.action.is_some() && events.types.is_empty() {
        // No type of event of this kind does that; an empty list would ask for all of them.
        let as_of_position = reads.position("event_index").await?;
        let value = Page { rows: Vec::new(), next: None };
        return Ok(Answer { as_of_position, value });
    }
    let Answer { as_of_position, value } =
        event_index::page(reads, tenant, &events, wanted).await?;
    let rows = value.rows.into_iter().map(Entry::from).collect();
    Ok(Answer { as_of_position, value: Page { rows, next: value.next } })
}

fn types_of(action: Action, kind: Option<&str>) -> Vec<String> {
    event_types()
        .map(|(event_type, _)| event_type)
        .filter(|event_type| Action::of(event_type) == action)
        .filter(|event_type| kind.is_none_or(|kind| event_type.split('.').next() == Some(kind)))
        .map(str::to_owned)
        .collect()
}

impl From<Stored> for Entry {
    fn from(event: Stored) -> Self {
        let Stored { mut metadata, .. } = event;
        let reason = metadata.remove("reason").or_else(|| reason_in(&event.payload));
        Self {
            position: event.position,
            event_id: event.event_id,
            at: event.recorded_at,
            actor: event.actor,
            action: Action::of(&event.event_type),
            event_type: event.event_type,
            entity_type: event.aggregate_type,
            entity_id: event.aggregate_id,
            ip: metadata.remove("ip"),
            user_agent: metadata.remove("user_agent"),
            reason,
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
    fn every_type_that_is_sorted_exists() {
        for action in [Action::Create, Action::Delete] {
            assert!(!types_of(action, None).is_empty());
        }
        let known: Vec<&str> = event_types().map(|(event_type, _)| event_type).collect();
        for event_type in ["invoice.voided", "client.erased", "payment.settled", "tenant.opened"] {
            assert!(known.contains(&event_type), "{event_type}");
        }
        assert_eq!(Action::of("invoice.voided"), Action::Delete);
        assert_eq!(Action::of("something.new"), Action::Update);
    }

    #[test]
    fn a_reason_is_found_in_the_payload() {
        let payload = r#"{"voided":{"reason":"wrong address","net":{"minor":1,"currency":"EUR"}}}"#;
        assert_eq!(reason_in(payload).as_deref(), Some("wrong address"));
        assert_eq!(reason_in(r#"{"issued":{}}"#), None);
    }
}
