//! `billfold recognise`: what was billed ahead becomes revenue.

use std::ops::ControlFlow;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use billfold_app::mint::uuid_v7;
use billfold_app::recognition_run::{RecognitionRun, Report, run as recognise};
use billfold_domain::kernel::{Actor, TenantId};
use billfold_replay_tools::outcome::Output;
use billfold_replay_tools::progress::Progress;
use chrono::NaiveDate;
use clap::Args;

use super::bill::day;
use super::job::{interruptible, on_node};
use super::{Context, Stop};
use crate::wire::Node;

/// What is recognised.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Whose books; see `billfold tenant list`.
    #[arg(long)]
    tenant: TenantId,
    /// The last day, which must be over; yesterday at the seller's place unless given.
    #[arg(long, value_name = "DATE", value_parser = day)]
    through: Option<NaiveDate>,
    /// Only say what would become revenue.
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(
    context: Context,
    arguments: Arguments,
    output: Output,
) -> Result<ExitCode, Stop> {
    let report =
        on_node(&context, async |node| recognise_through(node, &arguments, output).await).await?;
    output.result(&report);
    Ok(if report.interrupted { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn recognise_through(
    node: &Node,
    arguments: &Arguments,
    output: Output,
) -> Result<Report, Stop> {
    let now = node.door().clock().now();
    let ask = RecognitionRun {
        tenant: arguments.tenant,
        actor: Actor::system("cli").map_err(Stop::bug)?,
        name: format!("recognition-run-{}", uuid_v7(now)),
        through: arguments.through,
        rehearse: arguments.dry_run,
    };
    let stop = AtomicBool::new(false);
    let bar = Progress::new("months and days recognised", 0, output.quiet);
    let work = recognise(node.door(), &ask, |at| {
        bar.at(at.done);
        if stop.load(Ordering::Relaxed) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    let report = interruptible(|| stop.store(true, Ordering::Relaxed), work).await;
    bar.finish();
    report.map_err(Stop::from_app)
}
