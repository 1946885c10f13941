//! Subscriptions: timelines of one account, asked through the command door on a log of their own.

use std::collections::BTreeMap;

use billfold_app::commands::UseCase;
use billfold_app::commands::clients::{RegisterClient, SetClientBilling};
use billfold_app::commands::payments::{Pays, RecordPayment, ShareOf};
use billfold_app::commands::products::CreateProduct;
use billfold_app::commands::subscriptions::{
    AdjustSubscriptionLine, AgreedOffer, BillAccount, BilledDocument, Billing, CancelSubscription,
    ChangeSubscription, Offer, PauseSubscription, ResumeSubscription, SetSubscriptionAnchor,
    Subscribe,
};
use billfold_app::commands::tenants::{OpenTenant, SetConventions};
use billfold_domain::client::{BillingTerms, ContactCard};
use billfold_domain::credit::CreditBalance;
use billfold_domain::credit_note::CreditNote;
use billfold_domain::invoice::{Invoice, Line, LineKind, TaxCategory, TaxTreatment};
use billfold_domain::kernel::{
    ClientId, Country, Currency, Money, Percent, ProductId, Quantity, SubscriptionId, UnitPrice,
    Zone,
};
use billfold_domain::product::ProductKind;
use billfold_domain::subscription::{Anchor, CancelAt, ChangePolicy, Timing};
use chrono::{NaiveDate, TimeDelta};
use serde_json::{Value, json};

use super::{Answer, on_a_runtime, parsed, text};
use crate::till::Till;

/// What an operation came to.
type Told<T> = Result<T, Box<dyn std::error::Error>>;

/// The documents of each operation of a timeline.
pub(super) fn timeline(given: &Value, when: &Value) -> Answer {
    on_a_runtime(async {
        let mut account = Account::open(given, when).await?;
        let mut invoices = Vec::new();
        let operations = when["ops"].as_array().ok_or("ops is missing")?;
        for operation in operations {
            invoices.push(account.operate(operation).await?);
        }
        Ok(json!({ "invoices": invoices }))
    })
}

/// A client with plans to subscribe to.
struct Account<'a> {
    till: Till,
    zone: Zone,
    currency: Currency,
    client: ClientId,
    plans: BTreeMap<&'a str, Plan>,
    subscriptions: Vec<(String, SubscriptionId)>,
    asked: u32,
}

/// A plan of the catalogue.
struct Plan {
    product_id: ProductId,
    offer: AgreedOffer,
}

impl<'a> Account<'a> {
    async fn open(given: &'a Value, when: &Value) -> Told<Self> {
        let zone = given["timezone"].as_str().map_or(Ok(Zone::UTC), str::parse)?;
        let currency = Currency::parse(text(given, "currency")?)?;
        let mut account = Self {
            till: Till::new().await?,
            zone,
            currency,
            client: ClientId::new(uuid::Uuid::nil()),
            plans: BTreeMap::new(),
            subscriptions: Vec::new(),
            asked: 0,
        };
        let first = when["ops"][0]["on"].as_str().ok_or("the first operation has no day")?;
        account.live_on(first.parse()?);
        account.open_books(given).await?;
        for (name, plan) in given["plans"].as_object().into_iter().flatten() {
            let plan = account.list(name, plan).await?;
            account.plans.insert(name, plan);
        }
        Ok(account)
    }

    async fn open_books(&mut self, given: &Value) -> Told<()> {
        self.ask(OpenTenant {
            name: "Seller".to_owned(),
            country: Country::parse("US")?,
            currency: self.currency,
            time_zone: self.zone.to_string(),
            invoice_numbers: None,
            credit_note_numbers: None,
            payment_term_days: None,
            vat_id: Some("DE123456789".to_owned()),
            test_clock: None,
        })
        .await?;
        if !given["conventions"].is_null() {
            self.ask(SetConventions { conventions: parsed(&given["conventions"])? }).await?;
        }
        let contact = ContactCard { name: "Client".to_owned(), ..ContactCard::default() };
        let register = RegisterClient {
            client_id: None,
            contact,
            country: None,
            currency: Some(self.currency),
            origin: None,
        };
        self.client = self.ask(register).await?.client_id;
        let billing = BillingTerms { zone: Some(self.zone), anchor: anchor(&given["anchor"])? };
        self.ask(SetClientBilling { client_id: self.client, billing }).await?;
        Ok(())
    }

    async fn list(&mut self, name: &str, plan: &Value) -> Told<Plan> {
        let create = CreateProduct {
            product_id: None,
            code: format!("plan-{}", self.plans.len()),
            name: name.to_owned(),
            kind: ProductKind::Vps,
        };
        let product_id = self.ask(create).await?.product_id;
        let currency = self.currency;
        let price = plan["price"].as_str().map(|price| UnitPrice::parse(price, currency));
        let fee = plan["setup_fee"].as_str().map(|fee| Money::parse_major(fee, currency));
        let timing = &plan["timing"];
        let offer = AgreedOffer {
            currency,
            price: price.transpose()?,
            setup_fee: fee.transpose()?,
            interval: parsed(&plan["interval"])?,
            timing: if timing.is_null() { Timing::Advance } else { parsed(timing)? },
            trial_days: u32::try_from(plan["trial_days"].as_u64().unwrap_or(0))?,
            anchor: anchor(&plan["anchor"])?,
        };
        Ok(Plan { product_id, offer })
    }

    /// Moves the clock to noon of a day at the account's place.
    fn live_on(&self, day: NaiveDate) {
        self.till.clock.set(self.zone.first_instant(day) + TimeDelta::hours(12));
    }

    async fn ask<U: UseCase>(&mut self, command: U) -> Told<U::Answer> {
        self.asked += 1;
        Ok(self.till.ask(&self.asked.to_string(), command).await?.answer)
    }

    /// Does what an operation says, pays what it asks for, and tells the document.
    async fn operate(&mut self, operation: &Value) -> Told<Value> {
        let day: NaiveDate = text(operation, "on")?.parse()?;
        self.live_on(day);
        let Some(billing) = self.perform(operation).await? else {
            return Ok(json!({ "on": day, "lines": [] }));
        };
        let lines = self.lines(&billing).await?;
        self.pay(&billing).await?;
        Ok(json!({
            "on": day,
            "lines": lines,
            "net": billing.net.to_major(),
            "credit_used": billing.credit_used.to_major(),
            "due": billing.due.to_major(),
            "credit_balance": self.credit().await?.to_major(),
        }))
    }

    async fn perform(&mut self, operation: &Value) -> Told<Option<Billing>> {
        if operation["op"] == "subscribe" {
            return self.subscribe(operation).await;
        }
        if operation["op"] == "run" {
            let subscriptions = self.subscriptions.iter().map(|(_, id)| *id).collect();
            let (client_id, currency) = (self.client, self.currency);
            let bill = BillAccount { client_id, currency, subscriptions, through: None };
            return Ok(self.ask(bill).await?.billing);
        }
        let subscription_id = self.subscription(operation)?;
        let on = None;
        let done = match text(operation, "op")? {
            "change" => self.change(subscription_id, operation).await?,
            "set_anchor" => {
                let anchor = anchor(&operation["anchor"])?.ok_or("anchor is missing")?;
                self.ask(SetSubscriptionAnchor { subscription_id, anchor, on }).await?
            }
            "pause" => self.ask(PauseSubscription { subscription_id, on }).await?,
            "resume" => self.ask(ResumeSubscription { subscription_id, on }).await?,
            "cancel" => {
                let at = match text(operation, "at")? {
                    "immediate" => CancelAt::Immediate,
                    "end_of_term" => CancelAt::EndOfTerm,
                    _ => CancelAt::Date(text(operation, "date")?.parse()?),
                };
                self.ask(CancelSubscription { subscription_id, at, on }).await?
            }
            "adjust_line" => {
                let adjust = AdjustSubscriptionLine {
                    subscription_id,
                    from: text(operation, "from")?.parse()?,
                    amount: Money::parse_major(text(operation, "amount")?, self.currency)?,
                    reason: "adjusted".to_owned(),
                };
                self.ask(adjust).await?
            }
            unknown => return Err(format!("{unknown} is no operation").into()),
        };
        Ok(done.billing)
    }

    async fn subscribe(&mut self, operation: &Value) -> Told<Option<Billing>> {
        let plan = self.plan(text(operation, "plan")?)?;
        let subscribe = Subscribe {
            subscription_id: None,
            client_id: self.client,
            product_id: plan.product_id,
            offer: Offer::Agreed(plan.offer.clone()),
            quantity: quantity(operation)?.unwrap_or(Quantity::ONE),
            tax: untaxed()?.into(),
            anchor: anchor(&operation["anchor"])?,
            ends: operation["ends"].as_str().map(str::parse).transpose()?,
            on: None,
        };
        let done = self.ask(subscribe).await?;
        let name = operation["subscription"].as_str().unwrap_or_default();
        self.subscriptions.push((name.to_owned(), done.subscription_id));
        Ok(done.billing)
    }

    async fn change(
        &mut self,
        subscription_id: SubscriptionId,
        operation: &Value,
    ) -> Told<billfold_app::commands::subscriptions::SubscriptionActed> {
        let plan = self.plan(text(operation, "plan")?)?;
        let change = ChangeSubscription {
            subscription_id,
            product_id: plan.product_id,
            offer: Offer::Agreed(plan.offer.clone()),
            quantity: quantity(operation)?,
            tax: None,
            anchor: anchor(&operation["anchor"])?,
            on: None,
            policy: ChangePolicy::ProrateNow,
        };
        self.ask(change).await
    }

    fn plan(&self, name: &str) -> Told<&Plan> {
        Ok(self.plans.get(name).ok_or_else(|| format!("there is no plan {name}"))?)
    }

    /// The subscription an operation names; the first one if it names none.
    fn subscription(&self, operation: &Value) -> Told<SubscriptionId> {
        let name = operation["subscription"].as_str();
        let mut known = self.subscriptions.iter();
        let found = known.find(|(known, _)| name.is_none_or(|name| name == known));
        Ok(found.ok_or("there is no such subscription")?.1)
    }

    async fn lines(&self, billing: &Billing) -> Told<Vec<Value>> {
        let (till, tenant) = (&self.till, self.till.tenant);
        let mut lines: Vec<Value> = match billing.document {
            BilledDocument::Invoice(id) => {
                let (invoice, _) = till.door.load::<Invoice>(tenant, id.uuid()).await?;
                let document = invoice.document().ok_or("the invoice is not there")?;
                document.lines.iter().map(|line| self.line(line, line.net)).collect()
            }
            BilledDocument::CreditNote(id) => {
                let (note, _) = till.door.load::<CreditNote>(tenant, id.uuid()).await?;
                let note = note.issued().ok_or("the credit note is not there")?;
                note.lines.iter().map(|line| self.line(line, line.net.negate())).collect()
            }
        };
        lines.sort_by_key(Value::to_string);
        Ok(lines)
    }

    fn line(&self, line: &Line, amount: Money) -> Value {
        let mut plans = self.plans.iter();
        let plan = plans.find(|(_, plan)| Some(plan.product_id) == line.product_id);
        let mut told = json!({
            "kind": kind(line.kind),
            "plan": plan.map(|(name, _)| name),
            "amount": amount.to_major(),
        });
        if let Some(period) = line.period {
            told["from"] = json!(period.from());
            told["to"] = json!(period.to());
        }
        told
    }

    /// Pays what is asked for on the spot: a timeline's invoices count as paid.
    async fn pay(&mut self, billing: &Billing) -> Told<()> {
        let BilledDocument::Invoice(invoice_id) = billing.document else { return Ok(()) };
        if billing.due.is_zero() {
            return Ok(());
        }
        let payment = RecordPayment {
            payment_id: None,
            client_id: self.client,
            amount: billing.due,
            method: "manual_bank".to_owned(),
            reference: None,
            received_on: None,
            pays: Pays::Invoices(vec![ShareOf { invoice_id, amount: Some(billing.due) }]),
        };
        self.ask(payment).await?;
        Ok(())
    }

    async fn credit(&self) -> Told<Money> {
        let id = CreditBalance::id_of(self.client, self.currency).uuid();
        let (balance, _) = self.till.door.load::<CreditBalance>(self.till.tenant, id).await?;
        Ok(balance.held().map_or(Ok(Money::zero(self.currency)), |held| held.balance())?)
    }
}

fn kind(kind: LineKind) -> &'static str {
    match kind {
        LineKind::Proration => "unused",
        LineKind::SetupFee => "fixed",
        LineKind::Adjustment => "adjustment",
        _ => "recurring",
    }
}

fn anchor(value: &Value) -> Told<Option<Anchor>> {
    if value.is_null() { Ok(None) } else { Ok(Some(parsed(value)?)) }
}

fn quantity(operation: &Value) -> Told<Option<Quantity>> {
    Ok(operation["quantity"].as_u64().map(u32::try_from).transpose()?.map(Quantity::from))
}

fn untaxed() -> Told<TaxTreatment> {
    let country = Country::parse("US")?;
    Ok(TaxTreatment { category: TaxCategory::O, rate: Percent::ZERO, country })
}
