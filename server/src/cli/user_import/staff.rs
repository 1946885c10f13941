//! Accounts of staff: rows of `email`, `name`, `password_hash` and `roles` (names with semicolons
//! between them). A bad row is told with its line and stops nobody else; an address that has an
//! account is left as it is.

use std::fmt;
use std::process::ExitCode;

use billfold_app::access::{AccessError, ImportedStaff, Secret};
use billfold_app::commands::roles::{KeptRole, roles};
use billfold_domain::kernel::{RoleId, TenantId};
use billfold_domain::staff::StaffProfile;
use billfold_replay_tools::outcome::Output;
use serde::{Deserialize, Serialize};

use super::Arguments;
use super::rows::{self, Line};
use crate::cli::job::on_node;
use crate::cli::{Context, Stop};
use crate::wire::Node;

/// Refused rows that are told one by one.
const TOLD: usize = 100;

/// A row of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    email: String,
    #[serde(default)]
    name: String,
    password_hash: String,
    roles: String,
}

/// What came of a file.
#[derive(Debug, Default, Serialize)]
struct Report {
    dry_run: bool,
    taken_over: u64,
    had_an_account: u64,
    refused: u64,
    /// The first refused rows: line and reason.
    reasons: Vec<(u64, String)>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = if self.dry_run { "would be taken over" } else { "taken over" };
        let Self { taken_over, had_an_account, refused, .. } = self;
        write!(f, "{taken_over} {verb}, {had_an_account} had an account, {refused} refused")?;
        for (line, reason) in &self.reasons {
            write!(f, "\nline {line}: {reason}")?;
        }
        Ok(())
    }
}

pub(super) async fn run(
    context: Context,
    arguments: Arguments,
    output: Output,
) -> Result<ExitCode, Stop> {
    let fields = "email, name, password_hash and roles";
    let lines = rows::read(&arguments.file, fields).map_err(Stop::usage)?;
    let report = on_node(&context, async |node| take_over(node, &arguments, lines).await).await?;
    output.result(&report);
    Ok(if report.refused > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn take_over(
    node: &Node,
    arguments: &Arguments,
    lines: Vec<Line<Row>>,
) -> Result<Report, Stop> {
    let tenant = arguments.tenant(node).await?;
    let roles = roles(node.door(), tenant).await.map_err(Stop::from_app)?;
    let mut report = Report { dry_run: arguments.dry_run, ..Report::default() };
    for (line, row) in lines {
        let done = match row.and_then(|row| account(row, &roles)) {
            Err(reason) => Err(reason),
            Ok(account) => match import(node, tenant, &account, arguments.dry_run).await {
                Ok(()) => Ok(true),
                Err(AccessError::Taken) => Ok(false),
                Err(AccessError::Malformed { field, detail }) => {
                    Err(format!("{}: {detail}", field.trim_start_matches('/')))
                }
                Err(AccessError::Door(error)) if error.refused().is_some() => {
                    Err(error.to_string())
                }
                Err(error) => return Err(Stop::unavailable(error)),
            },
        };
        match done {
            Ok(true) => report.taken_over += 1,
            Ok(false) => report.had_an_account += 1,
            Err(reason) => {
                report.refused += 1;
                if report.reasons.len() < TOLD {
                    report.reasons.push((line, reason));
                }
            }
        }
    }
    Ok(report)
}

async fn import(
    node: &Node,
    tenant: TenantId,
    account: &ImportedStaff,
    dry_run: bool,
) -> Result<(), AccessError> {
    if dry_run {
        return node.access().check_import(tenant, account).await;
    }
    node.access().import_staff(tenant, account).await.map(|_| ())
}

fn account(row: Row, roles: &[KeptRole]) -> Result<ImportedStaff, String> {
    let named = row.roles.split(';').map(str::trim).filter(|name| !name.is_empty());
    let role = |name: &str| -> Result<RoleId, String> {
        let known = roles.iter().find(|role| role.facts.name.eq_ignore_ascii_case(name));
        known.map(|role| role.role_id).ok_or_else(|| format!("roles: there is no role {name}"))
    };
    let roles = named.map(role).collect::<Result<_, _>>()?;
    let name = if row.name.trim().is_empty() { row.email.clone() } else { row.name };
    Ok(ImportedStaff {
        profile: StaffProfile { name, email: row.email, phone: None },
        password_hash: Secret::new(row.password_hash),
        roles,
    })
}
