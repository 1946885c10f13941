//! Where a seller is reached and paid, as documents say it (SET-01).
//!
//! Guarantees that an account number is one by its check digits. In clear: it is what every
//! customer reads. Absent on purpose: the country, which is that of the books, and whether an
//! account or an address exists.

use serde::{Deserialize, Serialize};

use crate::client::{check_email, check_phone};
use crate::kernel::Invalid;
use crate::kernel::text::check_optional_line;

/// Address, register and bank account of a seller; every part may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Letterhead {
    /// Street and number (BT-35), at most 200 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line1: Option<String>,
    /// Further part (BT-36), at most 200 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line2: Option<String>,
    /// Postal code (BT-38), at most 20 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// City (BT-37), at most 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// State or province (BT-39), at most 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// E-mail address for customers (BT-43).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Phone number for customers (BT-42).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Number in a register of firms (BT-30), such as `HRB 12345, Amtsgericht Hamburg`; at most
    /// 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration: Option<String>,
    /// Where customers pay to by bank transfer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank_account: Option<BankAccount>,
}

/// A bank account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankAccount {
    /// Its number (BT-84): an IBAN of ISO 13616, capitals and digits without blanks.
    pub iban: String,
    /// Its bank (BT-86): a BIC of ISO 9362, 8 or 11 capitals and digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bic: Option<String>,
    /// In whose name (BT-85), at most 70 characters; the seller's unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
}

impl Letterhead {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Checks the form of every part.
    ///
    /// # Errors
    /// Every part that breaks a rule.
    pub fn check(&self) -> Result<(), Invalid> {
        Invalid::gather([
            check_optional_line("line1", self.line1.as_deref(), 200),
            check_optional_line("line2", self.line2.as_deref(), 200),
            check_optional_line("postal_code", self.postal_code.as_deref(), 20),
            check_optional_line("city", self.city.as_deref(), 100),
            check_optional_line("state", self.state.as_deref(), 100),
            self.email.as_deref().map_or(Ok(()), check_email),
            self.phone.as_deref().map_or(Ok(()), check_phone),
            check_optional_line("registration", self.registration.as_deref(), 100),
            self.bank_account
                .as_ref()
                .map_or(Ok(()), BankAccount::check)
                .map_err(|invalid| invalid.under("bank_account")),
        ])
    }
}

impl BankAccount {
    fn check(&self) -> Result<(), Invalid> {
        Invalid::gather([
            check_iban(&self.iban),
            self.bic.as_deref().map_or(Ok(()), check_bic),
            check_optional_line("holder", self.holder.as_deref(), 70),
        ])
    }
}

/// Two letters, two check digits, 11 to 30 capitals and digits; the whole is 1 modulo 97 once
/// letters count from ten and the first four stand behind (ISO 13616, ISO 7064 MOD 97-10).
fn check_iban(iban: &str) -> Result<(), Invalid> {
    let bytes = iban.as_bytes();
    let formed = (15..=34).contains(&bytes.len())
        && bytes.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && bytes.iter().take(2).all(u8::is_ascii_uppercase)
        && bytes.iter().skip(2).take(2).all(u8::is_ascii_digit);
    let turned = bytes.iter().skip(4).chain(bytes.iter().take(4));
    let rest = turned.fold(0_u32, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        letter => (rest * 100 + u32::from(letter.wrapping_sub(b'A')) + 10) % 97,
    });
    if formed && rest == 1 {
        return Ok(());
    }
    let detail = "give an IBAN in capitals and digits without blanks; its check digits must fit";
    Err(Invalid::one("iban", "iban.malformed", detail))
}

fn check_bic(bic: &str) -> Result<(), Invalid> {
    let legal = bic.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let country = bic.bytes().skip(4).take(2).all(|byte| byte.is_ascii_uppercase());
    if legal && country && matches!(bic.len(), 8 | 11) {
        return Ok(());
    }
    Err(Invalid::one("bic", "bic.malformed", "give a BIC of 8 or 11 capitals and digits"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Refusal;

    fn wrong(letterhead: &Letterhead) -> Vec<String> {
        let invalid = letterhead.check().unwrap_err();
        invalid.problems().into_iter().map(|problem| problem.field).collect()
    }

    fn paid_to(iban: &str, bic: Option<&str>) -> Letterhead {
        let bic = bic.map(str::to_owned);
        let bank_account = BankAccount { iban: iban.to_owned(), bic, holder: None };
        Letterhead { bank_account: Some(bank_account), ..Letterhead::default() }
    }

    #[test]
    fn an_account_number_is_known_by_its_check_digits() {
        // The examples of the IBAN registry.
        for iban in ["DE89370400440532013000", "NO9386011117947", "MT84MALT011000012345MTLCAST001S"]
        {
            assert!(paid_to(iban, Some("COBADEFF")).check().is_ok(), "{iban}");
        }
        for iban in ["DE88370400440532013000", "DE89 3704 0044 0532 0130 00", "", "de89", "DE89é"]
        {
            assert_eq!(
                wrong(&paid_to(iban, Some("COBADEFFXXX"))),
                ["/bank_account/iban"],
                "{iban}"
            );
        }
    }

    #[test]
    fn every_part_that_breaks_a_rule_is_named() {
        let letterhead = Letterhead {
            line1: Some(" ".to_owned()),
            email: Some("nobody".to_owned()),
            phone: Some("call".to_owned()),
            registration: Some("x".repeat(101)),
            ..paid_to("DE89", Some("COBA1EFF"))
        };
        let fields = ["/line1", "/email", "/phone", "/registration"];
        let account = ["/bank_account/iban", "/bank_account/bic"];
        assert_eq!(wrong(&letterhead), [&fields[..], &account[..]].concat());
        assert!(Letterhead::default().check().is_ok() && Letterhead::default().is_empty());
    }
}
