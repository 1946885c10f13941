//! `billfold show STREAM`: the events of one record, and its state as of any position or instant.
//!
//! Guarantees: the state is the fold of the events shown and of nothing else. Personal data stays
//! sealed. Absent on purpose: changing anything, and opening seals.

use crate::outcome::{Error, Output, Verdict};
use billfold_domain::kernel::{
    Aggregate, ClientId, InvoiceId, OrderId, PaymentId, ProductId, TenantId,
};
use billfold_domain::schema::{self, Event};
use billfold_domain::{
    client::Client, invoice::Invoice, order::Order, payment::Payment, product::Product,
    tenant::Tenant,
};
use billfold_event_store::Recorded;
use billfold_event_store::feed::Feed;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use sqlx::PgPool;
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// Events in one read.
const PAGE: u32 = 1_000;

/// Arguments of `billfold show`.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The record: its id (inv_…, cli_…, pay_…), or its type and UUID (invoice/0192…)
    pub stream: StreamName,
    /// Leave out what came after this position, or after this instant (RFC 3339)
    #[arg(long, value_name = "POSITION|INSTANT")]
    pub as_of: Option<AsOf>,
    /// The seller, where several have a record of this id
    #[arg(long)]
    pub tenant: Option<TenantId>,
}

/// A record by its type and id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamName {
    kind: &'static str,
    id: Uuid,
}

/// A moment of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// Up to and including this position.
    Position(i64),
    /// What was recorded up to this instant.
    Instant(DateTime<Utc>),
}

impl FromStr for AsOf {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(position) = text.parse() {
            return Ok(Self::Position(position));
        }
        DateTime::parse_from_rfc3339(text).map(|at| Self::Instant(at.with_timezone(&Utc))).map_err(
            |_| {
                format!(
                    "{text:?} is neither a position nor an instant such as 2026-11-01T00:00:00Z"
                )
            },
        )
    }
}

impl FromStr for StreamName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        type Parse = fn(&str) -> Option<Uuid>;
        let known: [(&'static str, Parse); 6] = [
            (Tenant::TYPE, |text| text.parse::<TenantId>().ok().map(TenantId::uuid)),
            (Client::TYPE, |text| text.parse::<ClientId>().ok().map(ClientId::uuid)),
            (Product::TYPE, |text| text.parse::<ProductId>().ok().map(ProductId::uuid)),
            (Order::TYPE, |text| text.parse::<OrderId>().ok().map(OrderId::uuid)),
            (Invoice::TYPE, |text| text.parse::<InvoiceId>().ok().map(InvoiceId::uuid)),
            (Payment::TYPE, |text| text.parse::<PaymentId>().ok().map(PaymentId::uuid)),
        ];
        for (kind, parse) in known {
            let plain = text.strip_prefix(kind).and_then(|rest| rest.strip_prefix('/'));
            if let Some(id) = parse(text).or_else(|| plain?.parse().ok()) {
                return Ok(Self { kind, id });
            }
        }
        Err(format!("{text:?} is no id of a record (inv_…, cli_…) and no type with a UUID"))
    }
}

/// One event, as shown.
#[derive(Debug, Serialize)]
struct Shown {
    position: i64,
    sequence: i64,
    event: String,
    version: String,
    recorded_at: DateTime<Utc>,
    effective_at: DateTime<Utc>,
    actor: String,
    payload: Box<RawValue>,
}

/// A record: its events and the state they fold into.
#[derive(Debug, Serialize)]
struct Record {
    tenant: TenantId,
    stream: String,
    as_of: i64,
    events: Vec<Shown>,
    state: Value,
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} of tenant {} as of position {}", self.stream, self.tenant, self.as_of)?;
        for e in &self.events {
            let at = e.recorded_at.format("%Y-%m-%d %H:%M:%S");
            writeln!(f, "#{:<10} {at}  {:<26} {}", e.position, e.event, e.actor)?;
            writeln!(f, "            {}", e.payload)?;
        }
        write!(f, "state: {:#}", self.state)
    }
}

/// Shows one record of the log of `pool` (role billfold_feed).
///
/// # Errors
/// No such record, several sellers have one, or an event can't be read.
pub async fn run(pool: &PgPool, options: &Options, output: Output) -> crate::Outcome {
    let tenant = tenant_of(pool, &options.stream, options.tenant).await?;
    let feed = Feed::new(pool.clone(), 1);
    let mut events = Vec::new();
    let mut after = 0;
    loop {
        let name = &options.stream;
        let page = feed
            .stream_page(tenant, name.kind, name.id, after, PAGE)
            .await
            .map_err(|e| Error::Failed(e.to_string()))?;
        let Some(last) = page.last() else { break };
        after = last.sequence;
        events.extend(page.into_iter().filter(|event| seen(event, options.as_of)));
    }
    let record = record(tenant, &options.stream, &events)?;
    output.result(&record);
    Ok(Verdict::Clean)
}

fn seen(event: &Recorded, as_of: Option<AsOf>) -> bool {
    match as_of {
        None => true,
        Some(AsOf::Position(position)) => event.position <= position,
        Some(AsOf::Instant(instant)) => event.recorded_at <= instant,
    }
}

/// The seller that has the record.
async fn tenant_of(
    pool: &PgPool,
    stream: &StreamName,
    wanted: Option<TenantId>,
) -> Result<Uuid, Error> {
    let tenants: Vec<Uuid> = sqlx::query_scalar(
        "select tenant_id from streams
         where aggregate_type = $1 and aggregate_id = $2 and ($3::uuid is null or tenant_id = $3)",
    )
    .bind(stream.kind)
    .bind(stream.id)
    .bind(wanted.map(TenantId::uuid))
    .fetch_all(pool)
    .await?;
    match tenants.as_slice() {
        [tenant] => Ok(*tenant),
        [] => Err(Error::Input(format!("there is no {} {}", stream.kind, stream.id))),
        _ => Err(Error::Usage("several tenants have this record; add --tenant".into())),
    }
}

fn record(tenant: Uuid, stream: &StreamName, events: &[Recorded]) -> Result<Record, Error> {
    let mut typed = Vec::with_capacity(events.len());
    let mut shown = Vec::with_capacity(events.len());
    for event in events {
        let at = |what: String| Error::Input(format!("event {}: {what}", event.position));
        let decoded = schema::decode(
            &event.aggregate_type,
            &event.event_type,
            &event.event_version,
            event.payload.as_bytes(),
        );
        typed.push(decoded.map_err(|e| at(e.to_string()))?);
        shown.push(Shown {
            position: event.position,
            sequence: event.sequence,
            event: event.event_type.clone(),
            version: event.event_version.clone(),
            recorded_at: event.recorded_at,
            effective_at: event.effective_at,
            actor: event.actor.clone(),
            payload: RawValue::from_string(event.payload.clone()).map_err(|e| at(e.to_string()))?,
        });
    }
    let state = state(stream.kind, &typed).map_err(|e| Error::Failed(e.to_string()))?;
    Ok(Record {
        tenant: TenantId::new(tenant),
        stream: format!("{}/{}", stream.kind, stream.id),
        as_of: events.last().map_or(0, |event| event.position),
        events: shown,
        state,
    })
}

/// The fold of the events, as JSON.
fn state(kind: &str, events: &[Event]) -> serde_json::Result<Value> {
    macro_rules! fold {
        ($($aggregate:ident),+) => {
            match kind {
                $(<$aggregate as Aggregate>::TYPE => {
                    let own = events.iter().filter_map(|event| match event {
                        Event::$aggregate(event) => Some(event),
                        _ => None,
                    });
                    serde_json::to_value(<$aggregate as Aggregate>::fold(own))
                })+
                _ => Ok(Value::Null),
            }
        };
    }
    fold!(Tenant, Client, Product, Order, Invoice, Payment)
}
