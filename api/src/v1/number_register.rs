//! The number register: every number of a series with its document, and whether one is missing
//! (EVT-12, INV-09, INV-10).
//!
//! Guarantees: what is said of a series follows from its numbers themselves. Absent on purpose:
//! numbers that other systems gave, which are of no series of ours.

use axum::Json;
use axum::extract::State;
use billfold_domain::kernel::{CreditNoteId, Money, ProformaId};
use billfold_projections::Projection;
use billfold_projections::invoice_list::InvoiceList;
use billfold_projections::number_register::{
    self, Gap, NumberRegister, NumberRow, Register, Series,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::{InvoicesRead, May};
use crate::problem::Problem;
use crate::receive::{Check, Filter, ListOf};
use crate::state::ApiState;
use crate::v1::parameters::Fresh;
use crate::wire::{Paging, Total, WireMoney};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(list_number_series)).routes(routes!(read_number_register))
}

/// Lists every series of numbers, each with whether it is complete.
#[utoipa::path(
    get, path = "/number-series", tag = "number register", params(Fresh),
    responses((status = 200, body = NumberSeriesList)),
)]
async fn list_number_series(
    State(state): State<ApiState>,
    May(caller, _): May<InvoicesRead>,
    Filter(fresh): Filter<Fresh>,
) -> Result<Json<NumberSeriesList>, Problem> {
    state.reach(NumberRegister::NAME, fresh.min_position).await?;
    let found = number_register::series(state.reads(), caller.tenant).await?;
    Ok(Json(NumberSeriesList {
        items: found.value.iter().map(WireSeries::from).collect(),
        as_of_position: found.as_of_position,
    }))
}

/// Lists the numbers of a series in their order, with what is missing between them.
#[utoipa::path(
    get, path = "/number-register", tag = "number register", params(OfSeries, Paging),
    responses((status = 200, body = WireRegister)),
)]
async fn read_number_register(
    State(state): State<ApiState>,
    May(caller, _): May<InvoicesRead>,
    ListOf(query, part): ListOf<OfSeries>,
) -> Result<Json<WireRegister>, Problem> {
    let wanted = part.wanted()?;
    let mut check = Check::query();
    let series = check.text("/series", &query.series, 100).ok_or_else(|| check.problem())?;
    state.reach(NumberRegister::NAME, part.min_position).await?;
    state.reach(InvoiceList::NAME, part.min_position).await?;
    let of = (series.as_str(), query.year);
    let found = number_register::page(state.reads(), caller.tenant, of, &wanted).await?;
    let as_of_position = found.as_of_position;
    Ok(Json(match found.value {
        Some(register) => WireRegister::of(register, as_of_position),
        None => WireRegister {
            check: None,
            items: Vec::new(),
            next_cursor: None,
            as_of_position,
            total: None,
        },
    }))
}

/// Which series is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OfSeries {
    /// The series; one that starts anew each year may be named without its year.
    #[param(example = "invoice/INV", min_length = 1, max_length = 100)]
    series: String,
    /// Numbers of this year only.
    #[param(example = 2026)]
    year: Option<i32>,
}

/// Every series of a seller.
#[derive(Serialize, ToSchema)]
#[schema(as = NumberSeriesList)]
struct NumberSeriesList {
    /// By name.
    items: Vec<WireSeries>,
    /// The log position it was built from.
    as_of_position: i64,
}

/// A series of numbers.
#[derive(Serialize, ToSchema)]
#[schema(as = NumberSeries)]
struct WireSeries {
    /// Its name: kind of document, prefix, and the year if it starts anew each year.
    #[schema(example = "invoice/INV/2026")]
    series: String,
    /// How many numbers were taken.
    count: i64,
    /// The lowest number.
    first: i64,
    /// The highest number.
    last: i64,
    /// Date of the first document.
    first_date: NaiveDate,
    /// Date of the last document.
    last_date: NaiveDate,
    /// Whether every number from 1 to the last was taken.
    complete: bool,
}

/// A part of a series, and what holds for all of it.
#[derive(Serialize, ToSchema)]
#[schema(as = NumberRegister)]
struct WireRegister {
    /// What holds for the series as a whole; null while no number of it was taken.
    check: Option<WireCheck>,
    /// The numbers, in their order.
    items: Vec<WireNumber>,
    /// Send it as `cursor` for the next page; null at the end of the list.
    #[schema(pattern = "^[A-Za-z0-9_-]{1,200}$", example = "323032362d30332d3031")]
    next_cursor: Option<String>,
    /// The log position this page was built from.
    as_of_position: i64,
    /// How many numbers all pages have; only if `total=true` asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<Total>,
}

/// Whether a series is complete.
#[derive(Serialize, ToSchema)]
#[schema(as = NumberCheck)]
struct WireCheck {
    /// The series.
    series: WireSeries,
    /// In words.
    #[schema(example = "complete from 1 to 42")]
    summary: String,
    /// Numbers that no document took, at most 100 of these.
    gaps: Vec<WireGap>,
}

/// Numbers that no document took.
#[derive(Serialize, ToSchema)]
#[schema(as = NumberGap)]
struct WireGap {
    /// The first of them.
    from: i64,
    /// The last of them.
    to: i64,
    /// `imported` when another store gave them before its history was imported; `unexplained`
    /// should never be seen.
    #[schema(example = "imported", pattern = "^(imported|unexplained)$")]
    reason: &'static str,
    /// In words.
    explanation: String,
}

/// A number and the document that took it.
#[derive(Serialize, ToSchema)]
#[schema(as = TakenNumber)]
struct WireNumber {
    /// The count within the series.
    number: i64,
    /// What is printed.
    #[schema(example = "INV-2026-000001")]
    printed: String,
    /// `invoice`, `debit_correction`, `credit_note` or `proforma`.
    #[schema(example = "invoice", pattern = "^(invoice|debit_correction|credit_note|proforma)$")]
    document: String,
    /// The invoice; null for a credit note of its own and for a proforma.
    invoice_id: Option<String>,
    /// The credit note; null for an invoice, and for a note that took one back whole.
    credit_note_id: Option<String>,
    /// The proforma, if it is one.
    proforma_id: Option<String>,
    /// Date of the document.
    issue_date: NaiveDate,
    /// Who was billed or credited.
    client_id: String,
    /// With tax.
    total: Option<WireMoney>,
    /// `issued`, or `voided` once a credit note took the whole invoice back.
    #[schema(example = "issued", pattern = "^(issued|voided)$")]
    status: &'static str,
    /// The number of that note.
    voided_by: Option<String>,
    /// The log position of the event that took it.
    position: i64,
}

impl From<&Series> for WireSeries {
    fn from(series: &Series) -> Self {
        Self {
            series: series.series.clone(),
            count: series.count,
            first: series.first,
            last: series.last,
            first_date: series.first_date,
            last_date: series.last_date,
            complete: series.is_complete(),
        }
    }
}

impl WireRegister {
    fn of(register: Register, as_of_position: i64) -> Self {
        let Register { series, gaps, page, voided } = register;
        let number = |row: &NumberRow| {
            let by = voided.iter().find(|(invoice, _)| {
                row.document != "credit_note" && row.invoice_id == Some(*invoice)
            });
            WireNumber::of(row, by.map(|(_, note)| note.clone()))
        };
        Self {
            check: Some(WireCheck {
                series: WireSeries::from(&series),
                summary: series.summary(),
                gaps: gaps.iter().map(WireGap::from).collect(),
            }),
            items: page.rows.iter().map(number).collect(),
            next_cursor: page.next.map(|cursor| cursor.to_string()),
            as_of_position,
            total: page.total.map(Total::from),
        }
    }
}

impl From<&Gap> for WireGap {
    fn from(gap: &Gap) -> Self {
        Self {
            from: gap.from,
            to: gap.to,
            reason: if gap.imported { "imported" } else { "unexplained" },
            explanation: gap.explanation(),
        }
    }
}

impl WireNumber {
    fn of(row: &NumberRow, voided_by: Option<String>) -> Self {
        let note = CreditNoteId::new(row.document_id);
        let is_proforma = row.document == "proforma";
        let is_own_note = row.invoice_id.is_none() && !is_proforma;
        Self {
            number: row.number,
            printed: row.printed.clone(),
            document: row.document.clone(),
            invoice_id: row.invoice_id.map(|invoice| invoice.to_string()),
            credit_note_id: is_own_note.then(|| note.to_string()),
            proforma_id: is_proforma.then(|| ProformaId::new(row.document_id).to_string()),
            issue_date: row.issue_date,
            client_id: row.client_id.to_string(),
            total: Money::try_new(row.total, row.currency).ok().map(WireMoney::from),
            status: if voided_by.is_some() { "voided" } else { "issued" },
            voided_by,
            position: row.last_position,
        }
    }
}
