//! Withdraws a gift card; what is left on it becomes credit of a client (GFT-01).

use async_trait::async_trait;
use billfold_domain::client::Client;
use billfold_domain::credit::{CreditBalance, CreditSource};
use billfold_domain::gift_card::{GiftCard, GiftCardCommand, GiftCardEvent, Remainder};
use billfold_domain::kernel::{ClientId, GiftCardId};
use serde::Serialize;

use crate::commands::clients::must_be_active;
use crate::commands::credit::keep_as_credit;
use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Withdraw a gift card.
#[derive(Clone, Debug, Serialize)]
pub struct CancelGiftCard {
    /// Which.
    pub gift_card_id: GiftCardId,
    /// Whose credit becomes what is left.
    pub client_id: ClientId,
    /// Why, 1 to 500 characters; no personal data.
    pub reason: String,
}

#[async_trait]
impl UseCase for CancelGiftCard {
    const NAME: &'static str = "cancel_gift_card";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let Self { gift_card_id, client_id, reason } = self.clone();
        let known = room.load::<GiftCard>(gift_card_id.uuid()).await?;
        let mut touches = Touches::new(room.tenant)
            .main::<GiftCard>(gift_card_id.uuid())
            .reads::<Client>(client_id.uuid());
        if let Some(card) = known.state.0.card() {
            let credit = CreditBalance::id_of(client_id, card.value.currency());
            touches = touches.reads::<CreditBalance>(credit.uuid());
        }
        Ok(touches.decide(move |table| {
            must_be_active(table, client_id)?;
            let remainder = Remainder::CustomerCredit { client_id };
            let cancel = GiftCardCommand::Cancel { reason: reason.clone(), remainder };
            for event in table.decide::<GiftCard>(gift_card_id.uuid(), cancel)? {
                if let GiftCardEvent::Cancelled { left: Some(left), .. } = event {
                    let source = CreditSource::CancelledGiftCard(gift_card_id);
                    keep_as_credit(table, client_id, left, source)?;
                }
            }
            Ok(())
        }))
    }
}
