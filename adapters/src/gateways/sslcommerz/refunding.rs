//! Money that goes back through SSLCommerz.
//!
//! The provider keeps no idempotency key: asked twice it sends twice. So a refund is asked for once
//! a call, and one whose answer was lost is never said not to be there: it is found by our own name
//! for it, or a person looks. Nothing is told of its end either: it is asked about until then.

use std::time::Duration;

use async_trait::async_trait;
use billfold_app::ports::driver::{Call, CallFailure, Found};
use billfold_app::ports::gateway::{
    RefundAsk, RefundReport, RefundStageThere, Refunding, SoughtRefund,
};
use billfold_domain::kernel::RefundId;
use chrono::TimeDelta;

use super::wire::{RefundForm, RefundTold, Store};
use super::{SslCommerz, money};
use crate::outbound::Reply;

/// Characters of what the payer reads.
const LONGEST_REMARK: usize = 255;
/// Pauses between two questions: for six hours, for a day, and then.
const PAUSES_HOURS: [u64; 3] = [1, 6, 24];

#[async_trait]
impl Refunding for SslCommerz {
    async fn refund(
        &self,
        call: &Call<'_>,
        ask: &RefundAsk<'_>,
    ) -> Result<RefundReport, CallFailure> {
        let amount = money::sent_back(ask.amount)?;
        let store = self.store(call);
        let remarks = remark(ask.description);
        let (told, reply) = store
            .refund(&RefundForm {
                bank_tran_id: ask.reference,
                refund_id: ask.refund_id,
                payment_id: ask.payment_id,
                amount: &amount,
                remarks: &remarks,
            })
            .await?;
        begun(&store, ask, &told, &reply)
    }

    async fn look_up(
        &self,
        call: &Call<'_>,
        about: &SoughtRefund<'_>,
    ) -> Result<Found<RefundReport>, CallFailure> {
        let store = self.store(call);
        let own = about.refund_id.to_string();
        let known = about.reference.filter(|name| *name != own);
        let (told, reply) = match known {
            Some(name) => store.refund_status(name).await?,
            None => match store.refund_by_our_name(about.refund_id).await? {
                Some(answer) => answer,
                None => return Ok(Found::CannotTell),
            },
        };
        let payment = told.bank_tran_id.as_str();
        let is_of_it = payment == about.payment_reference || known.is_some() && payment.is_empty();
        let name = known.unwrap_or(told.refund_ref_id.as_str());
        if !is_of_it || name.is_empty() {
            return Ok(Found::CannotTell);
        }
        let age = about.sent_at.map_or(TimeDelta::zero(), |sent_at| call.now() - sent_at);
        let stage = match told.status.as_str() {
            "refunded" => RefundStageThere::Sent,
            "cancelled" | "canceled" | "failed" => failed(&store, &told, &reply),
            // Asked for by our own name, a word that is not known may be about the question.
            "processing" | "success" => under_way(age),
            _ if known.is_some() => under_way(age),
            _ => return Ok(Found::CannotTell),
        };
        Ok(Found::There(report(name, about.refund_id, stage)))
    }

    async fn all_of(&self, _: &Call<'_>, _: &str) -> Result<Vec<RefundReport>, CallFailure> {
        Ok(Vec::new())
    }
}

/// What the answer to a refund says; without a name that can be asked about nothing is certain.
fn begun(
    store: &Store<'_>,
    ask: &RefundAsk<'_>,
    told: &RefundTold,
    reply: &Reply,
) -> Result<RefundReport, CallFailure> {
    let payment = told.bank_tran_id.as_str();
    if !payment.is_empty() && payment != ask.reference {
        return Err(reply.unreadable());
    }
    let name = told.refund_ref_id.as_str();
    match (told.status.as_str(), name) {
        ("failed", "") => {
            // Nothing began, and nothing has a name there: it keeps ours.
            let own = ask.refund_id.to_string();
            Ok(report(&own, ask.refund_id, failed(store, told, reply)))
        }
        ("failed", name) => Ok(report(name, ask.refund_id, failed(store, told, reply))),
        ("", _) | (_, "") => Err(reply.unreadable()),
        (_, name) => Ok(report(name, ask.refund_id, under_way(TimeDelta::zero()))),
    }
}

fn report(name: &str, refund_id: RefundId, stage: RefundStageThere) -> RefundReport {
    RefundReport { reference: name.to_owned(), ours: Some(refund_id), amount: None, stage }
}

fn failed(store: &Store<'_>, told: &RefundTold, reply: &Reply) -> RefundStageThere {
    let says = match told.reason.as_str() {
        "" => "SSLCommerz did not make the refund",
        says => says,
    };
    RefundStageThere::Failed { why: reply.why("refund_failed", &store.said(says, &[])) }
}

fn under_way(age: TimeDelta) -> RefundStageThere {
    let [first, then, last] = PAUSES_HOURS;
    let hours = match age.num_hours() {
        ..6 => first,
        6..24 => then,
        _ => last,
    };
    RefundStageThere::UnderWay { look_again: Duration::from_secs(hours * 3600) }
}

fn remark(text: &str) -> String {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let cut: String = plain.collect::<String>().trim().chars().take(LONGEST_REMARK).collect();
    if cut.is_empty() { "refund".to_owned() } else { cut }
}
