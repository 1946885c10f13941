//! What is known of the recognition of revenue.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::kernel::{RecognitionId, TenantId};
use crate::recognition::{Earned, RecognitionEvent};

/// How far revenue is recognised.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recognition {
    through: Option<NaiveDate>,
    recognised: Vec<Earned>,
}

impl Recognition {
    /// The one stream of a seller.
    pub fn id_of(tenant: TenantId) -> RecognitionId {
        let namespace: Uuid = tenant.uuid();
        RecognitionId::derive(namespace, "recognition")
    }

    /// The last day on which something was posted; nothing before the first.
    pub fn through(&self) -> Option<NaiveDate> {
        self.through
    }

    /// All that was posted so far, in the order of currency, kind and product.
    pub fn recognised(&self) -> &[Earned] {
        &self.recognised
    }

    pub(super) fn take(&mut self, event: &RecognitionEvent) {
        let RecognitionEvent::Posted { through, earned } = event;
        self.through = Some(*through);
        for more in earned {
            match self.recognised.binary_search_by_key(&more.key(), Earned::key) {
                Ok(at) => {
                    if let Some(sum) = self.recognised.get_mut(at) {
                        sum.amount = sum.amount.checked_add(more.amount).unwrap_or(sum.amount);
                    }
                }
                Err(at) => self.recognised.insert(at, more.clone()),
            }
        }
    }
}
