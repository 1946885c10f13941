//! Passwords of clients, who are known already: rows of `client_id` or `email`, or both, and
//! `password_hash`.
//!
//! Guarantees: every row is checked before the first is taken over, and a bad one keeps all of
//! them out; a client who has a password keeps it. Who is interrupted runs it again.

use std::collections::HashMap;
use std::fmt;
use std::process::ExitCode;

use billfold_app::access::{AccessError, ImportedClient, Secret};
use billfold_domain::kernel::{ClientId, TenantId};
use billfold_replay_tools::outcome::Output;
use serde::{Deserialize, Serialize};

use super::Arguments;
use super::rows::{self, Line};
use crate::cli::job::on_node;
use crate::cli::{Context, Stop};
use crate::wire::Node;

/// A row of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    #[serde(default)]
    client_id: Option<String>,
    #[serde(default)]
    email: Option<String>,
    password_hash: String,
}

/// What came of a file.
#[derive(Debug, Default, Serialize)]
struct Report {
    dry_run: bool,
    taken_over: u64,
    had_a_password: u64,
    refused: u64,
    /// Every refused row: line and reason.
    reasons: Vec<(u64, String)>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = if self.dry_run { "would be taken over" } else { "taken over" };
        let Self { taken_over, had_a_password, refused, .. } = self;
        match refused {
            0 => write!(f, "{taken_over} {verb}, {had_a_password} had a password and keep it"),
            _ => write!(f, "nothing {verb}: {refused} refused"),
        }?;
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
    let fields = "client_id, email and password_hash";
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
    let mut report = Report { dry_run: arguments.dry_run, ..Report::default() };
    let accounts = checked(node, tenant, lines, &mut report).await?;
    if report.refused > 0 {
        return Ok(Report { had_a_password: 0, ..report });
    }
    for account in &accounts {
        let added = match arguments.dry_run {
            true => true,
            false => {
                node.access().import_client(tenant, account).await.map_err(Stop::unavailable)?
            }
        };
        match added {
            true => report.taken_over += 1,
            // Set by somebody else in the meantime.
            false => report.had_a_password += 1,
        }
    }
    Ok(report)
}

/// Who is to be taken over. Who has a password, and what is wrong, is in the report.
async fn checked(
    node: &Node,
    tenant: TenantId,
    lines: Vec<Line<Row>>,
    report: &mut Report,
) -> Result<Vec<ImportedClient>, Stop> {
    let mut accounts = Vec::new();
    let mut lines_of = HashMap::new();
    for (line, row) in lines {
        let known = match row.and_then(account) {
            Err(reason) => Err(reason),
            Ok(account) => match node.access().check_client_import(tenant, &account).await {
                Ok(known) => match lines_of.insert(known.client, line) {
                    None => Ok((known, account)),
                    Some(before) => Err(named_before(&account, before)),
                },
                Err(AccessError::Malformed { field, detail }) => {
                    Err(format!("{}: {detail}", field.trim_start_matches('/')))
                }
                Err(error) => return Err(Stop::unavailable(error)),
            },
        };
        match known {
            Ok((known, _)) if known.has_password => report.had_a_password += 1,
            Ok((_, account)) => accounts.push(account),
            Err(reason) => {
                report.refused += 1;
                report.reasons.push((line, reason));
            }
        }
    }
    Ok(accounts)
}

fn named_before(account: &ImportedClient, line: u64) -> String {
    let field = if account.client.is_some() { "client_id" } else { "email" };
    format!("{field}: names the client of line {line} again")
}

fn account(row: Row) -> Result<ImportedClient, String> {
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let client = given(row.client_id).map(|id| id.trim().parse::<ClientId>()).transpose();
    Ok(ImportedClient {
        client: client.map_err(|_| "client_id: is not the id of a client".to_owned())?,
        email: given(row.email),
        password_hash: Secret::new(row.password_hash),
    })
}
