//! What a person sees of a stored payment method.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::kernel::Invalid;
use crate::kernel::text::{check_key, check_line};

/// What kind of thing it is (PAY-22).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MethodKind {
    /// A credit or debit card.
    Card,
    /// A bank account that is debited.
    BankAccount,
    /// An account with a wallet.
    Wallet,
}

/// What tells one method from another. None of it can be charged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instrument {
    /// What kind of thing it is.
    pub kind: MethodKind,
    /// Key of the scheme or bank, such as `visa`.
    pub brand: Option<String>,
    /// The last four digits or letters of its number.
    pub last_four: Option<String>,
    /// The last month it is good for.
    pub expires: Option<ExpiryMonth>,
}

/// A month of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ExpiryMonth {
    /// The year, four digits.
    pub year: i32,
    /// The month, 1 to 12.
    pub month: u32,
}

impl ExpiryMonth {
    /// Whether the month is over on a day.
    pub fn is_over(self, today: NaiveDate) -> bool {
        (self.year, self.month) < (today.year(), today.month())
    }
}

impl Instrument {
    /// Refuses what is no description of a method, and anything that could be a card number.
    pub fn check(&self) -> Result<(), Invalid> {
        let brand = self.brand.as_deref().map_or(Ok(()), |brand| check_key("brand", brand));
        let last_four = self.last_four.as_deref().map_or(Ok(()), check_last_four);
        let month = self.expires.map_or(Ok(()), |month| {
            if (1..=12).contains(&month.month) && (2_000..=9_999).contains(&month.year) {
                return Ok(());
            }
            let detail = "must be a month 1 to 12 of a year of four digits";
            Err(Invalid::one("expires", "payment_method.no_month", detail))
        });
        Invalid::gather([brand, last_four, month])
    }
}

/// Checks a gateway's token: a line of at most 200 characters that is no card number.
pub(super) fn check_token(token: &str) -> Result<(), Invalid> {
    check_line("token", token, 200)?;
    if looks_like_card_number(token) {
        let detail = "looks like a card number; give the token that the gateway made of it";
        return Err(Invalid::one("token", "payment_method.card_number", detail));
    }
    Ok(())
}

fn check_last_four(text: &str) -> Result<(), Invalid> {
    if text.len() == 4 && text.chars().all(|c| c.is_ascii_alphanumeric()) {
        return Ok(());
    }
    let detail = "must be exactly four digits or letters";
    Err(Invalid::one("last_four", "payment_method.not_four", detail))
}

/// Whether a text holds 12 to 19 digits, blanks and hyphens aside, whose check digit is right.
pub(super) fn looks_like_card_number(text: &str) -> bool {
    let bare: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let runs = bare.split(|c: char| !c.is_ascii_digit());
    runs.filter(|run| (12..=19).contains(&run.len())).any(passes_luhn)
}

/// The check of ISO/IEC 7812: every second digit from the right counts double.
fn passes_luhn(digits: &str) -> bool {
    let weighted = digits.chars().rev().filter_map(|c| c.to_digit(10)).enumerate();
    let sum = weighted.fold(0_u32, |sum, (at, digit)| {
        let twice = digit.saturating_mul(2);
        let counted = match at % 2 {
            0 => digit,
            _ if twice > 9 => twice.saturating_sub(9),
            _ => twice,
        };
        sum.saturating_add(counted)
    });
    sum % 10 == 0
}
