//! Contact details of a person or a firm: what is sealed inside [`Pii`](crate::kernel::Pii).
//!
//! Guarantees that its `Debug` shows nothing. Absent on purpose: whether an address exists.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::kernel::text::{check_line, check_optional_line};
use crate::kernel::{Country, Invalid};

/// Who a client is and where to reach them. Personal data: never logged, never stored in clear.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContactCard {
    /// Full name, at most 200 characters.
    pub name: String,
    /// Given name where it is known apart, at most 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Family name where it is known apart, at most 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// Firm, at most 200 characters.
    pub company: Option<String>,
    /// E-mail address, at most 254 characters.
    pub email: Option<String>,
    /// Phone number: digits, blanks and `+ ( ) . / -`.
    pub phone: Option<String>,
    /// Tax number of a firm, at most 20 letters and digits.
    pub vat_id: Option<String>,
    /// Postal address.
    pub address: Address,
}

/// A postal address; every part may be unknown.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Address {
    /// Street and number, at most 200 characters.
    pub line1: Option<String>,
    /// Further part, at most 200 characters.
    pub line2: Option<String>,
    /// City, at most 100 characters.
    pub city: Option<String>,
    /// State or province, at most 100 characters.
    pub state: Option<String>,
    /// Postal code, at most 20 characters.
    pub postal_code: Option<String>,
    /// Country.
    pub country: Option<Country>,
}

impl ContactCard {
    /// The full name of somebody whose names are known apart only.
    #[must_use]
    pub fn full_name(first_name: Option<&str>, last_name: Option<&str>) -> String {
        let names = [first_name, last_name].into_iter().flatten().map(str::trim);
        names.filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// Checks the form of every field; names all that are wrong at once.
    pub fn check(&self) -> Result<(), Invalid> {
        Invalid::gather([
            check_line("name", &self.name, 200),
            check_optional_line("first_name", self.first_name.as_deref(), 100),
            check_optional_line("last_name", self.last_name.as_deref(), 100),
            check_optional_line("company", self.company.as_deref(), 200),
            self.email.as_deref().map_or(Ok(()), check_email),
            self.phone.as_deref().map_or(Ok(()), check_phone),
            self.vat_id.as_deref().map_or(Ok(()), check_vat_id),
            self.address.check(),
        ])
    }
}

impl Address {
    /// Checks the length of every field.
    pub fn check(&self) -> Result<(), Invalid> {
        Invalid::gather([
            check_optional_line("line1", self.line1.as_deref(), 200),
            check_optional_line("line2", self.line2.as_deref(), 200),
            check_optional_line("city", self.city.as_deref(), 100),
            check_optional_line("state", self.state.as_deref(), 100),
            check_optional_line("postal_code", self.postal_code.as_deref(), 20),
        ])
        .map_err(|invalid| invalid.under("address"))
    }
}

/// One `@` with something before it and a dotted name after it, without blanks. Whether mail
/// arrives is not a question of form.
pub(crate) fn check_email(email: &str) -> Result<(), Invalid> {
    check_line("email", email, 254)?;
    let plausible = email.split_once('@').is_some_and(|(local, domain)| {
        let labels = || domain.split('.');
        !local.is_empty()
            && local.len() <= 64
            && labels().count() >= 2
            && labels().all(|label| !label.is_empty() && !label.contains('@'))
    });
    if !plausible || email.chars().any(char::is_whitespace) {
        let detail = "must look like name@example.org";
        return Err(Invalid::one("email", "email.malformed", detail));
    }
    Ok(())
}

pub(crate) fn check_phone(phone: &str) -> Result<(), Invalid> {
    check_line("phone", phone, 40)?;
    let legal = |c: char| c.is_ascii_digit() || " +().-/".contains(c);
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    if !phone.chars().all(legal) || !(3..=20).contains(&digits) {
        let detail = "use 3 to 20 digits, blanks and + ( ) . / -";
        return Err(Invalid::one("phone", "phone.malformed", detail));
    }
    Ok(())
}

pub(crate) fn check_vat_id(vat_id: &str) -> Result<(), Invalid> {
    let legal = vat_id.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    if !legal || !(4..=20).contains(&vat_id.len()) {
        let detail = "use 4 to 20 capitals and digits, without blanks";
        return Err(Invalid::one("vat_id", "vat_id.malformed", detail));
    }
    Ok(())
}

impl fmt::Debug for ContactCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContactCard(..)")
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Refusal;

    fn card() -> ContactCard {
        ContactCard {
            name: "Ada Lovelace".into(),
            email: Some("ada@example.org".into()),
            phone: Some("+44 (0)20 7946-0000".into()),
            vat_id: Some("GB123456789".into()),
            ..ContactCard::default()
        }
    }

    #[test]
    fn a_plain_card_passes() {
        assert_eq!(card().check(), Ok(()));
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let mut wrong = card();
        wrong.name = " ".into();
        wrong.email = Some("ada".into());
        wrong.phone = Some("call me".into());
        wrong.vat_id = Some("gb 1".into());
        wrong.address.postal_code = Some("1".repeat(21));
        let problems = wrong.check().unwrap_err().problems();
        let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["/name", "/email", "/phone", "/vat_id", "/address/postal_code"]);
    }

    #[test]
    fn an_email_address_has_one_at_and_a_dotted_domain() {
        for wrong in ["a@b", "@b.c", "a@@b.c", "a@b..c", "a b@c.d", "a@.d", "a@b@c.d"] {
            assert!(check_email(wrong).is_err(), "{wrong}");
        }
        for right in ["a@b.c", "first.last+tag@sub.example.org", "ä@exämple.org"] {
            assert!(check_email(right).is_ok(), "{right}");
        }
    }

    #[test]
    fn debug_output_shows_no_personal_data() {
        let mut card = card();
        card.address.city = Some("London".into());
        let shown = format!("{card:?} {:?}", card.address);
        assert!(!shown.contains("Ada") && !shown.contains("London"), "{shown}");
    }
}
