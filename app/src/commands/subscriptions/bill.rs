//! Bills what is due of subscriptions of one client on one document, as much as it holds.

use std::borrow::Cow;

use async_trait::async_trait;
use billfold_domain::client::Client;
use billfold_domain::invoice::{NewLine, preview};
use billfold_domain::kernel::{
    Aggregate as _, ClientId, Currency, InvoiceId, Money, SubscriptionId, TenantId,
};
use billfold_domain::subscription::{
    Contract, Subscription, SubscriptionEvent, SubscriptionRefusal,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::account::Account;
use super::billing::{Addressee, Billing, Outcome, Paper, Reach, fits, goes_back, taxed_by_rates};
use super::coupons::{Coming, CouponOff, attached, discounts, think_used};
use crate::commands::invoices::sealed_buyer;
use crate::commands::tax_rates::{AllRates, Customer, Rates};
use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::{Error, Refused};
use crate::settings::Settings;

/// Bill what is due.
#[derive(Clone, Debug, Serialize)]
pub struct BillAccount {
    /// Whose subscriptions.
    pub client_id: ClientId,
    /// In which currency they are.
    pub currency: Currency,
    /// Which; a subscription of which nothing is due adds nothing.
    pub subscriptions: Vec<SubscriptionId>,
    /// The last day of what is due; today at the client's place unless given.
    pub through: Option<NaiveDate>,
}

/// What was due is billed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountBilled {
    /// What it came to; nothing if nothing was due.
    pub billing: Option<Billing>,
    /// Whether more is due than one document holds: the same bill under another key bills the next
    /// part.
    #[serde(default)]
    pub more: bool,
}

/// What a bill is prepared from; it may be a moment old.
pub(super) struct Known<'a> {
    pub(super) tenant: TenantId,
    pub(super) settings: &'a Settings,
    pub(super) now: DateTime<Utc>,
    pub(super) client: &'a Client,
    /// The subscriptions of the bill, in its order.
    pub(super) subscriptions: Vec<&'a Subscription>,
}

impl Known<'_> {
    fn contracts(&self) -> Vec<&Contract> {
        self.subscriptions.iter().filter_map(|subscription| subscription.contract()).collect()
    }

    /// Whether the seller's rates decide how something is taxed.
    pub(super) fn taxed_by_rates(&self) -> bool {
        taxed_by_rates(self.contracts())
    }
}

#[async_trait]
impl UseCase for BillAccount {
    const NAME: &'static str = "bill_account";
    type Answer = AccountBilled;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<AccountBilled>, Error> {
        let settings = room.settings().await?;
        let day = settings.day_of(room.now);
        let buyer = sealed_buyer(room, self.client_id, day).await?;
        let to = Addressee { client_id: self.client_id, buyer };
        let client = room.load::<Client>(self.client_id.uuid()).await?;
        let mut loaded = Vec::with_capacity(self.subscriptions.len());
        for id in &self.subscriptions {
            loaded.push(room.load::<Subscription>(id.uuid()).await?);
        }
        let subscriptions = loaded.iter().map(|loaded| &loaded.state.0).collect();
        let (tenant, now, client) = (room.tenant, room.now, &client.state.0);
        let known = Known { tenant, settings: &settings, now, client, subscriptions };
        let rates = if known.taxed_by_rates() {
            Some(Rates::of(room, Touches::new(tenant), self.client_id).await?.1)
        } else {
            None
        };
        Ok(self.lay_out(&known, to, rates)?)
    }
}

impl BillAccount {
    /// The bill as it is decided later. It touches the invoices of which something goes back as
    /// things stand; should more go back by then, it is laid out anew. Rates are named where they
    /// decide how something is taxed.
    pub(super) fn lay_out(
        &self,
        known: &Known<'_>,
        to: Addressee,
        rates: Option<Rates>,
    ) -> Result<Plan<AccountBilled>, Refused> {
        let mut touches = Touches::new(known.tenant);
        for id in &self.subscriptions {
            touches = touches.reads::<Subscription>(id.uuid());
        }
        let (corrected, coupons) = (self.given_back(known)?, attached(&known.contracts()));
        let reach = Reach { corrected, coupons, rates };
        let (touches, paper) =
            Paper::of(touches, known.settings, known.now, to, self.currency, reach);
        let ask = self.clone();
        Ok(touches.decide(move |table| {
            let account = Account::of(table, ask.client_id)?;
            let through = ask.through.unwrap_or(account.today);
            let Outcome { billing, more } =
                paper.bill(table, &account, &ask.subscriptions, through)?;
            Ok(AccountBilled { billing, more })
        }))
    }

    /// What each document would come to, with tax and negative for a credit note; none if nothing
    /// is due. Rates are given where they decide how something is taxed.
    pub(super) fn foresee(
        &self,
        known: &Known<'_>,
        rates: Option<(&AllRates, Customer<'_>)>,
    ) -> Result<Vec<Money>, Refused> {
        let account = Account::new(known.client, known.settings, known.now)?;
        let through = self.through.unwrap_or(account.today);
        let on = through.max(account.today);
        let mut then = Vec::with_capacity(known.subscriptions.len());
        for subscription in &known.subscriptions {
            let taxed = taxed_anew(subscription, rates, on)?;
            then.push(contract(&taxed)?.by(through).into_owned());
        }
        let mut totals = Vec::new();
        loop {
            let (lines, more) = next_document(&mut then, through, &account)?;
            if !lines.is_empty() {
                let document = preview(self.currency, &lines).map_err(|no| Refused::of(&no))?;
                totals.push(document.totals.total);
            }
            if !more {
                return Ok(totals);
            }
        }
    }

    fn given_back(&self, known: &Known<'_>) -> Result<Vec<InvoiceId>, Refused> {
        let account = Account::new(known.client, known.settings, known.now)?;
        let through = self.through.unwrap_or(account.today);
        let mut back = Vec::new();
        for subscription in &known.subscriptions {
            let Some(contract) = subscription.contract() else { continue };
            let then = contract.by(through);
            let plan = then.plan(through, account.rules);
            // What cannot be planned is refused where it is decided.
            back.extend(plan.map_or_else(|_| Vec::new(), |plan| goes_back(&then, &plan)));
        }
        back.sort_unstable();
        back.dedup();
        Ok(back)
    }
}

/// The subscription with what is not billed yet taxed as a document of a day would be.
fn taxed_anew<'a>(
    subscription: &'a Subscription,
    rates: Option<(&AllRates, Customer<'_>)>,
    on: NaiveDate,
) -> Result<Cow<'a, Subscription>, Refused> {
    let automatic = contract(subscription)?.automatic.as_ref();
    let (Some(known), Some((rates, who))) = (automatic, rates) else {
        return Ok(Cow::Borrowed(subscription));
    };
    let evidence = Some(rates.tax(&who, known.class, on)?);
    let mut taxed = subscription.clone();
    taxed.apply(&SubscriptionEvent::Taxed { on, evidence });
    Ok(Cow::Owned(taxed))
}

/// The lines of the next document over several contracts, which are left as it leaves them; and
/// whether more is due than it holds.
fn next_document(
    contracts: &mut [Contract],
    through: NaiveDate,
    account: &Account,
) -> Result<(Vec<NewLine>, bool), Refused> {
    let (mut lines, mut off, mut more) = (Vec::new(), Vec::new(), false);
    for contract in contracts {
        let plan = contract.plan(through, account.rules).map_err(|no| Refused::of(&no))?;
        let own = contract.service.wording(&plan).map_err(|no| Refused::of(&no))?;
        let offs = Coming::off(contract, &plan, &own).on(account.today)?;
        if !fits(lines.len() + off.len(), own.len() + discounts(&offs)) {
            return Ok(([lines, off].concat(), true));
        }
        more |= plan.more;
        think_used(contract, &offs)?;
        lines.extend(own);
        off.extend(offs.into_iter().flat_map(CouponOff::into_lines));
        if !plan.is_empty() {
            contract.document(&plan, None);
        }
    }
    Ok(([lines, off].concat(), more))
}

pub(super) fn contract(subscription: &Subscription) -> Result<&Contract, Refused> {
    subscription.contract().ok_or_else(|| Refused::of(&SubscriptionRefusal::Absent))
}
