//! What can have happened to a tax rate.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::aggregate::name_events;
use crate::kernel::{Claim, ClientId, EventBody, Percent};
use crate::tax_rate::{Exemption, TaxIdentity};

/// A fact about a tax rate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxRateEvent {
    /// The tax is charged.
    Defined {
        /// Which tax, where, on what.
        tax: TaxIdentity,
        /// The first rate.
        rate: Percent,
        /// Its first day.
        valid_from: NaiveDate,
        /// First day on which it no longer holds.
        valid_to: Option<NaiveDate>,
    },
    /// Another rate holds from a day on; where it has an end, the one before holds again then.
    RateSet {
        /// Counts the rates of the tax from 1, the defined one included.
        version: u32,
        /// The rate.
        rate: Percent,
        /// Its first day.
        valid_from: NaiveDate,
        /// First day on which it no longer holds.
        valid_to: Option<NaiveDate>,
    },
    /// No rate holds from a day on; what was to begin later does not.
    Retired {
        /// First day without a rate.
        from: NaiveDate,
    },
    /// A client does not pay the tax.
    ClientExempted {
        /// The client.
        client_id: ClientId,
        /// From when to when; why, sealed.
        exemption: Exemption,
    },
    /// A client pays it again.
    ExemptionEnded {
        /// The client.
        client_id: ClientId,
        /// First day.
        from: NaiveDate,
    },
}

name_events!(TaxRateEvent {
    Defined => "tax_rate.defined" v "1",
    RateSet => "tax_rate.rate_set" v "1",
    Retired => "tax_rate.retired" v "1",
    ClientExempted => "tax_rate.client_exempted" v "1",
    ExemptionEnded => "tax_rate.exemption_ended" v "1",
});

impl TaxRateEvent {
    /// Scope of the claim on a tax in a place; see [`TaxIdentity::key`].
    pub const PLACE_SCOPE: &'static str = "tax_rate.place";
}

impl EventBody for TaxRateEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }

    fn effective_on(&self) -> Option<NaiveDate> {
        match self {
            Self::Defined { valid_from, .. } | Self::RateSet { valid_from, .. } => {
                Some(*valid_from)
            }
            Self::Retired { from } | Self::ExemptionEnded { from, .. } => Some(*from),
            Self::ClientExempted { exemption, .. } => Some(exemption.valid_from),
        }
    }

    /// The place stays taken after retirement: a rate that comes back is set where it was.
    fn claims(&self) -> Vec<Claim> {
        match self {
            Self::Defined { tax, .. } => {
                vec![Claim::Take { scope: Self::PLACE_SCOPE, key: tax.key() }]
            }
            Self::RateSet { .. }
            | Self::Retired { .. }
            | Self::ClientExempted { .. }
            | Self::ExemptionEnded { .. } => Vec::new(),
        }
    }
}
