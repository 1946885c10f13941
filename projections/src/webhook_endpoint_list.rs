//! Which webhook endpoints are there, and what are they told? Asked by staff, and by whoever sends.
//!
//! Guarantees: one row an endpoint, a deleted one too. Absent on purpose: secrets, which nobody
//! keeps; how far an endpoint was told, which is no history.

use billfold_domain::kernel::{TenantId, WebhookEndpointId};
use billfold_domain::schema::Event;
use billfold_domain::webhook_endpoint::{WebhookEndpointEvent, WebhookTerms};
use chrono::{DateTime, Utc};

use crate::error::Error;
use crate::fact::Fact;
use crate::list::{Order, Sorted, one, rows, select};
use crate::paging::{Page, Wanted};
use crate::projection::{FoldError, Projection};
use crate::reader::{Answer, Reads};
use crate::row::cell::words;
use crate::row::row;
use crate::table::Replaced;

/// Whether an endpoint is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EndpointStatus {
    /// It is.
    Active,
    /// Not now.
    Paused,
    /// Not any more.
    Deleted,
}

words! {
    EndpointStatus = "status of a webhook endpoint" {
        Active => "active",
        Paused => "paused",
        Deleted => "deleted",
    }
}

row! {
    /// One endpoint.
    pub struct WebhookEndpointRow in "" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The endpoint.
            webhook_endpoint_id: WebhookEndpointId,
        }
        replaced {
            /// Where it is.
            url: String,
            /// What people call it.
            description: Option<String>,
            /// What it is told: types with commas between; everything if empty.
            event_types: String,
            /// The number of the secret that signs.
            secret_no: i64,
            /// When the secret was last changed.
            secret_rotated_at: Option<DateTime<Utc>>,
            /// Whether it is told.
            status: EndpointStatus,
            /// Why not, if it is paused.
            paused_for: Option<String>,
            /// The position of its first event.
            registered_position: i64,
            /// The position of the newest event that says how sending goes on.
            turned_at: i64,
            /// The position of the newest event that asked for a replay; 0 if none did.
            replay_at: i64,
            /// After which position that replay begins.
            replay_after: i64,
            /// Since when it is there.
            registered_at: DateTime<Utc>,
            /// When the log last heard of it.
            changed_at: DateTime<Utc>,
        }
    }
    index "(tenant_id, registered_at, webhook_endpoint_id)";
}

/// The projection.
#[derive(Debug)]
pub struct WebhookEndpointList;

type Rows = Replaced<WebhookEndpointRow>;

impl Projection for WebhookEndpointList {
    const NAME: &'static str = "webhook_endpoint_list";
    const VERSION: u32 = 1;
    const STREAMS: &'static [&'static str] = &["webhook_endpoint"];
    type Rows = Rows;

    fn apply(rows: &mut Rows, fact: &Fact<'_>) -> Result<(), FoldError> {
        let Event::WebhookEndpoint(event) = fact.event()? else { return Ok(()) };
        let at = fact.position;
        match event {
            WebhookEndpointEvent::Registered(terms) => rows.put(registered(fact, terms)),
            WebhookEndpointEvent::TermsSet(terms) => change(rows, fact, |row| {
                row.url.clone_from(&terms.url);
                row.description.clone_from(&terms.description);
                row.event_types = terms.event_types.join(",");
                row.turned_at = at;
            })?,
            WebhookEndpointEvent::SecretRotated { secret_no } => change(rows, fact, |row| {
                row.secret_no = i64::from(*secret_no);
                row.secret_rotated_at = Some(fact.recorded_at);
            })?,
            WebhookEndpointEvent::ReplayAsked { after } => change(rows, fact, |row| {
                (row.replay_at, row.replay_after, row.turned_at) = (at, *after, at);
            })?,
            WebhookEndpointEvent::Paused { reason } => change(rows, fact, |row| {
                row.status = EndpointStatus::Paused;
                row.paused_for = Some(reason.word().to_owned());
            })?,
            WebhookEndpointEvent::Resumed {} => change(rows, fact, |row| {
                (row.status, row.paused_for) = (EndpointStatus::Active, None);
                row.turned_at = at;
            })?,
            WebhookEndpointEvent::Deleted {} => change(rows, fact, |row| {
                row.status = EndpointStatus::Deleted;
            })?,
        }
        Ok(())
    }
}

fn registered(fact: &Fact<'_>, terms: &WebhookTerms) -> WebhookEndpointRow {
    WebhookEndpointRow {
        tenant_id: fact.tenant(),
        webhook_endpoint_id: WebhookEndpointId::new(fact.aggregate_id),
        url: terms.url.clone(),
        description: terms.description.clone(),
        event_types: terms.event_types.join(","),
        secret_no: 1,
        secret_rotated_at: None,
        status: EndpointStatus::Active,
        paused_for: None,
        registered_position: fact.position,
        turned_at: fact.position,
        replay_at: 0,
        replay_after: 0,
        registered_at: fact.recorded_at,
        changed_at: fact.recorded_at,
        last_position: fact.position,
    }
}

fn change(
    rows: &mut Rows,
    fact: &Fact<'_>,
    change: impl Fn(&mut WebhookEndpointRow),
) -> Result<(), FoldError> {
    let key = (fact.tenant(), WebhookEndpointId::new(fact.aggregate_id));
    rows.change(key, fact.position, |row| {
        change(row);
        row.changed_at = fact.recorded_at;
        Ok(())
    })
}

/// Endpoints that are not deleted, the oldest first.
///
/// # Errors
/// [`Error::Cursor`] for a cursor of another list.
pub async fn page(
    reads: &Reads,
    tenant: TenantId,
    wanted: &Wanted,
) -> Result<Answer<Page<WebhookEndpointRow>>, Error> {
    let (id, order) = ("webhook_endpoint_id", Order::Ascending);
    let sorted = Sorted { by: "registered_at", sql_type: "timestamptz", id, order };
    let mut query = sorted.select::<WebhookEndpointRow>(WebhookEndpointList::NAME, tenant);
    query.push(" and status <> 'deleted'");
    sorted.read(reads, tenant, WebhookEndpointList::NAME, query, wanted).await
}

/// One endpoint, a deleted one too.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn find(
    reads: &Reads,
    tenant: TenantId,
    id: WebhookEndpointId,
) -> Result<Answer<Option<WebhookEndpointRow>>, Error> {
    let mut query = select::<WebhookEndpointRow>(WebhookEndpointList::NAME, tenant);
    query.push(" and webhook_endpoint_id = ").push_bind(id.uuid());
    one(reads, tenant, WebhookEndpointList::NAME, query).await
}

/// Every endpoint of a seller that is told.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn active(
    reads: &Reads,
    tenant: TenantId,
) -> Result<Answer<Vec<WebhookEndpointRow>>, Error> {
    let mut query = select::<WebhookEndpointRow>(WebhookEndpointList::NAME, tenant);
    query.push(" and status = 'active'");
    rows(reads, tenant, WebhookEndpointList::NAME, query).await
}
