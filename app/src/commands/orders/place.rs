//! Orders something for a client, at the prices of the day.

use async_trait::async_trait;
use billfold_domain::client::Client;
use billfold_domain::kernel::{ClientId, Currency, Money, OrderId, Origin};
use billfold_domain::order::{self, Order, OrderCommand};
use billfold_domain::product::Product;
use serde::{Deserialize, Serialize};

use super::answers::SealedTexts;
use super::item::{OrderedItem, Terms};
use crate::commands::client_groups::Membership;
use crate::commands::clients::must_be_active;
use crate::commands::{No, Plan, Room, Table, Touches, UseCase};
use crate::error::Error;

/// Place an order.
#[derive(Clone, Debug, Serialize)]
pub struct PlaceOrder {
    /// The id to use; a new one unless given.
    pub order_id: Option<OrderId>,
    /// Who orders.
    pub client_id: ClientId,
    /// Currency of all items; the client's unless given.
    pub currency: Option<Currency>,
    /// What is ordered, 1 to 1000 positions.
    pub items: Vec<OrderedItem>,
    /// Where an imported order came from.
    pub origin: Option<Origin>,
}

/// The order is placed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderPlaced {
    /// Its id.
    pub order_id: OrderId,
    /// Sum of the items, without tax.
    pub total: Money,
}

#[async_trait]
impl UseCase for PlaceOrder {
    const NAME: &'static str = "place_order";
    type Answer = OrderPlaced;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<OrderPlaced>, Error> {
        let order_id = self.order_id.unwrap_or_else(|| OrderId::new(room.mint()));
        let mut touches = Touches::new(room.tenant)
            .begins::<Order>(order_id.uuid())
            .reads::<Client>(self.client_id.uuid());
        for product in self.items.iter().filter_map(|item| item.product_id) {
            touches = touches.reads::<Product>(product.uuid());
        }
        let (touches, group) = Membership::of(room, touches, self.client_id).await?;
        let texts = SealedTexts::of(room, self.client_id, &self.items).await?;
        let ask = self.clone();
        Ok(touches.decide(move |table| place(table, order_id, &ask, (group, &texts))))
    }
}

fn place(
    table: &mut Table<'_, '_>,
    order_id: OrderId,
    ask: &PlaceOrder,
    (group, texts): (Membership, &SealedTexts),
) -> Result<OrderPlaced, No> {
    must_be_active(table, ask.client_id)?;
    let profile = table.state::<Client>(ask.client_id.uuid())?.profile();
    let currency = match (ask.currency, profile) {
        (Some(currency), _) => currency,
        (None, Some(profile)) => profile.currency,
        (None, None) => table.settings()?.currency,
    };
    let terms = Terms { day: table.today(), group: group.pricing(table)?, texts };
    let mut items = Vec::with_capacity(ask.items.len());
    for (at, item) in ask.items.iter().enumerate() {
        items.extend(item.resolve(table, at, currency, terms)?);
    }
    let place =
        order::PlaceOrder { client_id: ask.client_id, currency, items, origin: ask.origin.clone() };
    table.decide::<Order>(order_id.uuid(), OrderCommand::Place(place))?;
    let total = table.state::<Order>(order_id.uuid())?.placed().map(|placed| placed.total);
    Ok(OrderPlaced { order_id, total: total.unwrap_or_else(|| Money::zero(currency)) })
}
