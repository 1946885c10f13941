//! What a document says besides its lines and dates: what the buyer wants to find on it, and why
//! it is taxed as it is.
//!
//! Guarantees that whoever writes an electronic invoice later finds these terms on the document
//! itself (BT-10, BT-13, BT-120, BT-121). Documents issued before they were kept have none.

use serde::{Deserialize, Serialize};

use crate::kernel::Invalid;
use crate::kernel::text::check_optional_line;
use crate::tax::{ExemptionReason, TaxCategory, TaxEvidence};

/// What a document says besides its lines and dates; all of it may be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Particulars {
    /// What the buyer wants to find on it (BT-10), at most 100 characters; no personal data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buyer_reference: Option<String>,
    /// Number of the buyer's order (BT-13), at most 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_reference: Option<String>,
    /// Why lines of category E have no tax (BT-120, BT-121).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exemption: Option<ExemptionReason>,
    /// The rates and facts behind the taxes that were looked up (TAX-03).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<TaxEvidence>,
}

impl Particulars {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Refuses references and reasons that are no short texts.
    pub fn check(&self) -> Result<(), Invalid> {
        let exemption = self.exemption.as_ref().map_or(Ok(()), ExemptionReason::check);
        Invalid::gather([
            check_optional_line("buyer_reference", self.buyer_reference.as_deref(), 100),
            check_optional_line("order_reference", self.order_reference.as_deref(), 100),
            exemption.map_err(|invalid| invalid.under("exemption")),
        ])
    }

    /// Keeps why something was taxed so, once; the first reason of an exemption is the document's
    /// where it has none of its own.
    pub fn add(&mut self, evidence: &TaxEvidence) {
        if evidence.treatment.category == TaxCategory::E && self.exemption.is_none() {
            self.exemption.clone_from(&evidence.reason);
        }
        if !self.evidence.contains(evidence) {
            self.evidence.push(evidence.clone());
        }
    }
}
