//! Disputes. Evidence is given at PayPal; here a claim can be accepted, and looked at.

use async_trait::async_trait;
use billfold_app::ports::driver::{Call, CallFailure, Found, Why};
use billfold_app::ports::gateway::{DisputeReport, DisputeStage, Disputing, Evidence};
use billfold_domain::kernel::Money;

use super::checkout::no_name;
use super::client::{Answer, Api, Asking, after_the_act};
use super::wire::{Dispute, Movement, is_name, moment};
use super::{PayPal, money};

/// What tells the parts of a form from each other; the form holds nothing of anybody else.
const BOUNDARY: &str = "multipart/form-data; boundary=billfold-accepts-the-claim";

/// The one part of it: all of the money goes back.
const ACCEPTED: &[u8] = b"--billfold-accepts-the-claim\r\n\
    Content-Disposition: form-data; name=\"input\"\r\n\
    Content-Type: application/json\r\n\r\n\
    {\"note\":\"The claim is accepted.\",\"accept_claim_type\":\"REFUND\"}\r\n\
    --billfold-accepts-the-claim--\r\n";

#[async_trait]
impl Disputing for PayPal {
    async fn look_up(
        &self,
        call: &Call<'_>,
        reference: &str,
    ) -> Result<Found<DisputeReport>, CallFailure> {
        if !is_name(reference) {
            return Ok(Found::CannotTell);
        }
        let found = dispute_of(&Api::of(self, call), reference).await?;
        found.map_or(Ok(Found::NotThere), |it| reported(&it).map(Found::There))
    }

    async fn accept(&self, call: &Call<'_>, reference: &str) -> Result<DisputeReport, CallFailure> {
        if !is_name(reference) {
            return Err(no_name());
        }
        let api = Api::of(self, call);
        let path = format!("/v1/customer/disputes/{reference}/accept-claim");
        let asking = Asking::post(path, ACCEPTED.to_vec()).of_kind(BOUNDARY).once(call.key());
        let refused = match api.send(&asking).await? {
            Answer::Good(_) => None,
            Answer::No(problem) => Some(problem),
        };
        let found = dispute_of(&api, reference).await.map_err(after_the_act)?;
        match (found, refused) {
            // A claim that is decided already cannot be accepted, and need not be.
            (Some(dispute), Some(problem)) if dispute.status != "RESOLVED" => {
                Err(problem.rejected())
            }
            (Some(dispute), _) => reported(&dispute),
            (None, Some(problem)) => Err(problem.rejected()),
            (None, None) => Err(unreadable()),
        }
    }

    async fn answer(
        &self,
        _: &Call<'_>,
        _: &str,
        _: &Evidence,
    ) -> Result<DisputeReport, CallFailure> {
        let why = Why::new("answer_there", "evidence against a PayPal dispute is given at PayPal");
        Err(CallFailure::Rejected { why })
    }
}

async fn dispute_of(api: &Api<'_>, name: &str) -> Result<Option<Dispute>, CallFailure> {
    api.find(format!("/v1/customer/disputes/{name}")).await
}

/// What PayPal says about a dispute; it must name the capture and the amount.
pub(super) fn reported(dispute: &Dispute) -> Result<DisputeReport, CallFailure> {
    let mut transactions = dispute.disputed_transactions.iter();
    let capture = transactions.find_map(|it| it.seller_transaction_id.clone());
    let amount = dispute.dispute_amount.as_ref().and_then(money::read);
    let (Some(payment_reference), Some(amount)) = (capture, amount) else {
        return Err(unreadable());
    };
    Ok(DisputeReport {
        reference: dispute.dispute_id.clone(),
        payment_reference,
        amount,
        fee: fee(&dispute.money_movements, amount),
        reason: dispute.reason.to_lowercase(),
        stage: stage(dispute),
        answer_by: moment(dispute.seller_response_due_date.as_deref()),
    })
}

/// How far it has come: the outcome decides, and until then whether PayPal holds the money.
fn stage(dispute: &Dispute) -> DisputeStage {
    match (dispute.status.as_str(), dispute.dispute_outcome.outcome_code.as_str()) {
        ("RESOLVED", "RESOLVED_BUYER_FAVOUR") => DisputeStage::Lost,
        ("RESOLVED", "RESOLVED_SELLER_FAVOUR" | "CANCELED_BY_BUYER") => DisputeStage::Won,
        ("RESOLVED", _) => DisputeStage::Other,
        _ => match dispute.dispute_life_cycle_stage.as_str() {
            "INQUIRY" => DisputeStage::Inquiry,
            "CHARGEBACK" | "PRE_ARBITRATION" | "ARBITRATION" => DisputeStage::Opened,
            _ => DisputeStage::Other,
        },
    }
}

/// What PayPal keeps for it.
fn fee(movements: &[Movement], amount: Money) -> Option<Money> {
    let is_fee = |it: &&Movement| {
        it.affected_party == "SELLER"
            && it.kind == "DEBIT"
            && matches!(
                it.reason.as_str(),
                "DISPUTE_FEE" | "CHARGEBACK_FEE" | "DISPUTE_SETTLEMENT_FEE"
            )
    };
    let fees = movements.iter().filter(is_fee);
    let fees = fees.filter_map(|it| it.amount.as_ref().and_then(money::read));
    let total = Money::sum(amount.currency(), fees).ok()?;
    total.is_positive().then_some(total)
}

fn unreadable() -> CallFailure {
    let why = Why::new("unreadable", "PayPal does not tell the capture and the amount");
    CallFailure::Unknown { why }
}
