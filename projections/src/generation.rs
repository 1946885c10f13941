//! Generations: each rebuild of a projection has tables of its own, and one of them answers reads.
//!
//! Guarantees: views and the row in `projections` change in one transaction, so a reader sees one
//! whole generation or the other. Absent on purpose: changing a generation's tables in place.

use sqlx::{PgConnection, Row};

use crate::error::Error;
use crate::projection::Definition;

/// The log that the projections of this installation follow.
pub const LOG: i16 = 1;

/// What `projections` says of one generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generation {
    /// The projection.
    pub name: String,
    /// Its number, from 1.
    pub generation: i32,
    /// Position of the last event that is in its tables.
    pub position: i64,
    /// `building`, `live`, `paused`, `stopped` or `retired`.
    pub state: String,
    /// [`Definition::code_hash`] of the code that writes it.
    pub code_hash: String,
}

const COLUMNS: &str = "name, generation, position, state, code_hash";

impl Generation {
    /// All generations of a projection, oldest first.
    pub async fn all(conn: &mut PgConnection, name: &str) -> Result<Vec<Self>, Error> {
        let sql = format!("select {COLUMNS} from projections where name = $1 order by generation");
        let rows = sqlx::query(&sql).bind(name).fetch_all(conn).await?;
        Ok(rows.iter().map(Self::from_row).collect::<Result<_, _>>()?)
    }

    /// The generation that answers reads.
    pub async fn live(conn: &mut PgConnection, name: &str) -> Result<Option<Self>, Error> {
        let all = Self::all(conn, name).await?;
        Ok(all.into_iter().find(Self::answers))
    }

    /// Whether reads see it.
    pub fn answers(&self) -> bool {
        matches!(self.state.as_str(), "live" | "paused" | "stopped")
    }

    fn from_row(row: &sqlx::postgres::PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            name: row.try_get(0)?,
            generation: row.try_get(1)?,
            position: row.try_get(2)?,
            state: row.try_get(3)?,
            code_hash: row.try_get(4)?,
        })
    }
}

/// Creates the tables without keys, so that they can be filled fast.
pub async fn create(
    conn: &mut PgConnection,
    definition: &Definition,
    generation: i32,
) -> Result<(), Error> {
    for shape in definition.shapes() {
        let physical = shape.physical(definition.name, generation);
        sqlx::query(&shape.create(&physical)).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Adds keys, indexes, row-level security and grants.
pub async fn finish(
    conn: &mut PgConnection,
    definition: &Definition,
    generation: i32,
) -> Result<(), Error> {
    for shape in definition.shapes() {
        let physical = shape.physical(definition.name, generation);
        for statement in shape.finish(&physical) {
            sqlx::query(&statement).execute(&mut *conn).await?;
        }
    }
    Ok(())
}

/// Points the views at a generation. Readers in the middle of a read are waited for.
pub async fn switch(
    conn: &mut PgConnection,
    definition: &Definition,
    generation: i32,
) -> Result<(), Error> {
    for shape in definition.shapes() {
        for statement in shape.switch(definition.name, generation) {
            sqlx::query(&statement).execute(&mut *conn).await?;
        }
    }
    Ok(())
}

/// Drops the tables and the row of a generation that does not answer reads.
///
/// # Errors
/// The database refuses; a live generation's tables cannot be dropped, its views hold them.
pub async fn remove(
    conn: &mut PgConnection,
    definition: &Definition,
    generation: i32,
) -> Result<(), Error> {
    for shape in definition.shapes() {
        let physical = shape.physical(definition.name, generation);
        sqlx::query(&format!("drop table if exists {physical}")).execute(&mut *conn).await?;
    }
    sqlx::query("delete from dead_letters where name = $1 and generation = $2")
        .bind(definition.name)
        .bind(generation)
        .execute(&mut *conn)
        .await?;
    sqlx::query(
        "delete from projections \
         where name = $1 and generation = $2 and state in ('building', 'retired')",
    )
    .bind(definition.name)
    .bind(generation)
    .execute(conn)
    .await?;
    Ok(())
}
