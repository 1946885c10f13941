//! The number register: every number of a series in order, with its document, and whether one is
//! missing (EVT-12).

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_domain::role::Permission;
use billfold_projections::number_register::{self, Gap, NumberRow, Register, Series};
use serde::Deserialize;

use super::list::{Chip, Pager, address, wanted};
use crate::error::PageError;
use crate::layout::Shell;
use crate::router::page;
use crate::show;
use crate::state::WebState;
use crate::view::{Amount, Badge, Day, Tone};
use crate::visitor::Visitor;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/number_register.html")]
pub(crate) struct NumberRegister {
    /// The frame.
    pub(crate) shell: Shell,
    /// Every series.
    pub(crate) chips: Vec<Chip>,
    /// What holds for the series that is shown; none while no number was taken.
    pub(crate) check: Option<Check>,
    /// Its numbers, in their order.
    pub(crate) rows: Vec<NumberLine>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
}

/// Whether a series is complete.
#[derive(Clone, Debug)]
pub(crate) struct Check {
    /// Its name.
    pub(crate) series: String,
    /// `complete from 1 to 42`.
    pub(crate) summary: String,
    /// Whether every number was taken.
    pub(crate) complete: bool,
    /// Dates of the first and the last document.
    pub(crate) days: (Day, Day),
    /// What is missing: the numbers and why.
    pub(crate) gaps: Vec<(String, String)>,
}

/// A number and its document.
#[derive(Clone, Debug)]
pub(crate) struct NumberLine {
    /// The count within the series.
    pub(crate) number: i64,
    /// What is printed, and the page of the document.
    pub(crate) printed: (String, String),
    /// What took it.
    pub(crate) document: &'static str,
    /// Issued, or voided.
    pub(crate) status: Badge,
    /// The number of the credit note that took it back; empty when none did.
    pub(crate) voided_by: String,
    /// Its date.
    pub(crate) day: Day,
    /// Whose, with the page.
    pub(crate) client: (String, String),
    /// With tax.
    pub(crate) total: Amount,
    /// The event.
    pub(crate) position: i64,
}

const PATH: &str = "/admin/number-register";

/// The register's address.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(register))
}

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Wishes {
    series: String,
    cursor: String,
}

async fn register(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(wishes): Query<Wishes>,
) -> Result<Response, PageError> {
    state.must(&visitor, Permission::InvoicesRead)?;
    let (tenant, wanted) = (visitor.tenant(), wanted(&wishes.cursor)?);
    let all = number_register::series(state.reads(), tenant).await?;
    let name = chosen(&all.value, &wishes.series);
    let of = (name.as_str(), None);
    let found = number_register::page(state.reads(), tenant, of, &wanted).await?.value;
    let this = |cursor: &str| address(PATH, &[("series", &name), ("cursor", cursor)]);
    let (rows, check, next) = match found {
        Some(register) => {
            let check = Check::of(&register.series, &register.gaps);
            let rows = rows(&state, &visitor, &register).await?;
            (rows, Some(check), register.page.next)
        }
        None => (Vec::new(), None, None),
    };
    let chip = |series: &Series| Chip {
        label: series.series.clone(),
        count: Some(series.count),
        href: address(PATH, &[("series", &series.series)]),
        on: series.series == name,
    };
    page(&NumberRegister {
        shell: visitor.shell(&state, PATH, all.as_of_position).await?,
        chips: all.value.iter().map(chip).collect(),
        check,
        pager: Pager {
            text: format!("{} numbers on this page", rows.len()),
            newer: (!wishes.cursor.is_empty()).then(|| this("")),
            older: next.map(|next| this(&next.to_string())),
        },
        rows,
    })
}

/// The series that is asked for, or the one with the latest document.
fn chosen(all: &[Series], asked: &str) -> String {
    if !asked.is_empty() {
        return asked.to_owned();
    }
    let latest = all.iter().max_by_key(|series| (series.last_date, series.count));
    latest.map_or_else(String::new, |series| series.series.clone())
}

impl Check {
    fn of(series: &Series, gaps: &[Gap]) -> Self {
        let numbers = |gap: &Gap| match gap.from == gap.to {
            true => gap.from.to_string(),
            false => format!("{} to {}", gap.from, gap.to),
        };
        Self {
            series: series.series.clone(),
            summary: crate::fields::sentence(&series.summary()),
            complete: series.is_complete(),
            days: (Day(series.first_date), Day(series.last_date)),
            gaps: gaps.iter().map(|gap| (numbers(gap), gap.explanation())).collect(),
        }
    }
}

async fn rows(
    state: &WebState,
    visitor: &Visitor,
    register: &Register,
) -> Result<Vec<NumberLine>, PageError> {
    let clients = register.page.rows.iter().map(|row| row.client_id);
    let names = state.names().clients(visitor.tenant(), clients).await?;
    let line = |row: &NumberRow| {
        let is_note = row.document == "credit_note";
        let by = register.voided.iter().find(|(invoice, _)| row.invoice_id == Some(*invoice));
        let by = by.filter(|_| !is_note).map(|(_, note)| note.clone());
        NumberLine {
            number: row.number,
            printed: (row.printed.clone(), href(row)),
            document: match row.document.as_str() {
                "credit_note" => "Credit note",
                "debit_correction" => "Debit correction",
                "proforma" => "Proforma",
                _ => "Invoice",
            },
            status: match by {
                Some(_) => Badge::new(Tone::Grey, "Voided"),
                None => Badge::new(Tone::Green, "Issued"),
            },
            voided_by: by.unwrap_or_default(),
            day: Day(row.issue_date),
            client: (
                names.get(&row.client_id).cloned().unwrap_or_default(),
                format!("/admin/clients/{}", row.client_id),
            ),
            total: show::minor(row.total, row.currency),
            position: row.last_position,
        }
    };
    Ok(register.page.rows.iter().map(line).collect())
}

/// The page of a document.
fn href(row: &NumberRow) -> String {
    match row.invoice_id {
        Some(invoice) => format!("/admin/invoices/{invoice}"),
        None if row.document == "proforma" => {
            let proforma = billfold_domain::kernel::ProformaId::new(row.document_id);
            format!("/admin/proformas/{proforma}")
        }
        None => {
            let note = billfold_domain::kernel::CreditNoteId::new(row.document_id);
            format!("/admin/credit-notes/{note}")
        }
    }
}
