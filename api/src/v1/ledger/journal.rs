//! Postings: every money fact as balanced entries.

use axum::Json;
use axum::extract::State;
use billfold_domain::kernel::{ClientId, Currency, Money};
use billfold_domain::ledger::{self, Side};
use billfold_projections::Projection;
use billfold_projections::journal::{self, EntryRow, Journal, Posted};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::auth::{LedgerRead, May};
use crate::problem::Problem;
use crate::receive::{Check, ListOf};
use crate::state::ApiState;
use crate::v1::history::Position;
use crate::v1::parameters::as_of;
use crate::wire::{Page, Paging, WireMoney};

/// Lists postings, newest first.
#[utoipa::path(
    get, path = "/journal", tag = "ledger", params(ListJournal, Paging),
    responses((status = 200, body = Page<WirePosting>)),
)]
pub(super) async fn list_journal(
    State(state): State<ApiState>,
    May(caller, _): May<LedgerRead>,
    ListOf(query, part): ListOf<ListJournal>,
) -> Result<Json<Page<WirePosting>>, Problem> {
    let wanted = part.wanted()?;
    let filter = query.read()?;
    state.reach(Journal::NAME, part.min_position).await?;
    let page = journal::page(state.reads(), caller.tenant, &filter, &wanted).await?;
    Ok(Json(Page::of(page, |posted| WirePosting::of(&posted))))
}

/// Reads the posting of the event at a log position.
#[utoipa::path(
    get, path = "/journal/{position}", tag = "ledger",
    params(("position" = i64, Path, minimum = 1, example = 1842)),
    responses((status = 200, body = WirePosting)),
)]
pub(super) async fn read_posting(
    State(state): State<ApiState>,
    May(caller, _): May<LedgerRead>,
    Position(position): Position,
) -> Result<Json<WirePosting>, Problem> {
    let found = journal::find(state.reads(), caller.tenant, position).await?;
    found.value.map(|posted| Json(WirePosting::of(&posted))).ok_or_else(Problem::not_found)
}

/// Which postings are wanted; each condition given must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListJournal {
    /// Some entry is on this account.
    #[param(example = "1200", pattern = "^[0-9]{4}$")]
    account: Option<String>,
    /// Some entry is in this currency, ISO 4217; on the account, if one is given too.
    #[param(example = "EUR", pattern = "^[A-Z]{3}$")]
    currency: Option<String>,
    /// Some entry concerns this client.
    #[param(example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")]
    client_id: Option<String>,
    /// The invoice or payment it comes from, as UUID.
    document: Option<Uuid>,
    /// First business day.
    from: Option<NaiveDate>,
    /// Last business day.
    to: Option<NaiveDate>,
    /// As known at this log position or instant; now if absent.
    #[param(example = "2026-03-01T12:00:00Z")]
    as_of: Option<String>,
}

impl ListJournal {
    fn read(&self) -> Result<journal::Filter, Problem> {
        let mut check = Check::query();
        let account = self.account.as_deref().and_then(|code| {
            let account = ledger::account(code);
            if account.is_none() {
                check.wrong("/account", "account.unknown", "is no code of the chart of accounts");
            }
            account
        });
        let currency = check.optional("/currency", self.currency.as_deref(), Currency::parse);
        let party = check.optional_id::<ClientId>("/client_id", self.client_id.as_deref());
        check.optional_date("/from", self.from);
        check.optional_date("/to", self.to);
        check.finish()?;
        Ok(journal::Filter {
            account: account.map(|account| account.code),
            currency: currency.flatten(),
            party: party.flatten(),
            document: self.document,
            from: self.from,
            to: self.to,
            as_of: as_of(self.as_of.as_deref())?,
        })
    }
}

/// A money fact as balanced entries.
#[derive(Serialize, ToSchema)]
#[schema(as = Posting)]
pub(super) struct WirePosting {
    /// The log position of the event that is posted.
    position: i64,
    /// That event.
    #[schema(example = "evt_01kchkq7w7fc9r6a8b9c0d1e2f")]
    event_id: Option<String>,
    /// What happened.
    #[schema(example = "invoice.issued")]
    event_type: Option<String>,
    /// The invoice or payment it comes from.
    document: Option<Uuid>,
    /// The business day it counts for.
    effective_on: Option<NaiveDate>,
    /// The day it happened; earlier than the business day if that month was closed before.
    true_day: Option<NaiveDate>,
    /// When the log took it.
    recorded_at: Option<DateTime<Utc>>,
    /// Its entries; debits equal credits per currency.
    entries: Vec<WireEntry>,
}

/// One entry of a posting.
#[derive(Serialize, ToSchema)]
#[schema(as = Entry)]
pub(super) struct WireEntry {
    /// Code in the chart of accounts.
    #[schema(example = "1200")]
    account: String,
    /// Debit or credit.
    side: WireSide,
    /// How much; never negative.
    amount: Option<WireMoney>,
    /// The client it concerns.
    client_id: Option<String>,
    /// Gateway, kind of line, or country and rate of a tax.
    detail: Option<String>,
}

/// A side of an account.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Side)]
pub(crate) enum WireSide {
    /// The left one.
    Debit,
    /// The right one.
    Credit,
}

impl From<Side> for WireSide {
    fn from(side: Side) -> Self {
        match side {
            Side::Debit => Self::Debit,
            Side::Credit => Self::Credit,
        }
    }
}

impl WirePosting {
    fn of(posted: &Posted) -> Self {
        let head = posted.heads.first();
        Self {
            position: posted.position(),
            event_id: head.map(|head| head.event_id.to_string()),
            event_type: head.map(|head| head.event_type.clone()),
            document: head.map(|head| head.aggregate_id),
            effective_on: head.map(|head| head.effective_on),
            true_day: head.map(|head| head.true_day),
            recorded_at: head.map(|head| head.recorded_at),
            entries: posted.entries.iter().map(WireEntry::of).collect(),
        }
    }
}

impl WireEntry {
    fn of(row: &EntryRow) -> Self {
        Self {
            account: row.account.to_string(),
            side: row.side.into(),
            amount: money(row.amount, row.currency),
            client_id: row.party.map(|client| client.to_string()),
            detail: row.detail.clone(),
        }
    }
}

/// An amount of the read side; nothing beyond the limits of money.
pub(crate) fn money(minor: i64, currency: Currency) -> Option<WireMoney> {
    Money::try_new(minor, currency).ok().map(WireMoney::from)
}
