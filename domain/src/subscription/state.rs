//! What is known of a subscription.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::{ClientId, Currency};
use crate::subscription::service::{Days, PlanTerms, Service};
use crate::subscription::{Anchor, AttachedCoupon, SubscriptionEvent};

/// A subscription.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subscription {
    /// Nothing was subscribed to under this id.
    #[default]
    Absent,
    /// It began.
    Begun(Contract),
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
    /// The coupons that come off it, by their turn.
    #[serde(default)]
    pub coupons: Vec<AttachedCoupon>,
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

    /// The terms that hold, or held last.
    pub fn terms(&self) -> Option<&PlanTerms> {
        self.service.newest().map(|phase| phase.terms())
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
                *state = Self::Begun(Contract {
                    client_id: *client_id,
                    currency: *currency,
                    started_on: *started_on,
                    own_anchor: *own_anchor,
                    paused: false,
                    service,
                    coupons: Vec::new(),
                });
            }
            (Self::Begun(contract), event) => contract.take(event),
            (Self::Absent, _) => {}
        }
    }
}

impl Contract {
    fn take(&mut self, event: &SubscriptionEvent) {
        match event {
            SubscriptionEvent::Started { .. } => {}
            SubscriptionEvent::PlanChanged { end, terms, own_anchor, anchor } => {
                let known = self.service.newest().and_then(|phase| phase.end());
                let trial_end = self.service.newest().map(|phase| phase.starts_on());
                let days = match trial_end.filter(|day| *day > end.day) {
                    Some(day) => Days { entered_on: end.on, starts_on: day, first_due: day },
                    None => Days { entered_on: end.on, starts_on: end.day, first_due: end.on },
                };
                self.own_anchor = *own_anchor;
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
                self.service.end(*end);
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
                self.service.end(*end);
            }
            SubscriptionEvent::CancellationWithdrawn { .. } => self.service.go_on(),
            SubscriptionEvent::LineAdjusted { line, amount, .. } => {
                self.service.adjust(*line, *amount);
            }
            SubscriptionEvent::CouponAttached { .. }
            | SubscriptionEvent::CouponUsed { .. }
            | SubscriptionEvent::CouponReturned { .. }
            | SubscriptionEvent::CouponDetached { .. } => self.take_coupon(event),
            SubscriptionEvent::Billed { plan, on } => self.service.document(plan, *on),
        }
    }
}
