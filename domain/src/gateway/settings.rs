//! What is set for an account and is no secret.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::kernel::Invalid;
use crate::kernel::text::{check_key, is_deceptive};

/// How many settings an account may have.
const MOST_SETTINGS: usize = 50;
/// The longest value, in characters: instructions for a bank transfer, or a map as JSON.
const LONGEST_VALUE: usize = 4_000;

/// Values by the names of their fields, as the driver describes them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Settings(BTreeMap<String, String>);

impl Settings {
    /// Takes values by names; what they may be, the driver's description says.
    ///
    /// # Errors
    /// There are more than fifty, a name is no key, or a value is longer than 4 000 characters or
    /// holds control characters but line breaks, or letters that turn its direction.
    pub fn try_new(values: BTreeMap<String, String>) -> Result<Self, Invalid> {
        if values.len() > MOST_SETTINGS {
            let detail = format!("must not be more than {MOST_SETTINGS}");
            return Err(Invalid::one("settings", "list.too_long", detail));
        }
        Invalid::gather(values.iter().map(|(name, value)| check(name, value)))?;
        Ok(Self(values))
    }

    /// The value of a field.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Names and values, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Roughly how many bytes its texts occupy, for caches.
    pub(crate) fn weight(&self) -> usize {
        let texts = self.0.iter().map(|(name, value)| name.len().saturating_add(value.len()));
        texts.fold(0, usize::saturating_add)
    }
}

fn check(name: &str, value: &str) -> Result<(), Invalid> {
    check_key("settings", name)?;
    let field = format!("settings/{name}");
    if value.chars().count() > LONGEST_VALUE {
        let detail = format!("must not be longer than {LONGEST_VALUE} characters");
        return Err(Invalid::one(&field, "text.too_long", detail));
    }
    if value.chars().any(|c| is_deceptive(c) && c != '\n') {
        let detail = "must not hold control characters but line breaks, \
                      nor letters that turn its direction";
        return Err(Invalid::one(&field, "text.control_character", detail));
    }
    Ok(())
}
