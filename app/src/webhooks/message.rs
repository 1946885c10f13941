//! What an endpoint is told: an event as CloudEvents 1.0 writes it, with its place in the log.

use billfold_domain::kernel::TenantId;
use billfold_projections::event_index::Stored;
use billfold_projections::webhook_endpoint_list::WebhookEndpointRow;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::value::RawValue;

/// The stream of the endpoints themselves, of which they are not told.
const OWN: &str = "webhook_endpoint";

/// Whether an endpoint is told of an event: of its types (`invoice.issued`, `invoice.*`), or of
/// everything if it names none.
pub(super) fn wants(endpoint: &WebhookEndpointRow, event: &Stored) -> bool {
    let named = |pattern: &str| match pattern.strip_suffix(".*") {
        Some(noun) => event.aggregate_type == noun,
        None => event.event_type == pattern,
    };
    event.aggregate_type != OWN
        && (endpoint.event_types.is_empty() || endpoint.event_types.split(',').any(named))
}

/// The body of a message.
///
/// # Errors
/// The stored payload is not JSON.
pub(super) fn body(tenant: TenantId, event: &Stored) -> Result<String, serde_json::Error> {
    let data: &RawValue = serde_json::from_str(&event.payload)?;
    serde_json::to_string(&CloudEvent {
        specversion: "1.0",
        id: event.event_id.to_string(),
        source: format!("/tenants/{tenant}"),
        kind: &event.event_type,
        subject: format!("{}/{}", event.aggregate_type, event.aggregate_id),
        time: event.recorded_at,
        datacontenttype: "application/json",
        dataversion: &event.event_version,
        position: event.position,
        sequence: event.sequence,
        effectiveat: event.effective_at,
        data,
    })
}

/// The attributes of CloudEvents, and ours: version of the payload, places in log and stream, and
/// when it holds in business time.
#[derive(Serialize)]
struct CloudEvent<'a> {
    specversion: &'static str,
    id: String,
    source: String,
    #[serde(rename = "type")]
    kind: &'a str,
    subject: String,
    time: DateTime<Utc>,
    datacontenttype: &'static str,
    dataversion: &'a str,
    position: i64,
    sequence: i64,
    effectiveat: DateTime<Utc>,
    data: &'a RawValue,
}
