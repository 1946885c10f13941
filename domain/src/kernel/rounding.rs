//! The one place where an exact value becomes a whole number.
//!
//! Guarantees exact integer arithmetic up to the single division: nothing is rounded twice.
//! Absent on purpose: floats, and any rounding hidden inside an operator.

/// What happens to a value between two whole numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rounding {
    /// To the nearest, a half away from zero: 0.5 becomes 1 and -0.5 becomes -1. The default,
    /// because a credit note then mirrors its invoice.
    #[default]
    HalfAwayFromZero,
    /// To the nearest, a half to the even neighbour.
    HalfEven,
    /// Towards zero, which cuts the rest off.
    TowardZero,
    /// Away from zero, so that any rest counts as a whole.
    AwayFromZero,
}

/// `numerator / denominator` as a whole number; nothing for a zero denominator or an overflow.
pub(crate) fn divide(numerator: i128, denominator: i128, rounding: Rounding) -> Option<i128> {
    let quotient = numerator.checked_div(denominator)?;
    let rest = numerator.checked_rem(denominator)?.unsigned_abs();
    if rest == 0 {
        return Some(quotient);
    }
    // The rest is less than the divisor, so the subtraction cannot wrap and no doubling overflows.
    let to_next = denominator.unsigned_abs().checked_sub(rest)?;
    let away = match rounding {
        Rounding::TowardZero => false,
        Rounding::AwayFromZero => true,
        Rounding::HalfAwayFromZero => rest >= to_next,
        Rounding::HalfEven => rest > to_next || (rest == to_next && quotient.checked_rem(2)? != 0),
    };
    let step = if (numerator < 0) == (denominator < 0) { 1 } else { -1 };
    if away { quotient.checked_add(step) } else { Some(quotient) }
}

/// Ten to the power of `exponent`; nothing once it no longer fits.
pub(crate) fn power_of_ten(exponent: u32) -> Option<i128> {
    10_i128.checked_pow(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mode_treats_halves_and_signs_as_it_says() {
        use Rounding::{AwayFromZero, HalfAwayFromZero, HalfEven, TowardZero};
        let cases = [
            (5, 2, HalfAwayFromZero, 3),
            (-5, 2, HalfAwayFromZero, -3),
            (5, -2, HalfAwayFromZero, -3),
            (5, 2, HalfEven, 2),
            (7, 2, HalfEven, 4),
            (-7, 2, HalfEven, -4),
            (5, 2, TowardZero, 2),
            (-5, 2, TowardZero, -2),
            (1, 3, AwayFromZero, 1),
            (-1, 3, AwayFromZero, -1),
            (1, 3, HalfAwayFromZero, 0),
            (2, 3, HalfAwayFromZero, 1),
            (6, 3, AwayFromZero, 2),
        ];
        for (numerator, denominator, rounding, expected) in cases {
            let found = divide(numerator, denominator, rounding);
            assert_eq!(found, Some(expected), "{numerator}/{denominator} {rounding:?}");
        }
    }

    #[test]
    fn nothing_divides_by_zero() {
        assert_eq!(divide(1, 0, Rounding::default()), None);
    }
}
