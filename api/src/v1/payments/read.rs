//! Reads of payments.

use axum::Json;
use axum::extract::State;
use billfold_domain::kernel::{ClientId, Money, PaymentId};
use billfold_domain::payment::Payment;
use billfold_projections::payment_list::{
    self, AllocationRow, PaymentList, PaymentRow, PaymentStatus,
};
use billfold_projections::{Order, Projection, Scope};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Versioned;
use crate::auth::{Clients, PaymentsRead, Scoped, Within};
use crate::problem::{Kind, Problem};
use crate::receive::{Check, Filter, ListOf};
use crate::state::ApiState;
use crate::v1::parameters::Fresh;
use crate::wire::{Page, Paging, WireMoney, sort};

/// Lists payments by the day they arrived.
#[utoipa::path(
    get, path = "", tag = "payments", params(ListPayments, Paging),
    responses((status = 200, body = Page<WirePayment>)),
)]
pub(super) async fn list_payments(
    State(state): State<ApiState>,
    Scoped(caller, scope, _): Scoped<Clients<PaymentsRead>>,
    ListOf(query, part): ListOf<ListPayments>,
) -> Result<Json<Page<WirePayment>>, Problem> {
    let wanted = part.wanted()?;
    let (filter, order) = query.read(scope)?;
    state.reach_within(scope, PaymentList::NAME, part.min_position).await?;
    let page = payment_list::page(state.reads(), caller.tenant, &filter, order, &wanted).await?;
    Ok(Json(Page::of(page, |row| WirePayment::of(&row))))
}

/// Reads one payment and what it paid.
#[utoipa::path(
    get, path = "/{id}", tag = "payments",
    params(("id" = String, Path, example = "pay_01kchkq7w7fc9r6a8b9c0d1e2f"), Fresh),
    responses((status = 200, body = PaymentDetail)),
)]
pub(super) async fn read_payment(
    State(state): State<ApiState>,
    Within(caller, id, _): Within<Clients<PaymentsRead>, PaymentId>,
    Filter(query): Filter<Fresh>,
) -> Result<Versioned<PaymentDetail>, Problem> {
    let (payment, version) = state.door().load::<Payment>(caller.tenant, id.uuid()).await?;
    if payment == Payment::Absent {
        return Err(Problem::not_found());
    }
    state.reach(PaymentList::NAME, query.min_position).await?;
    let found = payment_list::find(state.reads(), caller.tenant, id).await?;
    let (row, allocations) = found.value.ok_or_else(|| {
        let detail = "the payment was recorded just now; read it with min_position";
        Problem::new(Kind::NotYet, "not_yet", detail).position(found.as_of_position)
    })?;
    let body = PaymentDetail {
        payment: WirePayment::of(&row),
        allocations: allocations.iter().filter_map(PaidInvoice::of).collect(),
        version,
        as_of_position: found.as_of_position,
    };
    Ok(Versioned { body, version })
}

/// Which payments are wanted; each condition given must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListPayments {
    /// Who paid.
    #[param(example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")]
    client_id: Option<String>,
    /// How it stands.
    #[param(inline)]
    status: Option<WirePaymentStatus>,
    /// How it came.
    #[param(example = "manual_bank", max_length = 40)]
    gateway: Option<String>,
    /// Only those of which something is unmatched.
    unapplied: Option<bool>,
    /// First day.
    from: Option<NaiveDate>,
    /// Last day.
    to: Option<NaiveDate>,
    /// Order of the list; `-` in front means latest first, which is usual.
    #[param(inline)]
    sort: Option<PaymentSort>,
}

sort!(PaymentSort, "received_on", "-received_on");

impl ListPayments {
    fn read(&self, scope: Scope) -> Result<(payment_list::Filter, Order), Problem> {
        let mut check = Check::query();
        let client = check.optional_id::<ClientId>("/client_id", self.client_id.as_deref());
        let gateway = check.optional_text("/gateway", self.gateway.as_deref(), 40);
        check.optional_date("/from", self.from);
        check.optional_date("/to", self.to);
        check.finish()?;
        let filter = payment_list::Filter {
            scope,
            client: client.flatten(),
            status: self.status.map(PaymentStatus::from),
            gateway,
            unapplied: self.unapplied.unwrap_or(false),
            from: self.from,
            to: self.to,
        };
        Ok((filter, PaymentSort::order(self.sort)))
    }
}

/// How a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PaymentStatus)]
pub(super) enum WirePaymentStatus {
    /// The gateway works on it.
    Pending,
    /// The client has to do something.
    ActionRequired,
    /// The gateway was asked and did not answer.
    Unknown,
    /// The money arrived.
    Settled,
    /// The gateway said no.
    Declined,
    /// A part of it was sent back.
    PartiallyRefunded,
    /// All of it was sent back.
    Refunded,
    /// The client's bank took something back, for now or for good.
    Disputed,
}

impl From<WirePaymentStatus> for PaymentStatus {
    fn from(status: WirePaymentStatus) -> Self {
        match status {
            WirePaymentStatus::Pending => Self::Pending,
            WirePaymentStatus::ActionRequired => Self::ActionRequired,
            WirePaymentStatus::Unknown => Self::Unknown,
            WirePaymentStatus::Settled => Self::Settled,
            WirePaymentStatus::Declined => Self::Declined,
            WirePaymentStatus::PartiallyRefunded => Self::PartiallyRefunded,
            WirePaymentStatus::Refunded => Self::Refunded,
            WirePaymentStatus::Disputed => Self::Disputed,
        }
    }
}

impl From<PaymentStatus> for WirePaymentStatus {
    fn from(status: PaymentStatus) -> Self {
        match status {
            PaymentStatus::Pending => Self::Pending,
            PaymentStatus::ActionRequired => Self::ActionRequired,
            PaymentStatus::Unknown => Self::Unknown,
            PaymentStatus::Settled => Self::Settled,
            PaymentStatus::Declined => Self::Declined,
            PaymentStatus::PartiallyRefunded => Self::PartiallyRefunded,
            PaymentStatus::Refunded => Self::Refunded,
            PaymentStatus::Disputed => Self::Disputed,
        }
    }
}

/// A payment.
#[derive(Serialize, ToSchema)]
#[schema(as = Payment)]
pub(super) struct WirePayment {
    /// Its id.
    #[schema(example = "pay_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// Who paid.
    client_id: String,
    /// How it stands.
    status: WirePaymentStatus,
    /// How it came.
    #[schema(example = "manual_bank")]
    gateway: String,
    /// The gateway's own name for it.
    reference: Option<String>,
    /// The day it arrived or was tried.
    received_on: NaiveDate,
    /// What arrived or was asked for.
    amount: Option<WireMoney>,
    /// What paid invoices.
    allocated: Option<WireMoney>,
    /// What is left of it in the client's credit.
    credit: Option<WireMoney>,
    /// What nobody has matched.
    unapplied: Option<WireMoney>,
    /// What the gateway said when it declined.
    reason: Option<String>,
}

impl WirePayment {
    fn of(row: &PaymentRow) -> Self {
        let money = |minor| Money::try_new(minor, row.currency).ok().map(WireMoney::from);
        Self {
            id: row.payment_id.to_string(),
            client_id: row.client_id.to_string(),
            status: row.status.into(),
            gateway: row.gateway.clone(),
            reference: row.reference.clone(),
            received_on: row.received_on,
            amount: money(row.amount),
            allocated: money(row.allocated),
            credit: money(row.credit),
            unapplied: money(row.unapplied),
            reason: row.reason.clone(),
        }
    }
}

/// One payment and what it paid.
#[derive(Serialize, ToSchema)]
pub(super) struct PaymentDetail {
    /// The payment.
    #[serde(flatten)]
    payment: WirePayment,
    /// What it paid.
    allocations: Vec<PaidInvoice>,
    /// Its version, as in `ETag`.
    version: i64,
    /// The log position it was built from.
    as_of_position: i64,
}

/// An invoice that a payment paid.
#[derive(Serialize, ToSchema)]
pub(super) struct PaidInvoice {
    /// Which allocation of the payment, from 1.
    no: i64,
    /// The invoice.
    #[schema(example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f")]
    invoice_id: String,
    /// How much.
    amount: WireMoney,
    /// The day it counts from.
    allocated_on: NaiveDate,
}

impl PaidInvoice {
    fn of(row: &AllocationRow) -> Option<Self> {
        Some(Self {
            no: row.allocation_no,
            invoice_id: row.invoice_id.to_string(),
            amount: Money::try_new(row.amount, row.currency).ok()?.into(),
            allocated_on: row.allocated_on,
        })
    }
}
