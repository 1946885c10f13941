//! Dunning cases: which unpaid invoice is at which stage, and what comes next.

use std::collections::HashMap;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use billfold_domain::kernel::{ClientId, InvoiceId, TenantId};
use billfold_domain::role::Permission;
use billfold_projections::Order;
use billfold_projections::dunning_case_list::{self, CaseRow as Found, CaseStatus, Filter};
use billfold_projections::invoice_list::{self, InvoiceRow};
use serde::Deserialize;

use super::words;
use crate::admin::list::{Chip, Pager, address, wanted};
use crate::error::PageError;
use crate::layout::Shell;
use crate::router::page;
use crate::show;
use crate::state::WebState;
use crate::view::{Amount, Badge, Day};
use crate::visitor::Visitor;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/dunning/cases.html")]
pub(crate) struct Cases {
    /// The frame.
    pub(crate) shell: Shell,
    /// By status.
    pub(crate) chips: Vec<Chip>,
    /// The latest first.
    pub(crate) rows: Vec<CaseRow>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
}

/// One case.
#[derive(Clone, Debug)]
pub(crate) struct CaseRow {
    /// Its page.
    pub(crate) href: String,
    /// The number of its invoice.
    pub(crate) invoice: String,
    /// Whose, with the page.
    pub(crate) client: (String, String),
    /// How it stands.
    pub(crate) status: Badge,
    /// The last stage taken.
    pub(crate) stage: String,
    /// The first day of the next one.
    pub(crate) next: Option<Day>,
    /// The day it began.
    pub(crate) opened: Day,
    /// What is still owed.
    pub(crate) balance: Option<Amount>,
    /// The newest event about it.
    pub(crate) position: i64,
}

/// The list's address.
pub(in crate::admin) const PATH: &str = "/admin/dunning";

/// The list's address.
pub(super) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(list))
}

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Wishes {
    status: String,
    client: String,
    cursor: String,
}

impl Wishes {
    fn filter(&self) -> Result<Filter, PageError> {
        let client = match self.client.as_str() {
            "" => None,
            text => Some(text.parse::<ClientId>().map_err(|_| PageError::NotFound)?),
        };
        let status = match self.status.as_str() {
            "all" => Vec::new(),
            "" => CaseStatus::ALL.into_iter().filter(|one| *one != CaseStatus::Stopped).collect(),
            word => vec![CaseStatus::parse(word).ok_or(PageError::NotFound)?],
        };
        Ok(Filter { status, client, ..Filter::default() })
    }

    fn chips(&self) -> Vec<Chip> {
        let chip = |(label, word): (&str, &str)| Chip {
            label: label.to_owned(),
            count: None,
            href: self.address(word, ""),
            on: self.status == word,
        };
        let words = [
            ("Under way", ""),
            ("Promised", "promised"),
            ("Disputed", "disputed"),
            ("Held", "held"),
            ("Stopped", "stopped"),
            ("All", "all"),
        ];
        words.map(chip).to_vec()
    }

    fn address(&self, status: &str, cursor: &str) -> String {
        address(PATH, &[("status", status), ("client", &self.client), ("cursor", cursor)])
    }
}

async fn list(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(wishes): Query<Wishes>,
) -> Result<Response, PageError> {
    state.must(&visitor, Permission::InvoicesRead)?;
    let (tenant, wanted) = (visitor.tenant(), wanted(&wishes.cursor)?);
    let (filter, order) = (wishes.filter()?, Order::Descending);
    let found = dunning_case_list::page(state.reads(), tenant, &filter, order, &wanted).await?;
    let rows = rows(&state, tenant, &found.value.rows).await?;
    page(&Cases {
        shell: visitor.shell(&state, PATH, found.as_of_position).await?,
        chips: wishes.chips(),
        pager: Pager {
            text: format!("{} cases on this page", rows.len()),
            newer: (!wishes.cursor.is_empty()).then(|| wishes.address(&wishes.status, "")),
            older: found.value.next.map(|next| wishes.address(&wishes.status, &next.to_string())),
        },
        rows,
    })
}

async fn rows(
    state: &WebState,
    tenant: TenantId,
    found: &[Found],
) -> Result<Vec<CaseRow>, PageError> {
    let names = state.names().clients(tenant, found.iter().map(|row| row.client_id)).await?;
    let ids: Vec<InvoiceId> = found.iter().map(|row| row.invoice_id).collect();
    let invoices = invoice_list::some(state.reads(), tenant, &ids).await?.value;
    let invoices: HashMap<InvoiceId, InvoiceRow> =
        invoices.into_iter().map(|row| (row.invoice_id, row)).collect();
    let row = |row: &Found| {
        let invoice = invoices.get(&row.invoice_id);
        CaseRow {
            href: format!("{PATH}/{}", row.case_id),
            invoice: invoice
                .and_then(|invoice| invoice.number.clone())
                .unwrap_or_else(|| "Invoice".to_owned()),
            client: (
                names.get(&row.client_id).cloned().unwrap_or_default(),
                format!("/admin/clients/{}", row.client_id),
            ),
            status: words::status(row.status),
            stage: row.stage.as_deref().map(show::words).unwrap_or_default(),
            next: row.next_stage_on.map(Day),
            opened: Day(row.opened_on),
            balance: invoice.map(|invoice| show::minor(invoice.balance_due, invoice.currency)),
            position: row.last_position,
        }
    };
    Ok(found.iter().map(row).collect())
}
