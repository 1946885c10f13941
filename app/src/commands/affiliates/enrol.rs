//! Makes a client an affiliate, for staff to approve (AFF-01).

use async_trait::async_trait;
use billfold_domain::affiliate::{Affiliate, AffiliateCommand, AffiliateEvent};
use billfold_domain::client::{Client, ClientRefusal};
use billfold_domain::kernel::{AffiliateId, ClientId};
use serde::{Deserialize, Serialize};

use super::told;
use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::{Error, Refused};

/// Enrol an affiliate.
#[derive(Clone, Debug, Serialize)]
pub struct EnrolAffiliate {
    /// The client.
    pub client_id: ClientId,
    /// What links carry: 1 to 40 lower case letters, digits, `_` and `-`; unique.
    pub code: String,
}

/// The client is an affiliate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AffiliateEnrolled {
    /// Its id.
    pub affiliate_id: AffiliateId,
}

#[async_trait]
impl UseCase for EnrolAffiliate {
    const NAME: &'static str = "enrol_affiliate";
    type Answer = AffiliateEnrolled;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<AffiliateEnrolled>, Error> {
        let affiliate_id = AffiliateId::new(room.mint());
        let Self { client_id, code } = self.clone();
        let touches = Touches::new(room.tenant)
            .begins::<Affiliate>(affiliate_id.uuid())
            .reads::<Client>(client_id.uuid())
            .claims(AffiliateEvent::CLIENT_SCOPE, Some(&client_id.to_string()))
            .claims(AffiliateEvent::CODE_SCOPE, Some(&code));
        Ok(touches.decide(move |table| {
            match table.state::<Client>(client_id.uuid())? {
                Client::Active(_) | Client::Suspended(_) | Client::Inactive(_) => {}
                Client::Absent | Client::Erased => {
                    return Err(Refused::of(&ClientRefusal::Absent).at("/client_id").into());
                }
            }
            let enrol = AffiliateCommand::Enrol { client_id, code: code.clone() };
            table.decide::<Affiliate>(affiliate_id.uuid(), enrol).map_err(|no| {
                let detail = "this client is an affiliate already";
                told(no, "affiliate.client_taken", detail, "/client_id")
            })?;
            Ok(AffiliateEnrolled { affiliate_id })
        }))
    }
}
