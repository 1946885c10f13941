//! `billfold tenant`: sellers, each with books of its own.

use std::process::ExitCode;

use billfold_app::commands::tenants::{
    AppointOperator, CloseTenant, DismissOperator, OpenTenant, ReleaseHostName, ResumeTenant,
    SuspendTenant, TakeHostName,
};
use billfold_app::commands::{Ask, UseCase};
use billfold_app::mint::uuid_v7;
use billfold_app::tenancy::host_name_of;
use billfold_domain::kernel::{Actor, Country, Currency, TenantId};
use billfold_domain::tenant::HostName;
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};

use super::{Context, Stop};
use crate::wire::{Foundation, Node};

/// What may be done with sellers.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Open the books of a new seller and print its id.
    Open(NewTenant),
    /// List the sellers.
    List,
    /// Have the staff of a seller look after all sellers of this installation.
    Appoint(OneTenant),
    /// Leave that to another seller.
    Dismiss(OneTenant),
    /// Have the pages of a seller found under a name, such as billing.example.com.
    TakeHostName(Named),
    /// Give a name up.
    ReleaseHostName(Named),
    /// Close the books of a seller to changes; its staff may still read.
    Suspend(Reasoned),
    /// Open suspended books again.
    Resume(OneTenant),
    /// Close suspended books for good.
    Close(Reasoned),
}

/// A seller.
#[derive(Debug, Args)]
pub(super) struct OneTenant {
    /// The seller's id, as `billfold tenant list` shows it.
    tenant: TenantId,
}

/// A seller and a name.
#[derive(Debug, Args)]
pub(super) struct Named {
    /// The seller's id.
    tenant: TenantId,
    /// A DNS name without a port.
    host_name: String,
}

/// A seller and why.
#[derive(Debug, Args)]
pub(super) struct Reasoned {
    /// The seller's id.
    tenant: TenantId,
    /// Why, for the audit log; no personal data.
    #[arg(long)]
    reason: String,
}

/// The seller.
#[derive(Debug, Args)]
pub(super) struct NewTenant {
    /// Legal name, as documents show it.
    #[arg(long)]
    name: String,
    /// Where the seller is established, such as DE.
    #[arg(long)]
    country: String,
    /// Currency of the books, such as EUR.
    #[arg(long)]
    currency: String,
    /// Decides what day it is, such as Europe/Berlin.
    #[arg(long, value_name = "ZONE")]
    time_zone: String,
    /// Days between issue and due date; 14 unless given.
    #[arg(long, value_name = "DAYS")]
    payment_term: Option<u16>,
    /// Tax number.
    #[arg(long)]
    vat_id: Option<String>,
    /// Opens the books of a test seller, whose clock begins here and is moved by hand, such as
    /// 2026-01-01T09:00:00Z.
    #[arg(long, value_name = "INSTANT")]
    test_clock: Option<DateTime<Utc>>,
    /// Has its staff look after all sellers of this installation.
    #[arg(long)]
    operator: bool,
}

pub(super) async fn run(context: Context, command: Command) -> Result<ExitCode, Stop> {
    let foundation = Foundation::open(&context).await?;
    if foundation.is_private() {
        foundation.migrate().await?;
    }
    let node = Node::open(&context, foundation).await?;
    let done = match command {
        Command::Open(new) => open(&node, new).await,
        Command::List => list(&node).await,
        Command::Appoint(one) => ask(&node, one.tenant, AppointOperator).await,
        Command::Dismiss(one) => ask(&node, one.tenant, DismissOperator).await,
        Command::TakeHostName(named) => match named.host_name() {
            Ok(host_name) => ask(&node, named.tenant, TakeHostName { host_name }).await,
            Err(stop) => Err(stop),
        },
        Command::ReleaseHostName(named) => match named.host_name() {
            Ok(host_name) => ask(&node, named.tenant, ReleaseHostName { host_name }).await,
            Err(stop) => Err(stop),
        },
        Command::Suspend(Reasoned { tenant, reason }) => {
            ask(&node, tenant, SuspendTenant { reason }).await
        }
        Command::Resume(one) => ask(&node, one.tenant, ResumeTenant).await,
        Command::Close(Reasoned { tenant, reason }) => {
            ask(&node, tenant, CloseTenant { reason }).await
        }
    };
    node.close_idle().await;
    done.map(|()| ExitCode::SUCCESS)
}

#[expect(clippy::print_stdout, reason = "the seller's id is the command's answer")]
async fn open(node: &Node, new: NewTenant) -> Result<(), Stop> {
    let operator = new.operator;
    let command = OpenTenant {
        name: new.name,
        country: Country::parse(&new.country).map_err(Stop::usage)?,
        currency: Currency::parse(&new.currency).map_err(Stop::usage)?,
        time_zone: new.time_zone,
        invoice_numbers: None,
        credit_note_numbers: None,
        payment_term_days: new.payment_term,
        vat_id: new.vat_id,
        test_clock: new.test_clock,
    };
    let tenant = TenantId::new(uuid_v7(node.door().clock().now()));
    let actor = Actor::system("cli").map_err(Stop::bug)?;
    let open = Ask::new(tenant, actor, format!("open-{tenant}"), command);
    node.door().execute(open).await.map_err(Stop::from_app)?;
    if operator {
        ask(node, tenant, AppointOperator).await?;
    }
    println!("{tenant}");
    Ok(())
}

impl Named {
    fn host_name(&self) -> Result<HostName, Stop> {
        host_name_of(&self.host_name).ok_or_else(|| {
            Stop::usage(anyhow::anyhow!(
                "{} is no DNS name such as billing.example.com",
                self.host_name
            ))
        })
    }
}

/// Has something done in the books of a seller, on the word of whoever runs the program.
async fn ask<U: UseCase>(node: &Node, tenant: TenantId, command: U) -> Result<(), Stop> {
    let key = format!("cli:{}", uuid_v7(node.door().clock().now()));
    let actor = Actor::system("cli").map_err(Stop::bug)?;
    node.door().execute(Ask::new(tenant, actor, key, command)).await.map_err(Stop::from_app)?;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the list is the command's answer")]
async fn list(node: &Node) -> Result<(), Stop> {
    for (tenant, name) in node.tenants().await? {
        println!("{tenant}  {name}");
    }
    Ok(())
}
