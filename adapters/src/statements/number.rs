//! Amounts as files write them.

use billfold_domain::kernel::{Currency, Money};

/// What stands before the decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecimalMark {
    /// `1,234.56`.
    Point,
    /// `1.234,56`.
    Comma,
}

impl DecimalMark {
    fn mark(self) -> char {
        match self {
            Self::Point => '.',
            Self::Comma => ',',
        }
    }

    /// Whether thousands may be set apart by this.
    fn sets_apart(self, letter: char) -> bool {
        match self {
            Self::Point => matches!(letter, ',' | '\'' | ' ' | '\u{a0}' | '\u{202f}'),
            Self::Comma => matches!(letter, '.' | '\'' | ' ' | '\u{a0}' | '\u{202f}'),
        }
    }
}

/// An amount in major units, with a sign before or after it, exactly.
///
/// # Errors
/// What should stand there instead.
pub(super) fn amount(text: &str, currency: Currency, mark: DecimalMark) -> Result<Money, String> {
    let wrong = || format!("must be an amount such as {}", example(mark));
    let text = text.trim();
    let (negative, digits) = signed(text).ok_or_else(wrong)?;
    let (whole, decimals) = match digits.split_once(mark.mark()) {
        Some((whole, decimals)) => (whole, Some(decimals)),
        None => (digits, None),
    };
    let whole = without_groups(whole, mark).ok_or_else(wrong)?;
    let plain = match decimals {
        None => whole,
        Some(decimals) if !decimals.is_empty() && all_digits(decimals) => {
            format!("{whole}.{decimals}")
        }
        Some(_) => return Err(wrong()),
    };
    let money = Money::parse_major(&plain, currency).map_err(|error| error.to_string())?;
    Ok(if negative { money.negate() } else { money })
}

/// An amount in minor units, without a sign.
pub(super) fn minor(text: &str, currency: Currency) -> Result<Money, String> {
    let text = text.trim();
    let minor = text.parse::<i64>().ok().filter(|_| all_digits(text));
    let minor = minor.ok_or("must be a whole number of the smallest unit, without a sign")?;
    Money::try_new(minor, currency).map_err(|error| error.to_string())
}

fn example(mark: DecimalMark) -> &'static str {
    match mark {
        DecimalMark::Point => "-1,234.56",
        DecimalMark::Comma => "-1.234,56",
    }
}

/// Whether it is negative, and what is left without its sign.
fn signed(text: &str) -> Option<(bool, &str)> {
    let is_minus = |c: char| c == '-' || c == '\u{2212}';
    let bare = if let Some(rest) = text.strip_prefix(is_minus) {
        (true, rest)
    } else if let Some(rest) = text.strip_prefix('+') {
        (false, rest)
    } else if let Some(rest) = text.strip_suffix(is_minus) {
        (true, rest)
    } else {
        (false, text.strip_suffix('+').unwrap_or(text))
    };
    let (negative, rest) = (bare.0, bare.1.trim());
    rest.starts_with(|c: char| c.is_ascii_digit()).then_some((negative, rest))
}

/// The digits of the whole part, if thousands are set apart rightly or not at all.
fn without_groups(whole: &str, mark: DecimalMark) -> Option<String> {
    let mut groups = whole.split(|c| mark.sets_apart(c));
    let first = groups.next().filter(|first| all_digits(first) && !first.is_empty())?;
    let rest: Vec<&str> = groups.collect();
    let grouped = rest.is_empty() || first.len() <= 3;
    let right = rest.iter().all(|group| group.len() == 3 && all_digits(group));
    (grouped && right).then(|| rest.iter().fold(first.to_owned(), |all, group| all + group))
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, mark: DecimalMark) -> Option<i64> {
        amount(text, Currency::EUR, mark).ok().map(Money::minor)
    }

    #[test]
    fn an_amount_is_read_exactly_with_its_sign_on_either_side() {
        for (text, minor) in [
            ("12.34", 1_234),
            ("-12.3", -1_230),
            ("\u{2212}12.34", -1_234),
            ("12.34-", -1_234),
            ("+5", 500),
            ("1,234.56", 123_456),
            ("1 234 567", 123_456_700),
            (" 0.00 ", 0),
            ("- 7.00", -700),
        ] {
            assert_eq!(read(text, DecimalMark::Point), Some(minor), "{text}");
        }
        for (text, minor) in [("1.234,56", 123_456), ("-12,3", -1_230), ("1'000,00", 100_000)] {
            assert_eq!(read(text, DecimalMark::Comma), Some(minor), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_or_too_fine_is_never_guessed() {
        for text in ["", "-", "abc", "1.2.3", "12,34", "1,23,456.00", "1234,567.00", "1.", ".5"] {
            assert_eq!(read(text, DecimalMark::Point), None, "{text}");
        }
        assert_eq!(read("1.234", DecimalMark::Point), None, "finer than a cent");
        assert_eq!(read("12.34", DecimalMark::Comma), None);
        assert_eq!(read("--1.00", DecimalMark::Point), None);
        assert_eq!(read("1e3", DecimalMark::Point), None);
    }

    #[test]
    fn minor_units_are_those_of_the_currency_and_unsigned() {
        let of = |text: &str, currency| minor(text, currency).ok();
        assert_eq!(of("10000", Currency::USD), Money::parse_major("100", Currency::USD).ok());
        assert_eq!(of("10000", Currency::JPY), Money::parse_major("10000", Currency::JPY).ok());
        for text in ["", "-1", "+1", "1.5", "x", "99999999999999999999", "9007199254740992"] {
            assert_eq!(of(text, Currency::USD), None, "{text}");
        }
    }
}
