//! A running node: the log, its followers and what answers requests.
//!
//! Guarantee: a node owns no state that the database does not have; any number of them may share
//! one. Absent on purpose: the choice of addresses and signals, which belongs to the command.

use axum::Router;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::Foundation;
use crate::cli::{Context, Stop};
use crate::health;

/// A running node.
#[derive(Debug)]
pub struct Node {
    foundation: Foundation,
}

/// Tasks that end when the node stops.
#[derive(Debug, Default)]
pub struct Followers {
    tasks: Vec<JoinHandle<()>>,
}

impl Node {
    /// Opens the log and what stands on it.
    ///
    /// # Errors
    /// A part that cannot start, in one line.
    pub async fn open(_context: &Context, foundation: Foundation) -> Result<Self, Stop> {
        Ok(Self { foundation })
    }

    /// Everything that is served over HTTP.
    pub fn routes(&self) -> Router {
        health::routes(self.foundation.pools().app.clone())
    }

    /// Starts what follows the log, until `stopping` turns true.
    pub fn follow(&self, stopping: &watch::Receiver<bool>) -> Followers {
        Followers { tasks: self.foundation.watch_server(stopping.clone()).into_iter().collect() }
    }

    /// Ends everything in order.
    pub async fn close(self, followers: Followers) {
        for task in followers.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a task of the node ended badly");
            }
        }
        self.foundation.close().await;
    }
}
