//! `billfold personal-data`: everything held about one person, as a JSON document.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use billfold_app::access::Holder;
use billfold_app::commands::Ask;
use billfold_app::commands::data_subjects::{AskForExport, Person};
use billfold_app::mint::uuid_v7;
use billfold_app::subject_export::SubjectExport;
use billfold_domain::kernel::{Actor, ClientId, StaffId, TenantId};
use billfold_projections::Projection as _;
use billfold_projections::event_index::EventIndex;
use clap::{ArgGroup, Args};

use super::job::on_node;
use super::{Context, Stop};
use crate::wire::Node;

/// How long the read models may take to learn what was just written.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);

/// About whom.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("person").required(true))]
pub(super) struct Arguments {
    /// Whose books; see `billfold tenant list`.
    #[arg(long, value_name = "ID")]
    tenant: TenantId,
    /// The client.
    #[arg(long, value_name = "ID", group = "person")]
    client: Option<ClientId>,
    /// The member of staff.
    #[arg(long, value_name = "ID", group = "person")]
    staff: Option<StaffId>,
    /// Why, for the audit log; no personal data.
    #[arg(long)]
    reason: String,
    /// A new file for the document; readable for you alone.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(super) async fn run(context: Context, arguments: Arguments) -> Result<ExitCode, Stop> {
    on_node(&context, async |node| export(node, &arguments).await).await?;
    Ok(ExitCode::SUCCESS)
}

async fn export(node: &Node, arguments: &Arguments) -> Result<(), Stop> {
    let tenant = arguments.tenant;
    let person = match (arguments.client, arguments.staff) {
        (Some(client), _) => Person::Client(client),
        (None, Some(staff)) => Person::Staff(staff),
        (None, None) => {
            return Err(Stop::usage(anyhow::anyhow!("name a client or a member of staff")));
        }
    };
    let path = &arguments.out;
    let file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let file = file.with_context(|| format!("cannot make the new file {}", path.display()));
    let mut file = file.map_err(Stop::unavailable)?;
    let actor = Actor::system("cli").map_err(Stop::bug)?;
    let key = format!("personal-data-{}", uuid_v7(node.door().clock().now()));
    let ask = AskForExport { person, reason: arguments.reason.clone() };
    let asked = node.door().execute(Ask::new(tenant, actor, key, ask)).await;
    let position = asked.map_err(Stop::from_app)?.position.unwrap_or_default();
    let reached = node.reads().wait(EventIndex::NAME, position, PATIENCE).await;
    reached.map_err(Stop::unavailable)?;
    let holder = match person {
        Person::Staff(staff) => Holder::Staff(staff),
        Person::Client(client) => Holder::Client(client),
    };
    let sessions = node.access().sessions_of(tenant, holder).await;
    let sessions = sessions.map_err(Stop::unavailable)?;
    let parts = (node.door(), node.reads());
    let picture = node.pictures().avatar(tenant, person).await.map_err(Stop::from_app)?;
    let picture = picture.map(|avatar| avatar.png);
    let export = SubjectExport::begin(parts, tenant, person, &sessions, picture.as_deref()).await;
    let mut export = export.map_err(Stop::unavailable)?;
    while let Some(part) = export.next().await.map_err(Stop::unavailable)? {
        file.write_all(&part).map_err(Stop::unavailable)?;
    }
    file.sync_all().map_err(Stop::unavailable)
}
