//! How a product is described to people (PRD-01, PRD-02).

use serde::{Deserialize, Serialize};

use crate::kernel::Invalid;
use crate::kernel::text::{check_line, is_deceptive};

/// The longest description, in characters.
const LONGEST_DESCRIPTION: usize = 10_000;
/// How many features a product may have.
const MOST_FEATURES: usize = 50;

/// What people read about a product before they buy it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presentation {
    /// Markdown, up to 10,000 characters; empty if there is none.
    pub description: String,
    /// What it has, in the order people read it; up to 50, each under a key of its own.
    pub features: Vec<Feature>,
    /// Whether it is put before the others.
    pub featured: bool,
}

/// One thing a product has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feature {
    /// What, 1 to 100 characters.
    pub key: String,
    /// How much or which, 1 to 500 characters.
    pub value: String,
}

impl Presentation {
    /// Checks every part and names each that is wrong.
    pub(super) fn check(&self) -> Result<(), Invalid> {
        Invalid::gather([check_description(&self.description), check_features(&self.features)])
    }

    /// Roughly how many bytes it occupies behind its pointers.
    pub(super) fn weight(&self) -> usize {
        let texts = self.features.iter().map(|feature| feature.key.len() + feature.value.len());
        let fields = size_of_val(self.features.as_slice());
        self.description.len().saturating_add(fields).saturating_add(texts.sum())
    }
}

fn check_description(text: &str) -> Result<(), Invalid> {
    if text.chars().count() > LONGEST_DESCRIPTION {
        let detail = format!("must not be longer than {LONGEST_DESCRIPTION} characters");
        return Err(Invalid::one("description", "text.too_long", detail));
    }
    if text.chars().any(|c| is_deceptive(c) && c != '\n' && c != '\t') {
        let detail = "must not have control characters besides line breaks and tabs, \
                       nor letters that turn its direction";
        return Err(Invalid::one("description", "text.control_character", detail));
    }
    Ok(())
}

fn check_features(features: &[Feature]) -> Result<(), Invalid> {
    if features.len() > MOST_FEATURES {
        let detail = format!("a product has at most {MOST_FEATURES} features");
        return Err(Invalid::one("features", "product.too_many_features", detail));
    }
    Invalid::gather(features.iter().enumerate().map(|(at, feature)| {
        let known = features.iter().take(at).any(|earlier| earlier.key == feature.key);
        let apart = match known {
            true => Err(Invalid::one("key", "product.feature_twice", "another feature has it")),
            false => Ok(()),
        };
        let checks =
            [check_line("key", &feature.key, 100), check_line("value", &feature.value, 500), apart];
        Invalid::gather(checks).map_err(|invalid| invalid.under(&format!("features/{at}")))
    }))
}
