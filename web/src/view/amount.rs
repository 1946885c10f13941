//! An amount of money as text: sign, currency, grouped digits.

use std::fmt;

use askama::filters::HtmlSafe;

use super::grouped;

/// Minor units of one currency, ready to be shown: `€ 1,234.56`, `JP¥ 1,200`, `−CHF 5.00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Amount {
    minor: i64,
    currency: &'static str,
    exponent: u32,
}

impl Amount {
    /// `exponent` is the number of decimals of the currency's minor unit, at most 4.
    pub(crate) fn new(minor: i64, currency: &'static str, exponent: u32) -> Amount {
        Amount { minor, currency, exponent: exponent.min(4) }
    }

    /// Minor units, signed.
    pub(crate) fn minor(self) -> i64 {
        self.minor
    }

    /// Another amount of the same currency.
    pub(crate) fn with_minor(self, minor: i64) -> Amount {
        Amount { minor, ..self }
    }

    /// Whether nothing is owed either way.
    pub(crate) fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// The amount without markup, for titles, `aria-label`s and charts.
    pub(crate) fn plain(self) -> String {
        let sign = if self.minor < 0 { "\u{2212}" } else { "" };
        format!("{sign}{}\u{a0}{}", self.sign(), self.digits())
    }

    /// An axis label: `€ 25k`, `€ 1.5M`; exact enough for a scale, never for a balance.
    pub(crate) fn short(self) -> String {
        let (whole, _) = self.parts();
        let text = match whole {
            0..=999 => whole.to_string(),
            1_000..=999_999 => tenths(whole, 1_000, "k"),
            _ => tenths(whole, 1_000_000, "M"),
        };
        let sign = if self.minor < 0 { "\u{2212}" } else { "" };
        format!("{sign}{}{text}", self.sign())
    }

    fn digits(self) -> String {
        let (whole, part) = self.parts();
        match self.exponent {
            0 => grouped(whole),
            width => format!("{}.{part:0width$}", grouped(whole), width = width as usize),
        }
    }

    fn parts(self) -> (u64, u64) {
        let unit = 10_u64.pow(self.exponent);
        let minor = self.minor.unsigned_abs();
        (minor / unit, minor % unit)
    }

    fn sign(self) -> &'static str {
        match self.currency {
            "EUR" => "€",
            "USD" => "$",
            "GBP" => "£",
            "INR" => "₹",
            "BDT" => "৳",
            "JPY" => "JP¥",
            "CNY" => "CN¥",
            code => code,
        }
    }
}

fn tenths(whole: u64, unit: u64, suffix: &str) -> String {
    match whole % unit * 10 / unit {
        0 => format!("{}{suffix}", whole / unit),
        tenth => format!("{}.{tenth}{suffix}", whole / unit),
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let class = match self.minor {
            0 => "amount zero",
            minor if minor < 0 => "amount neg",
            _ => "amount",
        };
        write!(f, r#"<bdi dir="ltr" class="{class}">{}</bdi>"#, self.plain())
    }
}

impl HtmlSafe for Amount {}
