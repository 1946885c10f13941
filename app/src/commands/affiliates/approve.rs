//! Lets an affiliate refer and earn. Whoever has no terms of their own by then gets those of the
//! programme, as they stand on the day (AFF-07).

use async_trait::async_trait;
use billfold_domain::affiliate::{Affiliate, AffiliateCommand};
use billfold_domain::kernel::AffiliateId;
use billfold_domain::tenant::Tenant;
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Approve an affiliate.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ApproveAffiliate {
    /// Which.
    pub affiliate_id: AffiliateId,
}

#[async_trait]
impl UseCase for ApproveAffiliate {
    const NAME: &'static str = "approve_affiliate";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (id, tenant) = (self.affiliate_id.uuid(), room.tenant.uuid());
        Ok(Touches::new(room.tenant).main::<Affiliate>(id).decide(move |table| {
            table.decide::<Affiliate>(id, AffiliateCommand::Approve)?;
            let partner = table.state::<Affiliate>(id)?.partner();
            let agreed = partner.is_some_and(|partner| !partner.terms.is_empty());
            let programme = table.state::<Tenant>(tenant)?.profile();
            let terms = programme.and_then(|profile| profile.affiliate_terms.clone());
            if let Some(terms) = terms.filter(|_| !agreed) {
                let set = AffiliateCommand::SetTerms { terms, valid_from: table.today() };
                table.decide::<Affiliate>(id, set)?;
            }
            Ok(())
        }))
    }
}
