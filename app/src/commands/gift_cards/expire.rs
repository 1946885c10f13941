//! Gives up what is left on a gift card whose last day is over (GFT-01).

use async_trait::async_trait;
use billfold_domain::gift_card::{GiftCard, GiftCardCommand};
use billfold_domain::kernel::GiftCardId;
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Expire a gift card.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ExpireGiftCard {
    /// Which.
    pub gift_card_id: GiftCardId,
}

#[async_trait]
impl UseCase for ExpireGiftCard {
    const NAME: &'static str = "expire_gift_card";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let id = self.gift_card_id.uuid();
        Ok(Touches::new(room.tenant).main::<GiftCard>(id).decide(move |table| {
            table.decide::<GiftCard>(id, GiftCardCommand::Expire)?;
            Ok(())
        }))
    }
}
