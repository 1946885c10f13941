//! Who bills, as a document keeps it.

use serde::{Deserialize, Serialize};

use crate::invoice::Letterhead;
use crate::kernel::Country;

/// The seller as of the day of issue; later changes leave the document alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seller {
    /// Legal name.
    pub name: String,
    /// Where the seller is established.
    pub country: Country,
    /// Tax number.
    pub vat_id: Option<String>,
    /// Where it is reached and paid; nothing on documents of before that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letterhead: Option<Box<Letterhead>>,
}
