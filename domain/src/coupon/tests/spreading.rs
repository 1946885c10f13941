//! How coupons are spread over the lines of a document.

use super::*;

fn off(lines: &[CouponLine], coupons: &[HeldCoupon]) -> Vec<(usize, Vec<i64>)> {
    let shares = spread(Currency::EUR, today(), lines, coupons).unwrap();
    let cents = |share: CouponShare| {
        (share.at, share.off.unwrap_or_default().iter().map(|amount| amount.minor()).collect())
    };
    shares.into_iter().map(cents).collect()
}

#[test]
fn a_cent_that_does_not_divide_goes_to_one_line() {
    let lines = [line(100, "a", "x"), line(100, "a", "x"), line(100, "a", "x")];
    assert_eq!(off(&lines, &[HeldCoupon::new(fixed("c", 100), 1)]), [(0, vec![33, 34, 33])]);
    assert_eq!(off(&lines, &[HeldCoupon::new(percent("c", "10"), 1)]), [(0, vec![10, 10, 10])]);
}

#[test]
fn each_coupon_begins_from_the_cents_before_it_and_the_narrowest_is_first() {
    let product = Scope { products: keys(&["x"]), ..Scope::default() };
    let narrow = CouponTerms { scope: product, ..fixed("narrow", 50) };
    let coupons = [HeldCoupon::new(percent("wide", "50"), 1), HeldCoupon::new(narrow, 2)];
    let lines = [line(100, "a", "x"), line(101, "a", "y")];
    assert_eq!(off(&lines, &coupons), [(1, vec![50, 0]), (0, vec![25, 51])]);
}

#[test]
fn a_coupon_that_takes_nothing_says_why_and_keeps_what_is_left() {
    let lines = [line(0, "a", "x")];
    let held = HeldCoupon::new(fixed("c", 100), 1);
    let shares = spread(Currency::EUR, today(), &lines, std::slice::from_ref(&held)).unwrap();
    assert_eq!(shares[0].off, Err(CouponRefusal::NothingLeft));
    assert_eq!((shares[0].total(Currency::EUR), shares[0].held.clone()), (Ok(eur(0)), held));
}

proptest! {
    #[test]
    fn shares_are_within_their_lines_and_sum_to_what_is_taken(
        amounts in prop::collection::vec(0_i64..100_000, 1..12),
        share in 1_u32..=100,
        fixed_amount in 1_i64..300_000,
    ) {
        let lines: Vec<CouponLine> = amounts.iter().map(|minor| line(*minor, "a", "x")).collect();
        let percent = HeldCoupon::new(percent("p", &share.to_string()), 1);
        let fixed = HeldCoupon::new(fixed("f", fixed_amount), 2);
        let shares = spread(Currency::EUR, today(), &lines, &[percent, fixed]).unwrap();
        let mut left = amounts.clone();
        for share in &shares {
            for (left, off) in left.iter_mut().zip(share.off.iter().flatten()) {
                prop_assert!(off.minor() >= 0);
                *left -= off.minor();
            }
        }
        prop_assert!(left.iter().all(|left| *left >= 0));
        let off: i64 = shares.iter().map(|one| one.total(Currency::EUR).unwrap().minor()).sum();
        prop_assert_eq!(left.iter().sum::<i64>() + off, amounts.iter().sum::<i64>());
    }
}
