//! Suspends an affiliate, and lets one go on.

use async_trait::async_trait;
use billfold_domain::affiliate::{Affiliate, AffiliateCommand};
use billfold_domain::kernel::AffiliateId;
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Let nothing be earned or paid out until further notice.
#[derive(Clone, Debug, Serialize)]
pub struct SuspendAffiliate {
    /// Which.
    pub affiliate_id: AffiliateId,
    /// Why, 1 to 500 characters; no personal data.
    pub reason: String,
}

#[async_trait]
impl UseCase for SuspendAffiliate {
    const NAME: &'static str = "suspend_affiliate";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (id, reason) = (self.affiliate_id.uuid(), self.reason.clone());
        Ok(Touches::new(room.tenant).main::<Affiliate>(id).decide(move |table| {
            let suspend = AffiliateCommand::Suspend { reason: reason.clone() };
            table.decide::<Affiliate>(id, suspend)?;
            Ok(())
        }))
    }
}

/// End the suspension.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ResumeAffiliate {
    /// Which.
    pub affiliate_id: AffiliateId,
}

#[async_trait]
impl UseCase for ResumeAffiliate {
    const NAME: &'static str = "resume_affiliate";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let id = self.affiliate_id.uuid();
        Ok(Touches::new(room.tenant).main::<Affiliate>(id).decide(move |table| {
            table.decide::<Affiliate>(id, AffiliateCommand::Resume)?;
            Ok(())
        }))
    }
}
