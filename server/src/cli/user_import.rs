//! `billfold user import`: accounts of staff from a file, with the hashes of their passwords.
//!
//! The file is CSV with the columns `email`, `name`, `password_hash` and `roles` (names with
//! semicolons between them), or JSON lines with such fields when its name ends in `.jsonl`. A bad
//! row is told with its line and stops nobody else; an address that has an account is left as it
//! is, so that a second run adds nothing.

use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use billfold_app::access::{AccessError, ImportedStaff, Secret};
use billfold_app::commands::roles::{KeptRole, roles};
use billfold_domain::kernel::{RoleId, TenantId};
use billfold_domain::staff::StaffProfile;
use billfold_replay_tools::outcome::Output;
use clap::Args;
use serde::{Deserialize, Serialize};

use super::job::on_node;
use super::user::only_tenant;
use super::{Context, Stop};
use crate::wire::Node;

/// Refused rows that are told one by one.
const TOLD: usize = 100;

/// What to read.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The file: CSV with the columns email, name, password_hash, roles; or JSON lines (.jsonl).
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The seller, as `billfold tenant list` shows it; may be left out if there is only one.
    #[arg(long, value_name = "ID")]
    tenant: Option<TenantId>,
    /// Only say what would be done.
    #[arg(long)]
    dry_run: bool,
}

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

/// A row with the line it begins on, or what is wrong with it.
type Line = (u64, Result<Row, String>);

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
    let lines = read(&arguments.file).map_err(Stop::usage)?;
    let report = on_node(&context, async |node| take_over(node, &arguments, lines).await).await?;
    output.result(&report);
    Ok(if report.refused > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn read(path: &Path) -> anyhow::Result<Vec<Line>> {
    let what = || format!("{} cannot be read", path.display());
    let file = File::open(path).with_context(what)?;
    if path.extension().is_some_and(|kind| kind == "jsonl") {
        let mut lines = Vec::new();
        for (no, line) in (1..).zip(BufReader::new(file).lines()) {
            let line = line.with_context(what)?;
            if !line.trim().is_empty() {
                lines.push((no, serde_json::from_str(&line).map_err(|_| bad_row())));
            }
        }
        return Ok(lines);
    }
    let mut reader = csv::Reader::from_reader(file);
    let mut lines = Vec::new();
    for record in reader.deserialize::<Row>() {
        let line = reader_line(&record, lines.len());
        lines.push((line, record.map_err(|_| bad_row())));
    }
    Ok(lines)
}

/// The parsers' own words may repeat what stands in the row, which is personal data.
fn bad_row() -> String {
    "is not a row of email, name, password_hash and roles".to_owned()
}

fn reader_line(record: &Result<Row, csv::Error>, before: usize) -> u64 {
    let told = record.as_ref().err().and_then(csv::Error::position).map(csv::Position::line);
    // The first line holds the names of the columns.
    told.unwrap_or_else(|| u64::try_from(before).unwrap_or_default() + 2)
}

async fn take_over(node: &Node, arguments: &Arguments, lines: Vec<Line>) -> Result<Report, Stop> {
    let tenant = match arguments.tenant {
        Some(tenant) => tenant,
        None => only_tenant(node).await?,
    };
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
