//! One invoice: now, or as it was known at a past position or instant (INV-28).

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use billfold_domain::invoice::{Document, DraftInvoice, Invoice, InvoiceStatus};
use billfold_domain::kernel::InvoiceId;
use billfold_projections::invoice_list::InvoiceList;
use billfold_projections::{AsOf, Projection};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::debit::WireDebitCorrection;
use crate::answer::Versioned;
use crate::auth::{Clients, InvoicesRead, Within};
use crate::problem::Problem;
use crate::receive::Filter;
use crate::state::ApiState;
use crate::v1::parameters::{as_of, position_of};
use crate::wire::{WireLine, WireMoney, WireTaxGroup};

/// Reads one invoice.
///
/// Without `as_of` the answer is the newest state, whatever the read side has reached.
#[utoipa::path(
    get, path = "/{id}", tag = "invoices",
    params(("id" = String, Path, example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f"), When),
    responses((status = 200, body = InvoiceDetail)),
)]
pub(super) async fn read_invoice(
    State(state): State<ApiState>,
    Within(caller, id, _): Within<Clients<InvoicesRead>, InvoiceId>,
    Filter(query): Filter<When>,
) -> Result<Response, Problem> {
    let past = as_of(query.as_of.as_deref())?;
    let tenant = caller.tenant;
    let today = match past {
        AsOf::Instant(instant) => state.door().settings(tenant).await?.day_of(instant),
        AsOf::Now | AsOf::Position(_) => state.today(tenant).await?,
    };
    let today = query.on.unwrap_or(today);
    if past == AsOf::Now {
        let (invoice, version) = state.door().load::<Invoice>(tenant, id.uuid()).await?;
        let body = InvoiceDetail::of(id, &invoice, version, today)?;
        return Ok(Versioned { body, version }.into_response());
    }
    let position = position_of(&state, tenant, InvoiceList::NAME, past).await?;
    let (invoice, version) =
        state.door().load_as_of::<Invoice>(tenant, id.uuid(), position).await?;
    let mut body = InvoiceDetail::of(id, &invoice, version, today)?;
    body.as_of_position = Some(position);
    Ok(axum::Json(body).into_response())
}

/// When the invoice is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct When {
    /// As known at this log position or instant; now if absent.
    #[param(example = "2026-03-01T12:00:00Z")]
    as_of: Option<String>,
    /// The day of the question, on which being late depends; the day of `as_of`, or today, if
    /// absent.
    on: Option<NaiveDate>,
}

/// How an invoice stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = InvoiceStatus)]
pub(super) enum WireInvoiceStatus {
    /// Being written.
    Draft,
    /// Issued, nothing paid, not late.
    Open,
    /// Issued, something paid, not late.
    PartiallyPaid,
    /// Nothing is owed.
    Paid,
    /// Something is owed after the due date.
    Overdue,
    /// Taken back by a credit note.
    Void,
    /// Paid, and the money was sent back.
    Refunded,
    /// Given up.
    Uncollectible,
    /// A draft that was thrown away.
    Discarded,
}

impl From<InvoiceStatus> for WireInvoiceStatus {
    fn from(status: InvoiceStatus) -> Self {
        match status {
            InvoiceStatus::Draft => Self::Draft,
            InvoiceStatus::Open => Self::Open,
            InvoiceStatus::PartiallyPaid => Self::PartiallyPaid,
            InvoiceStatus::Paid => Self::Paid,
            InvoiceStatus::Overdue => Self::Overdue,
            InvoiceStatus::Void => Self::Void,
            InvoiceStatus::Refunded => Self::Refunded,
            InvoiceStatus::Uncollectible => Self::Uncollectible,
        }
    }
}

/// One invoice.
#[derive(Serialize, ToSchema)]
pub(super) struct InvoiceDetail {
    /// Its id.
    #[schema(example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// How it stands on the day of the question.
    status: WireInvoiceStatus,
    /// Who is billed; null for a discarded draft.
    client_id: Option<String>,
    /// The order it bills, while it is a draft.
    order_id: Option<String>,
    /// The invoice it corrects upwards, if it does.
    corrects: Option<WireDebitCorrection>,
    /// Its number; null for a draft.
    #[schema(example = "INV-2026-000001")]
    number: Option<String>,
    /// The day of issue.
    issue_date: Option<NaiveDate>,
    /// Last day to pay.
    due_date: Option<NaiveDate>,
    /// The lines.
    lines: Vec<WireLine>,
    /// Tax by category, rate and country.
    tax_groups: Vec<WireTaxGroup>,
    /// Sum of the lines.
    net: Option<WireMoney>,
    /// Sum of the taxes.
    tax: Option<WireMoney>,
    /// Net and tax.
    total: Option<WireMoney>,
    /// What is still owed; null for a draft, which owes nobody anything.
    balance_due: Option<WireMoney>,
    /// The day it was settled, voided or given up.
    closed_on: Option<NaiveDate>,
    /// What paid it.
    payments: Vec<AppliedPayment>,
    /// The coupons that were applied to it as a draft; those of subscriptions are read there.
    #[schema(example = json!(["cpn_01kchkq7w7fc9r6a8b9c0d1e2f"]))]
    coupons: Vec<String>,
    /// Its version, as in `ETag`.
    version: i64,
    /// The log position of a past answer; null for the present.
    as_of_position: Option<i64>,
}

/// A part of a payment that paid an invoice.
#[derive(Serialize, ToSchema)]
pub(super) struct AppliedPayment {
    /// The payment.
    #[schema(example = "pay_01kchkq7w7fc9r6a8b9c0d1e2f")]
    payment_id: String,
    /// Which allocation of the payment, from 1.
    allocation_no: u32,
    /// How much.
    amount: WireMoney,
}

impl InvoiceDetail {
    fn of(
        id: InvoiceId,
        invoice: &Invoice,
        version: i64,
        today: NaiveDate,
    ) -> Result<Self, Problem> {
        let mut body = Self::blank(id, version);
        match invoice {
            Invoice::Absent => return Err(Problem::not_found()),
            Invoice::Discarded => return Ok(body),
            Invoice::Draft(draft) => body.write_draft(draft)?,
            Invoice::Open(document) => body.write_document(document),
            Invoice::Settled { document, on }
            | Invoice::Void { document, on }
            | Invoice::Uncollectible { document, on } => {
                body.write_document(document);
                body.closed_on = Some(*on);
                if !matches!(invoice, Invoice::Settled { .. }) {
                    let none = billfold_domain::kernel::Money::zero(document.total.currency());
                    body.balance_due = Some(none.into());
                }
            }
        }
        body.status = invoice.status(today).map_or(WireInvoiceStatus::Discarded, Into::into);
        Ok(body)
    }

    fn blank(id: InvoiceId, version: i64) -> Self {
        Self {
            id: id.to_string(),
            status: WireInvoiceStatus::Discarded,
            client_id: None,
            order_id: None,
            corrects: None,
            number: None,
            issue_date: None,
            due_date: None,
            lines: Vec::new(),
            tax_groups: Vec::new(),
            net: None,
            tax: None,
            total: None,
            balance_due: None,
            closed_on: None,
            payments: Vec::new(),
            coupons: Vec::new(),
            version,
            as_of_position: None,
        }
    }

    fn write_draft(&mut self, draft: &DraftInvoice) -> Result<(), Problem> {
        let coupons = draft.coupons.iter().map(|coupon| coupon.coupon_id.to_string());
        self.coupons = coupons.collect();
        let totals = draft.totals();
        let totals = totals.map_err(|no| Problem::from(billfold_app::Refused::of(&no)))?;
        self.client_id = Some(draft.client_id.to_string());
        self.order_id = draft.order_id.map(|order| order.to_string());
        self.due_date = draft.due_date;
        self.lines = draft.lines.iter().map(WireLine::from).collect();
        self.tax_groups = totals.tax_groups.iter().map(WireTaxGroup::from).collect();
        self.net = Some(totals.net.into());
        self.tax = Some(totals.tax.into());
        self.total = Some(totals.total.into());
        Ok(())
    }

    fn write_document(&mut self, document: &Document) {
        self.coupons = document.coupons.iter().map(ToString::to_string).collect();
        self.client_id = Some(document.client_id.to_string());
        self.corrects = document.corrects.as_ref().map(WireDebitCorrection::from);
        self.number = Some(document.number.clone());
        self.issue_date = Some(document.issue_date);
        self.due_date = Some(document.due_date);
        self.lines = document.lines.iter().map(WireLine::from).collect();
        self.tax_groups = document.tax_groups.iter().map(WireTaxGroup::from).collect();
        self.net = Some(document.net.into());
        self.tax = Some(document.tax.into());
        self.total = Some(document.total.into());
        self.balance_due = Some(document.balance_due.into());
        let applied = document.applied.iter().map(|applied| AppliedPayment {
            payment_id: applied.payment_id.to_string(),
            allocation_no: applied.allocation_no,
            amount: applied.amount.into(),
        });
        self.payments = applied.collect();
    }
}
