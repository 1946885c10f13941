//! Says what an affiliate gets who is approved without terms of their own (AFF-07).

use async_trait::async_trait;
use billfold_domain::affiliate::CommissionTerms;
use billfold_domain::tenant::{Tenant, TenantCommand};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Choose the terms of the affiliate programme.
#[derive(Clone, Debug, Serialize)]
pub struct SetAffiliateTerms {
    /// The terms; agreements that stand keep theirs.
    pub terms: CommissionTerms,
}

#[async_trait]
impl UseCase for SetAffiliateTerms {
    const NAME: &'static str = "set_affiliate_terms";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (tenant, terms) = (room.tenant.uuid(), self.terms.clone());
        Ok(Touches::new(room.tenant).main::<Tenant>(tenant).decide(move |table| {
            let set = TenantCommand::SetAffiliateTerms { terms: terms.clone() };
            table.decide::<Tenant>(tenant, set)?;
            Ok(())
        }))
    }
}
