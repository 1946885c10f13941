//! What is seen of the log as a whole: how read models stand, the head of the chain, its signed
//! checkpoints, and the proof that one event lies in it.
//!
//! Guarantees: a proof is made for an event of the tenant that asks, and shows no other event.
//! Absent on purpose: verifying, which takes minutes and is a job; and who may ask.

use billfold_domain::kernel::TenantId;
use billfold_event_store::anchor::{Anchor, stored_anchors};
use billfold_event_store::chain::{Proof, ProofError, prove};
use billfold_event_store::feed::{self, LogHead};
use billfold_event_store::recorded::Recorded;
use sqlx::PgPool;

use crate::error::Error;
use crate::generation::LOG;
use crate::status::{self, Status};

/// The way to what no tenant owns. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Oversight {
    feed: PgPool,
}

impl Oversight {
    /// Reads through a pool whose connections act as `billfold_feed`.
    pub fn new(feed: PgPool) -> Self {
        Self { feed }
    }

    /// How all read models stand, in the order of the registry.
    ///
    /// # Errors
    /// The database is away.
    pub async fn read_models(&self) -> Result<Vec<Status>, Error> {
        status::all(&self.feed).await
    }

    /// Holds a read model where it is; see [`status::pause`].
    ///
    /// # Errors
    /// As there.
    pub async fn pause(&self, name: &str) -> Result<Status, Error> {
        status::pause(&self.feed, name).await
    }

    /// Lets a read model go on; see [`status::resume`].
    ///
    /// # Errors
    /// As there.
    pub async fn resume(&self, name: &str) -> Result<Status, Error> {
        status::resume(&self.feed, name).await
    }

    /// The newest batch of the log.
    ///
    /// # Errors
    /// The database is away, or holds no log.
    pub async fn head(&self) -> Result<LogHead, Error> {
        Ok(feed::head(&self.feed, LOG).await?)
    }

    /// The signed checkpoints in the database, newest first, at most `limit`.
    ///
    /// # Errors
    /// The database is away.
    pub async fn anchors(&self, limit: usize) -> Result<Vec<Anchor>, Error> {
        let mut connection = self.feed.acquire().await?;
        let mut anchors = stored_anchors(&mut connection).await?;
        anchors.reverse();
        anchors.truncate(limit);
        Ok(anchors)
    }

    /// An event of a tenant with the proof that it lies in the log; nothing if the tenant has no
    /// event there.
    ///
    /// # Errors
    /// The database is away, or the log is damaged.
    pub async fn prove(
        &self,
        tenant: TenantId,
        position: i64,
    ) -> Result<Option<(Recorded, Proof)>, Error> {
        if position < 1 {
            return Ok(None);
        }
        let event = feed::page(&self.feed, LOG, position - 1, 1).await?.pop();
        let own = |event: &Recorded| event.position == position && event.tenant_id == tenant.uuid();
        let Some(event) = event.filter(own) else { return Ok(None) };
        match prove(&self.feed, LOG, position).await {
            Ok(proof) => Ok(Some((event, proof))),
            Err(ProofError::NoEvent { .. }) => Ok(None),
            Err(ProofError::Read(error)) => Err(error.into()),
        }
    }
}
