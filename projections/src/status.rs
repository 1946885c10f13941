//! How do the read models stand? Asked by operators, the page of projections and `/readyz`.
//!
//! Guarantees: every projection of this program is in the answer, also one that has no tables yet.
//! Absent on purpose: tenants. Operators see the whole log, with the role that follows it.

use billfold_event_store::follower::{self, ProjectionState, ProjectionStatus};
use sqlx::PgPool;

use crate::error::Error;
use crate::registry::{PROJECTIONS, Standing};

/// How one projection stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Its name.
    pub name: &'static str,
    /// The version of this program's code.
    pub version: u32,
    /// Whether this program can follow the generation that answers.
    pub standing: Standing,
    /// The generation that answers, if any.
    pub live: Option<ProjectionStatus>,
    /// A generation in the building, if any.
    pub building: Option<ProjectionStatus>,
}

/// How all projections stand, in the order of the registry. `feed` is a pool of the role
/// `billfold_feed`.
///
/// # Errors
/// The database is away.
pub async fn all(feed: &PgPool) -> Result<Vec<Status>, Error> {
    let mut generations = follower::status(feed).await?;
    let mut take = |name: &str, building: bool| {
        let wanted = |one: &ProjectionStatus| {
            one.name == name && (one.state == ProjectionState::Building) == building
        };
        let at = generations.iter().position(wanted)?;
        Some(generations.swap_remove(at))
    };
    let statuses = PROJECTIONS.iter().map(|definition| {
        let (live, building) = (take(definition.name, false), take(definition.name, true));
        let standing = match &live {
            None => Standing::NotBuilt,
            Some(live) if live.code_hash == definition.code_hash() => Standing::Current,
            Some(_) => Standing::Outdated,
        };
        Status { name: definition.name, version: definition.version, standing, live, building }
    });
    Ok(statuses.collect())
}
