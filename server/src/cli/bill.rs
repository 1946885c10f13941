//! `billfold bill`: what is due becomes documents.

use std::process::ExitCode;

use billfold_app::billing_run::{BillingRun, Bounds, Control, Report, conduct, run as bill};
use billfold_app::commands::Ask;
use billfold_app::commands::billing_runs::{ResumeBillingRun, StartBillingRun};
use billfold_app::mint::uuid_v7;
use billfold_domain::kernel::{Actor, BillingRunId, Currency, Money, TenantId};
use billfold_replay_tools::outcome::Output;
use billfold_replay_tools::progress::Progress;
use chrono::NaiveDate;
use clap::Args;

use super::job::{interruptible, on_node};
use super::{Context, Stop};
use crate::wire::{ListedAccounts, Node};

/// What is billed.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Whose books; see `billfold tenant list`.
    #[arg(long)]
    tenant: TenantId,
    /// The last day of what is due; today at the seller's place unless given.
    #[arg(long, value_name = "DATE", value_parser = day)]
    through: Option<NaiveDate>,
    /// Only say what would be billed.
    #[arg(long)]
    dry_run: bool,
    /// Quarantine a document larger than this, such as `10000.00 EUR`; may be given per currency.
    #[arg(long, value_name = "AMOUNT CURRENCY", value_parser = money)]
    largest: Vec<Money>,
    /// Stop when more accounts than this are quarantined.
    #[arg(long, value_name = "COUNT", default_value_t = 1_000)]
    most_quarantined: u32,
    /// Go on with a run that was halted or broke off.
    #[arg(long, value_name = "RUN", conflicts_with_all = ["through", "dry_run", "largest"])]
    resume: Option<BillingRunId>,
}

pub(super) async fn run(
    context: Context,
    arguments: Arguments,
    output: Output,
) -> Result<ExitCode, Stop> {
    let report = on_node(&context, async |node| bill_due(node, &arguments, output).await).await?;
    output.result(&report);
    let whole = !report.interrupted && report.quarantined.is_empty();
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn bill_due(node: &Node, arguments: &Arguments, output: Output) -> Result<Report, Stop> {
    let control = Control::default();
    let bar = Progress::new("accounts billed", 0, output.quiet);
    let accounts = ListedAccounts { reads: node.reads().clone(), feed: node.feed().clone() };
    let stop = || control.stop();
    let report = if arguments.dry_run {
        let ask = rehearsal(node, arguments).await?;
        let work = bill(node.door(), &accounts, &ask, &control, |at| bar.at(at.accounts));
        interruptible(stop, work).await
    } else {
        let run = (arguments.tenant, started(node, arguments).await?);
        let work = conduct(node.door(), &accounts, run, &control, |at| bar.at(at.accounts));
        interruptible(stop, work).await
    };
    bar.finish();
    report.map_err(Stop::from_app)
}

async fn rehearsal(node: &Node, arguments: &Arguments) -> Result<BillingRun, Stop> {
    let door = node.door();
    let now = door.now(arguments.tenant).await.map_err(Stop::from_app)?;
    let settings = door.settings(arguments.tenant).await.map_err(Stop::from_app)?;
    Ok(BillingRun {
        tenant: arguments.tenant,
        actor: cli()?,
        name: String::new(),
        cause: None,
        through: arguments.through.unwrap_or_else(|| settings.day_of(now)),
        rehearse: true,
        bounds: Bounds {
            largest: arguments.largest.clone(),
            quarantined: usize::try_from(arguments.most_quarantined).map_err(Stop::usage)?,
            ..Bounds::default()
        },
    })
}

/// The run to conduct: a new one, or the one that is to go on.
async fn started(node: &Node, arguments: &Arguments) -> Result<BillingRunId, Stop> {
    let (door, tenant) = (node.door(), arguments.tenant);
    let key = uuid_v7(door.clock().now()).to_string();
    if let Some(billing_run_id) = arguments.resume {
        let ask = Ask::new(tenant, cli()?, key, ResumeBillingRun { billing_run_id });
        door.execute(ask).await.map_err(Stop::from_app)?;
        return Ok(billing_run_id);
    }
    let start = StartBillingRun {
        billing_run_id: None,
        through: arguments.through,
        largest: arguments.largest.clone(),
        most_quarantined: arguments.most_quarantined,
    };
    let done = door.execute(Ask::new(tenant, cli()?, key, start)).await.map_err(Stop::from_app)?;
    Ok(done.answer.billing_run_id)
}

fn cli() -> Result<Actor, Stop> {
    Actor::system("cli").map_err(Stop::bug)
}

pub(super) fn day(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_| "write a day of the calendar, such as 2026-03-31".to_owned())
}

fn money(text: &str) -> Result<Money, String> {
    let (amount, currency) = text.split_once(' ').ok_or("write an amount and a currency")?;
    let currency = Currency::parse(currency).map_err(|error| error.to_string())?;
    Money::parse_major(amount, currency).map_err(|error| error.to_string())
}
