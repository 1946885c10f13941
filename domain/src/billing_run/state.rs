//! What is known of a billing run.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::billing_run::{BillingRunEvent, HaltReason};
use crate::kernel::{ClientId, Currency, Money};

/// A billing run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BillingRun {
    /// There is none under this id.
    #[default]
    Absent,
    /// It was started, and did not say yet how it went.
    Running(Course),
    /// It stopped before its end.
    Halted(Course, HaltReason),
    /// Everything that was due is answered.
    Finished(Course),
}

/// The particulars of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    /// The last day of what is due.
    pub through: NaiveDate,
    /// A larger document is quarantined.
    pub largest: Vec<Money>,
    /// More quarantined accounts halt it.
    pub most_quarantined: u32,
    /// The accounts that were set aside.
    pub quarantined: BTreeSet<(ClientId, Currency)>,
}

impl BillingRun {
    /// The particulars, once it was started.
    pub fn course(&self) -> Option<&Course> {
        match self {
            Self::Absent => None,
            Self::Running(course) | Self::Halted(course, _) | Self::Finished(course) => {
                Some(course)
            }
        }
    }

    pub(super) fn take(&mut self, event: &BillingRunEvent) {
        match event {
            BillingRunEvent::Started { through, largest, most_quarantined } => {
                *self = Self::Running(Course {
                    through: *through,
                    largest: largest.clone(),
                    most_quarantined: *most_quarantined,
                    quarantined: BTreeSet::new(),
                });
            }
            BillingRunEvent::AccountQuarantined { client_id, currency, .. } => {
                if let Self::Running(course) = self {
                    course.quarantined.insert((*client_id, *currency));
                }
            }
            BillingRunEvent::Finished { .. } => self.turn(Self::Finished),
            BillingRunEvent::Halted { reason, .. } => {
                self.turn(|course| Self::Halted(course, *reason));
            }
            BillingRunEvent::Resumed {} => self.turn(Self::Running),
        }
    }

    fn turn(&mut self, into: impl FnOnce(Course) -> Self) {
        if let Some(course) = self.course() {
            *self = into(course.clone());
        }
    }
}
