//! Agrees on terms with one affiliate, for sales from a day on (AFF-07).

use async_trait::async_trait;
use billfold_domain::affiliate::{Affiliate, AffiliateCommand, CommissionTerms};
use billfold_domain::kernel::AffiliateId;
use chrono::NaiveDate;
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Agree on terms.
#[derive(Clone, Debug, Serialize)]
pub struct SetCommissionTerms {
    /// With whom.
    pub affiliate_id: AffiliateId,
    /// The terms.
    pub terms: CommissionTerms,
    /// First day they count for; today unless given, not before.
    pub valid_from: Option<NaiveDate>,
}

#[async_trait]
impl UseCase for SetCommissionTerms {
    const NAME: &'static str = "set_commission_terms";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (id, ask) = (self.affiliate_id.uuid(), self.clone());
        Ok(Touches::new(room.tenant).main::<Affiliate>(id).decide(move |table| {
            let valid_from = ask.valid_from.unwrap_or_else(|| table.today());
            let set = AffiliateCommand::SetTerms { terms: ask.terms.clone(), valid_from };
            table.decide::<Affiliate>(id, set)?;
            Ok(())
        }))
    }
}
