//! The chart of accounts, and what each account stands at: as known when, as true on which day.

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use billfold_domain::kernel::Currency;
use billfold_domain::ledger::{self, Account, AccountKind};
use billfold_projections::account_balances::{self, AccountBalances, Balance, TrialBalance};
use billfold_projections::{Answer, Projection};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::journal::money;
use crate::auth::{LedgerRead, May};
use crate::problem::Problem;
use crate::receive::{Check, Filter, path_value};
use crate::state::ApiState;
use crate::v1::parameters::when;
use crate::wire::WireMoney;

/// Lists the chart of accounts.
#[utoipa::path(
    get, path = "/accounts", tag = "ledger", responses((status = 200, body = ChartOfAccounts)),
)]
pub(super) async fn list_accounts(_caller: May<LedgerRead>) -> Json<ChartOfAccounts> {
    Json(ChartOfAccounts { items: ledger::CHART.iter().map(WireAccount::from).collect() })
}

/// Reads what one account stands at.
#[utoipa::path(
    get, path = "/accounts/{code}", tag = "ledger",
    params(("code" = String, Path, pattern = "^[0-9]{4}$", example = "1200"), OneBalance),
    responses((status = 200, body = AccountBalance)),
)]
pub(super) async fn read_account(
    State(state): State<ApiState>,
    May(caller, _): May<LedgerRead>,
    Code(account): Code,
    Filter(query): Filter<OneBalance>,
) -> Result<Json<AccountBalance>, Problem> {
    let mut check = Check::query();
    let currency = check.value("/currency", Currency::parse(&query.currency));
    let currency = currency.ok_or_else(|| check.problem())?;
    let when = when(query.as_of.as_deref(), query.effective_on)?;
    state.reach(AccountBalances::NAME, query.min_position).await?;
    let (reads, code) = (state.reads(), account.code);
    let found = account_balances::balance(reads, caller.tenant, code, currency, when).await?;
    Ok(Json(AccountBalance {
        account: account.into(),
        balance: WireBalance::of(&found.value),
        as_of_position: found.as_of_position,
    }))
}

/// Reads what every account stands at. Debits equal credits in each currency.
#[utoipa::path(
    get, path = "/trial-balance", tag = "ledger", params(When),
    responses((status = 200, body = WireTrialBalance)),
)]
pub(super) async fn read_trial_balance(
    State(state): State<ApiState>,
    May(caller, _): May<LedgerRead>,
    Filter(query): Filter<When>,
) -> Result<Json<WireTrialBalance>, Problem> {
    let when = when(query.as_of.as_deref(), query.effective_on)?;
    state.reach(AccountBalances::NAME, query.min_position).await?;
    let found = account_balances::trial_balance(state.reads(), caller.tenant, when).await?;
    Ok(Json(WireTrialBalance::of(&found)))
}

/// The account of a code in a path; a code that is not in the chart is not found.
pub(super) struct Code(&'static Account);

impl<S: Send + Sync> FromRequestParts<S> for Code {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let code: String = path_value(parts, state, "code").await?;
        ledger::account(&code).map(Self).ok_or_else(Problem::not_found)
    }
}

/// When a balance is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct When {
    /// As known at this log position or instant; now if absent.
    #[param(example = "2026-03-01T12:00:00Z")]
    as_of: Option<String>,
    /// Facts that are effective up to this business day; all if absent.
    effective_on: Option<NaiveDate>,
    /// Wait until the read side has reached this log position, at most two seconds.
    #[param(minimum = 0)]
    min_position: Option<i64>,
}

/// Which balance of an account is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OneBalance {
    /// Currency of the balance; ISO 4217.
    #[param(example = "EUR", pattern = "^[A-Z]{3}$")]
    currency: String,
    /// As known at this log position or instant; now if absent.
    #[param(example = "2026-03-01T12:00:00Z")]
    as_of: Option<String>,
    /// Facts that are effective up to this business day; all if absent.
    effective_on: Option<NaiveDate>,
    /// Wait until the read side has reached this log position, at most two seconds.
    #[param(minimum = 0)]
    min_position: Option<i64>,
}

/// The chart of accounts.
#[derive(Serialize, ToSchema)]
pub(super) struct ChartOfAccounts {
    /// The accounts, by code.
    items: Vec<WireAccount>,
}

/// An account.
#[derive(Serialize, ToSchema)]
#[schema(as = Account)]
pub(super) struct WireAccount {
    /// Its code.
    #[schema(example = "1200")]
    code: &'static str,
    /// What people call it.
    #[schema(example = "Accounts receivable")]
    name: &'static str,
    /// What it is.
    kind: WireAccountKind,
}

/// What an account is.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AccountKind)]
pub(super) enum WireAccountKind {
    /// What the seller has.
    Asset,
    /// What the seller owes.
    Liability,
    /// What the seller earns.
    Income,
    /// What the seller spends.
    Expense,
}

impl From<&Account> for WireAccount {
    fn from(account: &Account) -> Self {
        let kind = match account.kind {
            AccountKind::Asset => WireAccountKind::Asset,
            AccountKind::Liability => WireAccountKind::Liability,
            AccountKind::Income => WireAccountKind::Income,
            AccountKind::Expense => WireAccountKind::Expense,
        };
        Self { code: account.code.as_str(), name: account.name, kind }
    }
}

/// What one account stands at.
#[derive(Serialize, ToSchema)]
pub(super) struct AccountBalance {
    /// Which account.
    account: WireAccount,
    /// What it stands at.
    balance: WireBalance,
    /// The log position the read side has reached.
    as_of_position: i64,
}

/// What an account stands at in one currency.
#[derive(Serialize, ToSchema)]
#[schema(as = Balance)]
pub(super) struct WireBalance {
    /// Code in the chart of accounts.
    #[schema(example = "1200")]
    account: String,
    /// All debits.
    debit: Option<WireMoney>,
    /// All credits.
    credit: Option<WireMoney>,
    /// Debits less credits.
    net: Option<WireMoney>,
}

impl WireBalance {
    fn of(balance: &Balance) -> Self {
        Self {
            account: balance.account.to_string(),
            debit: money(balance.debit, balance.currency),
            credit: money(balance.credit, balance.currency),
            net: money(balance.net(), balance.currency),
        }
    }
}

/// What every account stands at.
#[derive(Serialize, ToSchema)]
#[schema(as = TrialBalance)]
pub(super) struct WireTrialBalance {
    /// Every account that was ever posted to, by code and currency.
    accounts: Vec<WireBalance>,
    /// Sums per currency; debits equal credits.
    totals: Vec<WireTotal>,
    /// Whether debits equal credits in every currency. Never false, or something is broken.
    balanced: bool,
    /// The log position the balances stand at: the `as_of` asked for.
    position: i64,
    /// The log position the read side has reached.
    as_of_position: i64,
}

/// Sums of all accounts in one currency.
#[derive(Serialize, ToSchema)]
#[schema(as = TrialTotal)]
pub(super) struct WireTotal {
    /// All debits.
    debit: Option<WireMoney>,
    /// All credits.
    credit: Option<WireMoney>,
}

impl WireTrialBalance {
    fn of(found: &Answer<TrialBalance>) -> Self {
        let totals = found.value.totals().into_iter().map(|(currency, debit, credit)| WireTotal {
            debit: money(debit, currency),
            credit: money(credit, currency),
        });
        Self {
            accounts: found.value.accounts.iter().map(WireBalance::of).collect(),
            totals: totals.collect(),
            balanced: found.value.is_balanced(),
            position: found.value.position,
            as_of_position: found.as_of_position,
        }
    }
}
