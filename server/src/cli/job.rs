//! What the commands that work through the books share: a node that follows the log while they
//! work, and a Ctrl-C that ends them early.
//!
//! Guarantee: the node ends whatever became of the work. Absent on purpose: what is worked off.

use std::ops::ControlFlow;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};

use billfold_replay_tools::outcome::Output;
use billfold_replay_tools::progress::Progress;

use super::{Context, Stop};
use crate::wire::{Foundation, Node};

/// Opens a node whose read models follow the log, does the work, and ends the node. A private
/// database is brought to the schema of this program first.
///
/// # Errors
/// The node cannot start, or the work failed.
pub(super) async fn on_node<T>(
    context: &Context,
    work: impl AsyncFnOnce(&Node) -> Result<T, Stop>,
) -> Result<T, Stop> {
    let foundation = Foundation::open(context).await?;
    if foundation.is_private() {
        foundation.migrate().await?;
    }
    let node = Node::open(context, foundation).await?;
    let background = node.follow();
    let done = work(&node).await;
    background.end().await;
    node.close_idle().await;
    done
}

/// Work that asks after each of its steps whether to go on: shown as a bar, ended by Ctrl-C.
pub(super) struct Steps {
    bar: Progress,
    stopped: AtomicBool,
}

impl Steps {
    /// None done so far of what `what` counts, such as `gift cards expired`.
    pub(super) fn new(what: &'static str, output: Output) -> Self {
        Self { bar: Progress::new(what, 0, output.quiet), stopped: AtomicBool::new(false) }
    }

    /// So many are done; whether to go on.
    pub(super) fn at(&self, done: u64) -> ControlFlow<()> {
        self.bar.at(done);
        match self.stopped.load(Ordering::Relaxed) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }

    /// Waits for the work and takes the bar away.
    pub(super) async fn run<T>(&self, work: impl Future<Output = T>) -> T {
        let done = interruptible(|| self.stopped.store(true, Ordering::Relaxed), work).await;
        self.bar.finish();
        done
    }
}

/// Waits for the work; Ctrl-C asks it, once, to stop at its next whole step.
pub(super) async fn interruptible<T>(stop: impl FnOnce(), work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    tokio::select! {
        done = &mut work => return done,
        Ok(()) = tokio::signal::ctrl_c() => stop(),
    }
    work.await
}
