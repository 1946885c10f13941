//! The replay tools as subcommands: what they work with, and their exit codes.
//!
//! An export is verified without a database; only an import of purchases opens the door for
//! commands. Absent on purpose: the tools themselves, which are a crate of their own.

use std::process::ExitCode;

use billfold_event_store::anchor::{AnchorKey, FileSink, PublicKeys};
use billfold_replay_tools::outcome::{Error, Output, Verdict};
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
        return code(verify::export(dir, trust, output).await);
    }
    let foundation = Foundation::open(&context).await?;
    if foundation.is_private() {
        foundation.migrate().await?;
    }
    let pools = foundation.pools();
    let (owner, feed) = (pools.owner.clone(), pools.feed.clone());
    let mut tools = Tools { owner, feed, trust, door: None };
    if !command.needs_door() {
        let outcome = billfold_replay_tools::run(&command, &tools, output).await;
        drop(tools);
        foundation.close().await;
        return code(outcome);
    }
    let node = Node::open(&context, foundation).await?;
    tools.door = Some(node.door().clone());
    let outcome = billfold_replay_tools::run(&command, &tools, output).await;
    drop(tools);
    node.close_idle().await;
    code(outcome)
}

/// Believes the anchors of this installation's own key, and knows those it wrote outside.
pub(super) fn trust(context: &Context) -> Result<Trust, Stop> {
    let keys = &context.config.keys;
    let mut trust = Trust::default();
    let signing = keys.signing_file(&context.data);
    if signing.exists() {
        let key = AnchorKey::open(&signing).map_err(Stop::unavailable)?;
        let mut believed = PublicKeys::default();
        believed.add(&key.public());
        trust.keys = believed;
    }
    let sink = FileSink::new(keys.checkpoints_file(&context.data));
    trust.outside = sink.read().map_err(Stop::unavailable)?;
    Ok(trust)
}

fn code(outcome: Outcome) -> Result<ExitCode, Stop> {
    match outcome {
        Ok(verdict @ (Verdict::Clean | Verdict::Differences | Verdict::Interrupted)) => {
            Ok(ExitCode::from(verdict.code()))
        }
        Err(error @ Error::Usage(_)) => Err(Stop::usage(error)),
        Err(error @ Error::Input(_)) => Err(Stop::differences(error)),
        Err(error) => Err(Stop::unavailable(error)),
    }
}
