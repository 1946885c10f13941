//! Rules of using credit.

use proptest::prelude::*;

use chrono::NaiveDate;

use crate::credit::*;
use crate::kernel::{Currency, Money};

fn eur(minor: i64) -> Money {
    Money::try_new(minor, Currency::EUR).unwrap()
}

fn today() -> NaiveDate {
    "2026-06-01".parse().unwrap()
}

fn note(id: &str, order: u32, minor: i64) -> Credit {
    let kind = CreditKind::CreditNote;
    Credit { id: id.into(), kind, order, left: eur(minor), expires_on: None }
}

fn wallet(id: &str, priority: u32, order: u32, minor: i64) -> Credit {
    Credit { kind: CreditKind::Wallet { priority }, ..note(id, order, minor) }
}

fn used(total: i64, credits: &[Credit]) -> Vec<(String, i64)> {
    let found = apply(eur(total), today(), credits).unwrap();
    found.used.into_iter().map(|(id, amount)| (id, amount.minor())).collect()
}

#[test]
fn notes_go_by_age_and_then_wallets_by_priority_and_age() {
    let credits = [
        wallet("late", 2, 0, 100),
        wallet("younger", 1, 9, 100),
        wallet("older", 1, 3, 100),
        note("new", 8, 100),
        note("old", 7, 100),
    ];
    let expected = [("old", 100), ("new", 100), ("older", 100), ("younger", 100), ("late", 50)];
    assert_eq!(used(450, &credits), expected.map(|(id, minor)| (id.to_owned(), minor)));
}

#[test]
fn expired_credit_and_credit_of_another_currency_stay() {
    let dollars = Money::try_new(100, Currency::USD).unwrap();
    let credits = [
        Credit { left: dollars, ..note("dollars", 1, 0) },
        Credit { expires_on: today().pred_opt(), ..wallet("expired", 1, 1, 100) },
        Credit { expires_on: Some(today()), ..wallet("last day", 1, 2, 100) },
    ];
    assert_eq!(used(500, &credits), [("last day".to_owned(), 100)]);
}

#[test]
fn nothing_is_used_where_nothing_is_owed() {
    assert!(used(0, &[note("a", 1, 100)]).is_empty());
    assert!(used(-100, &[note("a", 1, 100)]).is_empty());
}

proptest! {
    #[test]
    fn what_is_used_and_what_is_due_sum_to_the_invoice(
        total in 0_i64..100_000,
        amounts in prop::collection::vec((0_i64..30_000, 0_u32..3, any::<bool>()), 0..8),
    ) {
        let credits: Vec<_> = amounts.iter().map(|(minor, turn, paid_ahead)| {
            if *paid_ahead { wallet("w", *turn, 0, *minor) } else { note("n", *turn, *minor) }
        }).collect();
        let found = apply(eur(total), today(), &credits).unwrap();
        let paid: i64 = found.used.iter().map(|(_, amount)| amount.minor()).sum();
        prop_assert_eq!(paid + found.due.minor(), total);
        prop_assert!(found.due.minor() >= 0);
        let before: i64 = amounts.iter().map(|(minor, ..)| minor).sum();
        let after: i64 = found.left.iter().map(|credit| credit.left.minor()).sum();
        prop_assert_eq!(before - after, paid);
        prop_assert!(found.left.iter().all(|credit| credit.left.minor() >= 0));
        prop_assert!(found.due.is_zero() || after == 0, "money is asked for last");
    }
}
