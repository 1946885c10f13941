//! The list of invoices.

use axum::Json;
use axum::extract::State;
use billfold_domain::invoice::InvoiceStatus;
use billfold_domain::kernel::{ClientId, Currency, InvoiceId};
use billfold_projections::invoice_list::{self, InvoiceList, InvoiceRow, Sort};
use billfold_projections::{Order, Projection, Scope};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::read::WireInvoiceStatus;
use crate::auth::{Clients, InvoicesRead, Scoped};
use crate::problem::Problem;
use crate::receive::{Check, ListOf};
use crate::state::ApiState;
use crate::wire::{Page, Paging, WireMoney};

/// Lists invoices, drafts included.
#[utoipa::path(
    get, path = "", tag = "invoices", params(ListInvoices, Paging),
    responses((status = 200, body = Page<WireInvoice>)),
)]
pub(super) async fn list_invoices(
    State(state): State<ApiState>,
    Scoped(caller, scope, _): Scoped<Clients<InvoicesRead>>,
    ListOf(query, part): ListOf<ListInvoices>,
) -> Result<Json<Page<WireInvoice>>, Problem> {
    let wanted = part.wanted()?;
    let today = state.today(caller.tenant).await?;
    let filter = query.read(today, scope)?;
    state.reach_within(scope, InvoiceList::NAME, part.min_position).await?;
    let order = query.sort.unwrap_or(InvoiceSort::Latest).order();
    let page = invoice_list::page(state.reads(), caller.tenant, &filter, order, &wanted).await?;
    Ok(Json(Page::of(page, |row| WireInvoice::of(&row, today))))
}

/// Which invoices are wanted; each condition given must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListInvoices {
    /// How it stands today: one status, or several with commas between. All if absent.
    #[param(example = "open,overdue", pattern = "^[a-z_]+(,[a-z_]+){0,8}$")]
    status: Option<String>,
    /// Who is billed.
    #[param(example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")]
    client_id: Option<String>,
    /// The invoice they correct upwards.
    #[param(example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f")]
    corrects: Option<String>,
    /// Currency; ISO 4217.
    #[param(example = "EUR", pattern = "^[A-Z]{3}$")]
    currency: Option<String>,
    /// Part of the number.
    #[param(example = "2026-0000", max_length = 60)]
    number: Option<String>,
    /// First day of issue; drafts have none and are left out then.
    issued_from: Option<NaiveDate>,
    /// Last day of issue.
    issued_to: Option<NaiveDate>,
    /// First due date.
    due_from: Option<NaiveDate>,
    /// Last due date.
    due_to: Option<NaiveDate>,
    /// Order of the list; `-` in front means largest or latest first.
    #[param(inline)]
    sort: Option<InvoiceSort>,
}

/// The order of a list of invoices.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
enum InvoiceSort {
    #[serde(rename = "issue_date")]
    Earliest,
    #[serde(rename = "-issue_date")]
    Latest,
    #[serde(rename = "due_date")]
    DueFirst,
    #[serde(rename = "-due_date")]
    DueLast,
    #[serde(rename = "number")]
    NumberUp,
    #[serde(rename = "-number")]
    NumberDown,
    #[serde(rename = "total")]
    Smallest,
    #[serde(rename = "-total")]
    Largest,
    #[serde(rename = "balance_due")]
    LeastOwed,
    #[serde(rename = "-balance_due")]
    MostOwed,
}

impl InvoiceSort {
    fn order(self) -> (Sort, Order) {
        match self {
            Self::Earliest => (Sort::IssueDate, Order::Ascending),
            Self::Latest => (Sort::IssueDate, Order::Descending),
            Self::DueFirst => (Sort::DueDate, Order::Ascending),
            Self::DueLast => (Sort::DueDate, Order::Descending),
            Self::NumberUp => (Sort::Number, Order::Ascending),
            Self::NumberDown => (Sort::Number, Order::Descending),
            Self::Smallest => (Sort::Total, Order::Ascending),
            Self::Largest => (Sort::Total, Order::Descending),
            Self::LeastOwed => (Sort::BalanceDue, Order::Ascending),
            Self::MostOwed => (Sort::BalanceDue, Order::Descending),
        }
    }
}

impl ListInvoices {
    fn read(&self, today: NaiveDate, scope: Scope) -> Result<invoice_list::Filter, Problem> {
        let mut check = Check::query();
        let status = self.statuses(&mut check);
        let client = check.optional_id::<ClientId>("/client_id", self.client_id.as_deref());
        let corrects = check.optional_id::<InvoiceId>("/corrects", self.corrects.as_deref());
        let currency = check.optional("/currency", self.currency.as_deref(), Currency::parse);
        let number = check.optional_text("/number", self.number.as_deref(), 60);
        check.optional_date("/issued_from", self.issued_from);
        check.optional_date("/issued_to", self.issued_to);
        check.optional_date("/due_from", self.due_from);
        check.optional_date("/due_to", self.due_to);
        check.finish()?;
        Ok(invoice_list::Filter {
            scope,
            issued_only: matches!(scope, Scope::Only(_)),
            today,
            status,
            client: client.flatten(),
            corrects: corrects.flatten(),
            currency: currency.flatten(),
            number,
            issued_from: self.issued_from,
            issued_to: self.issued_to,
            due_from: self.due_from,
            due_to: self.due_to,
        })
    }

    fn statuses(&self, check: &mut Check) -> Vec<InvoiceStatus> {
        let words = self.status.iter().flat_map(|text| text.split(','));
        let known = |word: &str| InvoiceStatus::ALL.into_iter().find(|one| one.word() == word);
        let mut statuses = Vec::new();
        for word in words {
            match known(word) {
                Some(status) => statuses.push(status),
                None => check.wrong("/status", "status.unknown", "holds a word that is no status"),
            }
        }
        statuses
    }
}

/// An invoice in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = Invoice)]
pub(super) struct WireInvoice {
    /// Its id.
    #[schema(example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// How it stands today.
    status: WireInvoiceStatus,
    /// Who is billed.
    client_id: String,
    /// The order it bills.
    order_id: Option<String>,
    /// The invoice it corrects upwards, if it does.
    #[schema(example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f")]
    corrects: Option<String>,
    /// Its number; null for a draft.
    #[schema(example = "INV-2026-000001")]
    number: Option<String>,
    /// Number of the credit note that took it back.
    credit_note: Option<String>,
    /// The day of issue.
    issue_date: Option<NaiveDate>,
    /// Last day to pay.
    due_date: Option<NaiveDate>,
    /// The day nothing was owed any more.
    settled_on: Option<NaiveDate>,
    /// Sum of the lines.
    net: Option<WireMoney>,
    /// Tax; zero for a draft, whose tax is decided at issue.
    tax: Option<WireMoney>,
    /// Net and tax.
    total: Option<WireMoney>,
    /// Paid so far.
    paid: Option<WireMoney>,
    /// Still owed.
    balance_due: Option<WireMoney>,
}

impl WireInvoice {
    fn of(row: &InvoiceRow, today: NaiveDate) -> Self {
        let money = |minor| row.money(minor).map(WireMoney::from);
        Self {
            id: row.invoice_id.to_string(),
            status: row.status(today).map_or(WireInvoiceStatus::Discarded, Into::into),
            client_id: row.client_id.to_string(),
            order_id: row.order_id.map(|order| order.to_string()),
            corrects: row.corrects.map(|corrected| corrected.to_string()),
            number: row.number.clone(),
            credit_note: row.credit_note.clone(),
            issue_date: row.issue_date,
            due_date: row.due_date,
            settled_on: row.settled_on,
            net: money(row.net),
            tax: money(row.tax),
            total: money(row.total),
            paid: money(row.paid),
            balance_due: money(row.balance_due),
        }
    }
}
