//! What is known of a seller's accounting periods.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::accounting_period::{AccountingPeriodEvent, Month};
use crate::kernel::{AccountingPeriodId, Actor, TenantId};

/// Which months are closed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountingPeriod {
    pub(super) closed: Option<Month>,
    pub(super) asked: Option<Asked>,
    pub(super) adjustments: u32,
}

/// A reopening that somebody else has to grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The month.
    pub month: Month,
    /// Why.
    pub reason: String,
    /// Who asked.
    pub by: Actor,
}

impl AccountingPeriod {
    /// The one stream of a seller.
    pub fn id_of(tenant: TenantId) -> AccountingPeriodId {
        AccountingPeriodId::derive(tenant.uuid(), "accounting_period")
    }

    /// The last closed month; all before it are closed too. Nothing if none is.
    pub fn closed_through(&self) -> Option<Month> {
        self.closed
    }

    /// The reopening that waits for somebody else.
    pub fn asked(&self) -> Option<&Asked> {
        self.asked.as_ref()
    }

    pub(super) fn take(&mut self, event: &AccountingPeriodEvent) {
        match event {
            AccountingPeriodEvent::Closed { month } => {
                self.closed = Some(*month);
                self.asked = None;
            }
            AccountingPeriodEvent::ReopeningAsked { month, reason, by } => {
                self.asked = Some(Asked { month: *month, reason: reason.clone(), by: by.clone() });
            }
            AccountingPeriodEvent::Reopened { month, .. } => {
                self.closed = month.previous();
                self.asked = None;
            }
            AccountingPeriodEvent::AdjustmentPosted(adjustment) => {
                self.adjustments = adjustment.no;
            }
        }
    }
}

impl AccountingPeriodEvent {
    /// The last closed month after this fact; nothing if it does not change that.
    pub fn closes_through(&self) -> Option<Option<Month>> {
        match self {
            Self::Closed { month } => Some(Some(*month)),
            Self::Reopened { month, .. } => Some(month.previous()),
            Self::ReopeningAsked { .. } | Self::AdjustmentPosted(_) => None,
        }
    }
}

/// The day on which a fact is posted while months through `closed` are closed: its own, or the
/// first open one.
pub fn posting_day(day: NaiveDate, closed: Option<Month>) -> NaiveDate {
    match closed.map(Month::last_day) {
        Some(last) if day <= last => last.succ_opt().unwrap_or(last),
        _ => day,
    }
}
