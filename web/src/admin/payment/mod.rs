//! One payment: what arrived, where its money lies, what went back, and what may be done now.

mod actions;

use std::collections::HashMap;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use billfold_domain::kernel::{InvoiceId, PaymentId, TenantId};
use billfold_domain::payment::{Payment, SettledPayment};
use billfold_domain::role::Permission;
use billfold_projections::invoice_list;
use billfold_projections::payment_list::{
    self, AllocationRow, DisputeRow, PaymentRow, RefundRow, RefundStatus,
};

use super::confirm::Action;
use super::payments::{PATH, status_of};
use super::timeline::{self, Happened};
use crate::error::PageError;
use crate::layout::Shell;
use crate::reach::Needs;
use crate::router::page;
use crate::show;
use crate::state::WebState;
use crate::view::{Amount, Badge, Day, Ident, Tone};
use crate::visitor::Visitor;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/payment.html")]
pub(crate) struct PaymentPage {
    /// The frame.
    pub(crate) shell: Shell,
    /// What arrived or was asked for.
    pub(crate) amount: Amount,
    /// How it stands.
    pub(crate) status: Badge,
    /// Whose, with the page.
    pub(crate) client: (String, String),
    /// Through what it came.
    pub(crate) gateway: String,
    /// The identifier.
    pub(crate) id: Ident,
    /// The day it arrived or was tried.
    pub(crate) received: Day,
    /// The bank's or gateway's own name for it.
    pub(crate) reference: Ident,
    /// Why it was refused; empty if it was not.
    pub(crate) refused: String,
    /// Where its money lies, by place; places without money are left out.
    pub(crate) places: Vec<(&'static str, Amount)>,
    /// What it paid, oldest first.
    pub(crate) allocations: Vec<Allocated>,
    /// What was promised back, oldest first.
    pub(crate) refunds: Vec<Refunded>,
    /// What the client's bank took back, oldest first.
    pub(crate) disputes: Vec<Disputed>,
    /// What happened, newest first.
    pub(crate) timeline: Vec<Happened>,
    /// What may be done now.
    pub(crate) actions: Vec<Action>,
}

/// A part that paid an invoice.
#[derive(Clone, Debug)]
pub(crate) struct Allocated {
    /// The number of the invoice, with the page.
    pub(crate) invoice: (String, String),
    /// The business day.
    pub(crate) day: Day,
    /// How much.
    pub(crate) amount: Amount,
    /// What of it still pays.
    pub(crate) left: Amount,
    /// The event.
    pub(crate) position: i64,
}

/// Money promised back.
#[derive(Clone, Debug)]
pub(crate) struct Refunded {
    /// Counts the refunds from 1.
    pub(crate) no: i64,
    /// How it stands.
    pub(crate) status: Badge,
    /// The day it was promised.
    pub(crate) requested: Day,
    /// Why it was promised, and why it could not be sent.
    pub(crate) why: String,
    /// The gateway's own name for it.
    pub(crate) reference: Ident,
    /// How much.
    pub(crate) amount: Amount,
}

/// Money the client's bank took back.
#[derive(Clone, Debug)]
pub(crate) struct Disputed {
    /// Counts the disputes from 1.
    pub(crate) no: i64,
    /// How it stands.
    pub(crate) status: Badge,
    /// The day it was opened.
    pub(crate) opened: Day,
    /// What the bank said.
    pub(crate) why: String,
    /// The gateway's own name for it.
    pub(crate) reference: Ident,
    /// What was taken out of the payment.
    pub(crate) amount: Amount,
}

/// The payment's addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route("/admin/payments/{id}", get(show_payment)).merge(actions::routes())
}

async fn show_payment(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let id: PaymentId = id.parse().map_err(|_| PageError::NotFound)?;
    state.must_hold(&visitor, Needs::of_own(Permission::PaymentsRead), id).await?;
    let tenant = visitor.tenant();
    let found = payment_list::find(state.reads(), tenant, id).await?;
    let (row, allocations) = found.value.ok_or(PageError::NotFound)?;
    let (payment, _) = state.door().load::<Payment>(tenant, id.uuid()).await?;
    let back = payment_list::returned(state.reads(), tenant, id).await?.value;
    let mut names = state.names().clients(tenant, [row.client_id]).await?;
    page(&PaymentPage {
        shell: visitor.shell(&state, PATH, found.as_of_position).await?,
        amount: show::minor(row.amount, row.currency),
        status: status_of(&row),
        client: (
            names.remove(&row.client_id).unwrap_or_default(),
            format!("/admin/clients/{}", row.client_id),
        ),
        gateway: show::gateway(&row.gateway),
        id: Ident(id.to_string()),
        received: Day(row.received_on),
        reference: Ident(row.reference.clone().unwrap_or_default()),
        refused: row.reason.clone().unwrap_or_default(),
        places: places(&row),
        allocations: allocated(&state, tenant, &allocations, payment.settled()).await?,
        refunds: back.refunds.iter().map(refunded).collect(),
        disputes: back.disputes.iter().map(disputed).collect(),
        timeline: timeline::of(&state, &visitor, "payment", id.uuid()).await?,
        actions: Action::open(actions::actions(&format!("{PATH}/{id}"), &payment), &visitor),
    })
}

/// Where the money lies; the parts sum to what arrived.
fn places(row: &PaymentRow) -> Vec<(&'static str, Amount)> {
    [
        ("On invoices", row.allocated),
        ("Client's credit", row.credit),
        ("Unapplied", row.unapplied),
        ("Promised back", row.refunding),
        ("Sent back", row.refunded),
        ("Disputed, undecided", row.disputed),
        ("Lost in a dispute", row.lost),
    ]
    .into_iter()
    .filter(|(_, amount)| *amount != 0)
    .map(|(place, amount)| (place, show::minor(amount, row.currency)))
    .collect()
}

async fn allocated(
    state: &WebState,
    tenant: TenantId,
    rows: &[AllocationRow],
    settled: Option<&SettledPayment>,
) -> Result<Vec<Allocated>, PageError> {
    let ids: Vec<InvoiceId> = rows.iter().map(|row| row.invoice_id).collect();
    let numbers: HashMap<_, _> =
        invoice_list::numbers(state.reads(), tenant, &ids).await?.value.into_iter().collect();
    let left = |row: &AllocationRow| {
        let settled = settled?;
        let part = settled.allocations.iter().find(|part| i64::from(part.no) == row.allocation_no);
        settled.left_of(part?).ok()
    };
    let shown = |row: &AllocationRow| Allocated {
        invoice: (
            numbers.get(&row.invoice_id).cloned().unwrap_or_else(|| "Invoice".to_owned()),
            format!("/admin/invoices/{}", row.invoice_id),
        ),
        day: Day(row.allocated_on),
        amount: show::minor(row.amount, row.currency),
        left: left(row).map_or_else(|| show::minor(row.amount, row.currency), show::money),
        position: row.position,
    };
    Ok(rows.iter().map(shown).collect())
}

fn refunded(row: &RefundRow) -> Refunded {
    let status = match row.status {
        RefundStatus::Requested => Badge::new(Tone::Amber, "Promised"),
        RefundStatus::Sent => Badge::new(Tone::Green, "Sent"),
        RefundStatus::Failed => Badge::new(Tone::Red, "Failed"),
    };
    let why = row.failure.as_ref().map_or_else(
        || row.reason.clone(),
        |failure| format!("{}; not sent: {failure}", row.reason),
    );
    Refunded {
        no: row.refund_no,
        status,
        requested: Day(row.requested_on),
        why,
        reference: Ident(row.reference.clone().unwrap_or_default()),
        amount: show::minor(row.amount, row.currency),
    }
}

fn disputed(row: &DisputeRow) -> Disputed {
    let status = if row.undecided > 0 {
        Badge::new(Tone::Amber, "Undecided")
    } else if row.lost > 0 {
        Badge::new(Tone::Red, "Lost")
    } else {
        Badge::new(Tone::Green, "Won")
    };
    Disputed {
        no: row.dispute_no,
        status,
        opened: Day(row.opened_on),
        why: row.reason.clone(),
        reference: Ident(row.reference.clone().unwrap_or_default()),
        amount: show::minor(row.amount, row.currency),
    }
}
