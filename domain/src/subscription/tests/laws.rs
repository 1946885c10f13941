//! What holds for every subscription, whatever was asked of it in whatever order.

use std::collections::BTreeMap;

use chrono::{Days as DaysLater, NaiveDate};
use proptest::prelude::*;
use uuid::Uuid;

use crate::coupon::{
    CouponLine, CouponStatus, CouponTerms, Discount, Frequency, Left, Limits, Scope, spread,
};
use crate::invoice::{LineKind, TaxCategory, TaxTreatment};
use crate::kernel::testing::issued_on;
use crate::kernel::{
    Aggregate, ClientId, Country, CouponId, Currency, InvoiceId, Money, Percent, ProductId,
    UnitPrice, Zone,
};
use crate::subscription::conventions::{CreditBasis, DayCount, ProrationUnit};
use crate::subscription::decide::MOST_WAITING;
use crate::subscription::service::{DocumentRef, LineRef, MOST_KEPT, Plan, PlanTerms, PlannedKind};
use crate::subscription::*;

/// Something that happens after so many days.
#[derive(Clone, Debug)]
enum Step {
    Change { terms: usize, quantity: u32, anchor: Option<Anchor>, policy: ChangePolicy },
    WithdrawChange,
    SetAnchor(Anchor),
    Pause,
    Resume,
    Cancel(CancelAt),
    CancelIn(u64),
    Withdraw,
    Adjust { line: usize, cents: i64 },
    Attach(usize),
    Detach(usize),
    Void,
    Nothing,
}

fn anchors() -> impl Strategy<Value = Anchor> {
    prop_oneof![
        (1_u32..=31).prop_map(|day| Anchor::BillingDay { day: BillingDay::try_new(day).unwrap() }),
        Just(Anchor::Anniversary { date: None }),
        (0_u64..4_000).prop_map(|days| Anchor::Anniversary { date: Some(day(days)) }),
        Just(Anchor::Calendar {}),
    ]
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0_usize..6, 1_u32..5, proptest::option::of(anchors()), policies()).prop_map(
            |(terms, quantity, anchor, policy)| Step::Change { terms, quantity, anchor, policy }
        ),
        1 => Just(Step::WithdrawChange),
        1 => anchors().prop_map(Step::SetAnchor),
        2 => Just(Step::Pause),
        3 => Just(Step::Resume),
        1 => prop_oneof![Just(CancelAt::Immediate), Just(CancelAt::EndOfTerm)]
            .prop_map(Step::Cancel),
        1 => (0_u64..60).prop_map(Step::CancelIn),
        1 => Just(Step::Withdraw),
        1 => (0_usize..4, 1_i64..3_000).prop_map(|(line, cents)| Step::Adjust { line, cents }),
        2 => (0_usize..5).prop_map(Step::Attach),
        1 => (0_usize..5).prop_map(Step::Detach),
        1 => Just(Step::Void),
        3 => Just(Step::Nothing),
    ]
}

fn policies() -> impl Strategy<Value = ChangePolicy> {
    prop_oneof![
        3 => Just(ChangePolicy::ProrateNow),
        1 => Just(ChangePolicy::ProrateNext),
        1 => Just(ChangePolicy::FullNow),
        1 => Just(ChangePolicy::AtPeriodEnd),
        1 => Just(ChangePolicy::NoProration),
    ]
}

fn rules() -> impl Strategy<Value = Rules> {
    let last = || prop_oneof![Just(LastDay::Credited), Just(LastDay::Charged)];
    let unit = prop_oneof![Just(ProrationUnit::Day), Just(ProrationUnit::Second)];
    let count = prop_oneof![Just(DayCount::Actual), Just(DayCount::Fixed)];
    let basis = prop_oneof![Just(CreditBasis::BilledLine), Just(CreditBasis::Price)];
    let zone = prop_oneof![Just("UTC"), Just("America/Los_Angeles"), Just("Pacific/Apia")];
    (last(), last(), unit, count, basis, zone).prop_map(
        |(change_day, cancel_day, proration, day_count, credit_basis, zone)| {
            let conventions = Conventions {
                change_day,
                cancel_day,
                proration,
                day_count,
                credit_basis,
                ..Conventions::default()
            };
            Rules { conventions, zone: zone.parse().unwrap_or(Zone::UTC) }
        },
    )
}

fn day(after: u64) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(2019, 12, 31).unwrap();
    first.checked_add_days(DaysLater::new(after)).unwrap()
}

/// Plans of every timing and length, one without a price and one of nothing.
fn terms(which: usize, quantity: u32) -> PlanTerms {
    let every = |unit, count| Interval::try_new(unit, count).unwrap();
    let (price, interval, timing) = [
        (Some("29.95"), every(IntervalUnit::Month, 1), Timing::Advance),
        (Some("20.01"), every(IntervalUnit::Week, 2), Timing::Advance),
        (Some("599.95"), every(IntervalUnit::Year, 1), Timing::Advance),
        (Some("100"), every(IntervalUnit::Month, 3), Timing::Arrears),
        (Some("13.70"), every(IntervalUnit::Day, 10), Timing::Arrears),
        (None, every(IntervalUnit::Month, 1), Timing::Advance),
    ][which];
    PlanTerms {
        product_id: ProductId::new(Uuid::from_u128(5)),
        plan: format!("plan-{which}"),
        name: format!("Plan {which}"),
        kind: LineKind::Vps,
        tax: TaxTreatment {
            category: TaxCategory::O,
            rate: Percent::ZERO,
            country: Country::parse("DE").unwrap(),
        },
        price: price.map(|price| UnitPrice::parse(price, Currency::EUR).unwrap()),
        quantity: quantity.into(),
        setup_fee: None,
        interval,
        timing,
    }
}

/// Half for once, for three bills and for ever; five euros; everything.
fn coupon(which: usize) -> (CouponId, Box<CouponTerms>) {
    let half = || Discount::Percent("50".parse().unwrap());
    let (discount, frequency) = [
        (half(), Frequency::Once),
        (half(), Frequency::Recurring { cycles: 3 }),
        (half(), Frequency::Forever),
        (Discount::Fixed(Money::try_new(500, Currency::EUR).unwrap()), Frequency::Once),
        (Discount::Percent("100".parse().unwrap()), Frequency::Recurring { cycles: 2 }),
    ][which];
    let terms = CouponTerms {
        code: format!("coupon-{which}"),
        discount,
        scope: Scope::default(),
        frequency,
        currency: None,
        starts_on: None,
        expires_on: None,
        limits: Limits::default(),
        status: CouponStatus::Active,
    };
    (coupon_id(which), Box::new(terms))
}

fn coupon_id(which: usize) -> CouponId {
    CouponId::new(Uuid::from_u128(u128::try_from(which).unwrap() + 50))
}

/// A subscription, how many documents were billed, and which days were charged how often.
struct Life {
    subscription: Subscription,
    rules: Rules,
    documents: u128,
    charged: BTreeMap<NaiveDate, i32>,
}

impl Life {
    /// Asks; a refusal changes nothing.
    fn ask(&mut self, on: NaiveDate, command: SubscriptionCommand) {
        for event in self.subscription.decide(&issued_on(on, command)).unwrap_or_default() {
            self.subscription.apply(&event);
        }
    }

    /// Bills until nothing is left; answers what was billed.
    fn bill(&mut self, on: NaiveDate) -> Result<(), TestCaseError> {
        for _ in 0..100 {
            self.documents += 1;
            let at = invoice(self.documents);
            let bill = Bill { through: on, on: at, rules: self.rules };
            let ask = issued_on(on, SubscriptionCommand::Bill(bill));
            let events = self.subscription.decide(&ask);
            let events = events.map_err(|no| TestCaseError::fail(no.to_string()))?;
            if events.is_empty() {
                return Ok(());
            }
            for event in &events {
                if let SubscriptionEvent::Billed { plan, .. } = event {
                    self.count(plan);
                }
            }
            events.iter().for_each(|event| self.subscription.apply(event));
            for event in &events {
                if let SubscriptionEvent::Billed { plan, .. } = event {
                    self.take_coupons_off(on, plan, at.document)?;
                }
            }
        }
        Err(TestCaseError::fail("what was billed is planned again and again"))
    }

    /// Takes coupons off what was just billed, as the application does.
    fn take_coupons_off(
        &mut self,
        on: NaiveDate,
        plan: &Plan,
        document: DocumentRef,
    ) -> Result<(), TestCaseError> {
        let zero = Money::zero(Currency::EUR);
        let charges = plan.lines.iter().map(|line| CouponLine {
            amount: if line.amount.is_positive() { line.amount } else { zero },
            product: None,
            plan: Some(line.plan.clone()),
        });
        let charges: Vec<CouponLine> = charges.collect();
        let attached = self.subscription.contract().unwrap().coupons.clone();
        let held: Vec<_> = attached.iter().map(|coupon| coupon.held.clone()).collect();
        for share in spread(Currency::EUR, on, &charges, &held).unwrap() {
            let Ok(off) = &share.off else { continue };
            let amount = share.total(Currency::EUR).unwrap();
            let lines = (1_u32..).zip(off.iter().copied()).collect();
            let coupon_id = attached[share.at].coupon_id;
            let used = UseCoupon { coupon_id, document, amount, lines };
            let ask = issued_on(on, SubscriptionCommand::UseCoupon(used));
            let events = self.subscription.decide(&ask);
            let events = events.map_err(|no| TestCaseError::fail(no.to_string()))?;
            events.iter().for_each(|event| self.subscription.apply(event));
        }
        Ok(())
    }

    fn count(&mut self, plan: &Plan) {
        for line in &plan.lines {
            let by = if line.kind == PlannedKind::Unused { -1 } else { 1 };
            let Some(period) = line.period else { continue };
            let mut at = period.span().from();
            while at < period.span().to() {
                *self.charged.entry(at).or_default() += by;
                at = at.succ_opt().unwrap();
            }
        }
    }

    fn step(&mut self, on: NaiveDate, step: Step) {
        let rules = self.rules;
        let command = match step {
            Step::Change { terms: which, quantity, anchor, policy } => {
                let fallback_anchor = Anchor::Calendar {};
                let terms = terms(which, quantity);
                let change = ChangePlan { terms, anchor, fallback_anchor, rules, policy };
                SubscriptionCommand::ChangePlan(change)
            }
            Step::WithdrawChange => SubscriptionCommand::WithdrawChange,
            Step::SetAnchor(anchor) => SubscriptionCommand::SetAnchor { anchor },
            Step::Pause => SubscriptionCommand::Pause { rules },
            Step::Resume => SubscriptionCommand::Resume,
            Step::Cancel(at) => SubscriptionCommand::Cancel { at, rules },
            Step::CancelIn(days) => {
                let at = CancelAt::Date(on.checked_add_days(DaysLater::new(days)).unwrap());
                SubscriptionCommand::Cancel { at, rules }
            }
            Step::Withdraw => SubscriptionCommand::WithdrawCancellation,
            Step::Adjust { line, cents } => {
                let billed = self.subscription.contract().unwrap().service.billed();
                let Some(billed) = billed.iter().rev().nth(line) else { return };
                let amount = crate::kernel::Money::try_new(cents, Currency::EUR).unwrap();
                SubscriptionCommand::Adjust(AdjustLine { line: billed.line, amount })
            }
            Step::Attach(which) => {
                let (coupon_id, terms) = coupon(which);
                SubscriptionCommand::AttachCoupon { coupon_id, terms }
            }
            Step::Detach(which) => {
                SubscriptionCommand::DetachCoupon { coupon_id: coupon_id(which) }
            }
            Step::Void => {
                let billed = self.subscription.contract().unwrap().service.billed();
                let Some(DocumentRef::Invoice(invoice_id)) =
                    billed.last().map(|line| line.on.document)
                else {
                    return;
                };
                self.ask(on, SubscriptionCommand::Uncharge { invoice_id });
                SubscriptionCommand::ReturnCoupons { invoice_id }
            }
            Step::Nothing => return,
        };
        self.ask(on, command);
    }
}

fn invoice(no: u128) -> LineRef {
    let id = InvoiceId::new(Uuid::from_u128(no + 100));
    LineRef { document: DocumentRef::Invoice(id), line: 1 }
}

/// No coupon takes more than it is good for.
fn coupons_hold(contract: &Contract) -> Result<(), TestCaseError> {
    for coupon in &contract.coupons {
        let uses = u32::try_from(coupon.uses.len()).unwrap();
        match (coupon.held.left, coupon.held.coupon.frequency, coupon.held.coupon.discount) {
            (Left::Amount(left), _, Discount::Fixed(amount)) => {
                let taken = coupon.uses.iter().map(|off| off.amount.minor()).sum::<i64>();
                prop_assert!(!left.is_negative());
                prop_assert_eq!(taken + left.minor(), amount.minor());
            }
            (Left::Uses(left), Frequency::Recurring { cycles }, _) => {
                prop_assert_eq!(uses + left, cycles);
            }
            (Left::Uses(left), _, _) => prop_assert_eq!(uses + left, 1),
            (Left::Amount(_) | Left::Unlimited, _, _) => {}
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn no_day_is_charged_twice_and_nothing_is_planned_again(
        rules in rules(),
        first in 0_usize..6,
        anchor in anchors(),
        trial_days in 0_u32..40,
        ends in proptest::option::of(1_u64..900),
        lived in proptest::collection::vec((0_u64..45, steps()), 1..40),
    ) {
        let mut life =
            Life {
                subscription: Subscription::default(),
                rules,
                documents: 0,
                charged: BTreeMap::new(),
            };
        let mut on = day(0);
        life.ask(on, SubscriptionCommand::Start(StartSubscription {
            client_id: ClientId::new(Uuid::from_u128(1)),
            currency: Currency::EUR,
            terms: terms(first, 1),
            trial_days,
            anchor: None,
            fallback_anchor: anchor,
            ends: ends.map(day),
        }));
        life.bill(on)?;
        // days that are worth nothing leave no line: those of which something was taken off by
        // hand or by coupons, and the 31st where every month has thirty days
        let mut worthless = rules.conventions.day_count == DayCount::Fixed;
        for (days, step) in lived {
            on = on.checked_add_days(DaysLater::new(days)).unwrap();
            life.bill(on)?;
            worthless |= matches!(step, Step::Adjust { .. } | Step::Void | Step::Attach(3 | 4));
            life.step(on, step.clone());
            life.bill(on)?;
            let due = life.subscription.contract().unwrap().next_due();
            prop_assert!(worthless || due.is_none_or(|due| due > on), "{due:?} is due on {on}");
            let twice = life.charged.iter().find(|(_, times)| !(0..=1).contains(*times));
            prop_assert!(worthless || twice.is_none(), "{twice:?} after {step:?} on {on}");
            let contract = life.subscription.contract().unwrap();
            worthless |= contract.coupons.len() > 2;
            coupons_hold(contract)?;
            prop_assert!(contract.service.billed().iter().all(|line| !line.left().is_negative()));
            prop_assert!(contract.service.billed().len() <= MOST_KEPT);
            let most = if contract.settles_on.is_some() { MOST_WAITING } else { 2 };
            prop_assert!(contract.service.phases() <= most, "phases that are over are kept");
        }
        let stored = serde_json::to_string(&life.subscription).unwrap();
        prop_assert_eq!(serde_json::from_str::<Subscription>(&stored).unwrap(), life.subscription);
    }
}
