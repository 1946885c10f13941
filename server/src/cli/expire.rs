//! `billfold expire`: what is left on gift cards whose last day is over is given up.

use std::process::ExitCode;

use billfold_app::expiry_run::{ExpiryRun, Report, run as expire};
use billfold_app::mint::uuid_v7;
use billfold_domain::kernel::{Actor, TenantId};
use billfold_replay_tools::outcome::Output;
use clap::Args;

use super::job::{Steps, on_node};
use super::{Context, Stop};
use crate::wire::Node;

/// Whose cards.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Whose books; see `billfold tenant list`.
    #[arg(long)]
    tenant: TenantId,
    /// Only say what would be given up.
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(
    context: Context,
    arguments: Arguments,
    output: Output,
) -> Result<ExitCode, Stop> {
    let report =
        on_node(&context, async |node| expire_lapsed(node, &arguments, output).await).await?;
    output.result(&report);
    Ok(if report.interrupted { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn expire_lapsed(node: &Node, arguments: &Arguments, output: Output) -> Result<Report, Stop> {
    let now = node.door().clock().now();
    let ask = ExpiryRun {
        tenant: arguments.tenant,
        actor: Actor::system("cli").map_err(Stop::bug)?,
        name: format!("expiry-run-{}", uuid_v7(now)),
        rehearse: arguments.dry_run,
    };
    let steps = Steps::new("gift cards expired", output);
    steps.run(expire(node.door(), &ask, |cards| steps.at(cards))).await.map_err(Stop::from_app)
}
