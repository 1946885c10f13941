//! Proofs: what must hold of a finished generation, asked of the database itself.
//!
//! Guarantees: a generation that breaks a rule of its projection does not go live. Where a rule
//! reads the log, it does so in SQL, without the code that folded it: two implementations agree.

use sqlx::PgPool;

use crate::error::Error;
use crate::projection::Definition;

/// Checks every proof of a projection against one generation; answers the rules that hold.
///
/// # Errors
/// [`Error::Disproved`] with the first rule that does not.
pub async fn prove(
    pool: &PgPool,
    definition: &Definition,
    generation: i32,
    over_log: bool,
) -> Result<Vec<&'static str>, Error> {
    let mut tx = pool.begin_with("begin isolation level repeatable read read only").await?;
    let position: i64 =
        sqlx::query_scalar("select position from projections where name = $1 and generation = $2")
            .bind(definition.name)
            .bind(generation)
            .fetch_one(&mut *tx)
            .await?;
    let mut held = Vec::new();
    for proof in definition.proofs.iter().filter(|proof| over_log || !proof.reads_log) {
        let mut sql = proof.violations.replace("{position}", &position.to_string());
        for shape in definition.shapes() {
            let view = format!("{{{}}}", shape.view(definition.name));
            sql = sql.replace(&view, &shape.physical(definition.name, generation));
        }
        let violations: Vec<String> = sqlx::query_scalar(&sql).fetch_all(&mut *tx).await?;
        if let Some(first) = violations.first() {
            return Err(Error::Disproved {
                name: definition.name,
                rule: proof.rule,
                violations: violations.len(),
                sample: first.clone(),
            });
        }
        held.push(proof.rule);
    }
    tx.commit().await?;
    Ok(held)
}
