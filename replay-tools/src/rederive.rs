//! What the log says of counters, reservations and the books, derived from its events alone.
//!
//! `verify` compares it with the tables that the writer keeps; an import of an export stores it.
//! Every event is decoded with its schema (so an event that this release can't read is found),
//! every posting is made again (so one that does not balance is found), and the trial balance of
//! each tenant and currency must be zero.

use crate::outcome::Error;
use billfold_domain::kernel::Claim;
use billfold_domain::ledger::{self, Side};
use billfold_domain::schema::{self, Event};
use billfold_event_store::chain::{Check as Kind, Finding, Rederive};
use billfold_event_store::copy::{self, Range, ReplayError, Whole};
use billfold_event_store::feed::Feed;
use billfold_event_store::{RecordedRef, keeper};
use chrono::NaiveDate;
use sqlx::{PgConnection, PgPool, Row};
use std::collections::BTreeMap;
use std::convert::Infallible;
use uuid::Uuid;

/// Tenant and series → last number and its date.
type Counters = BTreeMap<(Uuid, String), (i64, NaiveDate)>;
/// Tenant, scope and key → aggregate type, aggregate id and position of the event that took it.
type Reservations = BTreeMap<(Uuid, String, String), (String, Uuid, i64)>;

/// The derived tables, as stored.
#[derive(Debug, Default)]
pub(crate) struct Stored {
    counters: Counters,
    reservations: Reservations,
}

impl Stored {
    /// Reads them over `connection` (role billfold_feed).
    ///
    /// # Errors
    /// The database refuses.
    pub(crate) async fn read(connection: &mut PgConnection) -> Result<Self, Error> {
        let mut stored = Self::default();
        let counters = sqlx::query("select tenant_id, series, last, last_date from counters")
            .fetch_all(&mut *connection)
            .await?;
        for row in counters {
            let key = (row.try_get(0)?, row.try_get(1)?);
            stored.counters.insert(key, (row.try_get(2)?, row.try_get(3)?));
        }
        let reservations = sqlx::query(
            "select tenant_id, scope, key, aggregate_type, aggregate_id, position
             from reservations",
        )
        .fetch_all(connection)
        .await?;
        for row in reservations {
            let key = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            let value = (row.try_get(3)?, row.try_get(4)?, row.try_get(5)?);
            stored.reservations.insert(key, value);
        }
        Ok(stored)
    }
}

/// Derives, event by event, and compares at the end.
#[derive(Debug, Default)]
pub(crate) struct Check {
    derived: Stored,
    stored: Option<Stored>,
    /// Tenant and currency → debits minus credits, minor units.
    balance: BTreeMap<(Uuid, &'static str), i128>,
    findings: Vec<Finding>,
}

impl Check {
    /// Compares with the stored tables.
    pub(crate) fn against(stored: Stored) -> Self {
        Self { stored: Some(stored), ..Self::default() }
    }

    /// Compares with nothing: an export has no derived tables.
    pub(crate) fn alone() -> Self {
        Self::default()
    }

    fn derive(&mut self, header: &RecordedRef<'_>, event: &Event) {
        for number in event.numbers() {
            let date = event.effective_on().unwrap_or(header.effective_at.date_naive());
            for (series, count) in number.counts() {
                let key = (header.tenant_id, series.to_owned());
                let count = i64::try_from(count).unwrap_or(i64::MAX);
                let entry = self.derived.counters.entry(key).or_insert((count, date));
                *entry = (entry.0.max(count), entry.1.max(date));
            }
        }
        for claim in event.claims() {
            let key =
                |scope: &str, key: String| (keeper(scope, header.tenant_id), scope.to_owned(), key);
            match claim {
                Claim::Take { scope, key: name } => {
                    let holder =
                        (header.aggregate_type.to_owned(), header.aggregate_id, header.position);
                    self.derived.reservations.entry(key(scope, name)).or_insert(holder);
                }
                Claim::Release { scope, key: name } => {
                    self.derived.reservations.remove(&key(scope, name));
                }
            }
        }
        match ledger::postings(event) {
            Err(error) => self.find(Some(header.position), format!("no posting: {error}")),
            Ok(None) => {}
            Ok(Some(posting)) => {
                for entry in posting.entries() {
                    let minor = i128::from(entry.amount.minor());
                    let signed = if entry.side == Side::Debit { minor } else { -minor };
                    let key = (header.tenant_id, entry.amount.currency().code());
                    *self.balance.entry(key).or_default() += signed;
                }
            }
        }
    }

    fn find(&mut self, position: Option<i64>, what: String) {
        self.findings.push(Finding { check: Kind::Derived, position, batch: None, what });
    }

    fn compare_counters(&mut self, stored: &Counters) {
        let mut found = Vec::new();
        for (key, (last, date)) in &self.derived.counters {
            match stored.get(key) {
                Some((have, on)) if (have, on) == (last, date) => {}
                Some((have, on)) => found.push(format!(
                    "counter {:?} of tenant {}: {have} on {on}, by the events {last} on {date}",
                    key.1, key.0
                )),
                None => found.push(format!("counter {:?} of tenant {} is missing", key.1, key.0)),
            }
        }
        for key in stored.keys().filter(|key| !self.derived.counters.contains_key(key)) {
            found.push(format!("counter {:?} of tenant {} follows from no event", key.1, key.0));
        }
        found.into_iter().for_each(|what| self.find(None, what));
    }

    fn compare_reservations(&mut self, stored: &Reservations) {
        let mut found = Vec::new();
        for (key, holder) in &self.derived.reservations {
            if stored.get(key) != Some(holder) {
                let what = format!(
                    "reservation {} {:?} of tenant {} is missing or held by another stream",
                    key.1, key.2, key.0
                );
                found.push((Some(holder.2), what));
            }
        }
        for (key, holder) in stored {
            if !self.derived.reservations.contains_key(key) {
                let what = format!("reservation {} {:?} follows from no event", key.1, key.2);
                found.push((Some(holder.2), what));
            }
        }
        found.into_iter().for_each(|(position, what)| self.find(position, what));
    }
}

impl Rederive for Check {
    fn name(&self) -> &'static str {
        "numbers, claims and postings"
    }

    fn event(&mut self, header: &RecordedRef<'_>) {
        let decoded = schema::decode(
            header.aggregate_type,
            header.event_type,
            header.event_version,
            header.payload.as_bytes(),
        );
        match decoded {
            Ok(event) => self.derive(header, &event),
            Err(error) => self.find(Some(header.position), error.to_string()),
        }
    }

    fn finish(&mut self) -> Vec<Finding> {
        if let Some(stored) = self.stored.take() {
            self.compare_counters(&stored.counters);
            self.compare_reservations(&stored.reservations);
        }
        let unbalanced: Vec<String> = self
            .balance
            .iter()
            .filter(|(_, difference)| **difference != 0)
            .map(|((tenant, currency), difference)| {
                format!("trial balance of tenant {tenant} in {currency} is off by {difference}")
            })
            .collect();
        unbalanced.into_iter().for_each(|what| self.find(None, what));
        std::mem::take(&mut self.findings)
    }
}

/// Derives streams, counters and reservations from the whole log and stores them, as an import
/// needs it.
///
/// # Errors
/// An event can't be read, or the database refuses.
pub(crate) async fn store(pool: &PgPool) -> Result<(), Error> {
    let head = Feed::new(pool.clone(), 1).head().await.map_err(failed)?;
    let range = Range { log_id: head.log_id, after: 0, through: head.position };
    let mut check = Check::alone();
    copy::for_each::<Whole, Infallible>(pool, range, |event| {
        check.event(&event);
        Ok(())
    })
    .await
    .map_err(|error: ReplayError<Infallible>| failed(error))?;
    if let Some(finding) = check.findings.first() {
        let position = finding.position.unwrap_or_default();
        return Err(Error::Input(format!("position {position}: {}", finding.what)));
    }
    let mut transaction = pool.begin().await?;
    store_streams(&mut transaction).await?;
    store_counters(&mut transaction, &check.derived.counters).await?;
    store_reservations(&mut transaction, &check.derived.reservations).await?;
    transaction.commit().await?;
    Ok(())
}

async fn store_streams(connection: &mut PgConnection) -> Result<(), Error> {
    sqlx::query(
        "insert into streams (tenant_id, aggregate_type, aggregate_id, last_sequence, last_position)
         select tenant_id, aggregate_type, aggregate_id, max(sequence), max(position)
         from events group by tenant_id, aggregate_type, aggregate_id
         on conflict (tenant_id, aggregate_type, aggregate_id) do update
         set last_sequence = excluded.last_sequence, last_position = excluded.last_position",
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn store_counters(connection: &mut PgConnection, counters: &Counters) -> Result<(), Error> {
    sqlx::query(
        "insert into counters (tenant_id, series, last, last_date)
         select * from unnest($1::uuid[], $2::text[], $3::bigint[], $4::date[])
         on conflict (tenant_id, series) do update
         set last = excluded.last, last_date = excluded.last_date",
    )
    .bind(counters.keys().map(|k| k.0).collect::<Vec<_>>())
    .bind(counters.keys().map(|k| k.1.as_str()).collect::<Vec<_>>())
    .bind(counters.values().map(|v| v.0).collect::<Vec<_>>())
    .bind(counters.values().map(|v| v.1).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}

async fn store_reservations(
    connection: &mut PgConnection,
    reservations: &Reservations,
) -> Result<(), Error> {
    sqlx::query("delete from reservations").execute(&mut *connection).await?;
    sqlx::query(
        "insert into reservations (tenant_id, scope, key, aggregate_type, aggregate_id, position)
         select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[],
             $6::bigint[])",
    )
    .bind(reservations.keys().map(|k| k.0).collect::<Vec<_>>())
    .bind(reservations.keys().map(|k| k.1.as_str()).collect::<Vec<_>>())
    .bind(reservations.keys().map(|k| k.2.as_str()).collect::<Vec<_>>())
    .bind(reservations.values().map(|v| v.0.as_str()).collect::<Vec<_>>())
    .bind(reservations.values().map(|v| v.1).collect::<Vec<_>>())
    .bind(reservations.values().map(|v| v.2).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Failed(error.to_string())
}
