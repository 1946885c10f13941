//! Signs the head of the log now and then, and writes the signature outside the database.
//!
//! Guarantee: a checkpoint is outside before it is in the table; nothing is written when the log
//! has not moved. Absent on purpose: trust in the folder it is written to; keep it on another
//! machine.

use std::sync::Arc;
use std::time::Duration;

use billfold_event_store::Clock;
use billfold_event_store::anchor::{AnchorKey, FileSink, anchor_head};
use billfold_event_store::feed::Feed;
use sqlx::PgPool;
use tokio::sync::watch;

use super::stopped;

/// What signing takes.
pub(super) struct Checkpoints {
    pub(super) feed: Feed,
    pub(super) pool: PgPool,
    pub(super) key: AnchorKey,
    pub(super) sink: FileSink,
    pub(super) every: Duration,
    pub(super) clock: Arc<dyn Clock>,
}

impl Checkpoints {
    /// Signs until `stopping` turns true, and once more then.
    pub(super) async fn run(self, stopping: watch::Receiver<bool>) {
        let mut last = 0;
        loop {
            let end = tokio::select! {
                () = tokio::time::sleep(self.every) => false,
                () = stopped(stopping.clone()) => true,
            };
            match self.sign(last).await {
                Ok(batch) => last = batch,
                Err(error) => tracing::error!(error = format!("{error:#}"), "no checkpoint"),
            }
            if end {
                return;
            }
        }
    }

    /// Signs the head if it is newer than `last`; answers the batch that is signed now.
    async fn sign(&self, last: i64) -> anyhow::Result<i64> {
        let head = self.feed.head().await?;
        if head.batch_no > last {
            anchor_head(&self.pool, &self.key, &self.sink, &head, self.clock.now()).await?;
        }
        Ok(head.batch_no)
    }
}
