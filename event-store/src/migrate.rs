//! Brings a database to this build's schema.
//!
//! Guarantees: migrations run in their order, once each, all in one transaction under a lock, so
//! that two servers that start together do not meet and a failure leaves nothing behind. A file
//! that changed after it ran, or one this build does not know, is refused. The log's head is made
//! with its genesis hash. Absent on purpose: steps back. A migration is undone by a new one.

use sha2::{Digest, Sha256};
use sqlx::{Connection, Executor, PgConnection, Row};
use thiserror::Error;
use uuid::Uuid;

use crate::canonical::genesis;

/// One file of `migrations/`.
struct Migration {
    name: &'static str,
    sql: &'static str,
}

/// In the order in which they run. A new file is a new last line.
const MIGRATIONS: &[Migration] = &[
    Migration { name: "0001_event_log", sql: include_str!("../../migrations/0001_event_log.sql") },
    Migration {
        name: "0002_people_and_keys",
        sql: include_str!("../../migrations/0002_people_and_keys.sql"),
    },
    Migration {
        name: "0003_owner_sees_keys",
        sql: include_str!("../../migrations/0003_owner_sees_keys.sql"),
    },
    Migration { name: "0004_log_peek", sql: include_str!("../../migrations/0004_log_peek.sql") },
    Migration { name: "0005_sign_in", sql: include_str!("../../migrations/0005_sign_in.sql") },
    Migration { name: "0006_webhooks", sql: include_str!("../../migrations/0006_webhooks.sql") },
    Migration {
        name: "0007_staff_are_streams",
        sql: include_str!("../../migrations/0007_staff_are_streams.sql"),
    },
    Migration { name: "0008_pictures", sql: include_str!("../../migrations/0008_pictures.sql") },
    Migration {
        name: "0009_client_accounts",
        sql: include_str!("../../migrations/0009_client_accounts.sql"),
    },
    Migration {
        name: "0010_owner_keeps_keys",
        sql: include_str!("../../migrations/0010_owner_keeps_keys.sql"),
    },
    Migration { name: "0011_doors", sql: include_str!("../../migrations/0011_doors.sql") },
    Migration { name: "0012_avatars", sql: include_str!("../../migrations/0012_avatars.sql") },
    Migration {
        name: "0013_client_addresses",
        sql: include_str!("../../migrations/0013_client_addresses.sql"),
    },
    Migration { name: "0014_schedules", sql: include_str!("../../migrations/0014_schedules.sql") },
    Migration { name: "0015_effects", sql: include_str!("../../migrations/0015_effects.sql") },
];

/// The log of an install; a second one is another chain.
const LOG_ID: i16 = 1;

/// Serialises migrations of one database (advisory lock key).
const LOCK: i64 = 0x4249_4C4C_464F_4C44;

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrated {
    /// Names of the migrations that ran now, in order.
    pub applied: Vec<&'static str>,
    /// The install this database belongs to; its genesis hash hangs on it.
    pub install_id: Uuid,
}

/// Runs what is missing. `connection` belongs to the owner of the schema; `install_id` is used only
/// if the log has no head yet.
///
/// # Errors
/// The database refused, or holds a migration that this build does not know or knows otherwise.
/// Nothing is changed then.
pub async fn migrate(
    connection: &mut PgConnection,
    install_id: Uuid,
) -> Result<Migrated, MigrateError> {
    let mut transaction = connection.begin().await?;
    sqlx::query("select pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *transaction).await?;
    transaction
        .execute(
            "create table if not exists migrations (
               name       text        not null primary key,
               sha256     bytea       not null check (octet_length(sha256) = 32),
               applied_at timestamptz not null default clock_timestamp()
             )",
        )
        .await?;
    let mut applied = Vec::new();
    let recorded = recorded(&mut transaction).await?;
    for migration in MIGRATIONS {
        if recorded.iter().any(|name| name == migration.name) {
            continue;
        }
        sqlx::raw_sql(migration.sql)
            .execute(&mut *transaction)
            .await
            .map_err(|error| MigrateError::Failed { name: migration.name, error })?;
        sqlx::query("insert into migrations (name, sha256) values ($1, $2)")
            .bind(migration.name)
            .bind(&digest(migration.sql)[..])
            .execute(&mut *transaction)
            .await?;
        applied.push(migration.name);
    }
    let install_id = head(&mut transaction, install_id).await?;
    transaction.commit().await?;
    Ok(Migrated { applied, install_id })
}

/// Names of the migrations that did not run yet, in order; one that only a newer build knows is no
/// matter, since it takes nothing away that this build needs.
///
/// # Errors
/// The database refused.
pub async fn pending(connection: &mut PgConnection) -> Result<Vec<&'static str>, sqlx::Error> {
    let begun: bool = sqlx::query_scalar("select to_regclass('migrations') is not null")
        .fetch_one(&mut *connection)
        .await?;
    let ran: Vec<String> = if begun {
        sqlx::query_scalar("select name from migrations").fetch_all(connection).await?
    } else {
        Vec::new()
    };
    let names = MIGRATIONS.iter().map(|migration| migration.name);
    Ok(names.filter(|name| ran.iter().all(|ran| ran != name)).collect())
}

/// Names of the migrations that ran before, each of them known and unchanged.
async fn recorded(connection: &mut PgConnection) -> Result<Vec<String>, MigrateError> {
    let rows = sqlx::query("select name, sha256 from migrations order by name")
        .fetch_all(connection)
        .await?;
    let mut names = Vec::with_capacity(rows.len());
    for row in rows {
        let (name, sha256): (String, Vec<u8>) = (row.try_get(0)?, row.try_get(1)?);
        match MIGRATIONS.iter().find(|migration| migration.name == name) {
            None => return Err(MigrateError::Unknown { name }),
            Some(known) if digest(known.sql)[..] != sha256[..] => {
                return Err(MigrateError::Changed { name });
            }
            Some(_) => names.push(name),
        }
    }
    Ok(names)
}

/// Makes the head of the log if there is none; answers the install it belongs to.
async fn head(connection: &mut PgConnection, install_id: Uuid) -> Result<Uuid, sqlx::Error> {
    sqlx::query(
        "insert into log_heads
           (log_id, install_id, position, batch_no, batch_hash, last_recorded_at)
         values ($1, $2, 0, 0, $3, 'epoch') on conflict do nothing",
    )
    .bind(LOG_ID)
    .bind(install_id)
    .bind(&genesis(install_id, LOG_ID)[..])
    .execute(&mut *connection)
    .await?;
    sqlx::query("select install_id from log_heads where log_id = $1")
        .bind(LOG_ID)
        .fetch_one(connection)
        .await?
        .try_get(0)
}

fn digest(sql: &str) -> [u8; 32] {
    Sha256::digest(sql).into()
}

/// Why a database was not migrated.
#[derive(Debug, Error)]
pub enum MigrateError {
    /// The database refused or is away.
    #[error("the database cannot be migrated: {0}")]
    Database(#[from] sqlx::Error),
    /// A migration did not run.
    #[error("migration {name} failed, nothing was changed: {error}")]
    Failed {
        /// Its name.
        name: &'static str,
        /// What the database said.
        error: sqlx::Error,
    },
    /// The database was migrated by a newer build.
    #[error(
        "the database holds migration {name}, which this build does not know; use a newer build"
    )]
    Unknown {
        /// Its name.
        name: String,
    },
    /// The file is not the one that ran.
    #[error("migration {name} was changed after it ran; restore the file and add a new one")]
    Changed {
        /// Its name.
        name: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_embedded_in_order() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let embedded: Vec<String> =
            MIGRATIONS.iter().map(|migration| format!("{}.sql", migration.name)).collect();
        assert_eq!(embedded, files);
    }
}
