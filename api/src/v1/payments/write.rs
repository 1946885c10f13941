//! Recording money that arrived, and matching what is left of it.

use axum::extract::State;
use billfold_app::commands::Done;
use billfold_app::commands::payments::{self, MatchPayment, Pays, RecordPayment, ShareOf};
use billfold_domain::kernel::{ClientId, InvoiceId, PaymentId};
use billfold_domain::payment::Source;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{Answer, Changed, Stamp};
use crate::auth::{PaymentsWrite, Scoped, must_hold};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey, Ident, IfMatch};
use crate::state::ApiState;
use crate::v1::parameters::IfMatchHeader;
use crate::wire::WireMoney;

/// Records money that arrived outside of any gateway.
///
/// Unless told otherwise it pays the client's open invoices, oldest first, and what is left becomes
/// the client's credit.
#[utoipa::path(
    post, path = "", tag = "payments", request_body = NewPayment,
    responses((status = 201, body = PaymentRecorded)),
)]
pub(super) async fn record_payment(
    State(state): State<ApiState>,
    Scoped(caller, scope, _): Scoped<PaymentsWrite>,
    key: IdempotencyKey,
    Body(new): Body<NewPayment>,
) -> Result<Answer<PaymentRecorded>, Problem> {
    let record = new.read()?;
    must_hold(&state, &caller, scope, record.client_id).await?;
    if let Pays::Invoices(shares) = &record.pays {
        for share in shares {
            must_hold(&state, &caller, scope, share.invoice_id).await?;
        }
    }
    let done = state.command(&caller, &key, record).await;
    // What a payment pays has two other names below.
    let named = |no: Problem| no.renamed("/pays", "/invoices").renamed("/allocations", "/invoices");
    let done = done.map_err(named)?;
    let id = done.answer.payment_id;
    let body = PaymentRecorded::of(&done);
    Ok(Answer::of(&done, id.uuid(), body).made_at(format!("/api/v1/payments/{id}")))
}

/// Matches money that nobody has matched, or credit that came from this payment, to an invoice.
#[utoipa::path(
    post, path = "/{id}/match", tag = "payments", request_body = Match,
    params(("id" = String, Path, example = "pay_01kchkq7w7fc9r6a8b9c0d1e2f"), IfMatchHeader),
    responses((status = 200, body = Changed)),
)]
pub(super) async fn match_payment(
    State(state): State<ApiState>,
    Scoped(caller, scope, _): Scoped<PaymentsWrite>,
    Ident(payment_id): Ident<PaymentId>,
    key: IdempotencyKey,
    IfMatch(seen): IfMatch,
    Body(ask): Body<Match>,
) -> Result<Answer<Changed>, Problem> {
    must_hold(&state, &caller, scope, payment_id).await?;
    let ask = ask.read(payment_id)?;
    must_hold(&state, &caller, scope, ask.invoice_id).await?;
    let done = state.change(&caller, &key, seen, ask).await?;
    Ok(Answer::plain(&done, payment_id, payment_id.uuid()))
}

/// A payment to be recorded.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPayment {
    /// Who paid.
    #[schema(example = "cli_01kchkq7w7fc9r6a8b9c0d1e2f")]
    client_id: String,
    /// What arrived.
    amount: WireMoney,
    /// How it came: `manual_bank` or `manual_cash`.
    #[schema(example = "manual_bank", max_length = 40)]
    method: String,
    /// The bank's own name for it; one payment has it.
    #[schema(example = "2026-03-05/0042", max_length = 200)]
    reference: Option<String>,
    /// The day it arrived; today at the seller's place if absent.
    received_on: Option<NaiveDate>,
    /// What it pays; the client's open invoices, oldest first, if absent.
    #[schema(max_items = 200)]
    invoices: Option<Vec<Share>>,
    /// Pays nothing yet; all of it stays unmatched. Not together with `invoices`.
    #[serde(default)]
    keep_unapplied: bool,
}

/// A share of a payment for one invoice.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Share {
    /// The invoice.
    #[schema(example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f")]
    invoice_id: String,
    /// How much; as much as is owed and left if absent.
    amount: Option<WireMoney>,
}

impl NewPayment {
    fn read(self) -> Result<RecordPayment, Problem> {
        let mut check = Check::default();
        let client_id = check.id::<ClientId>("/client_id", &self.client_id);
        let amount = self.amount.read(&mut check, "/amount");
        let method = check.text("/method", &self.method, 40);
        let reference = check.optional_text("/reference", self.reference.as_deref(), 200);
        let received_on = check.optional_date("/received_on", self.received_on);
        let pays = self.pays(&mut check);
        check.finish()?;
        match (client_id, amount, method, received_on) {
            (Some(client_id), Some(amount), Some(method), Some(received_on)) => Ok(RecordPayment {
                payment_id: None,
                client_id,
                amount,
                method,
                reference,
                received_on,
                pays,
            }),
            _ => Err(Problem::bug()),
        }
    }

    fn pays(&self, check: &mut Check) -> Pays {
        match (&self.invoices, self.keep_unapplied) {
            (None, false) => Pays::OldestFirst,
            (None, true) => Pays::Nothing,
            (Some(shares), keep) => {
                if keep {
                    let detail = "cannot be given together with keep_unapplied";
                    check.wrong("/invoices", "payment.pays_contradicts", detail);
                }
                let read =
                    |(at, share): (usize, &Share)| share.read(check, &format!("/invoices/{at}"));
                Pays::Invoices(shares.iter().enumerate().filter_map(read).collect())
            }
        }
    }
}

impl Share {
    fn read(&self, check: &mut Check, pointer: &str) -> Option<ShareOf> {
        let invoice_id = check.id::<InvoiceId>(&format!("{pointer}/invoice_id"), &self.invoice_id);
        let amount = match &self.amount {
            None => Some(None),
            Some(amount) => amount.read(check, &format!("{pointer}/amount")).map(Some),
        };
        Some(ShareOf { invoice_id: invoice_id?, amount: amount? })
    }
}

/// What of a payment to match to which invoice.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Match {
    /// The invoice.
    #[schema(example = "inv_01kchkq7w7fc9r6a8b9c0d1e2f")]
    invoice_id: String,
    /// How much.
    amount: WireMoney,
    /// Where the money lies.
    from: WireSource,
}

/// Where the part of a payment lies that no invoice has had yet.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Source)]
pub(super) enum WireSource {
    /// Money nobody has matched.
    Unapplied,
    /// The client's credit that came from this payment.
    Credit,
}

impl From<WireSource> for Source {
    fn from(source: WireSource) -> Self {
        match source {
            WireSource::Unapplied => Self::Unapplied,
            WireSource::Credit => Self::Credit,
        }
    }
}

impl Match {
    fn read(self, payment_id: PaymentId) -> Result<MatchPayment, Problem> {
        let mut check = Check::default();
        let invoice_id = check.id::<InvoiceId>("/invoice_id", &self.invoice_id);
        let amount = self.amount.read(&mut check, "/amount");
        let from = self.from.into();
        match (invoice_id, amount) {
            (Some(invoice_id), Some(amount)) => {
                Ok(MatchPayment { payment_id, invoice_id, amount, from })
            }
            _ => Err(check.problem()),
        }
    }
}

/// The payment is recorded.
#[derive(Serialize, ToSchema)]
pub(crate) struct PaymentRecorded {
    /// Its id.
    #[schema(example = "pay_01kchkq7w7fc9r6a8b9c0d1e2f")]
    id: String,
    /// What each invoice got.
    paid: Vec<Share>,
    /// What became the client's credit.
    to_credit: WireMoney,
    /// What nobody has matched.
    unapplied: WireMoney,
    /// Version and position.
    #[serde(flatten)]
    stamp: Stamp,
}

impl PaymentRecorded {
    /// The answer after a payment was recorded.
    pub(crate) fn of(done: &Done<payments::PaymentRecorded>) -> Self {
        let recorded = &done.answer;
        let share = |share: &ShareOf| Share {
            invoice_id: share.invoice_id.to_string(),
            amount: share.amount.map(WireMoney::from),
        };
        Self {
            id: recorded.payment_id.to_string(),
            paid: recorded.paid.iter().map(share).collect(),
            to_credit: recorded.to_credit.into(),
            unapplied: recorded.unapplied.into(),
            stamp: Stamp::of(done, recorded.payment_id.uuid()),
        }
    }
}
