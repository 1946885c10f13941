//! What a client owes and has.

use axum::Json;
use axum::extract::State;
use billfold_domain::kernel::{ClientId, TenantId};
use billfold_projections::Projection;
use billfold_projections::client_list::{self, ClientBalanceRow, ClientList};
use serde::Serialize;
use utoipa::ToSchema;

use super::read::must_exist;
use crate::auth::{ClientsRead, Within};
use crate::problem::Problem;
use crate::receive::Filter;
use crate::state::ApiState;
use crate::v1::ledger::money;
use crate::v1::parameters::Fresh;
use crate::wire::WireMoney;

/// Reads what a client owes and has, per currency.
#[utoipa::path(
    get, path = "/{id}/balance", tag = "clients",
    params(("id" = String, Path, example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f"), Fresh),
    responses((status = 200, body = ClientBalance)),
)]
pub(super) async fn read_balance(
    State(state): State<ApiState>,
    Within(caller, id, _): Within<ClientsRead, ClientId>,
    Filter(query): Filter<Fresh>,
) -> Result<Json<ClientBalance>, Problem> {
    must_exist(&state, caller.tenant, id).await?;
    balance_of(&state, caller.tenant, id, query.min_position).await.map(Json)
}

/// What a client owes and has, at a position or later.
pub(in crate::v1) async fn balance_of(
    state: &ApiState,
    tenant: TenantId,
    id: ClientId,
    min_position: Option<i64>,
) -> Result<ClientBalance, Problem> {
    state.reach(ClientList::NAME, min_position).await?;
    let rows = client_list::balances(state.reads(), tenant, &[id]).await?;
    let balances = rows.value.iter().map(CurrencyBalance::of).collect::<Option<_>>();
    Ok(ClientBalance {
        client_id: id.to_string(),
        balances: balances.ok_or_else(Problem::bug)?,
        as_of_position: rows.as_of_position,
    })
}

/// What a client owes and has.
#[derive(Serialize, ToSchema)]
pub(in crate::v1) struct ClientBalance {
    /// Whose.
    client_id: String,
    /// One per currency that was ever used.
    balances: Vec<CurrencyBalance>,
    /// The log position it was built from.
    as_of_position: i64,
}

/// The account of a client in one currency.
#[derive(Serialize, ToSchema)]
pub(super) struct CurrencyBalance {
    /// What the client owes.
    receivable: WireMoney,
    /// What the client has in credit.
    credit: WireMoney,
    /// Money of the client that nobody has matched yet.
    unapplied: WireMoney,
    /// Ever invoiced, with tax.
    invoiced: WireMoney,
    /// Ever taken back by credit notes, with tax.
    credited: WireMoney,
    /// Ever received.
    collected: WireMoney,
    /// Number of invoices issued.
    invoices: i64,
    /// Number of payments received.
    payments: i64,
}

impl CurrencyBalance {
    fn of(row: &ClientBalanceRow) -> Option<Self> {
        let money = |minor| money(minor, row.currency);
        Some(Self {
            receivable: money(row.receivable)?,
            credit: money(row.credit)?,
            unapplied: money(row.unapplied)?,
            invoiced: money(row.invoiced)?,
            credited: money(row.credited)?,
            collected: money(row.collected)?,
            invoices: row.invoices,
            payments: row.payments,
        })
    }
}
