//! `billfold expire`: what is left on gift cards whose last day is over is given up, and approvals
//! that nobody answered in time end.

use std::fmt;
use std::process::ExitCode;

use billfold_app::expiry_run::{
    ApprovalsReport, ExpiryRun, Report, run as expire_cards, run_approvals as expire_approvals,
};
use billfold_app::mint::uuid_v7;
use billfold_domain::kernel::{Actor, TenantId};
use billfold_replay_tools::outcome::Output;
use clap::Args;
use serde::Serialize;

use super::job::{Steps, on_node};
use super::{Context, Stop};
use crate::wire::Node;

/// Whose.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Whose books; see `billfold tenant list`.
    #[arg(long)]
    tenant: TenantId,
    /// Only say what would expire.
    #[arg(long)]
    dry_run: bool,
}

/// What expired, or would.
#[derive(Serialize)]
struct Expired {
    #[serde(flatten)]
    cards: Report,
    approvals: ApprovalsReport,
}

impl fmt::Display for Expired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.cards)?;
        match self.cards.interrupted {
            true => Ok(()),
            false => write!(f, "\n{}", self.approvals),
        }
    }
}

pub(super) async fn run(
    context: Context,
    arguments: Arguments,
    output: Output,
) -> Result<ExitCode, Stop> {
    let report =
        on_node(&context, async |node| expire_lapsed(node, &arguments, output).await).await?;
    output.result(&report);
    Ok(if report.cards.interrupted || report.approvals.interrupted {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

async fn expire_lapsed(
    node: &Node,
    arguments: &Arguments,
    output: Output,
) -> Result<Expired, Stop> {
    let now = node.door().clock().now();
    let ask = ExpiryRun {
        tenant: arguments.tenant,
        actor: Actor::system("cli").map_err(Stop::bug)?,
        name: format!("expiry-run-{}", uuid_v7(now)),
        rehearse: arguments.dry_run,
    };
    let steps = Steps::new("gift cards expired", output);
    let cards = steps.run(expire_cards(node.door(), &ask, |done| steps.at(done))).await;
    let cards = cards.map_err(Stop::from_app)?;
    if cards.interrupted {
        return Ok(Expired { cards, approvals: ApprovalsReport::default() });
    }
    let steps = Steps::new("approvals expired", output);
    let approvals = steps.run(expire_approvals(node.door(), &ask, |done| steps.at(done))).await;
    Ok(Expired { cards, approvals: approvals.map_err(Stop::from_app)? })
}
