//! `billfold demo`: a running ledger with something in it, on this machine alone.
//!
//! Makes a small hosting seller through the public commands, imports real purchases, proves both
//! and serves them. Guarantee: a second run adds nothing and starts at once. Its data folder is its
//! own, so that it never meets a ledger that matters.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use billfold_app::access::{AccessError, By, Secret};
use billfold_app::commands::RequestOrigin;
use billfold_app::demo;
use billfold_app::imports::purchases;
use billfold_domain::kernel::TenantId;
use billfold_domain::staff::{StaffEvent, StaffProfile};
use billfold_domain::tenant::Tenant;
use billfold_projections::PROJECTIONS;
use billfold_projections::rebuild::{Options, Watch, rebuild};
use billfold_replay_tools::import;
use billfold_replay_tools::outcome::{Output, Verdict};
use clap::Args;

use super::serve::{Ports, refuse_joined, serve, stop_on_signal};
use super::{Context, Stop, tools};
use crate::config::MailDriver;
use crate::wire::{Foundation, Node};

/// The address of the account that is made.
const EMAIL: &str = "admin@billfold.example";

/// Events from which on one scan is faster than following page by page.
const FAR_BEHIND: i64 = 10_000;

/// What is shown.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A purchase log to import: customer, date, number of CDs, amount.
    #[arg(long, value_name = "FILE", default_value = "examples/cdnow/purchases.txt")]
    purchases: PathBuf,
    /// End when everything is there, without serving.
    #[arg(long)]
    no_serve: bool,
}

pub(super) async fn run(
    context: Context,
    arguments: Arguments,
    output: Output,
) -> Result<ExitCode, Stop> {
    let context = with_mail_as_files(context);
    let ports = Ports::bind(&context).await?;
    let stopping = stop_on_signal().map_err(Stop::unavailable)?;
    let foundation = Foundation::open(&context).await?;
    refuse_joined(&context, &foundation)?;
    foundation.migrate().await?;
    let node = Node::open(&context, foundation).await?;
    let prepared = prepare(&context, &arguments, &node, output).await;
    if let (Ok(Verdict::Clean), false) = (&prepared, arguments.no_serve) {
        welcome(&context, &ports)?;
        let background = node.follow();
        return serve(ports, node, background, &context, stopping).await;
    }
    node.close_idle().await;
    prepared.map(|verdict| ExitCode::from(verdict.code()))
}

/// Mail of the demo leaves nothing but files, unless somebody said otherwise.
fn with_mail_as_files(mut context: Context) -> Context {
    if context.config.mail.driver == MailDriver::None {
        context.config.mail.driver = MailDriver::File;
    }
    context
}

/// Everything that is shown, an account that may see it, and read models that show all of it.
async fn prepare(
    context: &Context,
    arguments: &Arguments,
    node: &Node,
    output: Output,
) -> Result<Verdict, Stop> {
    let background = node.follow();
    let filled = fill_seller(node).await;
    background.end().await;
    filled?;
    // Nothing follows while much is written: one scan afterwards is faster than many pages.
    let verdict = import_purchases(context, arguments, node, output).await?;
    if verdict == Verdict::Clean {
        let password = password(&context.data).map_err(Stop::unavailable)?;
        make_accounts(node, &password).await.map_err(Stop::unavailable)?;
        let_client_in(node, &password).await.map_err(Stop::unavailable)?;
        bring_up_to_date(node).await?;
    }
    Ok(verdict)
}

async fn fill_seller(node: &Node) -> Result<(), Stop> {
    say("a hosting seller: products, clients, invoices in every state")?;
    let summary = demo::run(node.door()).await.map_err(Stop::from_app)?;
    let demo::Summary { clients, products, invoices, events, .. } = summary;
    say(&format!(
        "{products} products, {clients} clients, {invoices} invoices: {events} new events"
    ))
}

async fn import_purchases(
    context: &Context,
    arguments: &Arguments,
    node: &Node,
    output: Output,
) -> Result<Verdict, Stop> {
    if !arguments.purchases.is_file() {
        say(&format!("{} is not there: no purchases", arguments.purchases.display()))?;
        return Ok(Verdict::Clean);
    }
    say(&format!("importing {}", arguments.purchases.display()))?;
    let options = import::purchases::Options {
        file: arguments.purchases.clone(),
        tenant: None,
        quick: false,
    };
    let tools = tools::on_node(node, tools::trust(context)?);
    let imported = import::purchases::run(&tools, &options, output).await;
    imported.map_err(|error| Stop::with_code(error.code(), error))
}

/// One account that may see both sellers, if there are both; it has one password.
async fn make_accounts(node: &Node, password: &Secret) -> Result<(), AccessError> {
    let mut sellers: Vec<TenantId> = vec![demo::tenant()];
    sellers.extend(purchases::seller().map(|(seller, _)| seller));
    for seller in sellers {
        let (books, _) = node.door().load::<Tenant>(seller, seller.uuid()).await?;
        if books == Tenant::Absent {
            // Nothing was imported.
            continue;
        }
        let email = EMAIL.to_owned();
        let profile = StaffProfile { name: "Demo".to_owned(), email, phone: None };
        match node.make_admin(seller, profile, password).await {
            Err(error) if error.code() != StaffEvent::EMAIL_TAKEN => return Err(error),
            Ok(_) | Err(_) => {}
        }
    }
    Ok(())
}

/// Lets one client into the portal, once, with the password of the demonstration.
async fn let_client_in(node: &Node, password: &Secret) -> Result<(), AccessError> {
    let (seller, (client, _)) = (demo::tenant(), demo::portal_client());
    let access = node.access();
    if access.knows_client(seller, client).await? {
        return Ok(());
    }
    let (code, _) = access.invite_client(seller, &By::command_line()?, client).await?;
    access.reset_password(&code, password, &RequestOrigin::default()).await
}

/// Rebuilds the read models that are far behind the log; those that are not are followed anyway.
async fn bring_up_to_date(node: &Node) -> Result<(), Stop> {
    let head = node.feed().head().await.map_err(Stop::unavailable)?;
    let mut behind = Vec::new();
    for definition in PROJECTIONS {
        let position = node.reads().position(definition.name).await.map_err(Stop::unavailable)?;
        if head.position - position > FAR_BEHIND {
            behind.push(definition);
        }
    }
    if !behind.is_empty() {
        say(&format!("building {} read models from {} events", behind.len(), head.position))?;
        let owner = &node.foundation().pools().owner;
        let built = rebuild(owner, &behind, &Options::default(), &Watch::silent()).await;
        built.map_err(Stop::unavailable)?;
    }
    Ok(())
}

/// The password of the demonstration: chance, made once, in a file that only its owner may read.
fn password(data: &Path) -> anyhow::Result<Secret> {
    let path = data.join("demo-password");
    if let Ok(text) = fs::read_to_string(&path) {
        return Ok(Secret::new(text.trim()));
    }
    let password = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 12]>());
    let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
    file.and_then(|mut file| writeln!(file, "{password}"))
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(Secret::new(password))
}

fn welcome(context: &Context, ports: &Ports) -> Result<(), Stop> {
    let password = password(&context.data).map_err(Stop::unavailable)?;
    let data = context.data.display();
    say("")?;
    let address = ports.http_address().map_err(Stop::unavailable)?;
    say(&format!("  open      http://{address}/"))?;
    say(&format!("  sign in   {EMAIL}"))?;
    say(&format!("  password  {}", password.reveal()))?;
    let (_, email) = demo::portal_client();
    say(&format!("  portal    http://{address}/portal as {email}, with the same password"))?;
    say(&format!("  prove it  billfold --data {data} verify"))?;
    say("  end       Ctrl-C; the data stays")?;
    say("")
}

/// A line for the person who watches.
fn say(line: &str) -> Result<(), Stop> {
    writeln!(io::stdout(), "{line}").map_err(Stop::unavailable)
}
