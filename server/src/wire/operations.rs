//! What the pages may ask of a node beyond one seller's books: the head, the chain, the read
//! models, a verification.
//!
//! Guarantees: rebuilds and verifications run beside requests, one of each at a time, and end with
//! the node. Absent on purpose: tenants; whoever asks must be allowed to see the whole log.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use billfold_event_store::Clock;
use billfold_event_store::anchor::stored_anchors;
use billfold_event_store::chain::{Progress, Report};
use billfold_event_store::feed::Feed;
use billfold_event_store::follower::{ProjectionState, ProjectionStatus};
use billfold_event_store::hex;
use billfold_projections::rebuild::{Options, Watch, rebuild};
use billfold_projections::{Definition, PROJECTIONS, Standing, find, status};
use billfold_replay_tools::verify::{self, Trust};
use billfold_web::operations::{
    Anchor, Chain, Generation, GenerationState, Operations, OperationsError, Proof,
};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::background::REBUILD_MEMORY;
use super::stopped;
use crate::database::Pools;

/// How long one wait for news of the log lasts.
const WAIT: Duration = Duration::from_secs(30);
/// How long to wait after the log could not be asked.
const PAUSE: Duration = Duration::from_secs(2);

/// A node as its pages see it.
pub struct NodeOperations {
    pools: Pools,
    feed: Feed,
    trust: Trust,
    clock: Arc<dyn Clock>,
    stopping: watch::Receiver<bool>,
    head: watch::Receiver<i64>,
    proof: Arc<Mutex<Proof>>,
    rebuilding: Arc<Mutex<bool>>,
}

impl NodeOperations {
    /// Begins to watch the head of the log.
    pub(super) fn new(
        pools: Pools,
        feed: Feed,
        trust: Trust,
        clock: Arc<dyn Clock>,
        stopping: watch::Receiver<bool>,
    ) -> (Self, JoinHandle<()>) {
        let (moved, head) = watch::channel(0);
        let watching = tokio::spawn(watch_head(feed.clone(), moved, stopping.clone()));
        let proof = Arc::new(Mutex::new(Proof::NotRun));
        let rebuilding = Arc::new(Mutex::new(false));
        (Self { pools, feed, trust, clock, stopping, head, proof, rebuilding }, watching)
    }
}

#[async_trait]
impl Operations for NodeOperations {
    fn head(&self) -> watch::Receiver<i64> {
        self.head.clone()
    }

    async fn chain(&self) -> Result<Chain, OperationsError> {
        let head = self.feed.head().await.map_err(unavailable)?;
        Ok(Chain {
            position: head.position,
            batches: head.batch_no,
            hash: hex::encode(&head.batch_hash),
            recorded_at: (head.batch_no > 0).then_some(head.recorded_at),
        })
    }

    async fn anchors(&self, limit: u32) -> Result<Vec<Anchor>, OperationsError> {
        let mut connection = self.pools.feed.acquire().await.map_err(unavailable)?;
        let anchors = stored_anchors(&mut connection).await.map_err(unavailable)?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let anchor = |anchor: billfold_event_store::anchor::Anchor| Anchor {
            position: anchor.position,
            batch: anchor.batch_no,
            hash: hex::encode(&anchor.batch_hash),
            key: anchor.key_id,
            at: anchor.signed_at,
        };
        Ok(anchors.into_iter().rev().take(limit).map(anchor).collect())
    }

    async fn generations(&self) -> Result<Vec<Generation>, OperationsError> {
        let statuses = status::all(&self.pools.feed).await.map_err(unavailable)?;
        let mut generations = Vec::new();
        for status in statuses {
            let outdated = status.standing == Standing::Outdated;
            generations.extend(status.live.map(|live| generation(live, outdated)));
            generations.extend(status.building.map(|building| generation(building, false)));
        }
        Ok(generations)
    }

    async fn rebuild(&self, name: Option<&str>) -> Result<(), OperationsError> {
        let definitions: Vec<&'static Definition> = match name {
            None => PROJECTIONS.iter().collect(),
            Some(name) => {
                vec![find(name).map_err(|_| OperationsError::Unknown(name.to_owned()))?]
            }
        };
        let mut busy = self.rebuilding.lock().unwrap_or_else(PoisonError::into_inner);
        if *busy {
            return Err(OperationsError::Busy(name.unwrap_or("a read model").to_owned()));
        }
        *busy = true;
        let (pool, stopping) = (self.pools.owner.clone(), self.stopping.clone());
        let rebuilding = Arc::clone(&self.rebuilding);
        tokio::spawn(async move {
            let watch = Watch::silent();
            let options = Options { memory: REBUILD_MEMORY, ..Options::default() };
            let work = rebuild(&pool, &definitions, &options, &watch);
            tokio::pin!(work);
            let built = tokio::select! {
                built = &mut work => built,
                () = stopped(stopping) => {
                    watch.cancel();
                    work.await
                }
            };
            match built {
                Ok(built) => tracing::info!(read_models = built.len(), "rebuilt"),
                Err(error) => tracing::error!(%error, "a rebuild that was asked for failed"),
            }
            *rebuilding.lock().unwrap_or_else(PoisonError::into_inner) = false;
        });
        Ok(())
    }

    async fn pause(&self, name: &str) -> Result<(), OperationsError> {
        status::pause(&self.pools.feed, name).await.map_err(not_moved)?;
        Ok(())
    }

    async fn resume(&self, name: &str) -> Result<(), OperationsError> {
        status::resume(&self.pools.feed, name).await.map_err(not_moved)?;
        Ok(())
    }

    fn proof(&self) -> Proof {
        self.proof.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn verify(&self) {
        let mut proof = self.proof.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*proof, Proof::Running { .. }) {
            return;
        }
        *proof = Proof::Running { events: 0, thousandths: 0 };
        let (pool, trust) = (self.pools.feed.clone(), self.trust.clone());
        let (told, found) = (Arc::clone(&self.proof), Arc::clone(&self.proof));
        let (clock, stopping) = (Arc::clone(&self.clock), self.stopping.clone());
        tokio::spawn(async move {
            let begun = Instant::now();
            let work = verify::watch_database(&pool, trust, move |progress| tell(&told, progress));
            let outcome = tokio::select! {
                outcome = work => outcome.map_err(|error| error.to_string()),
                () = stopped(stopping) => Err("the node was stopped".to_owned()),
            };
            let seconds = i64::try_from(begun.elapsed().as_secs()).unwrap_or(i64::MAX);
            let at = clock.now();
            let known = match outcome {
                Ok(report) => proof_of(&report, at, seconds),
                Err(what) => Proof::Failed { at, what },
            };
            *found.lock().unwrap_or_else(PoisonError::into_inner) = known;
        });
    }
}

/// Passes on where the head is, until `stopping` turns true; whoever still listens then is told.
async fn watch_head(feed: Feed, moved: watch::Sender<i64>, stopping: watch::Receiver<bool>) {
    let watching = async {
        if let Ok(head) = feed.head().await {
            moved.send_replace(head.position);
        }
        loop {
            let known = *moved.borrow();
            match feed.wait(known, WAIT).await {
                Ok(position) if position > known => {
                    moved.send_replace(position);
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "the head of the log cannot be seen");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    };
    tokio::select! {
        () = watching => {}
        () = stopped(stopping) => {}
    }
}

fn tell(proof: &Mutex<Proof>, progress: Progress) {
    let thousandths = progress.position.saturating_mul(1000) / progress.of.max(1);
    let running = Proof::Running { events: progress.position, thousandths };
    *proof.lock().unwrap_or_else(PoisonError::into_inner) = running;
}

fn proof_of(report: &Report, at: chrono::DateTime<chrono::Utc>, seconds: i64) -> Proof {
    match report.first() {
        None => Proof::Whole { at, events: report.position, up_to: report.position, seconds },
        Some(first) => Proof::Broken {
            at,
            position: first.position.unwrap_or_default(),
            what: format!("{}: {}", first.check.title(), first.what),
        },
    }
}

fn generation(status: ProjectionStatus, outdated: bool) -> Generation {
    Generation {
        name: status.name,
        generation: status.generation,
        state: match status.state {
            ProjectionState::Building => GenerationState::Building,
            ProjectionState::Paused => GenerationState::Paused,
            ProjectionState::Stopped | ProjectionState::Retired => GenerationState::Stopped,
            ProjectionState::Live if outdated => GenerationState::Outdated,
            ProjectionState::Live => GenerationState::Live,
        },
        position: status.position,
        parked: status.parked,
        error: status.last_error,
        moved_at: status.updated_at,
    }
}

fn not_moved(error: billfold_projections::Error) -> OperationsError {
    use billfold_projections::Error;
    match error {
        Error::Unknown { name } => OperationsError::Unknown(name),
        Error::Stopped { .. } | Error::NotBuilt { .. } => OperationsError::State(error.to_string()),
        other => unavailable(other),
    }
}

fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> OperationsError {
    OperationsError::Unavailable(Box::new(error))
}
