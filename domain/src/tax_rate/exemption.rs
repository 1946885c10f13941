//! Why a client does not pay a tax, and from when to when.
//!
//! Guarantees that the evidence is never shown: events keep it sealed, and its `Debug` shows
//! nothing. Absent on purpose: whether an authority would accept it.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::text::check_line;
use crate::kernel::{Invalid, Pii};
use crate::tax::ExemptionReason;

/// What proves an exemption: what is sealed inside [`Pii`]. Personal data where the client is a
/// person: never logged, never stored in clear.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExemptionEvidence {
    /// Number or place of the certificate, at most 200 characters.
    pub reference: String,
}

impl ExemptionEvidence {
    /// Refuses a reference that is no short text.
    pub fn check(&self) -> Result<(), Invalid> {
        check_line("reference", &self.reference, 200)
    }
}

impl fmt::Debug for ExemptionEvidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExemptionEvidence")
    }
}

/// A span of days on which a client does not pay a tax.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exemption {
    /// First day.
    pub valid_from: NaiveDate,
    /// First day on which it no longer holds; nothing while no end is known.
    pub valid_to: Option<NaiveDate>,
    /// What proves it, sealed.
    pub evidence: Pii<ExemptionEvidence>,
    /// Which article exempts the client, as documents say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ExemptionReason>,
}
