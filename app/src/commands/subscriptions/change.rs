//! Goes over to another plan, price or quantity (SUB-05, SUB-07): what was billed and not used goes
//! back, and the new terms are charged from that day on.

use async_trait::async_trait;
use billfold_domain::invoice::TaxTreatment;
use billfold_domain::kernel::{ProductId, Quantity, SubscriptionId};
use billfold_domain::product::Product;
use billfold_domain::subscription::{
    Anchor, ChangePlan, ChangePolicy, Contract, SubscriptionCommand, SubscriptionRefusal,
};
use chrono::NaiveDate;
use serde::Serialize;

use super::account::Account;
use super::acting::{SubscriptionActed, act};
use super::offer::Offer;
use crate::commands::{Plan, Room, Table, Touches, UseCase};
use crate::error::{Error, Refused};

/// Go over to other terms.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeSubscription {
    /// Which.
    pub subscription_id: SubscriptionId,
    /// What is subscribed to from then on.
    pub product_id: ProductId,
    /// At which price.
    pub offer: Offer,
    /// How many; as many as it was unless given.
    pub quantity: Option<Quantity>,
    /// How it is taxed; as it was unless given.
    pub tax: Option<TaxTreatment>,
    /// What boundaries hold on to; as it was unless given.
    pub anchor: Option<Anchor>,
    /// The day it counts for; today at the client's place unless given.
    pub on: Option<NaiveDate>,
    /// What becomes of the period under way.
    pub policy: ChangePolicy,
}

#[async_trait]
impl UseCase for ChangeSubscription {
    const NAME: &'static str = "change_subscription";
    type Answer = SubscriptionActed;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<SubscriptionActed>, Error> {
        let touches = Touches::new(room.tenant).reads::<Product>(self.product_id.uuid());
        let ask = self.clone();
        let command = move |table: &Table<'_, '_>, account: &Account, contract: &Contract| {
            let product = table.state::<Product>(ask.product_id.uuid())?;
            Ok(ask.change(product, account, contract)?)
        };
        act(room, touches, self.subscription_id, self.on, command).await
    }
}

impl ChangeSubscription {
    /// The request to the subscription, by the catalogue as it is given.
    pub(super) fn change(
        &self,
        product: &Product,
        account: &Account,
        contract: &Contract,
    ) -> Result<SubscriptionCommand, Refused> {
        let absent = || Refused::of(&SubscriptionRefusal::Absent);
        let known = contract.terms().ok_or_else(absent)?;
        let tax = self.tax.unwrap_or(known.tax);
        let quantity = self.quantity.unwrap_or(known.quantity);
        let day = self.on.unwrap_or(account.today);
        let taken = self.offer.take(self.product_id, product, quantity, tax, day)?;
        Ok(SubscriptionCommand::ChangePlan(ChangePlan {
            terms: taken.terms,
            anchor: self.anchor,
            fallback_anchor: taken.anchor.unwrap_or(account.anchor),
            rules: account.rules,
            policy: self.policy,
        }))
    }
}
