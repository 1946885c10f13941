//! Why no tax is charged, as EN 16931 wants a document to say it (BT-120, BT-121).

use serde::{Deserialize, Serialize};

use crate::kernel::Invalid;
use crate::kernel::text::check_optional_line;
use crate::tax::TaxCategory;

/// Why no tax is charged: a code of the VATEX list, a text, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExemptionReason {
    /// Code (BT-121), such as `VATEX-EU-AE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Text (BT-120).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl ExemptionReason {
    /// The reason that a category has by its nature; none for E, whose reason is the article that
    /// exempts the sale, and none for categories with tax.
    pub fn usual(category: TaxCategory) -> Self {
        let (code, text) = match category {
            TaxCategory::AE => ("VATEX-EU-AE", "Reverse charge"),
            TaxCategory::K => ("VATEX-EU-IC", "Intra-Community supply"),
            TaxCategory::G => ("VATEX-EU-G", "Export outside the EU"),
            TaxCategory::O => ("VATEX-EU-O", "Not subject to VAT"),
            TaxCategory::S | TaxCategory::Z | TaxCategory::E | TaxCategory::L | TaxCategory::M => {
                return Self::default();
            }
        };
        Self { code: Some(code.to_owned()), text: Some(text.to_owned()) }
    }

    /// Refuses a code of more than 30 characters and a text of more than 200.
    pub fn check(&self) -> Result<(), Invalid> {
        Invalid::gather([
            check_optional_line("code", self.code.as_deref(), 30),
            check_optional_line("text", self.text.as_deref(), 200),
        ])
    }

    /// Whether nothing is said.
    pub fn is_silent(&self) -> bool {
        let blank = |text: &Option<String>| text.as_deref().is_none_or(|it| it.trim().is_empty());
        blank(&self.code) && blank(&self.text)
    }
}
