//! What is known of a subscription.

use std::borrow::Cow;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::{ClientId, Currency};
use crate::subscription::service::{Days, End, LineRef, MOST_LINES, Plan, PlanTerms, Service};
use crate::subscription::{Anchor, AttachedCoupon, Rules, SubscriptionEvent, SubscriptionRefusal};
use crate::tax::TaxEvidence;

/// A subscription.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subscription {
    /// Nothing was subscribed to under this id.
    #[default]
    Absent,
    /// It began.
    Begun(Box<Contract>),
}

/// What was agreed, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contract {
    /// Who pays.
    pub client_id: ClientId,
    /// In what.
    pub currency: Currency,
    /// The first day.
    pub started_on: NaiveDate,
    /// What boundaries hold on to through changes of plan, if the subscription has that of its own.
    pub own_anchor: Option<Anchor>,
    /// Whether it is paused.
    pub paused: bool,
    /// Its phases and what was billed for them.
    pub service: Service,
    /// What was looked up last, where the seller's rates decide how it is taxed.
    #[serde(default)]
    pub automatic: Option<TaxEvidence>,
    /// The coupons that come off it, by their turn.
    #[serde(default)]
    pub coupons: Vec<AttachedCoupon>,
    /// Other terms that will hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Box<PendingChange>>,
    /// Nothing is documented before that day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settles_on: Option<NaiveDate>,
}

/// Other terms that will hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingChange {
    /// The first day that they are charged for.
    pub from: NaiveDate,
    /// What is charged.
    pub terms: PlanTerms,
    /// The subscription's own anchor, if it has one.
    pub own_anchor: Option<Anchor>,
    /// What boundaries hold on to.
    pub anchor: Anchor,
    /// Whether the service is that of the new terms already, at the price of the old ones.
    pub holds_already: bool,
}

/// How a subscription stands on a day (SUB-21, as far as money decides).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is charged yet.
    Trialing,
    /// It is charged.
    Active,
    /// It is active, and an end is set.
    Ending {
        /// The first day without service.
        day: NaiveDate,
    },
    /// It ended for now.
    Paused,
    /// It ended.
    Ended,
}

impl Contract {
    /// How it stands on a day.
    pub fn standing(&self, on: NaiveDate) -> Standing {
        let end = self.service.newest().and_then(|phase| phase.end());
        let charged_from = self.service.newest().map(|phase| phase.starts_on());
        match (self.paused, end) {
            (true, _) => Standing::Paused,
            (false, Some(end)) if end.on <= on => Standing::Ended,
            (false, Some(end)) => Standing::Ending { day: end.day },
            (false, None) if charged_from.is_some_and(|from| on < from) => Standing::Trialing,
            (false, None) => Standing::Active,
        }
    }

    /// The terms that are charged, or were last.
    pub fn terms(&self) -> Option<&PlanTerms> {
        self.service.newest().map(|phase| phase.terms())
    }

    /// The terms of the service itself, which may hold before they are charged.
    pub fn serves(&self) -> Option<&PlanTerms> {
        let already = self.pending.as_ref().filter(|pending| pending.holds_already);
        already.map(|pending| &pending.terms).or_else(|| self.terms())
    }

    /// The contract with the change that comes by a day.
    pub fn by(&self, day: NaiveDate) -> Cow<'_, Contract> {
        match self.change_by(day) {
            None => Cow::Borrowed(self),
            Some(change) => {
                let mut then = self.clone();
                then.take(&change);
                Cow::Owned(then)
            }
        }
    }

    /// Plans what is due on a day or before on the terms as they stand; nothing while it is held
    /// back. Each coupon may lower each line by a line of its own, for which the document has
    /// place.
    ///
    /// # Errors
    /// As [`Service::plan`].
    pub fn plan(&self, through: NaiveDate, rules: Rules) -> Result<Plan, SubscriptionRefusal> {
        if self.settles_on.is_some_and(|day| through < day) {
            return Ok(Plan::nothing(through));
        }
        let lines_of_each = self.coupons.len().saturating_add(1);
        let most = MOST_LINES.checked_div(lines_of_each).unwrap_or(1).max(1);
        self.service.plan(through, rules.conventions, rules.zone, most)
    }

    /// Takes a plan as documented.
    pub fn document(&mut self, plan: &Plan, on: Option<LineRef>) {
        self.settles_on = self.settles_on.filter(|day| *day > plan.through);
        self.service.document(plan, on);
    }

    /// The change that was to come, once its day is there.
    pub(super) fn change_by(&self, day: NaiveDate) -> Option<SubscriptionEvent> {
        let PendingChange { from, terms, own_anchor, anchor, .. } =
            *self.pending.clone().filter(|pending| pending.from <= day)?;
        let end = End { on: from, day: from };
        Some(SubscriptionEvent::PlanChanged { end, terms, own_anchor, anchor, settles_on: None })
    }

    /// The first day on which there is something to bill or to give back; nothing if there never
    /// will be, as things stand.
    pub fn next_due(&self) -> Option<NaiveDate> {
        let change = self.pending.as_ref().map(|pending| pending.from);
        let due = [self.service.next_due(), change].into_iter().flatten().min();
        due.map(|due| self.settles_on.map_or(due, |day| due.max(day)))
    }

    /// The end of what is billed, or else of the period around a day; the day itself where that
    /// is the boundary.
    pub(super) fn boundary(&self, on: NaiveDate) -> NaiveDate {
        let Some(newest) = self.service.newest() else { return on };
        newest.billed_to().filter(|to| *to >= on).unwrap_or_else(|| newest.term_end(on))
    }
}

impl Subscription {
    /// What was agreed, once it began.
    pub fn contract(&self) -> Option<&Contract> {
        match self {
            Self::Absent => None,
            Self::Begun(contract) => Some(contract),
        }
    }

    pub(super) fn take(&mut self, event: &SubscriptionEvent) {
        match (self, event) {
            (
                state @ Self::Absent,
                SubscriptionEvent::Started {
                    client_id,
                    currency,
                    terms,
                    own_anchor,
                    anchor,
                    started_on,
                    charged_from,
                    end,
                },
            ) => {
                let mut service = Service::default();
                let days = Days {
                    entered_on: *started_on,
                    starts_on: *charged_from,
                    first_due: *charged_from,
                };
                service.begin(terms.clone(), *anchor, days);
                end.iter().for_each(|end| service.end(*end));
                *state = Self::Begun(Box::new(Contract {
                    client_id: *client_id,
                    currency: *currency,
                    started_on: *started_on,
                    own_anchor: *own_anchor,
                    paused: false,
                    service,
                    automatic: None,
                    coupons: Vec::new(),
                    pending: None,
                    settles_on: None,
                }));
            }
            (Self::Begun(contract), event) => contract.take(event),
            (Self::Absent, _) => {}
        }
    }
}

impl Contract {
    pub(super) fn take(&mut self, event: &SubscriptionEvent) {
        match event {
            SubscriptionEvent::Started { .. } => {}
            SubscriptionEvent::ChangeScheduled { change, .. } => {
                self.pending = Some(Box::new(change.clone()));
            }
            SubscriptionEvent::ChangeWithdrawn { .. } => self.pending = None,
            SubscriptionEvent::PlanChanged { end, terms, own_anchor, anchor, settles_on } => {
                (self.pending, self.settles_on) = (None, *settles_on);
                let known = self.service.newest().and_then(|phase| phase.end());
                let trial_end = self.service.newest().map(|phase| phase.starts_on());
                let days = match trial_end.filter(|day| *day > end.day) {
                    Some(day) => Days { entered_on: end.on, starts_on: day, first_due: day },
                    None => Days { entered_on: end.on, starts_on: end.day, first_due: end.on },
                };
                self.own_anchor = *own_anchor;
                // Terms that say another tax than the rates did are taxed as they say.
                self.automatic = self.automatic.take().filter(|own| own.treatment == terms.tax);
                self.service.end(*end);
                self.service.begin(terms.clone(), *anchor, days);
                known.iter().for_each(|end| self.service.end(*end));
            }
            SubscriptionEvent::AnchorSet { anchor, .. } => {
                self.own_anchor = Some(*anchor);
                self.service.set_anchor(*anchor);
            }
            SubscriptionEvent::Paused { end } => {
                self.paused = true;
                self.settle(*end);
            }
            SubscriptionEvent::Resumed { on } => {
                self.paused = false;
                let newest = self.service.newest();
                let again = newest.map(|phase| (phase.terms().clone(), phase.anchor()));
                if let Some((terms, anchor)) = again {
                    let terms = PlanTerms { setup_fee: None, ..terms };
                    self.service.begin(terms, anchor, Days::at_once(*on));
                }
            }
            SubscriptionEvent::Cancelled { end } => {
                self.paused = false;
                self.settle(*end);
            }
            SubscriptionEvent::CancellationWithdrawn { .. } => self.service.go_on(),
            SubscriptionEvent::LineAdjusted { line, amount, .. } => {
                self.service.adjust(*line, *amount);
            }
            SubscriptionEvent::Taxed { evidence, .. } => self.tax_by(evidence.as_ref()),
            SubscriptionEvent::CouponAttached { .. }
            | SubscriptionEvent::CouponUsed { .. }
            | SubscriptionEvent::CouponReturned { .. }
            | SubscriptionEvent::CouponDetached { .. } => self.take_coupon(event),
            SubscriptionEvent::Billed { plan, on } => self.document(plan, *on),
        }
    }

    /// Taxes what is not billed yet as the rates say, also on terms that are to come unless these
    /// say another tax; from then on by hand if there is no evidence.
    fn tax_by(&mut self, evidence: Option<&TaxEvidence>) {
        let known = self.automatic.take().map(|known| known.treatment);
        self.automatic = evidence.cloned();
        let Some(evidence) = evidence else { return };
        if let Some(pending) = self.pending.as_mut().filter(|next| Some(next.terms.tax) == known) {
            pending.terms.tax = evidence.treatment;
        }
        self.service.set_tax(evidence.treatment);
    }

    /// Ends the service: what was to come after the end does not, and what was held back until then
    /// is documented.
    fn settle(&mut self, end: End) {
        self.pending = self.pending.take().filter(|pending| pending.from < end.day);
        self.settles_on = self.settles_on.filter(|day| *day < end.on);
        self.service.end(end);
    }
}
