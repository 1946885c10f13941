//! Sells a gift card: from now on its value is owed (GFT-01, GFT-03).

use async_trait::async_trait;
use billfold_domain::gift_card::{
    Funding, GiftCard, GiftCardCommand, GiftCardEvent, IssueGiftCard,
};
use billfold_domain::kernel::{GiftCardId, Money, TenantId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::GiftCardCode;
use crate::commands::payments::MANUAL_METHODS;
use crate::commands::{Door, Plan, Room, Touches, UseCase};
use crate::error::{Error, Kind, Refused};
use crate::vault::Vault;

/// Sell a gift card.
#[derive(Clone, Debug, Serialize)]
pub struct SellGiftCard {
    /// What it is worth.
    pub value: Money,
    /// The last day it can be redeemed, if there is one.
    pub expires_on: Option<NaiveDate>,
    /// How it was paid for: `manual_bank`, `manual_cash` or the key of a gateway.
    pub paid_by: String,
}

/// The card is sold. Its code is not part of the answer, which is kept; see [`code_of_sale`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GiftCardSold {
    /// Its id.
    pub gift_card_id: GiftCardId,
    /// The last four characters of its code.
    pub ending: String,
}

/// The code of the card that was sold by the request of a key.
///
/// # Errors
/// The key table does not answer.
pub async fn code_of_sale(door: &Door, tenant: TenantId, key: &str) -> Result<GiftCardCode, Error> {
    code_for(door.vault(), tenant, key, door.clock().now()).await
}

async fn code_for(
    vault: &Vault,
    tenant: TenantId,
    key: &str,
    at: DateTime<Utc>,
) -> Result<GiftCardCode, Error> {
    Ok(GiftCardCode::of_bytes(&vault.gift_card_secret(tenant, key, at).await?))
}

#[async_trait]
impl UseCase for SellGiftCard {
    const NAME: &'static str = "sell_gift_card";
    type Answer = GiftCardSold;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<GiftCardSold>, Error> {
        let gateway = self.paid_by.clone();
        let known = room.gateways().find(&gateway).is_some();
        if !known && !MANUAL_METHODS.contains(&gateway.as_str()) {
            let detail = "use manual_bank, manual_cash or a gateway";
            let refused = Refused::new("payment.method_unknown", Kind::Malformed, detail);
            return Err(refused.at("/paid_by").into());
        }
        let secret = code_for(room.vault(), room.tenant, room.key, room.now).await?;
        let code = secret.index(room.vault(), room.tenant, room.now).await?;
        let gift_card_id = GiftCard::id_of(room.tenant, &code);
        let ending = secret.ending().to_owned();
        let touches = Touches::new(room.tenant)
            .begins::<GiftCard>(gift_card_id.uuid())
            .claims(GiftCardEvent::CODE_SCOPE, Some(code.as_str()));
        let (value, expires_on) = (self.value, self.expires_on);
        Ok(touches.decide(move |table| {
            let id = gift_card_id.uuid();
            let (code, ending) = (code.clone(), ending.clone());
            let issue = IssueGiftCard { code, ending: ending.clone(), value, expires_on };
            let issued = table.decide::<GiftCard>(id, GiftCardCommand::Issue(issue));
            issued.map_err(|no| no.under("/amount", "/value"))?;
            let funding = Funding::Gateway { gateway: gateway.clone() };
            table.decide::<GiftCard>(id, GiftCardCommand::Activate { funding })?;
            Ok(GiftCardSold { gift_card_id, ending })
        }))
    }
}
