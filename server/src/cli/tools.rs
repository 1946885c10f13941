//! `billfold verify`, `rebuild`, `diff`, `show`, `export` and `import`: the replay tools on the
//! database of the settings.
//!
//! Absent on purpose: what they do, which stands in the crate `replay-tools`.

use std::process::ExitCode;

use billfold_event_store::anchor::{AnchorKey, FileSink, PublicKeys};
use billfold_replay_tools::outcome::Output;
use billfold_replay_tools::verify::{self, Trust};
use billfold_replay_tools::{Command, Outcome, Tools};

use super::{Context, Stop};
use crate::wire::{Foundation, Node};

pub(super) async fn run(
    context: Context,
    command: Command,
    output: Output,
) -> Result<ExitCode, Stop> {
    let trust = trust(&context)?;
    if let Some(dir) = command.offline_export() {
        return ended(verify::export(dir, trust, output).await);
    }
    let foundation = Foundation::open(&context).await?;
    if foundation.is_private() {
        foundation.migrate().await?;
    }
    if command.needs_door() {
        let node = Node::open(&context, foundation).await?;
        let outcome = billfold_replay_tools::run(&command, &on_node(&node, trust), output).await;
        node.close_idle().await;
        return ended(outcome);
    }
    let pools = foundation.pools();
    let tools = Tools { owner: pools.owner.clone(), feed: pools.feed.clone(), trust, door: None };
    let outcome = billfold_replay_tools::run(&command, &tools, output).await;
    drop(tools);
    foundation.close().await;
    ended(outcome)
}

/// The tools over an open node.
pub(super) fn on_node(node: &Node, trust: Trust) -> Tools {
    let pools = node.foundation().pools();
    Tools {
        owner: pools.owner.clone(),
        feed: pools.feed.clone(),
        trust,
        door: Some(node.door().clone()),
    }
}

/// Our own signing key is believed, and what it signed is compared with what lies outside.
pub(super) fn trust(context: &Context) -> Result<Trust, Stop> {
    let keys = &context.config.keys;
    let mut trust = Trust::default();
    let signing = keys.signing_file(&context.data);
    if signing.is_file() {
        let key = AnchorKey::open(&signing).map_err(Stop::unavailable)?;
        let mut public = PublicKeys::default();
        public.add(&key.public());
        trust.keys = public;
    }
    let sink = FileSink::new(keys.checkpoints_file(&context.data));
    trust.outside = sink.read().map_err(Stop::unavailable)?;
    Ok(trust)
}

/// The exit code of a verdict; an error with the code it stands for.
pub(super) fn ended(outcome: Outcome) -> Result<ExitCode, Stop> {
    match outcome {
        Ok(verdict) => Ok(ExitCode::from(verdict.code())),
        Err(error) => Err(Stop::with_code(error.code(), error)),
    }
}
