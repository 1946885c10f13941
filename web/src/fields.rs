//! What a form sent: names and values in their order; a name may repeat, as lines of an invoice do.

use axum::http::StatusCode;
use billfold_app::access::Secret;
use serde::Deserialize;
use uuid::Uuid;

use crate::error::PageError;

/// A sent form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// A form of these pairs.
    #[cfg(test)]
    pub(crate) fn of(pairs: &[(&str, &str)]) -> Fields {
        Fields(pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect())
    }

    /// A form that shows what is known, as if it had been sent.
    pub(crate) fn from_pairs(pairs: Vec<(String, String)>) -> Fields {
        Fields(pairs)
    }

    /// The first value of a name, without blanks around it; empty when it was not sent.
    pub(crate) fn one(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    /// A password, exactly as it was typed: a blank at its end is part of it.
    pub(crate) fn secret(&self, name: &str) -> Secret {
        let typed = self.0.iter().find(|(known, _)| known == name);
        Secret::new(typed.map_or("", |(_, value)| value))
    }

    /// The first value of a name, if it is not empty.
    pub(crate) fn some(&self, name: &str) -> Option<String> {
        Some(self.one(name)).filter(|value| !value.is_empty()).map(str::to_owned)
    }

    /// Whether a field of that name was sent, empty or not.
    pub(crate) fn holds(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// Every value of a name, in order.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.trim()).collect()
    }

    /// The idempotency key of the form, as commands take it.
    pub(crate) fn key(&self) -> Result<String, PageError> {
        let key: Uuid = self.one("key").parse().map_err(|_| {
            PageError::Malformed("The form has lost its key. Open it again.".to_owned())
        })?;
        Ok(format!("form/{key}"))
    }
}

/// A new key for a form that is about to be shown.
pub(crate) fn new_key() -> String {
    let mut bytes = [0_u8; 16];
    rand::fill(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

/// The status of a form that was refused.
pub(crate) const REFUSED: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

/// Refusals by field: the last part of each pointer is the name of a field.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wrong {
    /// What is wrong with the whole.
    pub(crate) whole: String,
    fields: Vec<(String, String)>,
}

impl Wrong {
    /// Something is wrong with the whole.
    pub(crate) fn of_whole(whole: String) -> Wrong {
        Wrong { whole, fields: Vec::new() }
    }

    /// Notes what is wrong with a field.
    pub(crate) fn at(&mut self, field: impl Into<String>, detail: impl Into<String>) {
        self.fields.push((field.into(), sentence(&detail.into())));
    }

    /// Whether nothing is wrong.
    pub(crate) fn is_none(&self) -> bool {
        self.whole.is_empty() && self.fields.is_empty()
    }

    /// What is wrong with a field; empty when nothing is.
    pub(crate) fn of(&self, field: &str) -> String {
        self.fields
            .iter()
            .find(|(name, _)| name == field)
            .map_or_else(String::new, |(_, d)| d.clone())
    }

    /// What is wrong anywhere below a field, told at the field itself: `tell` makes a text of the
    /// pointer and the detail.
    pub(crate) fn gathered(self, field: &str, tell: impl Fn(&str, &str) -> String) -> Wrong {
        let below = format!("{field}/");
        let (found, fields): (Vec<_>, Vec<_>) =
            self.fields.into_iter().partition(|(name, _)| name.starts_with(&below));
        let mut wrong = Wrong { whole: self.whole, fields };
        if !found.is_empty() {
            let told = found.iter().map(|(at, detail)| sentence(&tell(at, detail)));
            wrong.at(field, told.collect::<Vec<_>>().join(" "));
        }
        wrong
    }

    /// The refusal of a command, or the page for what no form can mend.
    pub(crate) fn from_error(error: billfold_app::Error) -> Result<Wrong, PageError> {
        use billfold_app::Error;
        let mut wrong = Wrong::default();
        match error {
            Error::Refused(refused) => {
                wrong.whole = sentence(&refused.detail);
                for field in &refused.fields {
                    wrong.at(field.pointer.trim_start_matches('/'), field.detail.clone());
                }
            }
            Error::Conflict { .. } => {
                wrong.whole =
                    "Somebody changed it since this page was shown. Look at it again.".to_owned();
            }
            Error::KeyReused => {
                wrong.whole =
                    "This form was sent before with other values. Open it again.".to_owned();
            }
            Error::Waits(waiting) => return Err(PageError::Waits(waiting.approval_id)),
            error if error.passes() => wrong.whole = sentence(&error.to_string()),
            other => return Err(other.into()),
        }
        Ok(wrong)
    }
}

/// A phrase of the lower layers as a sentence.
pub(crate) fn sentence(phrase: &str) -> String {
    let mut letters = phrase.chars();
    let Some(first) = letters.next() else { return String::new() };
    let mut text: String = first.to_uppercase().chain(letters).collect();
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_names_keep_their_order_and_blanks_are_cut() {
        let fields = Fields::of(&[("a", " 1 "), ("b", ""), ("a", "2")]);
        assert_eq!(fields.all("a"), ["1", "2"]);
        assert_eq!((fields.one("a"), fields.some("b")), ("1", None));
    }

    #[test]
    fn a_key_is_new_each_time_and_taken_back_as_it_was() {
        let key = new_key();
        assert_ne!(key, new_key());
        assert_eq!(Fields::of(&[("key", &key)]).key().unwrap(), format!("form/{key}"));
        assert!(Fields::of(&[("key", "x")]).key().is_err());
    }

    #[test]
    fn a_phrase_becomes_a_sentence() {
        assert_eq!(sentence("the client is suspended"), "The client is suspended.");
        assert_eq!(sentence(""), "");
    }
}
