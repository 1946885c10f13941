//! What happened to an invoice: its payments, its events, the document as it was issued.

use axum::Json;
use axum::extract::State;
use billfold_app::vault::{Opened, field};
use billfold_domain::invoice::{Invoice, InvoiceEvent, IssuedInvoice};
use billfold_domain::kernel::{InvoiceId, Money, TenantId};
use billfold_domain::schema::{Event, decode};
use billfold_projections::event_index::{self, EventIndex, Stored};
use billfold_projections::payment_list::{self, AllocationRow, PaymentList};
use billfold_projections::{Order, Projection, Wanted};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::debit::WireDebitCorrection;
use super::settle::WireReason;
use crate::auth::{Clients, InvoicesRead, Within};
use crate::problem::{Kind, Problem};
use crate::receive::Filter;
use crate::state::ApiState;
use crate::v1::history::{WireEvent, reveal};
use crate::v1::parameters::Fresh;
use crate::v1::tax_rates::WireTaxEvidence;
use crate::wire::{Page, Paging, WireContact, WireLetterhead, WireLine, WireMoney, WireTaxGroup};

/// The kind of stream an invoice is.
const STREAM: &str = "invoice";

/// Lists what paid an invoice, oldest first.
#[utoipa::path(
    get, path = "/{id}/payments", tag = "invoices",
    params(("id" = String, Path, example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f"), Fresh),
    responses((status = 200, body = InvoicePayments)),
)]
pub(super) async fn list_invoice_payments(
    State(state): State<ApiState>,
    Within(caller, id, _): Within<Clients<InvoicesRead>, InvoiceId>,
    Filter(query): Filter<Fresh>,
) -> Result<Json<InvoicePayments>, Problem> {
    must_exist(&state, caller.tenant, id).await?;
    state.reach(PaymentList::NAME, query.min_position).await?;
    let rows = payment_list::of_invoice(state.reads(), caller.tenant, id).await?;
    let items = rows.value.iter().map(WireAllocation::of).collect::<Option<_>>();
    Ok(Json(InvoicePayments {
        items: items.ok_or_else(Problem::bug)?,
        as_of_position: rows.as_of_position,
    }))
}

/// Lists everything that ever happened to an invoice, oldest first.
#[utoipa::path(
    get, path = "/{id}/events", tag = "invoices",
    params(("id" = String, Path, example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f"), Paging),
    responses((status = 200, body = Page<WireEvent>)),
)]
pub(super) async fn list_invoice_events(
    State(state): State<ApiState>,
    Within(caller, id, _): Within<InvoicesRead, InvoiceId>,
    Filter(part): Filter<Paging>,
) -> Result<Json<Page<WireEvent>>, Problem> {
    let wanted = part.wanted()?;
    must_exist(&state, caller.tenant, id).await?;
    state.reach(EventIndex::NAME, part.min_position).await?;
    let mut page = event_index::page(state.reads(), caller.tenant, &of_stream(id), &wanted).await?;
    reveal(&state, caller.tenant, &mut page.value.rows).await?;
    Ok(Json(Page::of(page, WireEvent::from)))
}

/// Reads the document as it was issued: seller, buyer, lines and taxes of that day.
///
/// It never changes. The buyer is null once the law no longer asks to keep it and the client was
/// erased.
#[utoipa::path(
    get, path = "/{id}/document", tag = "invoices",
    params(("id" = String, Path, example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f"), Fresh),
    responses((status = 200, body = IssuedDocument)),
)]
pub(super) async fn read_document(
    State(state): State<ApiState>,
    Within(caller, id, _): Within<Clients<InvoicesRead>, InvoiceId>,
    Filter(query): Filter<Fresh>,
) -> Result<Json<IssuedDocument>, Problem> {
    must_exist(&state, caller.tenant, id).await?;
    state.reach(EventIndex::NAME, query.min_position).await?;
    let filter = event_index::Filter { types: vec!["invoice.issued".to_owned()], ..of_stream(id) };
    let wanted = Wanted { limit: 1, ..Wanted::default() };
    let found = event_index::page(state.reads(), caller.tenant, &filter, &wanted).await?;
    let event = found.value.rows.first().ok_or_else(|| {
        Problem::new(Kind::State, "invoice.not_issued", "a draft is no document yet")
    })?;
    let issued = issued_in(event)?;
    let buyer = match &issued.buyer {
        None => None,
        Some(sealed) => {
            let vault = state.door().vault();
            let opened = vault.open(caller.tenant, field::INVOICE_BUYER, sealed).await;
            match opened.map_err(billfold_app::Error::from)? {
                Opened::Clear(card) => Some(WireContact::from(card)),
                Opened::Erased => None,
            }
        }
    };
    Ok(Json(IssuedDocument::of(id, &issued, buyer, event.position)))
}

fn of_stream(id: InvoiceId) -> event_index::Filter {
    event_index::Filter {
        stream: Some((STREAM.to_owned(), Some(id.uuid()))),
        order: Order::Ascending,
        ..event_index::Filter::default()
    }
}

async fn must_exist(state: &ApiState, tenant: TenantId, id: InvoiceId) -> Result<(), Problem> {
    match state.door().load::<Invoice>(tenant, id.uuid()).await? {
        (Invoice::Absent, _) => Err(Problem::not_found()),
        _ => Ok(()),
    }
}

fn issued_in(event: &Stored) -> Result<Box<IssuedInvoice>, Problem> {
    let Stored { aggregate_type, event_type, event_version, payload, .. } = event;
    match decode(aggregate_type, event_type, event_version, payload.as_bytes()) {
        Ok(Event::Invoice(InvoiceEvent::Issued(issued))) => Ok(issued),
        _ => {
            tracing::error!(position = event.position, "the event is no issued invoice");
            Err(Problem::bug())
        }
    }
}

/// What paid an invoice.
#[derive(Serialize, ToSchema)]
pub(super) struct InvoicePayments {
    /// Oldest first.
    items: Vec<WireAllocation>,
    /// The log position it was built from.
    as_of_position: i64,
}

/// A part of a payment that paid an invoice.
#[derive(Serialize, ToSchema)]
#[schema(as = Allocation)]
pub(super) struct WireAllocation {
    /// The payment.
    #[schema(example = "pay_01kchkq7w7fc9r6a8b9c0d1e2f")]
    payment_id: String,
    /// Which allocation of the payment, from 1.
    allocation_no: i64,
    /// How much.
    amount: WireMoney,
    /// The day it counts from.
    allocated_on: NaiveDate,
    /// The log position of the event.
    position: i64,
}

impl WireAllocation {
    fn of(row: &AllocationRow) -> Option<Self> {
        Some(Self {
            payment_id: row.payment_id.to_string(),
            allocation_no: row.allocation_no,
            amount: Money::try_new(row.amount, row.currency).ok()?.into(),
            allocated_on: row.allocated_on,
            position: row.position,
        })
    }
}

/// A document as it was issued.
#[derive(Serialize, ToSchema)]
pub(super) struct IssuedDocument {
    /// Which invoice.
    invoice_id: String,
    /// Its kind by UNTDID 1001 (BT-3): 380 for an invoice, 383 for a debit correction.
    #[schema(example = 380)]
    type_code: u16,
    /// The invoice it corrects upwards, if it does.
    corrects: Option<WireDebitCorrection>,
    /// Its number as printed.
    #[schema(example = "INV-2026-000001")]
    number: String,
    /// The day of issue.
    issue_date: NaiveDate,
    /// Last day to pay.
    due_date: NaiveDate,
    /// Who bills, as of that day.
    seller: WireSeller,
    /// Who is billed, as of that day.
    buyer: Option<WireContact>,
    /// The client.
    client_id: String,
    /// The order it bills.
    order_id: Option<String>,
    /// The lines.
    lines: Vec<WireLine>,
    /// Tax by category, rate and country.
    tax_groups: Vec<WireTaxGroup>,
    /// Sum of the lines.
    net: WireMoney,
    /// Sum of the taxes.
    tax: WireMoney,
    /// Net and tax.
    total: WireMoney,
    /// What the buyer wants to find on it.
    buyer_reference: Option<String>,
    /// Number of the buyer's order.
    order_reference: Option<String>,
    /// Why lines of category E have no tax.
    exemption_reason: Option<WireReason>,
    /// The rates and facts behind the taxes that were looked up.
    tax_evidence: Vec<WireTaxEvidence>,
    /// The log position of the event that issued it.
    position: i64,
}

/// A seller as documents name it.
#[derive(Serialize, ToSchema)]
#[schema(as = Seller)]
pub(super) struct WireSeller {
    /// Legal name.
    name: String,
    /// Where it is established.
    country: String,
    /// Tax number.
    vat_id: Option<String>,
    /// Where it is reached and paid; null on documents of before that was said.
    letterhead: Option<WireLetterhead>,
}

impl IssuedDocument {
    fn of(
        id: InvoiceId,
        issued: &IssuedInvoice,
        buyer: Option<WireContact>,
        position: i64,
    ) -> Self {
        Self {
            invoice_id: id.to_string(),
            type_code: issued.type_code(),
            corrects: issued.corrects.as_ref().map(WireDebitCorrection::from),
            number: issued.number.text.clone(),
            issue_date: issued.issue_date,
            due_date: issued.due_date,
            seller: WireSeller {
                name: issued.seller.name.clone(),
                country: issued.seller.country.code().to_owned(),
                vat_id: issued.seller.vat_id.clone(),
                letterhead: issued.seller.letterhead.as_deref().map(WireLetterhead::from),
            },
            buyer,
            client_id: issued.client_id.to_string(),
            order_id: issued.order_id.map(|order| order.to_string()),
            lines: issued.lines.iter().map(WireLine::from).collect(),
            tax_groups: issued.tax_groups.iter().map(WireTaxGroup::from).collect(),
            net: issued.net.into(),
            tax: issued.tax.into(),
            total: issued.total.into(),
            buyer_reference: issued.particulars.buyer_reference.clone(),
            order_reference: issued.particulars.order_reference.clone(),
            exemption_reason: issued.particulars.exemption.as_ref().map(WireReason::from),
            tax_evidence: issued.particulars.evidence.iter().map(Into::into).collect(),
            position,
        }
    }
}
