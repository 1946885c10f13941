//! What the tries to pay under one reference of ours come to.
//!
//! A page may be tried several times, and paid twice. A try counts once the validation said so by
//! itself, for our reference and with an amount that can be read; whatever lists and notices say.

use std::time::Duration;

use billfold_app::ports::driver::{CallFailure, Why};
use billfold_app::ports::gateway::{ChargeReport, ChargeStage, Risk, Sought};
use billfold_domain::kernel::{Money, PaymentId};
use billfold_domain::payment::Decline;
use chrono::{DateTime, TimeDelta, Utc};

use super::money::{TAKA, told};
use super::wire::{Store, Try};
use crate::outbound::Reply;

/// How long a page can be paid on.
pub(super) const PAGE_LIFE: TimeDelta = TimeDelta::hours(1);
/// Tries that are validated in one look-up, at most.
const MOST_TRIES: usize = 20;

/// The tries of a payment as the provider lists them.
pub(super) struct Tries {
    listed: Vec<Try>,
    /// Those that may be good, the payment's own first.
    hopeful: Vec<String>,
}

/// What the word of a try means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Good,
    Failed,
    GivenUp,
    /// Also every word that is not known: not money, and not the end.
    UnderWay,
}

impl Tries {
    /// Asks for the tries of a payment: the one that was taken for it before may be known, and one
    /// that a notice told of.
    pub(super) async fn of(
        store: &Store<'_>,
        payment_id: PaymentId,
        reference: Option<&str>,
        hint: Option<&str>,
    ) -> Result<Self, CallFailure> {
        let mut listed = store.tries(payment_id).await?;
        // The payment is the try that was taken for it before, else the first that was paid.
        listed.sort_by(|one, other| {
            let key = |it: &Try| {
                let is_known = reference == Some(it.bank_tran_id.as_str());
                (!is_known, it.tran_date.as_str().to_owned(), it.val_id.as_str().to_owned())
            };
            key(one).cmp(&key(other))
        });
        let good = listed.iter().filter(|one| word(one.status.as_str()) == Word::Good);
        let mut hopeful: Vec<String> =
            good.map(|one| one.val_id.as_str().to_owned()).filter(|id| !id.is_empty()).collect();
        // A notice may know of a try that the list does not tell yet.
        if let Some(hint) = hint.filter(|hint| !hint.is_empty() && hint.len() <= 50)
            && !hopeful.iter().any(|known| known == hint)
        {
            hopeful.push(hint.to_owned());
        }
        hopeful.truncate(MOST_TRIES);
        Ok(Self { listed, hopeful })
    }

    /// What was paid: the payment's own try first. With `all` also every other that went through.
    pub(super) async fn paid(
        &self,
        store: &Store<'_>,
        payment_id: PaymentId,
        all: bool,
    ) -> Result<Vec<ChargeReport>, CallFailure> {
        let mut paid: Vec<ChargeReport> = Vec::new();
        for val_id in &self.hopeful {
            let (told, reply) = store.validate(val_id).await?;
            let Some(report) = settled(&told, &reply, payment_id)? else { continue };
            if paid.iter().any(|known| known.reference == report.reference) {
                continue;
            }
            paid.push(report);
            if !all {
                break;
            }
        }
        Ok(paid)
    }

    /// What it comes to when nothing of it was paid; nothing where no page was ever tried.
    pub(super) fn unpaid(&self, about: &Sought<'_>, now: DateTime<Utc>) -> Option<ChargeReport> {
        if self.listed.is_empty() && about.reference.is_none() {
            return None;
        }
        let age = about.sent_at.map_or(TimeDelta::zero(), |sent_at| now - sent_at);
        let is_over = age >= PAGE_LIFE && self.has_ended();
        let stage = if is_over { self.end() } else { pending(age) };
        Some(unsettled(about.payment_id, stage))
    }

    /// What it comes to when nobody wants it any more, and nothing of it was paid.
    pub(super) fn given_up(&self, payment_id: PaymentId) -> ChargeReport {
        let stage = if self.has_ended() { self.end() } else { pending(TimeDelta::zero()) };
        unsettled(payment_id, stage)
    }

    /// Whether no try is under way, nor one good in the list that was not found good.
    fn has_ended(&self) -> bool {
        let words = self.listed.iter().map(|one| word(one.status.as_str()));
        words.into_iter().all(|word| matches!(word, Word::Failed | Word::GivenUp))
    }

    fn end(&self) -> ChargeStage {
        let failed = self.listed.iter().rfind(|one| word(one.status.as_str()) == Word::Failed);
        let Some(failed) = failed else {
            let why = Why::new("not_paid", "nobody paid on the page of SSLCommerz");
            return ChargeStage::Cancelled { why };
        };
        let says = match failed.error.as_str() {
            "" => "the bank of the payer declined",
            says => says,
        };
        let why = Why::new("failed", says);
        ChargeStage::Declined { decline: Decline::Soft, why, ask_client: false }
    }
}

/// A payment that was paid, by its validation; nothing where the validation says no, does not know,
/// or speaks of another payment.
fn settled(
    told: &Try,
    reply: &Reply,
    payment_id: PaymentId,
) -> Result<Option<ChargeReport>, CallFailure> {
    let is_ours = told.tran_id.as_str() == payment_id.to_string();
    if word(told.status.as_str()) != Word::Good || !is_ours {
        return Ok(None);
    }
    let amount = amount(told).ok_or_else(|| reply.unreadable())?;
    if told.bank_tran_id.as_str().is_empty() {
        return Err(reply.unreadable());
    }
    Ok(Some(ChargeReport {
        reference: told.bank_tran_id.as_str().to_owned(),
        amount: Some(amount),
        stage: ChargeStage::Settled,
        fee: fee(told, amount),
        risk: risk(told),
        method: None,
    }))
}

/// What the payer paid: in taka as it is, otherwise in the currency that was asked for.
fn amount(one: &Try) -> Option<Money> {
    match one.currency_type.as_str() {
        TAKA => told(one.amount.as_str(), TAKA),
        currency => told(one.currency_amount.as_str(), currency),
    }
}

/// What the provider keeps: it tells what is left in taka alone.
fn fee(one: &Try, paid: Money) -> Option<Money> {
    let left = told(one.store_amount.as_str(), TAKA)?;
    paid.checked_sub(left).ok().filter(|fee| !fee.is_negative())
}

/// Every level but 0 wants a person, also one that nobody has heard of.
fn risk(one: &Try) -> Option<Risk> {
    let level = one.risk_level.as_str();
    (!level.is_empty()).then(|| Risk {
        level: level.to_owned(),
        title: one.risk_title.as_str().to_owned(),
        is_high: level != "0",
    })
}

fn unsettled(payment_id: PaymentId, stage: ChargeStage) -> ChargeReport {
    let reference = payment_id.to_string();
    ChargeReport { reference, amount: None, stage, fee: None, risk: None, method: None }
}

fn pending(age: TimeDelta) -> ChargeStage {
    let minutes = match age.num_hours() {
        ..1 => 10,
        1..24 => 60,
        _ => 24 * 60,
    };
    ChargeStage::Pending { look_again: Duration::from_secs(minutes * 60) }
}

fn word(status: &str) -> Word {
    match status {
        "VALID" | "VALIDATED" => Word::Good,
        "FAILED" => Word::Failed,
        "CANCELLED" | "UNATTEMPTED" | "EXPIRED" => Word::GivenUp,
        _ => Word::UnderWay,
    }
}
