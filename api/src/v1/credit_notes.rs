//! Credit notes: what was given back.
//!
//! Guarantees: every numbered credit note is listed, also one that took a whole invoice back; that
//! one is read as its invoice. Absent on purpose: writing one, which the invoice or the
//! subscription it corrects does.

use axum::Json;
use axum::extract::State;
use billfold_domain::credit_note::{Corrected, CreditNote, IssuedNote, Offset};
use billfold_domain::kernel::{ClientId, CreditNoteId, Money};
use billfold_projections::credit_note_list::{self, CreditNoteList, CreditNoteRow};
use billfold_projections::{Projection, Scope};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::invoices::WireReason;
use crate::answer::Versioned;
use crate::auth::{Clients, InvoicesRead, Scoped, Within};
use crate::problem::Problem;
use crate::receive::{Check, ListOf};
use crate::state::ApiState;
use crate::wire::{Page, Paging, WireLine, WireMoney, WireTaxGroup, sort};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(list_credit_notes)).routes(routes!(read_credit_note))
}

/// Lists credit notes, latest first.
#[utoipa::path(
    get, path = "", tag = "credit notes", params(ListCreditNotes, Paging),
    responses((status = 200, body = Page<WireCreditNote>)),
)]
async fn list_credit_notes(
    State(state): State<ApiState>,
    Scoped(caller, scope, _): Scoped<Clients<InvoicesRead>>,
    ListOf(query, part): ListOf<ListCreditNotes>,
) -> Result<Json<Page<WireCreditNote>>, Problem> {
    let wanted = part.wanted()?;
    let filter = query.read(scope)?;
    state.reach_within(scope, CreditNoteList::NAME, part.min_position).await?;
    let (reads, order) = (state.reads(), CreditNoteSort::order(query.sort));
    let page = credit_note_list::page(reads, caller.tenant, &filter, order, &wanted).await?;
    Ok(Json(Page::of(page, WireCreditNote::from)))
}

/// Reads one credit note.
#[utoipa::path(
    get, path = "/{id}", tag = "credit notes",
    params(("id" = String, Path, example = "crn_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = CreditNoteDetail)),
)]
async fn read_credit_note(
    State(state): State<ApiState>,
    Within(caller, id, _): Within<Clients<InvoicesRead>, CreditNoteId>,
) -> Result<Versioned<CreditNoteDetail>, Problem> {
    let (note, version) = state.door().load::<CreditNote>(caller.tenant, id.uuid()).await?;
    let note = note.issued().ok_or_else(Problem::not_found)?;
    Ok(Versioned { body: CreditNoteDetail::of(id, note, version), version })
}

sort!(CreditNoteSort, "issue_date", "-issue_date");

/// Which credit notes are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListCreditNotes {
    /// Whose.
    #[param(example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")]
    client_id: Option<String>,
    /// First day.
    from: Option<NaiveDate>,
    /// Last day.
    to: Option<NaiveDate>,
    /// Order of the list; `-` in front means latest first, which is usual.
    #[param(inline)]
    sort: Option<CreditNoteSort>,
}

impl ListCreditNotes {
    fn read(&self, scope: Scope) -> Result<credit_note_list::Filter, Problem> {
        let mut check = Check::query();
        let client = check.optional_id::<ClientId>("/client_id", self.client_id.as_deref());
        let from = check.optional_date("/from", self.from);
        let to = check.optional_date("/to", self.to);
        match (client, from, to) {
            (Some(client), Some(from), Some(to)) => {
                Ok(credit_note_list::Filter { scope, client, from, to })
            }
            _ => Err(check.problem()),
        }
    }
}

/// A credit note in a list. Amounts count in favour of the client.
#[derive(Serialize, ToSchema)]
#[schema(as = CreditNote)]
struct WireCreditNote {
    /// Its id; null for one that took a whole invoice back.
    #[schema(example = "crn_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: Option<String>,
    /// The invoice it took back whole, if it did.
    voids: Option<String>,
    /// Its number as printed.
    #[schema(example = "CN-2026-000003")]
    number: String,
    /// Whose it is.
    client_id: String,
    /// Its date.
    issue_date: NaiveDate,
    /// Without tax.
    net: Option<WireMoney>,
    /// Tax on that.
    tax: Option<WireMoney>,
    /// With tax.
    total: Option<WireMoney>,
    /// What lowered unpaid invoices.
    offset: Option<WireMoney>,
    /// What became credit.
    to_credit: Option<WireMoney>,
    /// Why.
    reason: String,
}

impl From<CreditNoteRow> for WireCreditNote {
    fn from(row: CreditNoteRow) -> Self {
        let money = |minor| Money::try_new(minor, row.currency).ok().map(WireMoney::from);
        Self {
            id: row.voids.is_none().then(|| row.credit_note_id.to_string()),
            voids: row.voids.map(|invoice| invoice.to_string()),
            number: row.number,
            client_id: row.client_id.to_string(),
            issue_date: row.issue_date,
            net: money(row.net),
            tax: money(row.tax),
            total: money(row.total),
            offset: money(row.offset_amount),
            to_credit: money(row.to_credit),
            reason: row.reason,
        }
    }
}

/// One credit note. Amounts count in favour of the client.
#[derive(Serialize, ToSchema)]
struct CreditNoteDetail {
    /// Its id.
    #[schema(example = "crn_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// Its number as printed.
    number: String,
    /// Whose it is.
    client_id: String,
    /// Its date.
    issue_date: NaiveDate,
    /// The invoices it corrects.
    corrects: Vec<WireCorrected>,
    /// Why.
    reason: String,
    /// Why lines of category E have no tax.
    exemption_reason: Option<WireReason>,
    /// The lines, numbered from 1.
    lines: Vec<WireLine>,
    /// Tax by category, rate and country.
    tax_groups: Vec<WireTaxGroup>,
    /// Sum of the lines.
    net: WireMoney,
    /// Sum of the taxes.
    tax: WireMoney,
    /// Net and tax.
    total: WireMoney,
    /// What of it lowered which unpaid invoice.
    offsets: Vec<WireOffset>,
    /// What became credit.
    to_credit: WireMoney,
    /// Its version, as in `ETag`.
    version: i64,
}

/// An invoice that a note corrects.
#[derive(Serialize, ToSchema)]
#[schema(as = CorrectedInvoice)]
struct WireCorrected {
    /// Which invoice.
    invoice_id: String,
    /// Its number as printed.
    number: String,
    /// Its issue date.
    issue_date: NaiveDate,
}

/// What of a note lowered an unpaid invoice.
#[derive(Serialize, ToSchema)]
#[schema(as = CreditOffset)]
struct WireOffset {
    /// Which invoice.
    invoice_id: String,
    /// How much.
    amount: WireMoney,
}

impl CreditNoteDetail {
    fn of(id: CreditNoteId, note: &IssuedNote, version: i64) -> Self {
        let corrected = |corrected: &Corrected| WireCorrected {
            invoice_id: corrected.invoice_id.to_string(),
            number: corrected.number.clone(),
            issue_date: corrected.issue_date,
        };
        let offset = |offset: &Offset| WireOffset {
            invoice_id: offset.invoice_id.to_string(),
            amount: offset.amount.into(),
        };
        Self {
            id: id.to_string(),
            number: note.number.text.clone(),
            client_id: note.client_id.to_string(),
            issue_date: note.issue_date,
            corrects: note.corrects.iter().map(corrected).collect(),
            reason: note.reason.clone(),
            exemption_reason: note.exemption.as_ref().map(WireReason::from),
            lines: note.lines.iter().map(WireLine::from).collect(),
            tax_groups: note.tax_groups.iter().map(WireTaxGroup::from).collect(),
            net: note.net.into(),
            tax: note.tax.into(),
            total: note.total.into(),
            offsets: note.offsets.iter().map(offset).collect(),
            to_credit: note.to_credit.into(),
            version,
        }
    }
}
