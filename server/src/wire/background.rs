//! What runs beside the requests: followers of the log, rebuilds of outdated read models.
//!
//! Guarantee: every task ends when the node stops, and is waited for. A read model whose code
//! changed goes on answering while its new generation is built. Absent on purpose: policies and
//! effects, which have a subscription of their own.

use std::sync::Arc;

use billfold_event_store::follower::{FollowOptions, Follower};
use billfold_projections::rebuild::{Options, Watch, rebuild};
use billfold_projections::{Definition, Followed, Standing};
use futures_util::future::join_all;
use sqlx::PgPool;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

/// Bytes that a rebuild beside running requests may take.
pub(super) const REBUILD_MEMORY: usize = 96 << 20;

/// Tasks that are told to end together.
#[derive(Debug)]
pub struct Background {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Default for Background {
    fn default() -> Self {
        Self { stop: watch::Sender::new(false), tasks: Vec::new() }
    }
}

impl Background {
    /// Adds a task, if there is one; it ends when [`Background::stopping`] turns true.
    pub(crate) fn add(&mut self, task: Option<JoinHandle<()>>) {
        self.tasks.extend(task);
    }

    /// Turns true when the tasks should end.
    pub(crate) fn stopping(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }

    /// Tells every task to end, and waits until it has.
    pub async fn end(self) {
        self.stop.send_replace(true);
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a task of the node ended badly");
            }
        }
    }
}

/// Follows the log for every read model; those that need it are rebuilt first, all in one scan.
pub(super) fn follow_log(
    background: &mut Background,
    owner: &PgPool,
    follower: &Follower,
    standings: &[(&'static Definition, Standing)],
) {
    let stopping = background.stopping();
    let process = format!("{}/{}", std::process::id(), Uuid::new_v4().simple());
    let options = FollowOptions::new(process);
    let (current, others): (Vec<_>, Vec<_>) =
        standings.iter().partition(|(_, standing)| *standing == Standing::Current);
    for (definition, _) in current {
        let projector = Arc::new(Followed::new(definition));
        let (follower, options, stopping) = (follower.clone(), options.clone(), stopping.clone());
        background.add(Some(tokio::spawn(async move {
            follower.run(projector, options, stopping).await;
        })));
    }
    if !others.is_empty() {
        let others: Vec<&'static Definition> = others.into_iter().map(|it| it.0).collect();
        let (owner, follower, stopping) = (owner.clone(), follower.clone(), stopping.clone());
        background.add(Some(tokio::spawn(async move {
            if bring_up(&owner, &others, &stopping).await {
                let follow = |definition: &&'static Definition| {
                    let projector = Arc::new(Followed::new(definition));
                    follower.run(projector, options.clone(), stopping.clone())
                };
                join_all(others.iter().map(follow)).await;
            }
        })));
    }
}

/// Ends when `stopping` turns true, or nobody is left who could stop.
pub(crate) async fn stopped(mut stopping: watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stop| *stop).await;
}

/// Rebuilds read models; false if they cannot be followed now.
async fn bring_up(
    owner: &PgPool,
    definitions: &[&'static Definition],
    stopping: &watch::Receiver<bool>,
) -> bool {
    let names: Vec<&str> = definitions.iter().map(|definition| definition.name).collect();
    let names = names.join(" ");
    tracing::info!(names, "rebuilding read models whose code is newer than their rows");
    let watch = Watch::silent();
    let options = Options { memory: REBUILD_MEMORY, ..Options::default() };
    let work = rebuild(owner, definitions, &options, &watch);
    tokio::pin!(work);
    let built = tokio::select! {
        built = &mut work => built,
        () = stopped(stopping.clone()) => {
            watch.cancel();
            work.await
        }
    };
    match built {
        // Where another node builds it, following waits until it is live.
        Ok(_) | Err(billfold_projections::Error::Busy { .. }) => true,
        Err(billfold_projections::Error::Cancelled) => false,
        Err(error) => {
            tracing::error!(%error, "read models stand still: run `billfold rebuild {names}`");
            false
        }
    }
}
