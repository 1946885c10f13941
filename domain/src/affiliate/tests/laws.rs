//! What holds whatever happens to an affiliate.

use chrono::Days;
use proptest::prelude::*;

use super::*;
use crate::kernel::Aggregate;
use crate::kernel::testing::replay_law;
use crate::ledger::{accounts, postings};

/// Something that may happen, some days after what happened before.
#[derive(Clone, Debug)]
enum Step {
    Sale(i64),
    Refund { of: u128, percent: i64 },
    Payout,
    Send,
    Fail,
}

fn steps() -> impl Strategy<Value = Vec<(u64, Step)>> {
    let step = prop_oneof![
        3 => (0_i64..1_000_000).prop_map(Step::Sale),
        3 => (1_u128..8, 1_i64..=100).prop_map(|(of, percent)| Step::Refund { of, percent }),
        2 => Just(Step::Payout),
        2 => Just(Step::Send),
        1 => Just(Step::Fail),
    ];
    prop::collection::vec((0_u64..20, step), 0..40)
}

/// The history to which the steps lead; what is refused does not happen.
fn history(steps: &[(u64, Step)], terms: CommissionTerms) -> Vec<AffiliateEvent> {
    let mut history = active_under(terms);
    let mut affiliate = Affiliate::fold(&history);
    let (mut on, mut sold) = (TODAY, 0);
    for (days, step) in steps {
        on = on.checked_add_days(Days::new(*days)).unwrap();
        let book = affiliate.partner().unwrap().book.clone();
        let last = book.payouts.last().map_or(0, |payout| payout.no);
        let ask = match step {
            Step::Sale(minor) => {
                sold += 1;
                accrue(on, sale(sold, *minor, on))
            }
            Step::Refund { of, percent } => {
                let known = book.of_payment(payment(*of));
                let minor = known.map_or(0, |known| known.sale.minor() * percent / 100);
                reverse(on, *of, minor)
            }
            Step::Payout => payout(on),
            Step::Send => send(last, on),
            Step::Fail => fail(last, on),
        };
        for ask in [issued_on(on, AffiliateCommand::ApproveDue), ask] {
            let events = affiliate.decide(&ask).unwrap_or_default();
            events.iter().for_each(|event| affiliate.apply(event));
            history.extend(events);
        }
    }
    history
}

/// What the affiliate is owed by the journal.
fn payable_by_the_journal(history: &[AffiliateEvent]) -> Money {
    let posted = history.iter().filter_map(|event| postings(&event.clone().into()).unwrap());
    let entries = posted.flat_map(|posting| posting.entries().to_vec());
    let own = entries.filter(|entry| entry.account == accounts::COMMISSION_PAYABLE);
    Money::sum(Currency::EUR, own.map(|entry| entry.signed().negate())).unwrap()
}

proptest! {
    #[test]
    fn every_cent_earned_lies_somewhere_and_the_journal_agrees(
        steps in steps(),
        hold_days in 0_u32..40,
    ) {
        let history = history(&steps, CommissionTerms { hold_days, ..terms() });
        replay_law::<Affiliate>(&history);
        let affiliate = Affiliate::fold(&history);
        let statement = affiliate.partner().unwrap().book.statement(Currency::EUR).unwrap();
        let lines = Money::sum(Currency::EUR, statement.lines.iter().map(|line| line.amount));
        let Statement { pending, payable, requested, paid, .. } = statement;
        let places = Money::sum(Currency::EUR, [pending, payable, requested, paid]);
        prop_assert_eq!(lines, places);
        let owed = payable.checked_add(requested).unwrap();
        prop_assert_eq!(payable_by_the_journal(&history), owed);
    }

    #[test]
    fn no_more_is_taken_back_than_was_earned(steps in steps()) {
        let affiliate = Affiliate::fold(&history(&steps, terms()));
        let book = &affiliate.partner().unwrap().book;
        for commission in &book.commissions {
            let own = book.reversals.iter().filter(|one| one.commission == commission.no);
            let back = Money::sum(Currency::EUR, own.map(|one| one.amount)).unwrap();
            prop_assert!(!commission.earned.checked_sub(back).unwrap().is_negative());
            prop_assert!(!commission.left.is_negative());
            if commission.refunded == commission.sale && commission.refunded.is_positive() {
                prop_assert_eq!(back, commission.earned);
            }
        }
        prop_assert!(book.payouts.iter().all(|payout| payout.amount.minor() >= 1_000));
    }

    #[test]
    fn refunds_in_parts_take_back_what_one_refund_takes(
        sold in 1_i64..1_000_000,
        mut parts in prop::collection::vec(1_i64..1_000_000, 1..8),
    ) {
        parts.retain(|part| *part <= sold);
        parts.sort_unstable();
        let Some(whole) = parts.last().copied() else { return Ok(()) };
        let taken_back = |parts: &[i64]| {
            let mut affiliate = Affiliate::fold(&active());
            let first = accrue(TODAY, sale(1, sold, TODAY));
            for ask in std::iter::once(first).chain(parts.iter().map(|so_far| {
                reverse(TODAY, 1, *so_far)
            })) {
                let events = affiliate.decide(&ask).unwrap();
                events.iter().for_each(|event| affiliate.apply(event));
            }
            let reversals = &affiliate.partner().unwrap().book.reversals;
            Money::sum(Currency::EUR, reversals.iter().map(|one| one.amount)).unwrap()
        };
        prop_assert_eq!(taken_back(&parts), taken_back(&[whole]));
    }
}
