//! What can have happened when revenue was recognised.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::invoice::LineKind;
use crate::kernel::aggregate::name_events;
use crate::kernel::{Currency, EventBody, Money, ProductId};

/// A fact about the recognition of revenue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecognitionEvent {
    /// What was earned since the last one became revenue.
    Posted {
        /// The last day that is recognised, and the day it counts for.
        through: NaiveDate,
        /// How much, in the order of currency, kind and product; none of them is nothing, and a
        /// negative one takes revenue back.
        earned: Vec<Earned>,
    },
}

/// What lines of one kind and product came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earned {
    /// What they billed.
    pub kind: LineKind,
    /// The product, where the lines name one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_id: Option<ProductId>,
    /// How much, without tax.
    pub amount: Money,
}

impl Earned {
    /// What tells one sum from another.
    pub(super) fn key(&self) -> (Currency, LineKind, Option<ProductId>) {
        (self.amount.currency(), self.kind, self.product_id)
    }
}

name_events!(RecognitionEvent {
    Posted => "recognition.posted" v "1",
});

impl EventBody for RecognitionEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }

    fn effective_on(&self) -> Option<NaiveDate> {
        let Self::Posted { through, .. } = self;
        Some(*through)
    }
}
