//! `billfold recognise`: what was billed ahead becomes revenue.

use std::process::ExitCode;

use billfold_app::mint::uuid_v7;
use billfold_app::recognition_run::{RecognitionRun, Report, run as recognise};
use billfold_domain::kernel::{Actor, TenantId};
use billfold_replay_tools::outcome::Output;
use chrono::NaiveDate;
use clap::Args;

use super::bill::day;
use super::job::{Steps, on_node};
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
        most_months: None,
    };
    let steps = Steps::new("months and days recognised", output);
    steps.run(recognise(node.door(), &ask, |at| steps.at(at.done))).await.map_err(Stop::from_app)
}
