//! What dunning does next: from the facts of an invoice and a day to what is wanted.
//!
//! Guarantees an answer for all facts; that nothing is wanted of whoever has paid, disputes or is
//! paying, or of whoever promised until the day of the promise is over; that stages are taken in
//! their order, one a day at most; that a stage which takes something away keeps the days of grace
//! from the stage taken before it, so that dunning that was held up goes on with a warning and
//! not with the end; that nothing is taken away on a day on which a payment is tried; and that
//! taking what is wanted and asking again on that day gives nothing. SUB-12 to SUB-16, SUB-19.
//! Absent on purpose: the clock, and sending, charging or suspending, which others do with what is
//! said here.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use crate::dunning::arrears::{Owed, days_between};
use crate::dunning::retry::RetryPolicy;
use crate::dunning::stage::{Stage, StageAction};
use crate::dunning::strategy::Strategy;
use crate::kernel::{Money, Zone};

/// What dunning must know of an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceFacts {
    /// What is still owed on it.
    pub balance: Money,
    /// Its last day to be paid in time.
    pub due_date: NaiveDate,
    /// How it ended, if it has.
    pub ended: Option<InvoiceEnd>,
    /// Every attempt to take the money, the oldest first.
    pub attempts: Vec<Attempt>,
    /// Whether a dispute about a payment of it is open.
    pub disputed: bool,
    /// Whether a way to pay was added after the last attempt.
    pub has_new_method: bool,
    /// All that its client owes, this invoice included.
    pub owed: Owed,
}

/// How an invoice ends without being owed any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvoiceEnd {
    /// It was paid.
    Paid,
    /// It was taken back.
    Voided,
    /// It was given up.
    WrittenOff,
}

/// An attempt to take the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The day.
    pub on: NaiveDate,
    /// What came of it.
    pub outcome: AttemptOutcome,
}

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// Money came.
    Settled,
    /// It may come yet.
    Pending,
    /// Nobody knows; no other attempt may be made.
    Unknown,
    /// Declined for now: worth another try.
    SoftDeclined,
    /// Declined for good: the client must give another way to pay.
    HardDeclined,
}

/// How far dunning is with an invoice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The stages taken, in order.
    pub taken: Vec<TakenStage>,
    /// When another try was asked for last.
    pub retried_on: Option<NaiveDate>,
    /// When another way to pay was asked for last.
    pub method_asked_on: Option<NaiveDate>,
    /// The last day of a promise to pay.
    pub promised_until: Option<NaiveDate>,
}

/// A stage that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenStage {
    /// Its number in the strategy, from 1.
    pub no: u32,
    /// What it did.
    pub action: StageAction,
    /// The day.
    pub on: NaiveDate,
}

/// What is wanted on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Dunning is over.
    Stop(Over),
    /// Nothing may happen, for a reason.
    Hold(Hold),
    /// Something is to be done.
    Act(Wanted),
    /// Nothing is to be done yet.
    Rest,
}

/// Why dunning is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// The invoice is no longer owed.
    Ended(InvoiceEnd),
    /// The last stage was taken: the service has ended.
    Terminated,
}

/// What holds dunning up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// A dispute is open.
    Disputed,
    /// A payment is pending, or its outcome is unknown.
    PaymentUnderWay,
    /// The client promised to pay.
    Promised {
        /// The last day of the promise.
        until: NaiveDate,
    },
}

/// What is to be done: at least one of the two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The stage to be taken.
    pub step: Option<Step>,
    /// What to do about the payment.
    pub collection: Option<Collection>,
}

/// A stage to be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its number in the strategy, from 1.
    pub no: u32,
    /// Its name.
    pub name: String,
    /// What it does.
    pub action: StageAction,
    /// The fee it charges, if it does.
    pub late_fee: Option<Money>,
}

/// What to do about a declined payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collection {
    /// Try once more, at an instant or as soon after it as possible.
    Retry {
        /// The instant.
        at: DateTime<Utc>,
    },
    /// Ask for another way to pay.
    AskForMethod,
}

/// Whether an invoice is to have a dunning case on a day: it is late, or a payment of it was
/// declined.
pub fn needs_case(facts: &InvoiceFacts, on: NaiveDate) -> bool {
    let is_owed = facts.ended.is_none() && facts.balance.is_positive();
    let declined = facts.attempts.iter().any(|attempt| attempt.outcome.is_declined());
    is_owed && (declined || facts.due_date < on)
}

/// What is wanted for an invoice on a day, at a place.
pub fn next_step(
    strategy: &Strategy,
    facts: &InvoiceFacts,
    progress: &Progress,
    on: NaiveDate,
    zone: Zone,
) -> Next {
    if let Some(over) = over(facts, progress) {
        return Next::Stop(over);
    }
    if let Some(hold) = hold(facts, progress, on) {
        return Next::Hold(hold);
    }
    let retries = &strategy.terms().retries;
    let collection = collection(retries, facts, progress, on, zone);
    // Whoever is charged today loses nothing today: the money may come.
    let is_tried =
        progress.retried_on == Some(on) || matches!(collection, Some(Collection::Retry { .. }));
    let step =
        step(strategy, facts, progress, on).filter(|step| !(is_tried && step.action.is_severe()));
    let wanted = Wanted { step, collection };
    if wanted.step.is_none() && wanted.collection.is_none() {
        return Next::Rest;
    }
    Next::Act(wanted)
}

fn over(facts: &InvoiceFacts, progress: &Progress) -> Option<Over> {
    if let Some(end) = facts.ended {
        return Some(Over::Ended(end));
    }
    if !facts.balance.is_positive() {
        return Some(Over::Ended(InvoiceEnd::Paid));
    }
    let ended = |taken: &TakenStage| taken.action == StageAction::Terminate;
    progress.taken.last().is_some_and(ended).then_some(Over::Terminated)
}

fn hold(facts: &InvoiceFacts, progress: &Progress, on: NaiveDate) -> Option<Hold> {
    if facts.disputed {
        return Some(Hold::Disputed);
    }
    let is_under_way = |attempt: &Attempt| {
        matches!(attempt.outcome, AttemptOutcome::Pending | AttemptOutcome::Unknown)
    };
    if facts.attempts.iter().any(is_under_way) {
        return Some(Hold::PaymentUnderWay);
    }
    let until = progress.promised_until.filter(|until| on <= *until)?;
    Some(Hold::Promised { until })
}

/// Days since the due date; nothing while it isn't late. The due date itself is late only if an
/// attempt was declined by then.
fn days_late(facts: &InvoiceFacts, on: NaiveDate) -> Option<u32> {
    let declined = facts.attempts.iter().any(|attempt| attempt.outcome.is_declined());
    let is_late = facts.due_date < on || (facts.due_date == on && declined);
    is_late.then(|| days_between(facts.due_date, on))
}

/// The stage to be taken on a day. Reminders that were overtaken are left out; whatever takes
/// something away is not.
fn step(
    strategy: &Strategy,
    facts: &InvoiceFacts,
    progress: &Progress,
    on: NaiveDate,
) -> Option<Step> {
    let last = progress.taken.last();
    if last.is_some_and(|last| last.on >= on) {
        return None;
    }
    let days = days_late(facts, on);
    let done = last.map_or(0, |last| last.no);
    let reached: Vec<(u32, &Stage)> = (1_u32..)
        .zip(&strategy.terms().stages)
        .filter(|(no, stage)| *no > done && stage.when.holds(days, &facts.owed))
        .collect();
    let severe = reached.iter().position(|(_, stage)| stage.action.is_severe());
    let grace = strategy.terms().grace_days;
    let chosen = match severe {
        None => reached.last(),
        Some(0) => {
            let passed = last.is_none_or(|last| days_between(last.on, on) >= grace);
            reached.first().filter(|_| passed)
        }
        Some(at) if grace == 0 => reached.get(at),
        Some(at) => reached.get(at.checked_sub(1)?),
    };
    let (no, stage) = *chosen?;
    let fee = strategy.terms().late_fee.as_ref().filter(|_| stage.late_fee);
    Some(Step {
        no,
        name: stage.name.clone(),
        action: stage.action,
        late_fee: fee.and_then(|fee| fee.on(facts.balance)),
    })
}

fn collection(
    retries: &RetryPolicy,
    facts: &InvoiceFacts,
    progress: &Progress,
    on: NaiveDate,
    zone: Zone,
) -> Option<Collection> {
    // Attempts before the last money that came belong to what was owed then.
    let settled = facts.attempts.iter().rposition(|it| it.outcome == AttemptOutcome::Settled);
    let since = settled.map_or(0, |at| at.saturating_add(1));
    let series = facts.attempts.get(since..)?;
    let (first, last) = (series.first()?, series.last()?);
    let may_try = progress.retried_on.is_none_or(|retried| retried < on);
    if facts.has_new_method {
        return may_try.then(|| Collection::Retry { at: zone.first_instant(on) });
    }
    match last.outcome {
        AttemptOutcome::SoftDeclined if may_try => {
            let tries = u32::try_from(series.len()).unwrap_or(u32::MAX);
            let next = retries.schedule.next_after(first.on, last.on)?;
            let hour = NaiveTime::from_hms_opt(retries.at_hour, 0, 0)?;
            (tries < retries.most_tries && next <= on)
                .then(|| Collection::Retry { at: zone.first_instant_at(on, hour) })
        }
        AttemptOutcome::HardDeclined => {
            let asked = progress.method_asked_on.is_some_and(|asked| asked >= last.on.min(on));
            (!asked).then_some(Collection::AskForMethod)
        }
        AttemptOutcome::SoftDeclined
        | AttemptOutcome::Settled
        | AttemptOutcome::Pending
        | AttemptOutcome::Unknown => None,
    }
}

impl AttemptOutcome {
    /// Whether the client's bank said no.
    fn is_declined(self) -> bool {
        matches!(self, Self::SoftDeclined | Self::HardDeclined)
    }
}
