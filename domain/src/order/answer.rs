//! What was answered to a question of a product (PRD-09).

use serde::{Deserialize, Serialize};

use crate::kernel::{Pii, Quantity};
use crate::product::ProductOption;

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The option's name for machines.
    pub option: String,
    /// What was asked, on the day of the order.
    pub label: String,
    /// What was given.
    pub given: Given,
}

/// What was given as an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Given {
    /// A line of text, which may be about a person and is sealed.
    Text(Pii<String>),
    /// A number.
    Number(Quantity),
    /// One of the choices.
    Choice {
        /// Its name for machines.
        key: String,
        /// What people read, on the day of the order.
        label: String,
    },
    /// Yes or no.
    YesNo(bool),
}

impl Answer {
    /// What was given to a question.
    pub fn to(option: &ProductOption, given: Given) -> Self {
        Self { option: option.key.clone(), label: option.label.clone(), given }
    }

    /// Roughly how many bytes it occupies behind its pointers.
    pub(super) fn weight(&self) -> usize {
        let given = match &self.given {
            Given::Text(sealed) => sealed.sealed().len(),
            Given::Choice { key, label } => key.len().saturating_add(label.len()),
            Given::Number(_) | Given::YesNo(_) => 0,
        };
        size_of::<Self>()
            .saturating_add(self.option.len())
            .saturating_add(self.label.len())
            .saturating_add(given)
    }
}
