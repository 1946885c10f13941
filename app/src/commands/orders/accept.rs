//! Accepts an order: what recurs begins, and one invoice asks for everything that is due at once
//! (ORD-03, ORD-06).
//!
//! Guarantees that the prices are those the order was placed with, and that order, subscriptions
//! and invoice are one append: an order is never half accepted.

use async_trait::async_trait;
use billfold_domain::invoice::{NewLine, TaxTreatment};
use billfold_domain::kernel::{InvoiceId, OrderId, SubscriptionId};
use billfold_domain::order::{
    BegunSubscription, Order, OrderCommand, OrderItem, PlacedOrder, Recurs,
};
use billfold_domain::product::{Product, ProductRefusal};
use billfold_domain::subscription::service::PlanTerms;
use billfold_domain::subscription::{
    Interval, StartSubscription, Subscription, SubscriptionCommand, Timing,
};
use billfold_domain::tax::TaxEvidence;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::commands::clients::must_be_active;
use crate::commands::subscriptions::{Account, Beside, BilledDocument, Billing, Paper};
use crate::commands::tax_rates::AskedTax;
use crate::commands::{No, Plan, Room, Table, Touches, UseCase};
use crate::error::{Error, Refused};

/// Accept an order.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct AcceptOrder {
    /// Which.
    pub order_id: OrderId,
    /// How everything on it is taxed.
    pub tax: AskedTax,
}

/// The order is accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderAccepted {
    /// The subscription of each item that recurs, in the order of the items.
    pub subscriptions: Vec<SubscriptionId>,
    /// What was billed; nothing if everything begins with a trial.
    pub billing: Option<Billing>,
}

#[async_trait]
impl UseCase for AcceptOrder {
    const NAME: &'static str = "accept_order";
    type Answer = OrderAccepted;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<OrderAccepted>, Error> {
        let id = self.order_id.uuid();
        let mut touches = Touches::new(room.tenant).main::<Order>(id);
        let known = room.load::<Order>(id).await?;
        let Order::Placed(order) = &known.state.0 else {
            return Ok(touches.decide(move |table| refuse(table, id)));
        };
        let (client_id, currency) = (order.client_id, order.currency);
        let mut begun = Vec::new();
        for (item, at) in order.items.iter().zip(0_u32..) {
            if let (Some(_), Some(product)) = (item.recurs, item.product_id) {
                let subscription_id = SubscriptionId::new(room.mint());
                begun.push(BegunSubscription { item: at, subscription_id });
                touches = touches
                    .begins::<Subscription>(subscription_id.uuid())
                    .reads::<Product>(product.uuid());
            }
        }
        let (mut touches, mut paper) =
            Paper::lay_out(room, touches, client_id, currency, &[]).await?;
        if self.tax.automatic().is_some() {
            touches = paper.look_up_taxes(room, touches).await?;
        }
        let accepting = Accepting { ask: *self, begun, paper };
        Ok(touches.decide(move |table| accepting.accept(table, id)))
    }
}

/// An order that was not placed when the acceptance was planned.
fn refuse(table: &mut Table<'_, '_>, id: Uuid) -> Result<OrderAccepted, No> {
    if matches!(table.state::<Order>(id)?, Order::Placed(_)) {
        return Err(No::Stale);
    }
    let accept = OrderCommand::Accept { subscriptions: Vec::new() };
    table.decide::<Order>(id, accept)?;
    Ok(OrderAccepted { subscriptions: Vec::new(), billing: None })
}

struct Accepting {
    ask: AcceptOrder,
    begun: Vec<BegunSubscription>,
    paper: Paper,
}

impl Accepting {
    fn accept(&self, table: &mut Table<'_, '_>, id: Uuid) -> Result<OrderAccepted, No> {
        let Order::Placed(order) = table.state::<Order>(id)? else {
            return refuse(table, id);
        };
        let order = order.clone();
        must_be_active(table, order.client_id)?;
        let account = Account::of(table, order.client_id)?;
        let evidence = match self.ask.tax {
            AskedTax::Named(_) => None,
            AskedTax::Automatic(class) => Some(self.paper.tax(table, class)?),
        };
        let accept = OrderCommand::Accept { subscriptions: self.begun.clone() };
        table.decide::<Order>(id, accept)?;
        for begun in &self.begun {
            self.begin(table, &account, &order, *begun, evidence.as_ref())?;
        }
        let lines = self.once(&account, &order, evidence.as_ref());
        let beside = Beside { order_id: Some(self.ask.order_id), lines, evidence };
        let subscriptions: Vec<_> = self.begun.iter().map(|begun| begun.subscription_id).collect();
        let today = account.today;
        let outcome = self.paper.bill_beside(table, &account, &subscriptions, today, beside)?;
        if let Some(invoice_id) = outcome.billing.as_ref().and_then(invoice) {
            table.decide::<Order>(id, OrderCommand::MarkInvoiced { invoice_id })?;
        }
        Ok(OrderAccepted { subscriptions, billing: outcome.billing })
    }

    /// Begins the subscription of an item at the price it was ordered for.
    fn begin(
        &self,
        table: &mut Table<'_, '_>,
        account: &Account,
        order: &PlacedOrder,
        BegunSubscription { item, subscription_id }: BegunSubscription,
        evidence: Option<&TaxEvidence>,
    ) -> Result<(), No> {
        let at = usize::try_from(item).ok();
        let item = at.and_then(|at| order.items.get(at));
        let agreed = item.and_then(|item| Some((item, item.recurs?, item.product_id?)));
        let (item, Recurs { cycle, trial_days }, product_id) = agreed.ok_or(No::Stale)?;
        let product = table.state::<Product>(product_id.uuid())?;
        let listing = product.listing().ok_or_else(|| Refused::of(&ProductRefusal::Absent))?;
        let interval = Interval::of(cycle).map_err(|no| Refused::of(&no))?.ok_or(No::Stale)?;
        let terms = PlanTerms {
            product_id,
            plan: listing.code.clone(),
            name: item.description.clone(),
            kind: item.kind,
            tax: self.treatment(account, evidence),
            price: Some(item.unit_price),
            quantity: item.quantity,
            setup_fee: None,
            interval,
            timing: Timing::Advance,
        };
        let start = StartSubscription {
            client_id: order.client_id,
            currency: order.currency,
            terms,
            trial_days,
            anchor: None,
            fallback_anchor: account.anchor,
            ends: None,
        };
        table.dated(account.today);
        let id = subscription_id.uuid();
        table.decide::<Subscription>(id, SubscriptionCommand::Start(start))?;
        if let Some(evidence) = evidence {
            let tax = SubscriptionCommand::Tax { evidence: Some(evidence.clone()) };
            table.decide::<Subscription>(id, tax)?;
        }
        Ok(())
    }

    /// The lines of what is charged once.
    fn once(
        &self,
        account: &Account,
        order: &PlacedOrder,
        evidence: Option<&TaxEvidence>,
    ) -> Vec<NewLine> {
        let tax = self.treatment(account, evidence);
        let line = |item: &OrderItem| NewLine {
            kind: item.kind,
            description: item.description.clone(),
            quantity: item.quantity,
            unit_price: item.unit_price,
            tax,
            period: item.period,
            product_id: item.product_id,
        };
        order.items.iter().filter(|item| item.recurs.is_none()).map(line).collect()
    }

    fn treatment(&self, account: &Account, evidence: Option<&TaxEvidence>) -> TaxTreatment {
        evidence.map_or_else(|| self.ask.tax.for_now(account.seller), |known| known.treatment)
    }
}

fn invoice(billing: &Billing) -> Option<InvoiceId> {
    match billing.document {
        BilledDocument::Invoice(invoice_id) => Some(invoice_id),
        BilledDocument::CreditNote(_) => None,
    }
}
