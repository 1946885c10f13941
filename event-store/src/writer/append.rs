//! The second call of a batch: its rows as columns, in one statement.

use std::sync::LazyLock;

use sqlx::postgres::{PgArguments, PgConnection};
use sqlx::query::Query;
use sqlx::{Postgres, query};
use uuid::Uuid;

use crate::batch::{Asked, Batch, Plan};
use crate::submission::Header;

/// Stores everything but the answers, and moves the head.
pub(super) async fn append(
    connection: &mut PgConnection,
    batch: &Batch,
    plan: &Plan,
    commands: &[Asked<'_>],
) -> Result<(), sqlx::Error> {
    let header = &batch.header;
    let bound = query(&STATEMENT)
        .bind(header.log_id)
        .bind(header.batch_no)
        .bind(header.first_position)
        .bind(header.last_position)
        .bind(&header.prev_hash[..])
        .bind(&header.events_root[..])
        .bind(&header.receipts_root[..])
        .bind(&batch.batch_hash[..])
        .bind(plan.recorded_at);
    let bound = bind_events(bound, plan, commands);
    let bound = bind_receipts(bound, plan, commands);
    let bound = bind_streams(bound, plan);
    let bound = bind_counters_and_claims(bound, plan);
    bound.execute(connection).await?;
    Ok(())
}

type Statement<'q> = Query<'q, Postgres, PgArguments>;

/// Number of arguments of `log_append`.
const ARGUMENTS: usize = 52;

static STATEMENT: LazyLock<String> = LazyLock::new(|| {
    let places: Vec<String> = (1..=ARGUMENTS).map(|n| format!("${n}")).collect();
    format!("select log_append({})", places.join(", "))
});

fn bind_events<'q>(to: Statement<'q>, plan: &'q Plan, commands: &[Asked<'q>]) -> Statement<'q> {
    let events = || plan.events.iter();
    let header = |command: usize| -> &'q Header { commands[command].header };
    to.bind(column(events(), |row| row.stream.tenant))
        .bind(column(events(), |row| row.stream.kind))
        .bind(column(events(), |row| row.stream.id))
        .bind(column(events(), |row| row.sequence))
        .bind(column(events(), |row| &*row.event_type))
        .bind(column(events(), |row| &*row.event_version))
        .bind(column(events(), |row| row.event_id))
        .bind(column(events(), |row| row.effective_at))
        .bind(column(events(), |row| header(row.command).command_id))
        .bind(column(events(), |row| header(row.command).correlation_id))
        .bind(column(events(), |row| header(row.command).causation_id))
        .bind(column(events(), |row| header(row.command).actor.as_str()))
        .bind(column(events(), |row| &row.leaf_hash[..]))
        .bind(column(events(), |row| row.payload.as_str()))
        .bind(column(events(), |row| header(row.command).metadata.as_str()))
}

fn bind_receipts<'q>(to: Statement<'q>, plan: &'q Plan, commands: &[Asked<'q>]) -> Statement<'q> {
    let receipts = || plan.receipts.iter();
    let header = |command: usize| -> &'q Header { commands[command].header };
    to.bind(column(receipts(), |row| header(row.command).tenant))
        .bind(column(receipts(), |row| header(row.command).key.as_str()))
        .bind(column(receipts(), |row| &header(row.command).request_hash[..]))
        .bind(column(receipts(), |row| header(row.command).command_id))
        .bind(column(receipts(), |row| row.outcome()))
        .bind(column(receipts(), |row| row.first_position))
        .bind(column(receipts(), |row| row.last_position))
        .bind(column(receipts(), |row| row.answer.get()))
        .bind(column(receipts(), |row| &row.leaf_hash[..]))
}

fn bind_streams<'q>(to: Statement<'q>, plan: &'q Plan) -> Statement<'q> {
    let streams = || plan.streams.iter();
    to.bind(column(streams(), |row| row.stream.tenant))
        .bind(column(streams(), |row| row.stream.kind))
        .bind(column(streams(), |row| row.stream.id))
        .bind(column(streams(), |row| row.version))
        .bind(column(streams(), |row| row.last_position))
        .bind(column(streams(), |row| row.begun))
}

fn bind_counters_and_claims<'q>(to: Statement<'q>, plan: &'q Plan) -> Statement<'q> {
    let counters = || plan.counters.iter();
    let taken = || plan.taken.iter();
    let released = || plan.released.iter();
    to.bind(column(counters(), |row| row.tenant))
        .bind(column(counters(), |row| row.series.as_str()))
        // the desk takes no number that does not fit
        .bind(column(counters(), |row| i64::try_from(row.last).unwrap_or(i64::MAX)))
        .bind(column(counters(), |row| row.date))
        .bind(column(taken(), |row| row.tenant))
        .bind(column(taken(), |row| row.claim.scope))
        .bind(column(taken(), |row| row.claim.key.as_str()))
        .bind(column(taken(), |row| row.holder.kind))
        .bind(column(taken(), |row| row.holder.id))
        .bind(column(taken(), |row| row.position))
        .bind(column(released(), |(tenant, _): &(Uuid, _)| *tenant))
        .bind(column(released(), |(_, claim)| claim.scope))
        .bind(column(released(), |(_, claim)| claim.key.as_str()))
}

fn column<'r, R: 'r, T>(rows: impl Iterator<Item = &'r R>, cell: impl Fn(&'r R) -> T) -> Vec<T> {
    rows.map(cell).collect()
}
