//! Turns a gift card into credit of a client, all of it or a part (GFT-01, GFT-03).
//!
//! Guarantees that the card and the credit move together, and that two who redeem at once cannot
//! spend a cent twice: both are decided by the card under the lock.

use async_trait::async_trait;
use billfold_domain::client::Client;
use billfold_domain::credit::{CreditBalance, CreditSource};
use billfold_domain::gift_card::{GiftCard, GiftCardCommand, GiftCardEvent, RedeemTo};
use billfold_domain::kernel::{ClientId, GiftCardId, Money};
use serde::{Deserialize, Serialize};

use super::GiftCardCode;
use crate::commands::clients::must_be_active;
use crate::commands::credit::keep_as_credit;
use crate::commands::{No, Plan, Room, Table, Touches, UseCase};
use crate::error::{Error, Kind, Refused};

/// Redeem a gift card.
#[derive(Clone, Debug, Serialize)]
pub struct RedeemGiftCard {
    /// Its code.
    pub code: GiftCardCode,
    /// Whose credit it becomes.
    pub client_id: ClientId,
    /// How much; all that is left unless given.
    pub amount: Option<Money>,
}

/// The card, or a part of it, is credit now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GiftCardRedeemed {
    /// The card.
    pub gift_card_id: GiftCardId,
    /// Whose credit it became.
    pub client_id: ClientId,
    /// How much.
    pub amount: Money,
    /// What is left on the card.
    pub left: Money,
}

#[async_trait]
impl UseCase for RedeemGiftCard {
    const NAME: &'static str = "redeem_gift_card";
    type Answer = GiftCardRedeemed;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<GiftCardRedeemed>, Error> {
        let index = self.code.index(room.vault(), room.tenant, room.now).await?;
        let gift_card_id = GiftCard::id_of(room.tenant, &index);
        let (client_id, amount) = (self.client_id, self.amount);
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
            redeem(table, gift_card_id, client_id, amount)
        }))
    }
}

fn redeem(
    table: &mut Table<'_, '_>,
    gift_card_id: GiftCardId,
    client_id: ClientId,
    amount: Option<Money>,
) -> Result<GiftCardRedeemed, No> {
    let id = gift_card_id.uuid();
    let amount = match table.state::<GiftCard>(id)? {
        GiftCard::Active(card) if card.balance.is_zero() => {
            let detail = "nothing is left on the gift card";
            return Err(Refused::new("gift_card.empty", Kind::State, detail).at("/code").into());
        }
        GiftCard::Active(card) => amount.unwrap_or(card.balance),
        // The card refuses, and says why.
        card => amount.or(card.card().map(|card| card.value)).unwrap_or_else(nothing),
    };
    let to = RedeemTo::CustomerCredit { client_id };
    let events = table.decide::<GiftCard>(id, GiftCardCommand::Redeem { amount, to });
    let events = events.map_err(at_code)?;
    let redeemed = events.into_iter().find_map(|event| match event {
        GiftCardEvent::Redeemed { no, left, .. } => Some((no, left)),
        _ => None,
    });
    let (no, left) = redeemed.ok_or_else(|| No::Broken("redeemed and not redeemed".to_owned()))?;
    keep_as_credit(table, client_id, amount, CreditSource::GiftCard { gift_card_id, no })?;
    Ok(GiftCardRedeemed { gift_card_id, client_id, amount, left })
}

/// An amount for a card that does not exist, which refuses whatever it is.
fn nothing() -> Money {
    Money::zero(billfold_domain::kernel::Currency::EUR)
}

/// What is not about the amount is about the code.
fn at_code(no: No) -> No {
    match no {
        No::Refused(refused) if refused.fields.is_empty() => {
            let kind = if refused.kind == Kind::Missing { Kind::Rule } else { refused.kind };
            Refused { kind, ..refused }.at("/code").into()
        }
        no => no,
    }
}
