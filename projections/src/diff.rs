//! Diff: the live generation against one built afresh, row by row.
//!
//! Guarantees: both sides stand at the same position and are read in one snapshot; every column of
//! every row is compared; nothing is left out. The witness is built like any rebuild, answers
//! nobody and is dropped at the end. Absent on purpose: repairing. A difference is a bug to be
//! understood; `rebuild` puts the tables right.

use sqlx::{PgConnection, PgPool};

use crate::error::Error;
use crate::generation::Generation;
use crate::projection::Definition;
use crate::rebuild::{self, Options, Watch};
use crate::row::Shape;

/// How a row differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// The live table lacks it.
    Missing,
    /// The live table has it and should not.
    Extra,
    /// Columns differ.
    Changed,
}

/// One row that differs, as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// How.
    pub difference: Difference,
    /// The row in the live table.
    pub live: Option<String>,
    /// The row as the log says it must be.
    pub rebuilt: Option<String>,
}

/// What was found in one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDiff {
    /// The view that answers reads.
    pub table: String,
    /// Rows compared in the live table.
    pub rows: i64,
    /// Rows the live table lacks.
    pub missing: i64,
    /// Rows the live table has too many.
    pub extra: i64,
    /// Rows with another content.
    pub changed: i64,
    /// The first few of them.
    pub samples: Vec<Sample>,
}

/// What was found in a projection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    /// The projection.
    pub name: &'static str,
    /// The generation that answers reads.
    pub generation: i32,
    /// The position at which both sides stood.
    pub position: i64,
    /// Every table.
    pub tables: Vec<TableDiff>,
}

impl Diff {
    /// Whether live equals rebuilt.
    pub fn is_empty(&self) -> bool {
        self.tables.iter().all(|table| table.missing + table.extra + table.changed == 0)
    }
}

/// Compares the live generation of a projection with the log. `owner` as for a rebuild.
///
/// # Errors
/// [`Error::NotBuilt`] without a live generation; otherwise as a rebuild.
pub async fn diff(
    owner: &PgPool,
    definition: &'static Definition,
    options: &Options,
    watch: &Watch,
) -> Result<Diff, Error> {
    let mut conn = owner.acquire().await?;
    let live = Generation::live(&mut conn, definition.name).await?;
    drop(conn);
    let live = live.ok_or_else(|| Error::NotBuilt { name: definition.name.to_owned() })?;
    let witness = rebuild::build_witness(owner, definition, live.position, options, watch).await?;
    let compared = compare(owner, definition, live.generation, &witness, options, watch).await;
    witness.discard(owner).await?;
    compared
}

async fn compare(
    owner: &PgPool,
    definition: &'static Definition,
    live: i32,
    witness: &rebuild::Claim,
    options: &Options,
    watch: &Watch,
) -> Result<Diff, Error> {
    // While its row is locked the live generation stands still; the witness catches up to it, and
    // a snapshot is taken of both. Then it may go on.
    let mut hold = owner.begin().await?;
    let position: Option<i64> = sqlx::query_scalar(
        "select position from projections where name = $1 and generation = $2 \
         and state in ('live', 'paused', 'stopped') for update",
    )
    .bind(definition.name)
    .bind(live)
    .fetch_optional(&mut *hold)
    .await?;
    let position = position.ok_or_else(|| Error::NotBuilt { name: definition.name.to_owned() })?;
    rebuild::catch_up(owner, witness, position, options, watch).await?;
    let mut snapshot = owner.begin_with("begin isolation level repeatable read read only").await?;
    sqlx::query("select 1").execute(&mut *snapshot).await?;
    hold.rollback().await?;

    let mut tables = Vec::new();
    for shape in definition.shapes() {
        let ours = shape.physical(definition.name, live);
        let theirs = shape.physical(definition.name, witness.generation);
        let view = shape.view(definition.name);
        tables.push(compare_table(&mut snapshot, shape, view, &ours, &theirs).await?);
    }
    Ok(Diff { name: definition.name, generation: live, position, tables })
}

async fn compare_table(
    conn: &mut PgConnection,
    shape: &Shape,
    table: String,
    live: &str,
    witness: &str,
) -> Result<TableDiff, Error> {
    const SAMPLES: usize = 10;
    let rows =
        sqlx::query_scalar(&format!("select count(*) from {live}")).fetch_one(&mut *conn).await?;
    let mut diff = TableDiff { table, rows, missing: 0, extra: 0, changed: 0, samples: Vec::new() };
    // Rows are compared as text, because json has no equality and text tells every column apart.
    let differing = format!(
        "from {live} l full join {witness} w using ({keys}) \
         where l::text is distinct from w::text",
        keys = shape.key_list()
    );
    let counts = format!(
        "select count(*) filter (where l.tenant_id is null), \
             count(*) filter (where w.tenant_id is null), \
             count(*) filter (where l.tenant_id is not null and w.tenant_id is not null) \
         {differing}"
    );
    (diff.missing, diff.extra, diff.changed) =
        sqlx::query_as(&counts).fetch_one(&mut *conn).await?;
    if diff.missing + diff.extra + diff.changed > 0 {
        let samples = format!(
            "select case when l.tenant_id is null then null else row_to_json(l)::text end, \
                 case when w.tenant_id is null then null else row_to_json(w)::text end \
             {differing} order by {} limit {SAMPLES}",
            shape.key_list()
        );
        let samples: Vec<(Option<String>, Option<String>)> =
            sqlx::query_as(&samples).fetch_all(conn).await?;
        diff.samples = samples.into_iter().map(sample).collect();
    }
    Ok(diff)
}

fn sample((live, rebuilt): (Option<String>, Option<String>)) -> Sample {
    let difference = match (&live, &rebuilt) {
        (None, _) => Difference::Missing,
        (_, None) => Difference::Extra,
        _ => Difference::Changed,
    };
    Sample { difference, live, rebuilt }
}
