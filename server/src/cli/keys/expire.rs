//! `billfold keys expire`: keys whose time is over are destroyed.

use std::fmt;
use std::process::ExitCode;

use billfold_app::retention::{Expiry, KeyExpiry, run as end_keys};
use billfold_domain::kernel::{Actor, TenantId};
use billfold_replay_tools::outcome::{Output, Verdict};
use clap::Args;
use serde::Serialize;

use super::super::job::{Steps, on_node};
use super::super::{Context, Stop};
use crate::wire::Node;

/// Whose keys.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Whose; of every seller unless given. See `billfold tenant list`.
    #[arg(long, value_name = "ID")]
    tenant: Option<TenantId>,
    /// Only say what would be destroyed.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Serialize)]
struct Expired(Expiry);

pub(super) async fn run(
    context: &Context,
    arguments: Arguments,
    output: Output,
) -> Result<ExitCode, Stop> {
    let done = on_node(context, async |node| expire(node, &arguments, output).await).await?;
    let interrupted = done.0.interrupted;
    output.result(&done);
    let verdict = if interrupted { Verdict::Interrupted } else { Verdict::Clean };
    Ok(ExitCode::from(verdict.code()))
}

async fn expire(node: &Node, arguments: &Arguments, output: Output) -> Result<Expired, Stop> {
    let tenants = match arguments.tenant {
        Some(tenant) => vec![tenant],
        None => node.tenants().await?.into_iter().map(|(tenant, _)| tenant).collect(),
    };
    let steps = Steps::new("keys destroyed", output);
    let mut all = Expiry { rehearsed: arguments.dry_run, ..Expiry::default() };
    let work = async {
        for tenant in tenants {
            let actor = Actor::system("cli").map_err(Stop::bug)?;
            let ask = KeyExpiry { tenant, actor, rehearse: arguments.dry_run };
            let before = all.persons;
            let done = end_keys(node.door(), &ask, |keys| steps.at(before + keys)).await;
            let done = done.map_err(Stop::from_app)?;
            all.persons += done.persons;
            all.months += done.months;
            all.interrupted = done.interrupted;
            if all.interrupted {
                break;
            }
        }
        Ok(Expired(all))
    };
    steps.run(work).await
}

impl fmt::Display for Expired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Expiry { persons, months, rehearsed, interrupted } = self.0;
        let done = if rehearsed { "would be destroyed" } else { "destroyed" };
        write!(
            f,
            "keys {done}: documents of {persons} erased persons, origins of {months} months"
        )?;
        if interrupted {
            write!(f, "\nended early; run it again to go on")?;
        }
        Ok(())
    }
}
