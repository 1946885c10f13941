//! Which events an endpoint is told of, and how.

use std::collections::BTreeMap;

use billfold_domain::kernel::{EventId, TenantId, WebhookEndpointId};
use billfold_projections::event_index::Stored;
use billfold_projections::webhook_endpoint_list::{EndpointStatus, WebhookEndpointRow};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::delivering::pause_before;
use super::message::{body, wants};

fn at() -> DateTime<Utc> {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

fn endpoint(event_types: &str) -> WebhookEndpointRow {
    WebhookEndpointRow {
        tenant_id: TenantId::new(Uuid::from_u128(1)),
        webhook_endpoint_id: WebhookEndpointId::new(Uuid::from_u128(2)),
        url: "https://shop.example/".to_owned(),
        description: None,
        event_types: event_types.to_owned(),
        secret_no: 1,
        secret_rotated_at: None,
        status: EndpointStatus::Active,
        paused_for: None,
        registered_position: 1,
        turned_at: 1,
        replay_at: 0,
        replay_after: 0,
        registered_at: at(),
        changed_at: at(),
        last_position: 1,
    }
}

fn event(event_type: &str) -> Stored {
    Stored {
        position: 7,
        event_id: EventId::new(Uuid::from_u128(3)),
        aggregate_type: event_type.split_once('.').unwrap().0.to_owned(),
        aggregate_id: Uuid::from_u128(4),
        sequence: 2,
        event_type: event_type.to_owned(),
        event_version: "1".to_owned(),
        recorded_at: at(),
        effective_at: at(),
        command_id: Uuid::from_u128(5),
        correlation_id: Uuid::from_u128(6),
        causation_id: None,
        actor: "staff:7".to_owned(),
        metadata: BTreeMap::from([("ip".to_owned(), "192.0.2.1".to_owned())]),
        payload: r#"{"voided": {"reason":"typo"}}"#.to_owned(),
    }
}

#[test]
fn an_endpoint_is_told_of_its_types_and_never_of_itself() {
    let wanted = |types: &str, event_type: &str| wants(&endpoint(types), &event(event_type));
    assert!(wanted("", "invoice.voided"));
    assert!(wanted("invoice.voided", "invoice.voided"));
    assert!(wanted("client.erased,invoice.*", "invoice.voided"));
    assert!(!wanted("client.erased,invoice.issued", "invoice.voided"));
    assert!(!wanted("invoice.*", "invoice_draft.made"));
    assert!(!wanted("", "webhook_endpoint.paused"));
    assert!(!wanted("webhook_endpoint.*", "webhook_endpoint.paused"));
}

#[test]
fn a_message_is_a_cloud_event_and_does_not_say_from_where_somebody_worked() {
    let text = body(TenantId::new(Uuid::from_u128(1)), &event("invoice.voided")).unwrap();
    let message: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(message["specversion"], "1.0");
    assert_eq!(message["type"], "invoice.voided");
    assert_eq!(message["id"], EventId::new(Uuid::from_u128(3)).to_string());
    assert_eq!(message["subject"], "invoice/00000000-0000-0000-0000-000000000004");
    assert_eq!((&message["position"], &message["sequence"]), (&json!(7), &json!(2)));
    assert_eq!(message["data"], json!({ "voided": { "reason": "typo" } }));
    assert!(!text.contains("192.0.2.1") && !text.contains("staff"), "{text}");
}

#[test]
fn what_fails_is_tried_later_and_later_and_then_no_more() {
    let pauses: Vec<i64> = (1..).map_while(pause_before).map(|pause| pause.num_seconds()).collect();
    assert!(pauses.is_sorted() && pauses.len() == 9, "{pauses:?}");
    assert_eq!(pauses.first(), Some(&5));
    assert!(pauses.iter().sum::<i64>() > 24 * 3600);
}
