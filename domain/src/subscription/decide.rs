//! What may happen to a subscription in which state.

use chrono::{Days as DaysLater, NaiveDate};

use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::{Aggregate, Invalid, InvoiceId, Issued, Money, add_months_clamped};
use crate::subscription::service::{DocumentRef, End, Phase};
use crate::subscription::{
    AdjustLine, Anchor, Bill, CancelAt, ChangePlan, ChangePolicy, Contract, PendingChange, Rules,
    Standing, StartSubscription, Subscription, SubscriptionCommand, SubscriptionEvent,
    SubscriptionRefusal,
};
use crate::tax::TaxEvidence;

/// The longest trial, in days.
const LONGEST_TRIAL: u32 = 3_660;
/// How far ahead a service may be billed.
const MONTHS_AHEAD: u32 = 36;

/// Phases that may wait for one settlement; a change after that settles them at once.
pub(super) const MOST_WAITING: usize = 24;

type Decided = Result<Vec<SubscriptionEvent>, SubscriptionRefusal>;

impl Aggregate for Subscription {
    const TYPE: &'static str = "subscription";
    type Command = SubscriptionCommand;
    type Event = SubscriptionEvent;
    type Refusal = SubscriptionRefusal;

    fn decide(&self, ask: &Issued<SubscriptionCommand>) -> Decided {
        use SubscriptionCommand as Ask;
        let on = ask.effective_on;
        let contract = match (self, &ask.command) {
            (Self::Absent, Ask::Start(new)) => return start(new, on),
            (Self::Begun(_), Ask::Start(_)) => return Err(SubscriptionRefusal::AlreadyStarted),
            (Self::Absent, _) => return Err(SubscriptionRefusal::Absent),
            (Self::Begun(contract), _) => contract,
        };
        match &ask.command {
            Ask::Start(_) => Err(SubscriptionRefusal::AlreadyStarted),
            Ask::ChangePlan(change) => contract.change(change, on),
            Ask::WithdrawChange => contract.withdraw_change(on),
            Ask::SetAnchor { anchor } => contract.set_anchor(*anchor, on),
            Ask::Pause { rules } => contract.pause(*rules, on),
            Ask::Resume => contract.resume(on),
            Ask::Cancel { at, rules } => contract.cancel(*at, *rules, on),
            Ask::WithdrawCancellation => contract.withdraw(on),
            Ask::Adjust(adjust) => contract.adjust(*adjust, on),
            Ask::Uncharge { invoice_id } => Ok(contract.uncharge(*invoice_id, on)),
            Ask::Tax { evidence } => contract.tax(evidence.as_ref(), on),
            Ask::AttachCoupon { coupon_id, terms } => contract.attach(*coupon_id, terms, on),
            Ask::UseCoupon(used) => contract.use_coupon(used, on),
            Ask::ReturnCoupons { invoice_id } => Ok(contract.return_coupons(*invoice_id, on)),
            Ask::DetachCoupon { coupon_id } => contract.detach(*coupon_id, on),
            Ask::Bill(bill) => contract.bill(*bill, on),
        }
    }

    fn apply(&mut self, event: &SubscriptionEvent) {
        self.take(event);
    }

    fn weight(&self) -> usize {
        let kept = self.contract().map_or(0, |contract| {
            let lines = size_of_val(contract.service.billed());
            lines.saturating_add(contract.terms().map_or(0, |terms| terms.plan.len()))
        });
        size_of::<Self>().saturating_add(size_of::<Phase>()).saturating_add(kept)
    }
}

bridge_to_cqrs_es!(Subscription);

fn start(new: &StartSubscription, on: NaiveDate) -> Decided {
    let trial = match new.trial_days {
        0..=LONGEST_TRIAL => Ok(()),
        _ => {
            let detail = format!("must be at most {LONGEST_TRIAL}");
            Err(Invalid::one("trial_days", "trial.too_long", &detail))
        }
    };
    let currency = match (new.terms.price, new.terms.setup_fee.map(Money::currency)) {
        (Some(price), _) if price.currency() != new.currency => Err(other_currency("price")),
        (_, Some(fee)) if fee != new.currency => Err(other_currency("setup_fee")),
        _ => Ok(()),
    };
    let ends = match new.ends {
        Some(day) if day <= on => {
            Err(Invalid::one("ends", "end.before_start", "must lie after the start"))
        }
        _ => Ok(()),
    };
    Invalid::gather([new.terms.check(), trial, currency, ends])?;
    let charged_from = on.checked_add_days(DaysLater::new(u64::from(new.trial_days)));
    Ok(vec![SubscriptionEvent::Started {
        client_id: new.client_id,
        currency: new.currency,
        terms: new.terms.clone(),
        own_anchor: new.anchor,
        anchor: new.anchor.unwrap_or(new.fallback_anchor),
        started_on: on,
        charged_from: charged_from.unwrap_or(on),
        end: new.ends.map(|day| End { on: day, day }),
    }])
}

fn other_currency(field: &'static str) -> Invalid {
    Invalid::one(field, "currency.mixed", "must be in the subscription's currency")
}

impl Contract {
    fn change(&self, change: &ChangePlan, on: NaiveDate) -> Decided {
        let phase = self.running(on)?;
        let currency = change.terms.price.map(|price| price.currency());
        let mixed = currency.is_some_and(|currency| currency != self.currency);
        let currency = if mixed { Err(other_currency("price")) } else { Ok(()) };
        Invalid::gather([change.terms.check(), currency])?;
        let mut terms = change.terms.clone();
        if terms.plan == phase.terms().plan {
            terms.setup_fee = None;
        }
        let own_anchor = change.anchor.or(self.own_anchor);
        let anchor = own_anchor.unwrap_or(change.fallback_anchor);
        let from = self.boundary(on);
        let event = match change.policy {
            _ if terms == *phase.terms() && anchor == phase.anchor() => {
                return self.pending.as_ref().map_or(Ok(Vec::new()), |_| self.withdraw_change(on));
            }
            ChangePolicy::AtPeriodEnd | ChangePolicy::NoProration if from > on => {
                let holds_already = change.policy == ChangePolicy::NoProration;
                let change = PendingChange { from, terms, own_anchor, anchor, holds_already };
                if self.pending.as_deref() == Some(&change) {
                    return Ok(Vec::new());
                }
                SubscriptionEvent::ChangeScheduled { on, change }
            }
            policy => {
                let end = End { on, day: change.rules.conventions.change_day.end_on(on) };
                let waits = from > on && self.service.phases() < MOST_WAITING;
                let held = policy == ChangePolicy::ProrateNext && waits;
                let reset = policy == ChangePolicy::FullNow;
                let again = Anchor::Anniversary { date: Some(end.day.max(phase.starts_on())) };
                let anchor = if reset { again } else { anchor };
                let own_anchor = if reset { Some(again) } else { own_anchor };
                let settles_on = held.then_some(from);
                SubscriptionEvent::PlanChanged { end, terms, own_anchor, anchor, settles_on }
            }
        };
        Ok(vec![event])
    }

    fn withdraw_change(&self, on: NaiveDate) -> Decided {
        match self.pending {
            Some(_) => Ok(vec![SubscriptionEvent::ChangeWithdrawn { on }]),
            None => Err(SubscriptionRefusal::NothingPending),
        }
    }

    /// What was looked up is kept where it says something new, and not for every day.
    fn tax(&self, evidence: Option<&TaxEvidence>, on: NaiveDate) -> Decided {
        let told = |known: &TaxEvidence| TaxEvidence { on, ..known.clone() };
        if evidence.map(told) == self.automatic.as_ref().map(told) {
            return Ok(Vec::new());
        }
        evidence.map_or(Ok(()), |evidence| evidence.treatment.check())?;
        Ok(vec![SubscriptionEvent::Taxed { on, evidence: evidence.cloned() }])
    }

    fn set_anchor(&self, anchor: Anchor, on: NaiveDate) -> Decided {
        let phase = self.running(on)?;
        if phase.anchor() == anchor && self.own_anchor == Some(anchor) {
            return Ok(Vec::new());
        }
        Ok(vec![SubscriptionEvent::AnchorSet { on, anchor }])
    }

    fn pause(&self, rules: Rules, on: NaiveDate) -> Decided {
        if self.standing(on) == Standing::Paused {
            return Ok(Vec::new());
        }
        self.running(on)?;
        Ok(vec![SubscriptionEvent::Paused { end: at_once(rules, on) }])
    }

    fn resume(&self, on: NaiveDate) -> Decided {
        let end = self.service.newest().and_then(|phase| phase.end());
        match (self.standing(on), end) {
            (Standing::Paused | Standing::Ended, Some(end)) if end.on <= on => {
                Ok(vec![SubscriptionEvent::Resumed { on: on.max(end.day) }])
            }
            (Standing::Paused | Standing::Ended, Some(end)) => {
                Err(SubscriptionRefusal::BeforeTerms { since: end.on })
            }
            _ => Err(SubscriptionRefusal::Running),
        }
    }

    fn cancel(&self, at: CancelAt, rules: Rules, on: NaiveDate) -> Decided {
        let newest = self.service.newest().ok_or(SubscriptionRefusal::Absent)?;
        let end = match (self.standing(on), newest.end(), at) {
            (Standing::Ended, ..) => return Err(SubscriptionRefusal::Ended),
            (Standing::Paused, Some(end), _) => end,
            (_, _, CancelAt::Immediate) => at_once(rules, on),
            (_, _, CancelAt::EndOfTerm) => {
                let day = newest.term_end(on);
                End { on: day, day }
            }
            (_, _, CancelAt::Date(day)) if day < on => {
                return Err(SubscriptionRefusal::EndInPast { day });
            }
            (_, _, CancelAt::Date(day)) => at_once(rules, day),
        };
        if self.standing(on) == Standing::Paused {
            return Ok(vec![SubscriptionEvent::Cancelled { end }]);
        }
        self.running(on)?;
        if newest.end() == Some(end) {
            return Ok(Vec::new());
        }
        Ok(vec![SubscriptionEvent::Cancelled { end }])
    }

    fn withdraw(&self, on: NaiveDate) -> Decided {
        match self.standing(on) {
            Standing::Ending { .. } => Ok(vec![SubscriptionEvent::CancellationWithdrawn { on }]),
            Standing::Ended => Err(SubscriptionRefusal::Ended),
            _ => Err(SubscriptionRefusal::NotEnding),
        }
    }

    fn adjust(&self, ask: AdjustLine, on: NaiveDate) -> Decided {
        let AdjustLine { line, amount } = ask;
        let billed = self.service.billed().iter().find(|billed| billed.line == line);
        let left = billed.ok_or(SubscriptionRefusal::NoSuchLine { line })?.left();
        let rest = left.checked_sub(amount)?;
        if !amount.is_positive() || rest.is_negative() {
            return Err(SubscriptionRefusal::BeyondLine { left: left.to_major() });
        }
        Ok(vec![SubscriptionEvent::LineAdjusted { on, line, amount }])
    }

    /// Nothing of what a voided invoice billed goes back once more, and nothing of a claim that was
    /// given up.
    fn uncharge(&self, invoice_id: InvoiceId, on: NaiveDate) -> Vec<SubscriptionEvent> {
        let document = DocumentRef::Invoice(invoice_id);
        let billed = self.service.billed().iter();
        billed
            .filter(|line| line.on.document == document && !line.left().is_zero())
            .map(|line| SubscriptionEvent::LineAdjusted {
                on,
                line: line.line,
                amount: line.left(),
            })
            .collect()
    }

    fn bill(&self, ask: Bill, on: NaiveDate) -> Decided {
        if add_months_clamped(on, MONTHS_AHEAD).is_some_and(|latest| ask.through > latest) {
            return Err(SubscriptionRefusal::TooFarAhead { months: MONTHS_AHEAD });
        }
        let changed = self.change_by(ask.through);
        let plan = self.by(ask.through).plan(ask.through, ask.rules)?;
        let on = (!plan.lines.is_empty()).then_some(ask.on);
        let billed = (!plan.is_empty()).then_some(SubscriptionEvent::Billed { plan, on });
        Ok(changed.into_iter().chain(billed).collect())
    }

    /// The present terms, if they may be changed on a day.
    fn running(&self, on: NaiveDate) -> Result<&Phase, SubscriptionRefusal> {
        let newest = self.service.newest().ok_or(SubscriptionRefusal::Absent)?;
        match self.standing(on) {
            Standing::Paused => Err(SubscriptionRefusal::Paused),
            Standing::Ended => Err(SubscriptionRefusal::Ended),
            _ if on < newest.entered_on() => {
                Err(SubscriptionRefusal::BeforeTerms { since: newest.entered_on() })
            }
            _ => Ok(newest),
        }
    }
}

/// An end on a day, which belongs to the old state where the settings say so.
fn at_once(rules: Rules, on: NaiveDate) -> End {
    End { on, day: rules.conventions.cancel_day.end_on(on) }
}
