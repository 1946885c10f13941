//! `billfold user import`: accounts from a file, with the hashes of their passwords.
//!
//! The file is CSV, or JSON lines when its name ends in `.jsonl`; `staff` and `clients` say what
//! its rows are and what becomes of a bad one. What exists is left as it is, so that a second run
//! adds nothing.

mod clients;
mod rows;
mod staff;

use std::path::PathBuf;
use std::process::ExitCode;

use billfold_domain::kernel::TenantId;
use billfold_replay_tools::outcome::Output;
use clap::Args;

use super::user::only_tenant;
use super::{Context, Stop};
use crate::wire::Node;

/// What to read.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The file: CSV with the columns email, name, password_hash, roles; or JSON lines (.jsonl).
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The accounts are those of clients, who are known already: the columns are client_id, email
    /// (one of them is enough) and password_hash. One bad row, and none is taken over.
    #[arg(long)]
    clients: bool,
    /// The seller, as `billfold tenant list` shows it; may be left out if there is only one.
    #[arg(long, value_name = "ID")]
    tenant: Option<TenantId>,
    /// Only say what would be done.
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(
    context: Context,
    arguments: Arguments,
    output: Output,
) -> Result<ExitCode, Stop> {
    match arguments.clients {
        true => clients::run(context, arguments, output).await,
        false => staff::run(context, arguments, output).await,
    }
}

impl Arguments {
    async fn tenant(&self, node: &Node) -> Result<TenantId, Stop> {
        match self.tenant {
            Some(tenant) => Ok(tenant),
            None => only_tenant(node).await,
        }
    }
}
