//! What a seller wants to know of clients beyond what every client has: its own fields.
//!
//! Guarantees that a value fits the field it is given for, and that its `Debug` shows nothing: what
//! stands in such a field may be personal. Absent on purpose: values of fields that are no longer
//! asked for; they go when the values are set again.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::kernel::Invalid;
use crate::kernel::text::{check_key, check_line};

/// Fields of a seller at most.
pub const MOST_CUSTOM_FIELDS: usize = 50;

/// What may stand in a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustomFieldKind {
    /// A line of at most 500 characters.
    Text,
    /// A decimal number.
    Number,
    /// A day, as 2026-11-30.
    Date,
    /// `yes` or `no`.
    Flag,
    /// One of the field's choices.
    Choice,
}

impl CustomFieldKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Text, Self::Number, Self::Date, Self::Flag, Self::Choice];

    /// The word that is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Date => "date",
            Self::Flag => "flag",
            Self::Choice => "choice",
        }
    }

    /// The kind of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A field that a seller asks of its clients.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomField {
    /// Its name for machines: lower case letters, digits, `_` and `-`, at most 40.
    pub key: String,
    /// Its name for people, 1 to 100 characters.
    pub label: String,
    /// What may stand in it.
    pub kind: CustomFieldKind,
    /// For a choice: 1 to 50 of them, each 1 to 100 characters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// Whether values without it are refused.
    pub required: bool,
}

impl CustomField {
    /// Refuses a field that nobody could fill in.
    pub fn check(&self) -> Result<(), Invalid> {
        let choices = if (self.kind == CustomFieldKind::Choice) == self.choices.is_empty() {
            let detail = "are needed for a choice, and for nothing else";
            Err(Invalid::one("choices", "custom_field.choices", detail))
        } else if self.choices.len() > 50 {
            Err(Invalid::one("choices", "custom_field.choices", "must not be more than 50"))
        } else {
            Invalid::gather(self.choices.iter().map(|choice| check_line("choices", choice, 100)))
        };
        Invalid::gather([
            check_key("key", &self.key),
            check_line("label", &self.label, 100),
            choices,
        ])
    }

    /// Refuses a value that does not fit.
    fn check_value(&self, value: &str) -> Result<(), Invalid> {
        check_line(&self.key, value, 500)?;
        let (fits, detail) = match self.kind {
            CustomFieldKind::Text => (true, ""),
            CustomFieldKind::Number => {
                (Decimal::from_str(value).is_ok(), "must be a number such as 12.5")
            }
            CustomFieldKind::Date => {
                (NaiveDate::from_str(value).is_ok(), "must be a day such as 2026-11-30")
            }
            CustomFieldKind::Flag => (matches!(value, "yes" | "no"), "must be yes or no"),
            CustomFieldKind::Choice => {
                (self.choices.iter().any(|choice| choice == value), "must be one of the choices")
            }
        };
        if fits { Ok(()) } else { Err(Invalid::one(&self.key, "custom_field.value", detail)) }
    }
}

/// Values by the key of their field. Personal data: never logged, never stored in clear.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CustomValues(pub BTreeMap<String, String>);

impl CustomValues {
    /// Checks every value against the fields that are asked for; names all that are wrong at once.
    pub fn check(&self, fields: &[CustomField]) -> Result<(), Invalid> {
        let field = |key: &str| fields.iter().find(|field| field.key == key);
        let given = self.0.iter().map(|(key, value)| match field(key) {
            Some(field) => field.check_value(value),
            None => Err(Invalid::one(key, "custom_field.unknown", "is no field of this seller")),
        });
        let missing = fields.iter().filter(|field| field.required);
        let missing = missing
            .filter(|field| !self.0.contains_key(&field.key))
            .map(|field| Err(Invalid::one(&field.key, "custom_field.missing", "must be given")));
        Invalid::gather(given.chain(missing))
    }
}

impl fmt::Debug for CustomValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CustomValues(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Refusal;

    fn field(key: &str, kind: CustomFieldKind, choices: &[&str], required: bool) -> CustomField {
        let choices = choices.iter().map(|choice| (*choice).to_owned()).collect();
        CustomField { key: key.into(), label: "Label".into(), kind, choices, required }
    }

    fn values(values: &[(&str, &str)]) -> CustomValues {
        let own = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        CustomValues(values.iter().map(own).collect())
    }

    #[test]
    fn each_value_fits_its_field_and_all_that_are_wrong_are_named() {
        use CustomFieldKind as Kind;
        let fields = [
            field("note", Kind::Text, &[], false),
            field("seats", Kind::Number, &[], false),
            field("since", Kind::Date, &[], false),
            field("vip", Kind::Flag, &[], false),
            field("size", Kind::Choice, &["small", "large"], true),
        ];
        let right = [
            ("note", "likes tea"),
            ("seats", "12.5"),
            ("since", "2026-02-28"),
            ("vip", "yes"),
            ("size", "small"),
        ];
        assert_eq!(values(&right).check(&fields), Ok(()));
        let wrong =
            [("seats", "many"), ("since", "2026-02-30"), ("vip", "maybe"), ("colour", "red")];
        let problems = values(&wrong).check(&fields).unwrap_err().problems();
        let found: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(found, ["/colour", "/seats", "/since", "/vip", "/size"]);
    }

    #[test]
    fn choices_belong_to_choices_only() {
        assert!(field("size", CustomFieldKind::Choice, &["a"], true).check().is_ok());
        assert!(field("size", CustomFieldKind::Choice, &[], true).check().is_err());
        assert!(field("size", CustomFieldKind::Text, &["a"], true).check().is_err());
        assert!(field("Size", CustomFieldKind::Text, &[], true).check().is_err());
    }

    #[test]
    fn debug_output_shows_no_value() {
        assert!(!format!("{:?}", values(&[("a", "secret")])).contains("secret"));
    }
}
