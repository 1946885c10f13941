//! What a change of terms makes of the period under way, policy by policy (SUB-08).

use chrono::NaiveDate;
use uuid::Uuid;

use crate::invoice::{LineKind, TaxCategory, TaxTreatment};
use crate::kernel::testing::issued_on;
use crate::kernel::{
    Aggregate, ClientId, Country, Currency, InvoiceId, Percent, ProductId, UnitPrice, Zone,
};
use crate::subscription::service::{DocumentRef, LineRef, PlanTerms};
use crate::subscription::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn rules() -> Rules {
    Rules { conventions: Conventions::default(), zone: Zone::UTC }
}

fn monthly(plan: &str, price: &str) -> PlanTerms {
    let country = Country::parse("DE").unwrap();
    PlanTerms {
        product_id: ProductId::new(Uuid::from_u128(5)),
        plan: plan.to_owned(),
        name: plan.to_owned(),
        kind: LineKind::Vps,
        tax: TaxTreatment { category: TaxCategory::O, rate: Percent::ZERO, country },
        price: Some(UnitPrice::parse(price, Currency::EUR).unwrap()),
        quantity: 1.into(),
        setup_fee: None,
        interval: Interval::try_new(IntervalUnit::Month, 1).unwrap(),
        timing: Timing::Advance,
    }
}

/// A subscription at 31.00 a month from the first of the month, billed for March 2026.
struct March(Subscription);

impl March {
    fn begun() -> Self {
        let mut march = Self(Subscription::default());
        march.ask(
            "2026-03-01",
            SubscriptionCommand::Start(StartSubscription {
                client_id: ClientId::new(Uuid::from_u128(3)),
                currency: Currency::EUR,
                terms: monthly("small", "31.00"),
                trial_days: 0,
                anchor: None,
                fallback_anchor: Anchor::Calendar {},
                ends: None,
            }),
        );
        assert_eq!(march.billed("2026-03-01"), ["2026-03-01/2026-04-01 31.00"]);
        march
    }

    fn ask(&mut self, on: &str, command: SubscriptionCommand) -> Vec<SubscriptionEvent> {
        let events = self.0.decide(&issued_on(day(on), command)).unwrap();
        events.iter().for_each(|event| self.0.apply(event));
        events
    }

    /// Changes to a plan of 62.00 on 16 March.
    fn change(&mut self, policy: ChangePolicy) {
        self.ask("2026-03-16", self.to_large(policy));
    }

    fn to_large(&self, policy: ChangePolicy) -> SubscriptionCommand {
        SubscriptionCommand::ChangePlan(ChangePlan {
            terms: monthly("large", "62.00"),
            anchor: None,
            fallback_anchor: Anchor::Calendar {},
            rules: rules(),
            policy,
        })
    }

    /// Bills through a day; days and amount of each line.
    fn billed(&mut self, through: &str) -> Vec<String> {
        let document = DocumentRef::Invoice(InvoiceId::new(Uuid::from_u128(7)));
        let on = LineRef { document, line: 1 };
        let bill = Bill { through: day(through), on, rules: rules() };
        let mut lines = Vec::new();
        for event in self.ask(through, SubscriptionCommand::Bill(bill)) {
            let SubscriptionEvent::Billed { plan, .. } = event else { continue };
            for line in plan.lines {
                let days = line.period.unwrap().span();
                lines.push(format!("{}/{} {}", days.from(), days.to(), line.amount.to_major()));
            }
        }
        lines
    }

    fn contract(&self) -> &Contract {
        self.0.contract().unwrap()
    }
}

#[test]
fn prorated_now_it_is_settled_on_the_day() {
    let mut march = March::begun();
    march.change(ChangePolicy::ProrateNow);
    assert_eq!(
        march.billed("2026-03-16"),
        ["2026-03-16/2026-04-01 32.00", "2026-03-16/2026-04-01 -16.00"]
    );
    assert_eq!(march.billed("2026-04-01"), ["2026-04-01/2026-05-01 62.00"]);
}

#[test]
fn prorated_next_it_waits_for_the_boundary_and_comes_with_the_next_period() {
    let mut march = March::begun();
    march.change(ChangePolicy::ProrateNext);
    assert_eq!(march.contract().next_due(), Some(day("2026-04-01")));
    assert!(march.billed("2026-03-16").is_empty() && march.billed("2026-03-31").is_empty());
    assert_eq!(
        march.billed("2026-04-01"),
        [
            "2026-03-16/2026-04-01 32.00",
            "2026-04-01/2026-05-01 62.00",
            "2026-03-16/2026-04-01 -16.00"
        ]
    );
}

#[test]
fn what_waits_is_settled_when_the_service_ends_before() {
    let mut march = March::begun();
    march.change(ChangePolicy::ProrateNext);
    let cancel = SubscriptionCommand::Cancel { at: CancelAt::Immediate, rules: rules() };
    march.ask("2026-03-21", cancel);
    assert_eq!(
        march.billed("2026-03-21"),
        ["2026-03-16/2026-03-21 10.00", "2026-03-16/2026-04-01 -16.00"]
    );
    assert_eq!(march.contract().next_due(), None);
}

#[test]
fn in_full_now_a_whole_period_begins_on_the_day() {
    let mut march = March::begun();
    march.change(ChangePolicy::FullNow);
    assert_eq!(
        march.billed("2026-03-16"),
        ["2026-03-16/2026-04-16 62.00", "2026-03-16/2026-04-01 -16.00"]
    );
    assert!(march.billed("2026-04-15").is_empty());
    assert_eq!(march.billed("2026-04-16"), ["2026-04-16/2026-05-16 62.00"]);
}

#[test]
fn at_the_end_of_the_period_nothing_happens_before() {
    let mut march = March::begun();
    march.change(ChangePolicy::AtPeriodEnd);
    assert_eq!(march.contract().serves().unwrap().plan, "small");
    assert_eq!(march.contract().next_due(), Some(day("2026-04-01")));
    assert!(march.billed("2026-03-31").is_empty());
    assert_eq!(march.billed("2026-04-01"), ["2026-04-01/2026-05-01 62.00"]);
    assert_eq!(march.contract().serves().unwrap().plan, "large");
    assert!(march.billed("2026-04-01").is_empty(), "it is planned once");
}

#[test]
fn without_proration_the_service_changes_now_and_the_price_with_the_next_period() {
    let mut march = March::begun();
    march.change(ChangePolicy::NoProration);
    assert_eq!(march.contract().serves().unwrap().plan, "large");
    assert_eq!(march.contract().terms().unwrap().plan, "small");
    assert!(march.billed("2026-03-31").is_empty());
    assert_eq!(march.billed("2026-04-01"), ["2026-04-01/2026-05-01 62.00"]);
}

#[test]
fn on_the_boundary_itself_every_policy_changes_at_once() {
    for policy in [ChangePolicy::ProrateNext, ChangePolicy::AtPeriodEnd, ChangePolicy::NoProration]
    {
        let mut march = March::begun();
        march.ask("2026-04-01", march.to_large(policy));
        assert_eq!(march.billed("2026-04-01"), ["2026-04-01/2026-05-01 62.00"], "{policy:?}");
    }
}

#[test]
fn a_change_to_come_is_taken_back_and_leaves_no_trace() {
    let mut march = March::begun();
    march.change(ChangePolicy::AtPeriodEnd);
    march.ask("2026-03-20", SubscriptionCommand::WithdrawChange);
    assert_eq!(march.billed("2026-04-01"), ["2026-04-01/2026-05-01 31.00"]);
    let again = issued_on(day("2026-04-02"), SubscriptionCommand::WithdrawChange);
    assert_eq!(march.0.decide(&again), Err(SubscriptionRefusal::NothingPending));
}

#[test]
fn going_back_to_the_terms_that_hold_takes_a_change_to_come_back() {
    let mut march = March::begun();
    march.change(ChangePolicy::AtPeriodEnd);
    let SubscriptionCommand::ChangePlan(large) = march.to_large(ChangePolicy::ProrateNow) else {
        panic!("a change")
    };
    let small = ChangePlan { terms: monthly("small", "31.00"), ..large };
    let events = march.ask("2026-03-20", SubscriptionCommand::ChangePlan(small));
    assert_eq!(events, [SubscriptionEvent::ChangeWithdrawn { on: day("2026-03-20") }]);
}

#[test]
fn an_end_or_a_pause_before_a_change_to_come_makes_it_void() {
    let at_end = SubscriptionCommand::Cancel { at: CancelAt::EndOfTerm, rules: rules() };
    for end in [at_end, SubscriptionCommand::Pause { rules: rules() }] {
        let mut march = March::begun();
        march.change(ChangePolicy::AtPeriodEnd);
        march.ask("2026-03-20", end);
        assert_eq!(march.contract().pending, None);
        assert!(march.billed("2026-05-01").iter().all(|line| !line.contains("62.00")));
    }
}
