//! What the commands that work through the books share: a node that follows the log while they
//! work, and a Ctrl-C that ends them early.
//!
//! Guarantee: the node ends whatever became of the work. Absent on purpose: what is worked off.

use std::pin::pin;

use super::{Context, Stop};
use crate::wire::{Foundation, Node};

/// Opens a node whose read models follow the log, does the work, and ends the node.
///
/// # Errors
/// The node cannot start, or the work failed.
pub(super) async fn on_node<T>(
    context: &Context,
    work: impl AsyncFnOnce(&Node) -> Result<T, Stop>,
) -> Result<T, Stop> {
    let foundation = Foundation::open(context).await?;
    let node = Node::open(context, foundation).await?;
    let background = node.follow();
    let done = work(&node).await;
    background.end().await;
    node.close_idle().await;
    done
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
