//! Records whom an affiliate brought, and how often the links were clicked (AFF-02).
//!
//! Guarantees: a client belongs to the affiliate whose click is recorded first, if the click lies
//! within the window of the terms; nobody brings themselves.

use async_trait::async_trait;
use billfold_domain::affiliate::{Affiliate, AffiliateCommand, AffiliateEvent};
use billfold_domain::client::{Client, ClientRefusal};
use billfold_domain::kernel::{AffiliateId, ClientId};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::told;
use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::{Error, Kind, Refused};

/// Record that a client came by an affiliate's link, on the day the client came.
#[derive(Clone, Debug, Serialize)]
pub struct ReferClient {
    /// The client.
    pub client_id: ClientId,
    /// The code of the link.
    pub code: String,
    /// The day of the click; today unless given.
    pub clicked_on: Option<NaiveDate>,
}

/// The client is referred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientReferred {
    /// By whom.
    pub affiliate_id: AffiliateId,
}

#[async_trait]
impl UseCase for ReferClient {
    const NAME: &'static str = "refer_client";
    type Answer = ClientReferred;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<ClientReferred>, Error> {
        let holder = room.holder(AffiliateEvent::CODE_SCOPE, &self.code).await?;
        let id = holder.ok_or_else(|| {
            let detail = "no affiliate has this code";
            Refused::new("affiliate.code_unknown", Kind::Rule, detail).at("/code")
        })?;
        let (affiliate_id, client_id) = (AffiliateId::new(id), self.client_id);
        let touches = Touches::new(room.tenant)
            .main::<Client>(client_id.uuid())
            .reads::<Affiliate>(id)
            .claims(AffiliateEvent::REFERRAL_SCOPE, Some(&client_id.to_string()));
        let clicked_on = self.clicked_on;
        Ok(touches.decide(move |table| {
            match table.state::<Client>(client_id.uuid())? {
                Client::Active(_) | Client::Suspended(_) | Client::Inactive(_) => {}
                Client::Absent | Client::Erased => {
                    return Err(Refused::of(&ClientRefusal::Absent).into());
                }
            }
            let clicked_on = clicked_on.unwrap_or_else(|| table.today());
            let refer = AffiliateCommand::Refer { client_id, clicked_on };
            table.decide::<Affiliate>(id, refer).map_err(|no| {
                let detail = "another affiliate brought this client";
                told(no, "affiliate.referral_taken", detail, "/code")
            })?;
            Ok(ClientReferred { affiliate_id })
        }))
    }
}

/// Let no further sale to a client earn. What was earned stays.
#[derive(Clone, Debug, Serialize)]
pub struct RejectReferral {
    /// Whose referral.
    pub affiliate_id: AffiliateId,
    /// The client.
    pub client_id: ClientId,
    /// Why, 1 to 500 characters; no personal data.
    pub reason: String,
}

#[async_trait]
impl UseCase for RejectReferral {
    const NAME: &'static str = "reject_referral";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let Self { affiliate_id, client_id, reason } = self.clone();
        let id = affiliate_id.uuid();
        let touches = Touches::new(room.tenant)
            .main::<Affiliate>(id)
            .claims(AffiliateEvent::REFERRAL_SCOPE, Some(&client_id.to_string()));
        Ok(touches.decide(move |table| {
            let reject = AffiliateCommand::RejectReferral { client_id, reason: reason.clone() };
            table.decide::<Affiliate>(id, reject)?;
            Ok(())
        }))
    }
}

/// Count how often the links were clicked on a day.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CountClicks {
    /// Whose links.
    pub affiliate_id: AffiliateId,
    /// The day; today unless given.
    pub on: Option<NaiveDate>,
    /// The clicks of the day so far, so that a count reported twice counts once.
    pub clicks: u64,
}

#[async_trait]
impl UseCase for CountClicks {
    const NAME: &'static str = "count_clicks";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let Self { affiliate_id, on, clicks } = *self;
        let id = affiliate_id.uuid();
        Ok(Touches::new(room.tenant).main::<Affiliate>(id).decide(move |table| {
            let on = on.unwrap_or_else(|| table.today());
            table.decide::<Affiliate>(id, AffiliateCommand::CountClicks { on, clicks })?;
            Ok(())
        }))
    }
}
