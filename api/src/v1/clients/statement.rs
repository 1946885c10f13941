//! The statement of a client's account, which is also the explanation of a balance (EVT-05).

use axum::Json;
use axum::extract::State;
use billfold_domain::kernel::{ClientId, Currency};
use billfold_domain::ledger;
use billfold_projections::Projection;
use billfold_projections::account_balances::When;
use billfold_projections::client_ledger::{self, Movement};
use billfold_projections::journal::Journal;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::read::must_exist;
use crate::auth::{ClientsRead, Within};
use crate::problem::Problem;
use crate::receive::{Check, ListOf};
use crate::state::ApiState;
use crate::v1::ledger::{WireSide, money};
use crate::v1::parameters::when;
use crate::wire::{Page, Paging, Total, WireMoney};

/// Lists every entry that concerns a client in one currency, newest first, with the balance after
/// it.
#[utoipa::path(
    get, path = "/{id}/ledger", tag = "clients",
    params(("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f"), ReadLedger, Paging),
    responses((status = 200, body = Page<WireMovement>)),
)]
pub(super) async fn read_ledger(
    State(state): State<ApiState>,
    Within(caller, id, _): Within<ClientsRead, ClientId>,
    ListOf(query, part): ListOf<ReadLedger>,
) -> Result<Json<Page<WireMovement>>, Problem> {
    let wanted = part.wanted()?;
    let (currency, when) = question(&query.currency, query.as_of.as_deref(), query.effective_on)?;
    must_exist(&state, caller.tenant, id).await?;
    state.reach(Journal::NAME, part.min_position).await?;
    let (reads, tenant) = (state.reads(), caller.tenant);
    let page = client_ledger::page(reads, tenant, id, currency, when, &wanted).await?;
    Ok(Json(Page::of(page, |row| WireMovement::of(&row))))
}

/// Explains a balance: what a client stands at, in words, with the events it comes from.
///
/// The newest entries come first; their sum from the first entry on is the balance.
#[utoipa::path(
    get, path = "/{id}/explain", tag = "clients",
    params(("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f"), ReadLedger, Paging),
    responses((status = 200, body = Explanation)),
)]
pub(super) async fn explain_balance(
    State(state): State<ApiState>,
    Within(caller, id, _): Within<ClientsRead, ClientId>,
    ListOf(query, part): ListOf<ReadLedger>,
) -> Result<Json<Explanation>, Problem> {
    let wanted = part.wanted()?;
    let (currency, when) = question(&query.currency, query.as_of.as_deref(), query.effective_on)?;
    must_exist(&state, caller.tenant, id).await?;
    state.reach(Journal::NAME, part.min_position).await?;
    let (reads, tenant) = (state.reads(), caller.tenant);
    let balances = client_ledger::balances(reads, tenant, id, when).await?;
    let found = balances.value.iter().find(|(one, _)| *one == currency);
    let balance = found.map_or(0, |(_, minor)| *minor);
    let page = client_ledger::page(reads, tenant, id, currency, when, &wanted).await?;
    let next_cursor = page.value.next.as_ref().map(ToString::to_string);
    Ok(Json(Explanation {
        client_id: id.to_string(),
        summary: summary(balance, currency),
        balance: money(balance, currency),
        steps: page.value.rows.iter().map(Step::of).collect(),
        next_cursor,
        as_of_position: page.as_of_position,
        total: page.value.total.map(Total::from),
    }))
}

fn question(
    currency: &str,
    past: Option<&str>,
    effective_on: Option<NaiveDate>,
) -> Result<(Currency, When), Problem> {
    let mut check = Check::query();
    let currency = check.value("/currency", Currency::parse(currency));
    let currency = currency.ok_or_else(|| check.problem())?;
    Ok((currency, when(past, effective_on)?))
}

fn summary(balance: i64, currency: Currency) -> String {
    let amount = money(balance.saturating_abs(), currency).map_or_else(String::new, |m| m.amount);
    let code = currency.code();
    match balance {
        0 => format!("the account is even in {code}"),
        owed if owed > 0 => format!("the client owes {amount} {code}"),
        _ => format!("the client has {amount} {code} to their credit"),
    }
}

/// Which part of an account is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ReadLedger {
    /// Currency of the account; ISO 4217.
    #[param(example = "EUR", pattern = "^[A-Z]{3}$")]
    currency: String,
    /// As known at this log position or instant; now if absent.
    #[param(example = "2026-03-01T12:00:00Z")]
    as_of: Option<String>,
    /// Facts that are effective up to this business day; all if absent.
    effective_on: Option<NaiveDate>,
}

/// An entry that concerns a client, with the balance after it.
#[derive(Serialize, ToSchema)]
#[schema(as = Movement)]
pub(super) struct WireMovement {
    /// The log position of the event.
    position: i64,
    /// Place of the entry in its posting, from 1.
    entry_no: i32,
    /// The business day.
    effective_on: NaiveDate,
    /// When the log took it.
    recorded_at: DateTime<Utc>,
    /// The event.
    event_id: String,
    /// What happened.
    #[schema(example = "invoice.issued")]
    event_type: String,
    /// The kind of document.
    #[schema(example = "invoice")]
    document_type: String,
    /// The document.
    document: Uuid,
    /// Code in the chart of accounts.
    #[schema(example = "1200")]
    account: String,
    /// Debit or credit.
    side: WireSide,
    /// How much; never negative.
    amount: Option<WireMoney>,
    /// What the client owes after it; negative if the client has credit.
    balance: Option<WireMoney>,
}

impl WireMovement {
    fn of(row: &Movement) -> Self {
        Self {
            position: row.position,
            entry_no: row.entry_no,
            effective_on: row.effective_on,
            recorded_at: row.recorded_at,
            event_id: row.event_id.to_string(),
            event_type: row.event_type.clone(),
            document_type: row.aggregate_type.clone(),
            document: row.aggregate_id,
            account: row.account.to_string(),
            side: row.side.into(),
            amount: money(row.amount, row.currency),
            balance: money(row.balance, row.currency),
        }
    }
}

/// Why a client stands where they stand.
#[derive(Serialize, ToSchema)]
pub(super) struct Explanation {
    /// Whose account.
    client_id: String,
    /// The balance in words.
    #[schema(example = "the client owes 12.34 EUR")]
    summary: String,
    /// What the client owes; negative if the client has credit.
    balance: Option<WireMoney>,
    /// What led to it, newest first.
    steps: Vec<Step>,
    /// Send it as `cursor` for earlier steps; null at the first one.
    next_cursor: Option<String>,
    /// The log position the read side has reached.
    as_of_position: i64,
    /// How many steps there are; only if `total=true` asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<Total>,
}

/// One step of an explanation.
#[derive(Serialize, ToSchema)]
pub(super) struct Step {
    /// What happened, in words.
    #[schema(example = "2026-03-02 invoice.issued: debit 12.34 EUR on 1200 Accounts receivable")]
    text: String,
    /// The entry it is about.
    entry: WireMovement,
}

impl Step {
    fn of(row: &Movement) -> Self {
        let name = ledger::account(row.account.as_str()).map_or("", |account| account.name);
        let amount = money(row.amount, row.currency).map_or_else(String::new, |m| m.amount);
        let text = format!(
            "{} {}: {} {amount} {} on {} {name}",
            row.effective_on,
            row.event_type,
            row.side.word(),
            row.currency.code(),
            row.account,
        );
        Self { text, entry: WireMovement::of(row) }
    }
}
