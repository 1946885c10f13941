//! Gives up what is left on a gift card whose last day is over (GFT-01).

use async_trait::async_trait;
use billfold_domain::gift_card::{GiftCard, GiftCardCommand, GiftCardEvent};
use billfold_domain::kernel::{GiftCardId, Money};
use serde::{Deserialize, Serialize};

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Expire a gift card.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ExpireGiftCard {
    /// Which.
    pub gift_card_id: GiftCardId,
}

/// A gift card is expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GiftCardExpired {
    /// What was left on it; nothing if it had expired before.
    pub left: Option<Money>,
}

#[async_trait]
impl UseCase for ExpireGiftCard {
    const NAME: &'static str = "expire_gift_card";
    type Answer = GiftCardExpired;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<GiftCardExpired>, Error> {
        let id = self.gift_card_id.uuid();
        Ok(Touches::new(room.tenant).main::<GiftCard>(id).decide(move |table| {
            let events = table.decide::<GiftCard>(id, GiftCardCommand::Expire)?;
            let left = |event| match event {
                GiftCardEvent::Expired { left, .. } => Some(left),
                _ => None,
            };
            Ok(GiftCardExpired { left: events.into_iter().find_map(left) })
        }))
    }
}
