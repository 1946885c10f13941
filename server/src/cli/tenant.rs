//! `billfold tenant`: sellers, each with books of its own.

use std::process::ExitCode;

use billfold_app::commands::Ask;
use billfold_app::commands::tenants::OpenTenant;
use billfold_app::mint::uuid_v7;
use billfold_domain::kernel::{Actor, Country, Currency, TenantId};
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
    };
    node.close_idle().await;
    done.map(|()| ExitCode::SUCCESS)
}

#[expect(clippy::print_stdout, reason = "the seller's id is the command's answer")]
async fn open(node: &Node, new: NewTenant) -> Result<(), Stop> {
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
    let ask = Ask::new(tenant, actor, format!("open-{tenant}"), command);
    node.door().execute(ask).await.map_err(Stop::from_app)?;
    println!("{tenant}");
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the list is the command's answer")]
async fn list(node: &Node) -> Result<(), Stop> {
    for (tenant, name) in node.tenants().await? {
        println!("{tenant}  {name}");
    }
    Ok(())
}
