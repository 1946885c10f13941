//! Why a sale was taxed as it was: the facts and the rates that were looked at.
//!
//! Guarantees that a document which was taxed by the seller's own rates says which ones and on
//! which facts, so that nobody has to ask what was known that day (TAX-03; article 24f of
//! regulation 282/2011). Absent on purpose: personal data. Numbers and addresses stay sealed with
//! the client; only what followed from them stands here.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::{Country, TaxRateId};
use crate::tax::{ExemptionReason, RateClass, Tax, TaxTreatment, VatCheck};

/// Why a sale was taxed as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxEvidence {
    /// The day the rates were looked up for.
    pub on: NaiveDate,
    /// The class of what is sold.
    pub class: RateClass,
    /// Where the seller is.
    pub seller: Country,
    /// Where the client is, as far as it was known.
    pub customer: Option<Country>,
    /// The client's state or territory, as far as it was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// What was known of the client's VAT number.
    pub vat_check: VatCheck,
    /// The rates that apply, in the order they are taken; those of an exempt client as well.
    pub rates: Vec<AppliedRate>,
    /// What came of it.
    pub treatment: TaxTreatment,
    /// Why no tax is charged, if none is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ExemptionReason>,
}

/// A rate that was looked up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedRate {
    /// Which.
    pub tax_rate_id: TaxRateId,
    /// Which of its versions, from 1.
    pub version: u32,
    /// Code, rate, and whether it is taken on the taxes before it.
    pub tax: Tax,
}
