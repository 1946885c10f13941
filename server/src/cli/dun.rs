//! `billfold dun`: what dunning wants today of every client who is late.

use std::process::ExitCode;

use billfold_app::dunning_run::{Control, DunningRun, Report, run as dun};
use billfold_app::mint::uuid_v7;
use billfold_domain::kernel::{Actor, TenantId};
use billfold_replay_tools::outcome::Output;
use billfold_replay_tools::progress::Progress;
use clap::Args;

use super::job::{interruptible, on_node};
use super::{Context, Stop};
use crate::wire::Node;

/// Who is looked at.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Whose books; see `billfold tenant list`.
    #[arg(long)]
    tenant: TenantId,
    /// Only say what would be done.
    #[arg(long)]
    dry_run: bool,
    /// Stop when more clients than this are quarantined.
    #[arg(long, value_name = "COUNT", default_value_t = 1_000)]
    most_quarantined: usize,
}

pub(super) async fn run(
    context: Context,
    arguments: Arguments,
    output: Output,
) -> Result<ExitCode, Stop> {
    let report =
        on_node(&context, async |node| look_at_all(node, &arguments, output).await).await?;
    output.result(&report);
    let whole = !report.interrupted && report.quarantined.is_empty();
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn look_at_all(node: &Node, arguments: &Arguments, output: Output) -> Result<Report, Stop> {
    let now = node.door().clock().now();
    let ask = DunningRun {
        tenant: arguments.tenant,
        actor: Actor::system("cli").map_err(Stop::bug)?,
        name: format!("dunning-run-{}", uuid_v7(now)),
        rehearse: arguments.dry_run,
        from: None,
        most_quarantined: arguments.most_quarantined,
        at_once: DunningRun::AT_ONCE,
    };
    let control = Control::default();
    let bar = Progress::new("clients looked at", 0, output.quiet);
    let work = dun(node.door(), &ask, &control, |at| bar.at(at.clients));
    let report = interruptible(|| control.stop(), work).await;
    bar.finish();
    report.map_err(Stop::from_app)
}
