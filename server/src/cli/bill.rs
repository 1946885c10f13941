//! `billfold bill`: what is due becomes documents.

use std::process::ExitCode;

use billfold_app::billing_run::{BillingRun, Bounds, Control, Report, run as bill};
use billfold_app::mint::uuid_v7;
use billfold_domain::kernel::{Actor, Currency, Money, TenantId};
use billfold_replay_tools::outcome::Output;
use billfold_replay_tools::progress::Progress;
use chrono::NaiveDate;
use clap::Args;

use super::{Context, Stop};
use crate::wire::{Foundation, ListedAccounts, Node};

/// What is billed.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Whose books; see `billfold tenant list`.
    #[arg(long)]
    tenant: TenantId,
    /// The last day of what is due; today at the seller's place unless given.
    #[arg(long, value_name = "DATE")]
    through: Option<NaiveDate>,
    /// Only say what would be billed.
    #[arg(long)]
    dry_run: bool,
    /// Quarantine a document larger than this, such as `10000.00 EUR`; may be given per currency.
    #[arg(long, value_name = "AMOUNT CURRENCY", value_parser = money)]
    largest: Vec<Money>,
    /// Stop when more accounts than this are quarantined.
    #[arg(long, default_value_t = 1_000)]
    most_quarantined: usize,
}

pub(super) async fn run(
    context: Context,
    arguments: Arguments,
    output: Output,
) -> Result<ExitCode, Stop> {
    let foundation = Foundation::open(&context).await?;
    let node = Node::open(&context, foundation).await?;
    let background = node.follow();
    let done = bill_due(&node, &arguments, output).await;
    background.end().await;
    node.close_idle().await;
    let report = done?;
    output.result(&report);
    let whole = !report.interrupted && report.quarantined.is_empty();
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn bill_due(node: &Node, arguments: &Arguments, output: Output) -> Result<Report, Stop> {
    let now = node.door().clock().now();
    let settings = node.door().settings(arguments.tenant).await.map_err(Stop::from_app)?;
    let through = arguments.through.unwrap_or_else(|| settings.day_of(now));
    let ask = BillingRun {
        tenant: arguments.tenant,
        actor: Actor::system("cli").map_err(Stop::bug)?,
        name: format!("billing-run-{}", uuid_v7(now)),
        through,
        rehearse: arguments.dry_run,
        bounds: Bounds {
            largest: arguments.largest.clone(),
            quarantined: arguments.most_quarantined,
            ..Bounds::default()
        },
    };
    let accounts = ListedAccounts { reads: node.reads().clone(), feed: node.feed().clone() };
    let control = Control::default();
    let stop = control.clone();
    let interrupt = tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stop.stop();
        }
    });
    let bar = Progress::new("accounts billed", 0, output.quiet);
    let report = bill(node.door(), &accounts, &ask, &control, |at| bar.at(at.accounts)).await;
    bar.finish();
    interrupt.abort();
    report.map_err(Stop::from_app)
}

fn money(text: &str) -> Result<Money, String> {
    let (amount, currency) = text.split_once(' ').ok_or("write an amount and a currency")?;
    let currency = Currency::parse(currency).map_err(|error| error.to_string())?;
    Money::parse_major(amount, currency).map_err(|error| error.to_string())
}
