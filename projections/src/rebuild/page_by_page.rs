//! Catching up: pages of events into a generation that answers nobody yet.

use billfold_event_store::feed;
use sqlx::{PgConnection, PgPool};

use super::claim::Claim;
use super::{Options, Phase, Watch};
use crate::error::Error;
use crate::fact::Fact;
use crate::generation::LOG;
use crate::page;

/// Moves the generation from where it is to `target`, page by page, each in one transaction.
pub(crate) async fn catch_up(
    owner: &PgPool,
    claim: &Claim,
    target: i64,
    options: &Options,
    watch: &Watch,
) -> Result<(), Error> {
    loop {
        watch.check()?;
        claim.check()?;
        let mut tx = owner.begin().await?;
        let position = step(&mut tx, claim, target, options.page).await?;
        tx.commit().await?;
        if position >= target {
            return Ok(());
        }
        watch.say(Phase::CatchingUp, position, target);
    }
}

/// Writes the next page, at most up to `target`; answers where the generation is then.
pub(super) async fn step(
    conn: &mut PgConnection,
    claim: &Claim,
    target: i64,
    page: u32,
) -> Result<i64, Error> {
    let position = claim.fence(conn).await?;
    if position >= target {
        return Ok(position);
    }
    let left = u32::try_from(target - position).unwrap_or(u32::MAX);
    let events = feed::page(&mut *conn, LOG, position, page.min(left)).await?;
    let facts: Vec<Fact<'_>> = events.iter().map(Fact::from).collect();
    let Some(last) = facts.last().map(|fact| fact.position) else {
        return Err(feed::ReadError::Gap { expected: position + 1, found: None }.into());
    };
    page::write(claim.definition, claim.generation, conn, &facts).await?;
    claim.advance(conn, last).await?;
    Ok(last)
}
