//! A page of events folded into one generation's tables, inside the caller's transaction.
//!
//! Guarantees: either all of the page's rows are written, or an error says which event could not be
//! folded and nothing was written; rows that already hold the page refuse it. Absent on purpose:
//! the checkpoint and the lease, which belong to whoever follows the log.

use sqlx::PgConnection;

use crate::error::Error;
use crate::fact::Fact;
use crate::projection::{Definition, Folding};

/// Folds facts and writes the rows: one query for the rows the page changes, one statement per
/// table. Answers the number of rows written.
///
/// # Errors
/// [`Error::Fold`] names the event that cannot be folded; others come from the database.
pub async fn write(
    definition: &Definition,
    generation: i32,
    conn: &mut PgConnection,
    facts: &[Fact<'_>],
) -> Result<u64, Error> {
    let Some(first) = facts.first().map(|fact| fact.position) else { return Ok(0) };
    let physical =
        |table: &dyn crate::table::Table| table.shape().physical(definition.name, generation);
    let mut folding = definition.folding();
    loop {
        let folded = fold(definition, &mut *folding, facts);
        let mut lacked = false;
        for table in folding.tables() {
            if table.lacks() {
                lacked = true;
                let name = physical(table);
                table.load(conn, &name).await?;
            }
        }
        if !lacked {
            folded?;
            break;
        }
    }
    let mut written = 0;
    for table in folding.tables() {
        let name = physical(table);
        written += table.write(conn, &name, first).await?;
    }
    Ok(written)
}

fn fold(
    definition: &Definition,
    folding: &mut dyn Folding,
    facts: &[Fact<'_>],
) -> Result<(), Error> {
    for table in folding.tables() {
        table.restart();
    }
    for fact in facts.iter().filter(|fact| definition.reads(fact.aggregate_type)) {
        folding.apply(fact).map_err(|error| Error::Fold {
            name: definition.name,
            position: fact.position,
            error,
        })?;
    }
    Ok(())
}
