//! `billfold user`: accounts of staff, for the moment before anybody can sign in.

use std::path::PathBuf;
use std::process::ExitCode;

use billfold_app::access::{AccessError, By, Secret};
use billfold_domain::kernel::TenantId;
use billfold_domain::staff::StaffProfile;
use billfold_replay_tools::outcome::Output;
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};

use super::{Context, Stop, password, user_import};
use crate::wire::{Foundation, Node};

/// What may be done with accounts.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make an account that may do everything, at one seller.
    CreateAdmin(NewAdmin),
    /// Make a code with which somebody who forgot the password sets a new one.
    ResetCode(Forgetful),
    /// Take accounts over from another system, with the hashes of their passwords.
    Import(user_import::Arguments),
}

/// The account.
#[derive(Debug, Args)]
pub(super) struct NewAdmin {
    /// The seller, as `billfold tenant list` shows it; may be left out if there is only one.
    #[arg(long, value_name = "ID")]
    tenant: Option<TenantId>,
    /// The address to sign in with.
    #[arg(long)]
    email: String,
    /// What colleagues call them; the address unless given.
    #[arg(long)]
    name: Option<String>,
    /// A file whose first line is the password; else it is asked for, or read from standard input.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

pub(super) async fn run(
    context: Context,
    command: Command,
    output: Output,
) -> Result<ExitCode, Stop> {
    let new = match command {
        Command::CreateAdmin(new) => new,
        Command::ResetCode(who) => return reset_code(&context, who).await,
        Command::Import(arguments) => return user_import::run(context, arguments, output).await,
    };
    let password = password::read(new.password_file.as_deref()).map_err(Stop::usage)?;
    let foundation = Foundation::open(&context).await?;
    let node = Node::open(&context, foundation).await?;
    let made = create_admin(&node, new, password).await;
    node.close_idle().await;
    made.map(|()| ExitCode::SUCCESS)
}

/// Whose password.
#[derive(Debug, Args)]
pub(super) struct Forgetful {
    /// The seller, as `billfold tenant list` shows it; may be left out if there is only one.
    #[arg(long, value_name = "ID")]
    tenant: Option<TenantId>,
    /// The address of the account.
    #[arg(long)]
    email: String,
    /// Take the second step away too, when authenticator and recovery codes are lost.
    #[arg(long)]
    drop_second_step: bool,
}

#[expect(clippy::print_stdout, reason = "the code is the command's answer")]
async fn reset_code(context: &Context, who: Forgetful) -> Result<ExitCode, Stop> {
    let foundation = Foundation::open(context).await?;
    let node = Node::open(context, foundation).await?;
    let tenant = match who.tenant {
        Some(tenant) => Ok(tenant),
        None => only_tenant(&node).await,
    };
    let made = match tenant {
        Ok(tenant) => new_code(&node, tenant, &who).await.map_err(Stop::unavailable),
        Err(stop) => Err(stop),
    };
    node.close_idle().await;
    let nobody = || anyhow::anyhow!("this address has no account at this seller");
    let (code, ends) = made?.ok_or_else(|| Stop::usage(nobody()))?;
    println!("{}", code.reveal());
    tell_where(ends);
    Ok(ExitCode::SUCCESS)
}

async fn new_code(
    node: &Node,
    tenant: TenantId,
    who: &Forgetful,
) -> Result<Option<(Secret, DateTime<Utc>)>, AccessError> {
    let by = By::command_line()?;
    if who.drop_second_step {
        node.access().drop_second_factor(tenant, &by, &who.email).await?;
    }
    node.access().reset_code(tenant, &by, &who.email).await
}

/// Where the code is typed; beside the answer, which scripts read.
#[expect(clippy::print_stderr, reason = "a word to whoever ran the command")]
fn tell_where(ends: DateTime<Utc>) {
    let ends = ends.format("%H:%M UTC");
    eprintln!("typed at /admin/reset-password, once, until {ends}");
}

#[expect(clippy::print_stdout, reason = "the account's id is the command's answer")]
async fn create_admin(node: &Node, new: NewAdmin, password: Secret) -> Result<(), Stop> {
    let tenant = match new.tenant {
        Some(tenant) => tenant,
        None => only_tenant(node).await?,
    };
    let name = new.name.unwrap_or_else(|| new.email.clone());
    let profile = StaffProfile { name, email: new.email, phone: None };
    let id = node.make_admin(tenant, profile, &password).await.map_err(|error| match error {
        AccessError::Malformed { .. } => Stop::usage(error),
        AccessError::Door(error) => Stop::from_app(error),
        other => Stop::unavailable(other),
    })?;
    println!("{id}");
    Ok(())
}

pub(super) async fn only_tenant(node: &Node) -> Result<TenantId, Stop> {
    match node.tenants().await?.as_slice() {
        [(only, _)] => Ok(*only),
        [] => {
            Err(Stop::usage(anyhow::anyhow!("there is no seller yet: see `billfold tenant open`")))
        }
        _ => Err(Stop::usage(anyhow::anyhow!("there are several sellers: name one with --tenant"))),
    }
}
