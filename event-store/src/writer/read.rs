//! The first call of a batch: read everything the batch must know, with the head locked or not.
//!
//! Guarantees: each stream, key, series and claim of the batch is asked for once; the answers
//! become the same [`Facts`] that any log decides on. Absent on purpose: states; the caller adds
//! them, since most are in its cache.
//!
//! Nearly every key is new, and so is nearly every stream that a command says it begins. Such a
//! [`Presumption`] saves the look-ups, and is proved by what the batch stores: the primary keys of
//! `receipts` and `streams` refuse a key or a stream that was there. What is read without the lock
//! is proved by the head: the append refuses the batch if another one came between.

use std::collections::HashMap;
use std::hash::Hash as Hashable;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::value::RawValue;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Row, query};
use uuid::Uuid;

use crate::batch::{Asked, ClaimFact, CounterFact, Facts, Head, Holder, Plan, StoredReceipt};
use crate::canonical::Hash;
use crate::kinds::Kinds;
use crate::stream::{ClaimKey, StreamKey};

/// What is taken as true without a look-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presumption {
    /// Nothing.
    None,
    /// Keys have no receipts yet, and streams that nobody expects to exist do not.
    New,
    /// That, and that no other process appends before this batch is stored: the head is not locked
    /// while it is decided.
    Next,
}

const READ: &str = "select * from log_read($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const PEEK: &str = "select * from log_peek($1, $2, $3, $4, $5, $6, $7, $8, $9)";

/// What a batch asks for, each thing once.
pub(super) struct Question<'a> {
    pub(super) streams: Vec<StreamKey>,
    /// Those of `streams` that nobody expects to exist.
    pub(super) fresh: Vec<bool>,
    keys: Vec<(Uuid, &'a str)>,
    series: Vec<(Uuid, &'a str)>,
    claims: Vec<(Uuid, &'a ClaimKey)>,
}

impl<'a> Question<'a> {
    /// Everything the commands need.
    pub(super) fn of(commands: &[Asked<'a>]) -> Self {
        let mut streams: HashMap<StreamKey, bool> = HashMap::with_capacity(commands.len());
        for asked in commands {
            for stream in &asked.needs.fresh {
                streams.entry(*stream).or_insert(true);
            }
            let expected = asked.needs.expect.iter().map(|(stream, _)| stream);
            for stream in asked.needs.streams.iter().chain(expected) {
                streams.insert(*stream, false);
            }
        }
        let mut streams: Vec<(StreamKey, bool)> = streams.into_iter().collect();
        streams.sort_unstable();
        let (streams, fresh) = streams.into_iter().unzip();
        let each = |asked: &Asked<'a>| (asked.header.tenant, asked.needs);
        Self {
            streams,
            fresh,
            keys: once(commands.iter().map(|asked| (asked.header.tenant, &*asked.header.key))),
            series: once(commands.iter().map(each).flat_map(|(tenant, needs)| {
                needs.series.iter().map(move |series| (tenant, series.as_str()))
            })),
            claims: once(commands.iter().map(each).flat_map(|(tenant, needs)| {
                needs.claims.iter().map(move |claim| (claim.kept_by(tenant), claim))
            })),
        }
    }

    /// Whether what was presumed of the batch is proved once `plan` is stored: every key then has a
    /// receipt and every stream presumed new is begun, unless the database refuses. A stream that
    /// no decision looked at changes no answer, whether it is new or not.
    pub(super) fn is_proved_by(&self, plan: &Plan) -> bool {
        let begun = |stream| {
            let row = plan.streams.binary_search_by_key(stream, |row| row.stream);
            row.is_ok_and(|at| plan.streams[at].begun)
        };
        let mut fresh = self.streams.iter().zip(&self.fresh).filter(|(_, fresh)| **fresh);
        let proved = |stream| begun(stream) || !plan.seen.contains(stream);
        plan.receipts_for_all && fresh.all(|(stream, _)| proved(stream))
    }

    /// Reads the head, locked unless that is presumed away, then the rest. Answers the facts, still
    /// without states, and the version of each stream.
    pub(super) async fn ask(
        &self,
        connection: &mut PgConnection,
        kinds: &Kinds,
        log_id: i16,
        presumption: Presumption,
    ) -> Result<(Facts, Vec<i64>), sqlx::Error> {
        let (new, next) = match presumption {
            Presumption::None => (false, false),
            Presumption::New => (true, false),
            Presumption::Next => (true, true),
        };
        let places: Vec<usize> =
            (0..self.streams.len()).filter(|at| !(new && self.fresh[*at])).collect();
        let streams = || places.iter().map(|at| &self.streams[*at]);
        let keys = if new { &[][..] } else { &self.keys };
        let bound = query(if next { PEEK } else { READ })
            .bind(log_id)
            .bind(streams().map(|stream| stream.tenant).collect::<Vec<_>>())
            .bind(streams().map(|stream| stream.kind).collect::<Vec<_>>())
            .bind(streams().map(|stream| stream.id).collect::<Vec<_>>());
        let bound = match next {
            true => bound,
            false => bound
                .bind(keys.iter().map(|(tenant, _)| *tenant).collect::<Vec<_>>())
                .bind(keys.iter().map(|(_, key)| *key).collect::<Vec<_>>()),
        };
        let row = bound
            .bind(self.series.iter().map(|(tenant, _)| *tenant).collect::<Vec<_>>())
            .bind(self.series.iter().map(|(_, series)| *series).collect::<Vec<_>>())
            .bind(self.claims.iter().map(|(tenant, _)| *tenant).collect::<Vec<_>>())
            .bind(self.claims.iter().map(|(_, claim)| claim.scope).collect::<Vec<_>>())
            .bind(self.claims.iter().map(|(_, claim)| claim.key.as_str()).collect::<Vec<_>>())
            .fetch_one(connection)
            .await?;
        let mut facts = Facts::new(head(&row, log_id)?);
        let found: Vec<i64> = row.try_get("s_versions")?;
        if found.len() != places.len() {
            return Err(sqlx::Error::RowNotFound);
        }
        let mut versions = vec![0; self.streams.len()];
        places.into_iter().zip(found).for_each(|(at, version)| versions[at] = version);
        if !new {
            self.receipts(&row, kinds, &mut facts)?;
        }
        self.counters(&row, &mut facts)?;
        self.holders(&row, kinds, &mut facts)?;
        Ok((facts, versions))
    }

    fn receipts(&self, row: &PgRow, kinds: &Kinds, facts: &mut Facts) -> Result<(), sqlx::Error> {
        let found: Option<Vec<i32>> = row.try_get("k_at")?;
        let Some(found) = found else { return Ok(()) };
        let hashes: Vec<Hash> = row.try_get("k_hashes")?;
        let outcomes: Vec<i16> = row.try_get("k_outcomes")?;
        let first: Vec<Option<i64>> = row.try_get("k_first")?;
        let last: Vec<Option<i64>> = row.try_get("k_last")?;
        let batch_nos: Vec<i64> = row.try_get("k_batch_nos")?;
        let batch_hashes: Vec<Hash> = row.try_get("k_batch_hashes")?;
        let answers: Vec<String> = row.try_get("k_answers")?;
        let versions: Vec<String> = row.try_get("k_versions")?;
        for (n, answer) in answers.into_iter().enumerate() {
            let (tenant, key) = *at(&self.keys, found[n])?;
            let receipt = StoredReceipt {
                request_hash: hashes[n],
                accepted: outcomes[n] == 0,
                first_position: first[n],
                last_position: last[n],
                batch_no: batch_nos[n],
                batch_hash: batch_hashes[n],
                versions: stored_versions(&versions[n], tenant, kinds)?,
                answer: RawValue::from_string(answer).map_err(decode)?,
            };
            facts.receipts.insert((tenant, key.to_owned()), receipt);
        }
        Ok(())
    }

    fn counters(&self, row: &PgRow, facts: &mut Facts) -> Result<(), sqlx::Error> {
        let last: Vec<i64> = row.try_get::<Option<_>, _>("c_last")?.unwrap_or_default();
        let dates: Vec<Option<NaiveDate>> =
            row.try_get::<Option<_>, _>("c_dates")?.unwrap_or_default();
        for ((tenant, series), (last, date)) in self.series.iter().zip(last.into_iter().zip(dates))
        {
            let last = u64::try_from(last).ok().zip(date);
            let fact = CounterFact { last, changed: false };
            facts.counters.insert((*tenant, (*series).to_owned()), fact);
        }
        Ok(())
    }

    fn holders(&self, row: &PgRow, kinds: &Kinds, facts: &mut Facts) -> Result<(), sqlx::Error> {
        let types: Vec<Option<String>> =
            row.try_get::<Option<_>, _>("r_types")?.unwrap_or_default();
        let ids: Vec<Option<Uuid>> = row.try_get::<Option<_>, _>("r_ids")?.unwrap_or_default();
        for ((tenant, claim), held) in self.claims.iter().zip(types.into_iter().zip(ids)) {
            let holder = match held {
                (Some(name), Some(id)) => Some(match kinds.intern(&name) {
                    Some(kind) => Holder::Stream(claim.held_by(*tenant, kind, id)),
                    None => Holder::Unknown { kind: name },
                }),
                _ => None,
            };
            let fact = ClaimFact { holder, changed: None };
            facts.claims.insert((*tenant, (*claim).clone()), fact);
        }
        Ok(())
    }
}

fn head(row: &PgRow, log_id: i16) -> Result<Head, sqlx::Error> {
    let last_recorded_at: DateTime<Utc> = row.try_get("h_recorded_at")?;
    Ok(Head {
        log_id,
        position: row.try_get("h_position")?,
        batch_no: row.try_get("h_batch_no")?,
        batch_hash: row.try_get("h_batch_hash")?,
        last_recorded_at,
    })
}

/// The streams of a stored receipt; those of kinds that this build does not know are left out.
fn stored_versions(
    json: &str,
    tenant: Uuid,
    kinds: &Kinds,
) -> Result<Vec<(StreamKey, i64)>, sqlx::Error> {
    let stored: Vec<(String, Uuid, i64)> = serde_json::from_str(json).map_err(decode)?;
    let known = stored.into_iter().filter_map(|(name, id, version)| {
        kinds.intern(&name).map(|kind| (StreamKey { tenant, kind, id }, version))
    });
    Ok(known.collect())
}

/// In order, each once.
fn once<T: Ord + Hashable>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.collect();
    items.sort_unstable();
    items.dedup();
    items
}

/// The item that SQL counts from one.
fn at<T>(items: &[T], ordinality: i32) -> Result<&T, sqlx::Error> {
    let index = usize::try_from(ordinality - 1).ok();
    index.and_then(|index| items.get(index)).ok_or(sqlx::Error::RowNotFound)
}

fn decode(error: serde_json::Error) -> sqlx::Error {
    sqlx::Error::Decode(Box::new(error))
}
