//! Where the seller is reached and paid: how it is shown, and the fields of its form (SET-01).

use billfold_domain::invoice::{BankAccount, Letterhead};

use crate::fields::{Fields, Wrong};
use crate::form::Field;

/// Address, register, and how to reach the seller, as lines of text.
pub(crate) fn lines(said: &Letterhead) -> Vec<String> {
    let place = [&said.postal_code, &said.city].into_iter().flatten();
    let place = place.cloned().collect::<Vec<_>>().join(" ");
    let place = (!place.is_empty()).then_some(place);
    let told = [
        &said.line1,
        &said.line2,
        &place,
        &said.state,
        &said.registration,
        &said.email,
        &said.phone,
    ];
    told.into_iter().flatten().cloned().chain(account(said)).collect()
}

/// Where to pay to, on one line.
fn account(said: &Letterhead) -> Option<String> {
    let account = said.bank_account.as_ref()?;
    let mut words = vec![format!("IBAN {}", in_fours(&account.iban))];
    words.extend(account.bic.as_ref().map(|bic| format!("BIC {bic}")));
    words.extend(account.holder.clone());
    Some(words.join(", "))
}

/// An account number as people read it.
fn in_fours(iban: &str) -> String {
    let letters: Vec<char> = iban.chars().collect();
    let fours: Vec<String> = letters.chunks(4).map(|four| four.iter().collect()).collect();
    fours.join(" ")
}

/// The fields of the form, as far as somebody filled them in already. They bear the names of the
/// API, so that a refusal finds them.
pub(super) fn asked(sent: &Fields, wrong: &Wrong, now: &Letterhead) -> Vec<Field> {
    let account = now.bank_account.as_ref();
    let field = |name: &str, label: &str, kind: &'static str, now: Option<&String>| {
        let known = sent.some(name).or_else(|| now.cloned()).unwrap_or_default();
        Field::input(name, label, kind).with(known).wrong(wrong.of(name))
    };
    let line = |name: &str, label: &str, now: Option<&String>| field(name, label, "text", now);
    vec![
        line("line1", "Street and number", now.line1.as_ref()),
        line("line2", "Further part", now.line2.as_ref()),
        line("postal_code", "Postal code", now.postal_code.as_ref()),
        line("city", "City", now.city.as_ref()),
        line("state", "State or province", now.state.as_ref()),
        field("email", "Mail address for customers", "email", now.email.as_ref()),
        field("phone", "Phone number for customers", "tel", now.phone.as_ref()),
        line("registration", "Register", now.registration.as_ref())
            .hint("Such as HRB 12345, Amtsgericht Hamburg"),
        line("bank_account/iban", "IBAN", account.map(|account| &account.iban)),
        line("bank_account/bic", "BIC", account.and_then(|account| account.bic.as_ref())),
        line("bank_account/holder", "Account holder", account.and_then(|one| one.holder.as_ref()))
            .hint("The legal name, unless it is another one"),
    ]
}

/// What was sent. Account numbers are taken with blanks and small letters, as people write them.
pub(super) fn read(sent: &Fields) -> Letterhead {
    let number = |name: &str| {
        let typed = sent.some(name)?;
        Some(typed.split_whitespace().collect::<String>().to_ascii_uppercase())
    };
    let (iban, bic) = (number("bank_account/iban"), number("bank_account/bic"));
    let holder = sent.some("bank_account/holder");
    let some = iban.is_some() || bic.is_some() || holder.is_some();
    let bank_account = some.then(|| BankAccount { iban: iban.unwrap_or_default(), bic, holder });
    Letterhead {
        line1: sent.some("line1"),
        line2: sent.some("line2"),
        postal_code: sent.some("postal_code"),
        city: sent.some("city"),
        state: sent.some("state"),
        email: sent.some("email"),
        phone: sent.some("phone"),
        registration: sent.some("registration"),
        bank_account,
    }
}

#[cfg(test)]
mod tests {
    use billfold_domain::kernel::Refusal;

    use super::*;

    #[test]
    fn an_account_number_is_read_as_people_write_it_and_shown_so() {
        let sent = [("city", "Hamburg"), ("bank_account/iban", "de89 3704 0044 0532 0130 00")];
        let said = read(&Fields::of(&sent));
        assert!(said.check().is_ok());
        assert_eq!(lines(&said), ["Hamburg", "IBAN DE89 3704 0044 0532 0130 00"]);
    }

    #[test]
    fn whoever_names_a_bank_but_no_account_is_told() {
        let said = read(&Fields::of(&[("bank_account/bic", "COBADEFF")]));
        assert_eq!(said.check().unwrap_err().problems()[0].field, "/bank_account/iban");
        assert!(read(&Fields::default()).is_empty());
    }
}
