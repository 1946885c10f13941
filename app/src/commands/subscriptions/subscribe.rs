//! Begins a subscription and bills what is due with it (SUB-01, SUB-02).

use async_trait::async_trait;
use billfold_domain::kernel::{ClientId, ProductId, Quantity, SubscriptionId};
use billfold_domain::product::Product;
use billfold_domain::subscription::{Anchor, StartSubscription, Subscription, SubscriptionCommand};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::account::Account;
use super::billing::{Billing, Outcome, Paper};
use super::offer::{Offer, Pieces};
use crate::commands::client_groups::Membership;
use crate::commands::clients::must_be_active;
use crate::commands::tax_rates::AskedTax;
use crate::commands::{No, Plan, Room, Table, Touches, UseCase};
use crate::error::Error;

/// Begin a subscription.
#[derive(Clone, Debug, Serialize)]
pub struct Subscribe {
    /// The id to use; a new one unless given.
    pub subscription_id: Option<SubscriptionId>,
    /// Who pays.
    pub client_id: ClientId,
    /// What is subscribed to.
    pub product_id: ProductId,
    /// At which price.
    pub offer: Offer,
    /// How many.
    pub quantity: Quantity,
    /// How it is taxed.
    pub tax: AskedTax,
    /// What boundaries hold on to; the plan's or the account's unless given.
    pub anchor: Option<Anchor>,
    /// The first day without service, if it is known.
    pub ends: Option<NaiveDate>,
    /// The first day of service; today at the client's place unless given.
    pub on: Option<NaiveDate>,
}

/// The subscription began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscribed {
    /// Its id.
    pub subscription_id: SubscriptionId,
    /// What was billed with it.
    pub billing: Option<Billing>,
}

#[async_trait]
impl UseCase for Subscribe {
    const NAME: &'static str = "subscribe";
    type Answer = Subscribed;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<Subscribed>, Error> {
        let id = self.subscription_id.unwrap_or_else(|| SubscriptionId::new(room.mint()));
        let currency = match &self.offer {
            Offer::Listed { currency, .. } => *currency,
            Offer::Agreed(agreed) => agreed.currency,
        };
        let touches = Touches::new(room.tenant)
            .begins::<Subscription>(id.uuid())
            .reads::<Product>(self.product_id.uuid());
        let (mut touches, mut paper) =
            Paper::lay_out(room, touches, self.client_id, currency, &[]).await?;
        if self.tax.automatic().is_some() {
            touches = paper.look_up_taxes(room, touches).await?;
        }
        let (touches, group) = Membership::of(room, touches, self.client_id).await?;
        let ask = self.clone();
        Ok(touches.decide(move |table| ask.subscribe(table, id, &paper, group)))
    }
}

impl Subscribe {
    fn subscribe(
        &self,
        table: &mut Table<'_, '_>,
        id: SubscriptionId,
        paper: &Paper,
        group: Membership,
    ) -> Result<Subscribed, No> {
        must_be_active(table, self.client_id)?;
        let account = Account::of(table, self.client_id)?;
        let on = self.on.unwrap_or(account.today);
        let product = table.state::<Product>(self.product_id.uuid())?;
        let evidence = match self.tax {
            AskedTax::Named(_) => None,
            AskedTax::Automatic(class) => Some(paper.tax(table, class)?),
        };
        let known = evidence.as_ref().map(|evidence| evidence.treatment);
        let tax = known.unwrap_or_else(|| self.tax.for_now(account.seller));
        let pieces = Pieces { product_id: self.product_id, quantity: self.quantity, tax };
        let taken = self.offer.take(pieces, product, group.pricing(table)?, on)?;
        let start = StartSubscription {
            client_id: self.client_id,
            currency: taken.currency,
            terms: taken.terms,
            trial_days: taken.trial_days,
            anchor: self.anchor,
            fallback_anchor: taken.anchor.unwrap_or(account.anchor),
            ends: self.ends,
        };
        table.dated(on);
        table.decide::<Subscription>(id.uuid(), SubscriptionCommand::Start(start))?;
        if evidence.is_some() {
            let tax = SubscriptionCommand::Tax { evidence };
            table.decide::<Subscription>(id.uuid(), tax)?;
        }
        let Outcome { billing, .. } = paper.bill(table, &account, &[id], account.today)?;
        Ok(Subscribed { subscription_id: id, billing })
    }
}
