//! How do the read models stand? Asked by operators, the page of projections and `/readyz`. And
//! the brake: one that is paused answers what it knew, until it is resumed.
//!
//! Guarantees: every projection of this program is in the answer, also one that has no tables yet.
//! Asking twice to pause or to resume changes nothing. Absent on purpose: tenants. Operators see
//! the whole log, with the role that follows it.

use billfold_event_store::follower::{self, ProjectionState, ProjectionStatus};
use sqlx::PgPool;

use crate::error::Error;
use crate::registry::{PROJECTIONS, Standing, find};

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

/// Holds a projection where it is; reads go on. `feed` is a pool of the role `billfold_feed`.
///
/// # Errors
/// [`Error::Unknown`], [`Error::NotBuilt`], [`Error::Stopped`]; the database is away.
pub async fn pause(feed: &PgPool, name: &str) -> Result<Status, Error> {
    let name = find(name)?.name;
    let paused = follower::pause(feed, name).await?;
    let (status, state) = answering(feed, name).await?;
    if !paused && state == ProjectionState::Stopped {
        return Err(Error::Stopped { name });
    }
    Ok(status)
}

/// Lets a projection follow the log again after a pause, or try again the event that stopped it.
/// `feed` is a pool of the role `billfold_feed`.
///
/// # Errors
/// [`Error::Unknown`], [`Error::NotBuilt`]; the database is away.
pub async fn resume(feed: &PgPool, name: &str) -> Result<Status, Error> {
    let name = find(name)?.name;
    follower::resume(feed, name).await?;
    Ok(answering(feed, name).await?.0)
}

async fn answering(feed: &PgPool, name: &str) -> Result<(Status, ProjectionState), Error> {
    let status = all(feed).await?.into_iter().find(|status| status.name == name);
    let state = |status: Status| status.live.as_ref().map(|live| live.state).map(|it| (status, it));
    status.and_then(state).ok_or_else(|| Error::NotBuilt { name: name.to_owned() })
}
