//! Which payments give an amount back.

use super::*;

fn spread_of(minor: i64, left: &[i64]) -> Vec<i64> {
    let left: Vec<_> = left.iter().map(|minor| eur(*minor)).collect();
    spread(eur(minor), &left).unwrap().into_iter().map(Money::minor).collect()
}

#[test]
fn one_payment_gives_an_amount_back_if_one_can() {
    assert_eq!(spread_of(400, &[400, 600]), [400, 0], "the one that fits");
    assert_eq!(spread_of(400, &[400, 400, 500]), [0, 400, 0], "the newest that fits");
    assert_eq!(spread_of(300, &[400, 600, 200]), [0, 300, 0], "the newest that holds enough");
}

#[test]
fn else_the_newest_give_first_and_no_more_than_they_hold() {
    assert_eq!(spread_of(700, &[400, 600]), [100, 600]);
    assert_eq!(spread_of(2_000, &[400, 600]), [400, 600]);
    assert_eq!(spread_of(1, &[]), [0_i64; 0]);
}
