//! Approves what was earned once its hold is over, and rejects what should not be owed (AFF-03).

use async_trait::async_trait;
use billfold_domain::affiliate::{Affiliate, AffiliateCommand, AffiliateEvent};
use billfold_domain::kernel::AffiliateId;
use serde::{Deserialize, Serialize};

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Approve every commission whose hold is over, a thousand at most.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ApproveCommissions {
    /// Whose.
    pub affiliate_id: AffiliateId,
}

/// Commissions are owed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommissionsApproved {
    /// Which, by number.
    pub commissions: Vec<u32>,
}

#[async_trait]
impl UseCase for ApproveCommissions {
    const NAME: &'static str = "approve_commissions";
    type Answer = CommissionsApproved;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<CommissionsApproved>, Error> {
        let id = self.affiliate_id.uuid();
        Ok(Touches::new(room.tenant).main::<Affiliate>(id).decide(move |table| {
            let events = table.decide::<Affiliate>(id, AffiliateCommand::ApproveDue)?;
            let approved = |event: &AffiliateEvent| match event {
                AffiliateEvent::CommissionApproved { no, .. } => Some(*no),
                _ => None,
            };
            Ok(CommissionsApproved { commissions: events.iter().filter_map(approved).collect() })
        }))
    }
}

/// Reject a commission that is in no payout.
#[derive(Clone, Debug, Serialize)]
pub struct RejectCommission {
    /// Whose.
    pub affiliate_id: AffiliateId,
    /// Which.
    pub no: u32,
    /// Why, 1 to 500 characters; no personal data.
    pub reason: String,
}

#[async_trait]
impl UseCase for RejectCommission {
    const NAME: &'static str = "reject_commission";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let Self { affiliate_id, no, reason } = self.clone();
        let id = affiliate_id.uuid();
        Ok(Touches::new(room.tenant).main::<Affiliate>(id).decide(move |table| {
            let reject = AffiliateCommand::RejectCommission { no, reason: reason.clone() };
            table.decide::<Affiliate>(id, reject)?;
            Ok(())
        }))
    }
}
