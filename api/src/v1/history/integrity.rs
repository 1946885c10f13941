//! The chain of hashes: its head, its signed checkpoints, and the proof of one event.
//!
//! Guarantees: a proof shows one event of the caller's own seller and hashes of others, nothing
//! else.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::events::Position;
use crate::auth::{EventsRead, May};
use crate::problem::{FieldError, Problem};
use crate::receive::Filter;
use crate::state::ApiState;

/// Reads the head of the chain.
#[utoipa::path(
    get, path = "/head", tag = "history", responses((status = 200, body = ChainHead)),
)]
pub(super) async fn read_head(
    State(state): State<ApiState>,
    _caller: May<EventsRead>,
) -> Result<Json<ChainHead>, Problem> {
    let head = state.oversight().head().await?;
    Ok(Json(ChainHead {
        log_id: head.log_id,
        install_id: head.install_id,
        position: head.position,
        batch_no: head.batch_no,
        batch_hash: hex(&head.batch_hash),
        recorded_at: head.recorded_at,
    }))
}

/// Lists signed checkpoints, newest first.
#[utoipa::path(
    get, path = "/anchors", tag = "history", params(ListAnchors),
    responses((status = 200, body = Anchors)),
)]
pub(super) async fn list_anchors(
    State(state): State<ApiState>,
    _caller: May<EventsRead>,
    Filter(query): Filter<ListAnchors>,
) -> Result<Json<Anchors>, Problem> {
    let limit = query.limit.unwrap_or(50);
    if !(1..=100).contains(&limit) {
        let detail = "must lie between 1 and 100";
        return Err(Problem::field(FieldError::query("limit", "limit.out_of_range", detail)));
    }
    let anchors = state.oversight().anchors(usize::from(limit)).await?;
    let wire = anchors.into_iter().map(|anchor| WireAnchor {
        log_id: anchor.log_id,
        position: anchor.position,
        batch_no: anchor.batch_no,
        batch_hash: hex(&anchor.batch_hash),
        signed_at: anchor.signed_at,
        key_id: anchor.key_id,
        signature: hex(&anchor.signature),
    });
    Ok(Json(Anchors { items: wire.collect() }))
}

/// Proves that the event at a log position lies in the log.
///
/// Hash the event's columns to a leaf, follow the path to the root of the batch's events, hash the
/// header, and compare with a checkpoint you kept: nobody needs to be trusted.
#[utoipa::path(
    get, path = "/proofs/{position}", tag = "history",
    params(("position" = i64, Path, minimum = 1, example = 1842)),
    responses((status = 200, body = WireProof)),
)]
pub(super) async fn read_proof(
    State(state): State<ApiState>,
    May(caller, _): May<EventsRead>,
    Position(position): Position,
) -> Result<Json<WireProof>, Problem> {
    let found = state.oversight().prove(caller.tenant, position).await?;
    let (event, proof) = found.ok_or_else(Problem::not_found)?;
    let header = &proof.header;
    Ok(Json(WireProof {
        position: proof.position,
        index: proof.index,
        size: proof.size,
        path: proof.path.iter().map(|hash| hex(hash)).collect(),
        batch_hash: hex(&proof.batch_hash),
        header: WireHeader {
            log_id: header.log_id,
            batch_no: header.batch_no,
            first_position: header.first_position,
            last_position: header.last_position,
            prev_hash: hex(&header.prev_hash),
            events_root: hex(&header.events_root),
            receipts_root: hex(&header.receipts_root),
            recorded_at: header.recorded_at,
        },
        event: ProvenEvent {
            log_id: event.log_id,
            tenant_id: event.tenant_id,
            aggregate_type: event.aggregate_type,
            aggregate_id: event.aggregate_id,
            sequence: event.sequence,
            event_type: event.event_type,
            event_version: event.event_version,
            event_id: event.event_id,
            recorded_at: event.recorded_at,
            effective_at: event.effective_at,
            command_id: event.command_id,
            correlation_id: event.correlation_id,
            causation_id: event.causation_id,
            actor: event.actor,
            leaf_hash: hex(&event.leaf_hash),
            payload: RawValue::from_string(event.payload).ok(),
            metadata: RawValue::from_string(event.metadata).ok(),
        },
    }))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// How many checkpoints are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListAnchors {
    /// Most rows, 1 to 100; 50 if absent.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u8>,
}

/// The newest batch of the log.
#[derive(Serialize, ToSchema)]
pub(super) struct ChainHead {
    /// The log.
    log_id: i16,
    /// Identity of the installation, part of the first hash.
    install_id: Uuid,
    /// Position of the newest event; 0 in an empty log.
    position: i64,
    /// Number of the newest batch; 0 in an empty log.
    batch_no: i64,
    /// Hash of that batch, hexadecimal.
    batch_hash: String,
    /// When it was recorded.
    recorded_at: DateTime<Utc>,
}

/// Signed checkpoints.
#[derive(Serialize, ToSchema)]
pub(super) struct Anchors {
    /// The checkpoints, newest first.
    items: Vec<WireAnchor>,
}

/// A signed statement that a batch had a hash.
#[derive(Serialize, ToSchema)]
#[schema(as = Anchor)]
pub(super) struct WireAnchor {
    /// The log.
    log_id: i16,
    /// Position of the head at that batch.
    position: i64,
    /// The batch.
    batch_no: i64,
    /// Its hash, hexadecimal.
    batch_hash: String,
    /// When it was signed.
    signed_at: DateTime<Utc>,
    /// Which key signed it.
    key_id: String,
    /// Ed25519, hexadecimal.
    signature: String,
}

/// The way from one event to the hash of its batch.
#[derive(Serialize, ToSchema)]
#[schema(as = Proof)]
pub(super) struct WireProof {
    /// The event's position.
    position: i64,
    /// Its place in the batch, from 0.
    index: u64,
    /// Events in the batch.
    size: u64,
    /// Hashes beside the way from the leaf to the root, hexadecimal.
    path: Vec<String>,
    /// Hash of the batch, hexadecimal.
    batch_hash: String,
    /// What that hash is over.
    header: WireHeader,
    /// The event, as its leaf is hashed.
    event: ProvenEvent,
}

/// What the hash of a batch is over.
#[derive(Serialize, ToSchema)]
#[schema(as = BatchHeader)]
pub(super) struct WireHeader {
    /// The log.
    log_id: i16,
    /// From 1, without gaps.
    batch_no: i64,
    /// Position of the first event.
    first_position: i64,
    /// Position of the last event.
    last_position: i64,
    /// Hash of the batch before, hexadecimal.
    prev_hash: String,
    /// Merkle root of the events, hexadecimal.
    events_root: String,
    /// Merkle root of the receipts, hexadecimal.
    receipts_root: String,
    /// When it was recorded.
    recorded_at: DateTime<Utc>,
}

/// An event with every column that its leaf is hashed over.
#[derive(Serialize, ToSchema)]
pub(super) struct ProvenEvent {
    /// The log.
    log_id: i16,
    /// The seller.
    tenant_id: Uuid,
    /// Kind of thing.
    aggregate_type: String,
    /// Which thing.
    aggregate_id: Uuid,
    /// Place among the thing's events.
    sequence: i64,
    /// What happened.
    event_type: String,
    /// Version of the payload.
    event_version: String,
    /// Its id.
    event_id: Uuid,
    /// When the log took it.
    recorded_at: DateTime<Utc>,
    /// When it holds in business time.
    effective_at: DateTime<Utc>,
    /// The command that caused it.
    command_id: Uuid,
    /// The business process it belongs to.
    correlation_id: Uuid,
    /// What led to the command.
    causation_id: Option<Uuid>,
    /// Who did it.
    actor: String,
    /// The leaf, hexadecimal.
    leaf_hash: String,
    /// The event itself, byte for byte.
    #[schema(value_type = Object)]
    payload: Option<Box<RawValue>>,
    /// From where, why, and so on, byte for byte.
    #[schema(value_type = Object)]
    metadata: Option<Box<RawValue>>,
}
