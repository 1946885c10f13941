//! What a new password must be: long enough, and not one of those that are tried first.
//!
//! Guarantees: no rule of composition and no forced change (ASVS 6.2); what counts is how many
//! tries somebody needs who knows common passwords, words, names, keyboards and dates. Absent on
//! purpose: asking a service outside whether a password has leaked.

use zxcvbn::{Score, zxcvbn};

use super::{Access, AccessError, Secret};

const SHORTEST: usize = 10;
const LONGEST: usize = 256;
/// Shorter words near at hand are part of too many others.
const SHORTEST_WORD: usize = 3;
/// Fewer than 10^8 tries are too few.
const LEAST: Score = Score::Three;
/// Words that are near at hand here, and no part of a good password.
const NEAR: [&str; 8] =
    ["billfold", "billing", "invoice", "hosting", "server", "admin", "portal", "support"];

impl Access {
    /// Whether a new password keeps the rules.
    ///
    /// # Errors
    /// It is shorter than 10 characters or longer than 256, or easily guessed.
    pub fn check_password(&self, password: &Secret) -> Result<(), AccessError> {
        check_password(password.reveal(), &[])
    }
}

/// `about` are words that belong to the account: a name, a mail address.
pub(super) fn check_password(password: &str, about: &[&str]) -> Result<(), AccessError> {
    let refused = |detail| Err(AccessError::Malformed { field: "/password", detail });
    if !(SHORTEST..=LONGEST).contains(&password.chars().count()) {
        return refused("choose a password of 10 to 256 characters");
    }
    if zxcvbn(password, &[]).score() < LEAST || zxcvbn(&rest(password, about), &[]).score() < LEAST
    {
        return refused(
            "that password is guessed too easily; take several words that nobody expects",
        );
    }
    Ok(())
}

/// The password without the words near at hand: what is left has to be good by itself.
fn rest(password: &str, about: &[&str]) -> String {
    let own = about.iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
    let near = NEAR.iter().copied().chain(own).map(str::to_lowercase);
    let near = near.filter(|word| word.chars().count() >= SHORTEST_WORD);
    near.fold(password.to_lowercase(), |rest, word| rest.replace(&word, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(password: &str, about: &[&str]) -> bool {
        check_password(password, about).is_err()
    }

    #[test]
    fn what_is_tried_first_is_no_password() {
        for common in
            ["1234567890", "qwertyuiop", "passwordpassword", "iloveyou2024", "aaaaaaaaaaaaaaaa"]
        {
            assert!(is_refused(common, &[]), "{common}");
        }
        assert!(is_refused("billfold-billing", &[]));
    }

    #[test]
    fn what_belongs_to_the_account_is_no_password() {
        assert!(is_refused("ada.lovelace1", &["Ada Lovelace", "ada.lovelace@example.org"]));
    }

    #[test]
    fn a_password_is_taken_whatever_its_characters_if_it_is_hard_to_guess() {
        for good in ["correct horse battery", "größe über alles 7", "  blanks at both ends  "] {
            assert!(!is_refused(good, &[]), "{good}");
        }
        assert!(is_refused("kurz+Q9", &[]), "too short");
        assert!(is_refused(&"correct horse battery ".repeat(20), &[]), "too long");
    }
}
