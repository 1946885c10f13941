//! Proformas: what an invoice would say, shown before there is one.
//!
//! Guarantees: nobody owes anything for a proforma and nothing is posted; it becomes an invoice
//! once, by command or because it is paid.

use axum::Json;
use axum::extract::State;
use billfold_app::commands::proformas::{
    ConvertProforma, IssueProforma, PayProforma, WithdrawProforma,
};
use billfold_domain::invoice::Particulars;
use billfold_domain::kernel::{ClientId, InvoiceId, Money, ProformaId};
use billfold_domain::proforma::Proforma;
use billfold_projections::Projection;
use billfold_projections::proforma_list::{self, ProformaList, ProformaRow, ProformaStatus};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::invoices::{InvoiceIssued, WireReason};
use crate::answer::{Answer, Changed, Stamp, Versioned};
use crate::auth::{InvoicesRead, InvoicesWrite, May, PaymentsWrite};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, Ident, IfMatch, ListOf};
use crate::state::ApiState;
use crate::v1::parameters::{IfMatchHeader, Reason};
use crate::wire::{Page, Paging, WireLine, WireMoney, WireTaxGroup, sort};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list_proformas, issue_proforma))
        .routes(routes!(read_proforma))
        .routes(routes!(convert_proforma))
        .routes(routes!(pay_proforma))
        .routes(routes!(withdraw_proforma))
}

/// Lists proformas, latest first.
#[utoipa::path(
    get, path = "", tag = "proformas", params(ListProformas, Paging),
    responses((status = 200, body = Page<WireProforma>)),
)]
async fn list_proformas(
    State(state): State<ApiState>,
    May(caller, _): May<InvoicesRead>,
    ListOf(query, part): ListOf<ListProformas>,
) -> Result<Json<Page<WireProforma>>, Problem> {
    let wanted = part.wanted()?;
    let filter = query.read()?;
    state.reach(ProformaList::NAME, part.min_position).await?;
    let (reads, order) = (state.reads(), ProformaSort::order(query.sort));
    let page = proforma_list::page(reads, caller.tenant, &filter, order, &wanted).await?;
    Ok(Json(Page::of(page, WireProforma::from)))
}

/// Makes a proforma of a draft invoice; the draft ends with it.
#[utoipa::path(
    post, path = "", tag = "proformas", request_body = NewProforma,
    responses((status = 201, body = ProformaIssued)),
)]
async fn issue_proforma(
    State(state): State<ApiState>,
    May(caller, _): May<InvoicesWrite>,
    key: IdempotencyKey,
    Body(new): Body<NewProforma>,
) -> Result<Answer<ProformaIssued>, Problem> {
    let mut check = Check::default();
    let invoice_id = check.id::<InvoiceId>("/invoice_id", &new.invoice_id);
    let valid_until = check.optional_date("/valid_until", new.valid_until);
    let (Some(invoice_id), Some(valid_until)) = (invoice_id, valid_until) else {
        return Err(check.problem());
    };
    let particulars = Particulars {
        buyer_reference: new.buyer_reference,
        order_reference: new.order_reference,
        exemption: new.exemption_reason.map(WireReason::read),
        evidence: Vec::new(),
    };
    let issue = IssueProforma { invoice_id, valid_until, particulars };
    let done = state.command(&caller, &key, issue).await?;
    let id = done.answer.proforma_id;
    let body = ProformaIssued {
        id: id.to_string(),
        number: done.answer.number.clone(),
        issue_date: done.answer.issue_date,
        total: done.answer.total.into(),
        stamp: Stamp::of(&done, id.uuid()),
    };
    Ok(Answer::of(&done, id.uuid(), body).made_at(format!("/api/v1/proformas/{id}")))
}

/// Reads one proforma.
#[utoipa::path(
    get, path = "/{id}", tag = "proformas",
    params(("id" = String, Path, example = "prf_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 200, body = ProformaDetail)),
)]
async fn read_proforma(
    State(state): State<ApiState>,
    May(caller, _): May<InvoicesRead>,
    Ident(id): Ident<ProformaId>,
) -> Result<Versioned<ProformaDetail>, Problem> {
    let (proforma, version) = state.door().load::<Proforma>(caller.tenant, id.uuid()).await?;
    let body = ProformaDetail::of(id, &proforma, version).ok_or_else(Problem::not_found)?;
    Ok(Versioned { body, version })
}

/// Makes an invoice of a proforma, dated today.
#[utoipa::path(
    post, path = "/{id}/convert", tag = "proformas",
    params(("id" = String, Path, example = "prf_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 201, body = InvoiceIssued)),
)]
async fn convert_proforma(
    State(state): State<ApiState>,
    May(caller, _): May<InvoicesWrite>,
    Ident(proforma_id): Ident<ProformaId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
) -> Result<Answer<InvoiceIssued>, Problem> {
    let done = state.change(&caller, &key, seen, ConvertProforma { proforma_id }).await?;
    let id = done.answer.invoice_id;
    let body = InvoiceIssued::of(&done.answer, Stamp::of(&done, id.uuid()));
    Ok(Answer::of(&done, id.uuid(), body).made_at(format!("/api/v1/invoices/{id}")))
}

/// Records that a proforma was paid, which makes an invoice of it, dated today.
///
/// What arrived beyond its total becomes the client's credit; less is refused.
#[utoipa::path(
    post, path = "/{id}/pay", tag = "proformas", request_body = PayProformaBody,
    params(("id" = String, Path, example = "prf_01kchkq7w7fc9r6a8b9c0d1e2f")),
    responses((status = 201, body = ProformaPaid)),
)]
async fn pay_proforma(
    State(state): State<ApiState>,
    May(caller, _): May<PaymentsWrite>,
    Ident(proforma_id): Ident<ProformaId>,
    key: IdempotencyKey,
    Body(pay): Body<PayProformaBody>,
) -> Result<Answer<ProformaPaid>, Problem> {
    let done = state.command(&caller, &key, pay.read(proforma_id)?).await?;
    let id = done.answer.payment_id;
    let body = ProformaPaid {
        id: id.to_string(),
        invoice_id: done.answer.invoice.invoice_id.to_string(),
        invoice_number: done.answer.invoice.number.clone(),
        total: done.answer.invoice.total.into(),
        to_credit: done.answer.to_credit.into(),
        stamp: Stamp::of(&done, id.uuid()),
    };
    Ok(Answer::of(&done, id.uuid(), body).made_at(format!("/api/v1/payments/{id}")))
}

/// Withdraws a proforma: nobody is to pay it any more.
#[utoipa::path(
    post, path = "/{id}/withdraw", tag = "proformas", request_body = Reason,
    params(("id" = String, Path, example = "prf_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
async fn withdraw_proforma(
    State(state): State<ApiState>,
    May(caller, _): May<InvoicesWrite>,
    Ident(proforma_id): Ident<ProformaId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(reason): Body<Reason>,
) -> Result<Answer<Changed>, Problem> {
    let withdraw = WithdrawProforma { proforma_id, reason: reason.read()? };
    let done = state.change(&caller, &key, seen, withdraw).await?;
    Ok(Answer::plain(&done, proforma_id, proforma_id.uuid()))
}

sort!(ProformaSort, "issue_date", "-issue_date");

/// Which proformas are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListProformas {
    /// Who would be billed.
    #[param(example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")]
    client_id: Option<String>,
    /// What became of it.
    #[param(inline)]
    status: Option<WireProformaStatus>,
    /// Order of the list; `-` in front means latest first, which is usual.
    #[param(inline)]
    sort: Option<ProformaSort>,
}

impl ListProformas {
    fn read(&self) -> Result<proforma_list::Filter, Problem> {
        let mut check = Check::query();
        let client = check.optional_id::<ClientId>("/client_id", self.client_id.as_deref());
        let client = client.ok_or_else(|| check.problem())?;
        Ok(proforma_list::Filter { client, status: self.status.map(ProformaStatus::from) })
    }
}

/// What became of a proforma.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ProformaStatus)]
enum WireProformaStatus {
    /// It waits to be paid.
    Open,
    /// It is an invoice.
    Converted,
    /// Nobody is to pay it any more.
    Withdrawn,
}

impl From<WireProformaStatus> for ProformaStatus {
    fn from(status: WireProformaStatus) -> Self {
        match status {
            WireProformaStatus::Open => Self::Open,
            WireProformaStatus::Converted => Self::Converted,
            WireProformaStatus::Withdrawn => Self::Withdrawn,
        }
    }
}

impl From<ProformaStatus> for WireProformaStatus {
    fn from(status: ProformaStatus) -> Self {
        match status {
            ProformaStatus::Open => Self::Open,
            ProformaStatus::Converted => Self::Converted,
            ProformaStatus::Withdrawn => Self::Withdrawn,
        }
    }
}

/// A proforma in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = Proforma)]
struct WireProforma {
    /// Its id.
    #[schema(example = "prf_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// Its number as printed.
    #[schema(example = "PRO-2026-000001")]
    number: String,
    /// What became of it.
    status: WireProformaStatus,
    /// Who would be billed.
    client_id: String,
    /// Its date.
    issue_date: NaiveDate,
    /// The last day on which it is meant to be paid.
    valid_until: Option<NaiveDate>,
    /// What an invoice would come to.
    total: Option<WireMoney>,
    /// The invoice it became.
    invoice_id: Option<String>,
}

impl From<ProformaRow> for WireProforma {
    fn from(row: ProformaRow) -> Self {
        Self {
            id: row.proforma_id.to_string(),
            number: row.number,
            status: row.status.into(),
            client_id: row.client_id.to_string(),
            issue_date: row.issue_date,
            valid_until: row.valid_until,
            total: Money::try_new(row.total, row.currency).ok().map(WireMoney::from),
            invoice_id: row.invoice_id.map(|invoice| invoice.to_string()),
        }
    }
}

/// One proforma.
#[derive(Serialize, ToSchema)]
struct ProformaDetail {
    /// Its id.
    #[schema(example = "prf_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// Its number as printed.
    #[schema(example = "PRO-2026-000001")]
    number: String,
    /// What became of it.
    status: WireProformaStatus,
    /// Who would be billed.
    client_id: String,
    /// The order it is about.
    order_id: Option<String>,
    /// Its date.
    issue_date: NaiveDate,
    /// The last day on which it is meant to be paid.
    valid_until: Option<NaiveDate>,
    /// The lines, numbered from 1.
    lines: Vec<WireLine>,
    /// Tax by category, rate and country, as an invoice would have it.
    tax_groups: Vec<WireTaxGroup>,
    /// Sum of the lines.
    net: WireMoney,
    /// Sum of the taxes.
    tax: WireMoney,
    /// Net and tax.
    total: WireMoney,
    /// The invoice it became.
    invoice_id: Option<String>,
    /// The number of that invoice.
    invoice_number: Option<String>,
    /// Its version, as in `ETag`.
    version: i64,
}

impl ProformaDetail {
    fn of(id: ProformaId, proforma: &Proforma, version: i64) -> Option<Self> {
        let document = proforma.document()?;
        let (status, invoice) = match proforma {
            Proforma::Absent => return None,
            Proforma::Open(_) => (WireProformaStatus::Open, None),
            Proforma::Withdrawn { .. } => (WireProformaStatus::Withdrawn, None),
            Proforma::Converted { invoice_id, invoice_number, .. } => {
                let invoice = (invoice_id.to_string(), invoice_number.clone());
                (WireProformaStatus::Converted, Some(invoice))
            }
        };
        let (invoice_id, invoice_number) = invoice.unzip();
        Some(Self {
            id: id.to_string(),
            number: document.number.text.clone(),
            status,
            client_id: document.client_id.to_string(),
            order_id: document.order_id.map(|order| order.to_string()),
            issue_date: document.issue_date,
            valid_until: document.valid_until,
            lines: document.lines.iter().map(WireLine::from).collect(),
            tax_groups: document.tax_groups.iter().map(WireTaxGroup::from).collect(),
            net: document.net.into(),
            tax: document.tax.into(),
            total: document.total.into(),
            invoice_id,
            invoice_number,
            version,
        })
    }
}

/// A draft that becomes a proforma.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewProforma {
    /// The draft invoice; it ends with the proforma.
    #[schema(example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f")]
    invoice_id: String,
    /// The last day on which it is meant to be paid; the draft's due date if absent.
    valid_until: Option<NaiveDate>,
    /// What the buyer wants to find on the invoice (BT-10); no personal data.
    #[schema(max_length = 100)]
    buyer_reference: Option<String>,
    /// Number of the buyer's order (BT-13).
    #[schema(max_length = 100)]
    order_reference: Option<String>,
    /// Why lines of category E have no tax; needed where there are any.
    exemption_reason: Option<WireReason>,
}

/// The proforma is issued.
#[derive(Serialize, ToSchema)]
struct ProformaIssued {
    /// Which.
    #[schema(example = "prf_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// Its number as printed.
    #[schema(example = "PRO-2026-000001")]
    number: String,
    /// Its date.
    issue_date: NaiveDate,
    /// What an invoice would come to.
    total: WireMoney,
    /// Version and position.
    #[serde(flatten)]
    stamp: Stamp,
}

/// Money that arrived for a proforma.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PayProformaBody {
    /// What arrived; what the proforma asks for if absent, and no less.
    amount: Option<WireMoney>,
    /// `manual_bank` or `manual_cash`.
    #[schema(example = "manual_bank", pattern = "^(manual_bank|manual_cash)$")]
    method: String,
    /// The bank's own name for it; one payment has it.
    #[schema(max_length = 200)]
    reference: Option<String>,
    /// The day it arrived; today if absent, not in the future.
    received_on: Option<NaiveDate>,
}

impl PayProformaBody {
    fn read(self, proforma_id: ProformaId) -> Result<PayProforma, Problem> {
        let mut check = Check::default();
        let amount = match &self.amount {
            None => Some(None),
            Some(amount) => amount.read(&mut check, "/amount").map(Some),
        };
        let method = check.text("/method", &self.method, 40);
        let reference = check.optional_text("/reference", self.reference.as_deref(), 200);
        let received_on = check.optional_date("/received_on", self.received_on);
        check.finish()?;
        match (amount, method, received_on) {
            (Some(amount), Some(method), Some(received_on)) => {
                Ok(PayProforma { proforma_id, amount, method, reference, received_on })
            }
            _ => Err(Problem::bug()),
        }
    }
}

/// A proforma was paid and is an invoice now.
#[derive(Serialize, ToSchema)]
struct ProformaPaid {
    /// The payment.
    #[schema(example = "pay_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// The invoice it became.
    #[schema(example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f")]
    invoice_id: String,
    /// Its number as printed.
    #[schema(example = "INV-2026-000001")]
    invoice_number: String,
    /// What it asked for.
    total: WireMoney,
    /// What became the client's credit.
    to_credit: WireMoney,
    /// Version and position.
    #[serde(flatten)]
    stamp: Stamp,
}
