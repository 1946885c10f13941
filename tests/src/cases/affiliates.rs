//! Affiliates: what sales earn, refunds take back and payouts pay, asked of the aggregate.

use billfold_domain::affiliate::{
    AccrueCommission, Affiliate, AffiliateCommand, AffiliateEvent, AffiliateRefusal, Book,
    Commission, CommissionRate, CommissionStatus, CommissionTerms, PayoutStatus, PayoutTo,
    Recurrence, Stage, Tier,
};
use billfold_domain::kernel::{
    Actor, Aggregate, ClientId, Currency, Issued, Money, PaymentId, Percent, TenantId,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Answer, text};

type Read<T> = Result<T, Box<dyn std::error::Error>>;

/// Lets sales, refunds and payouts happen to one affiliate.
pub(super) fn commission(given: &Value, when: &Value) -> Answer {
    let currency = Currency::parse(text(given, "currency")?)?;
    let terms = terms(&given["program"], currency)?;
    let events = when["events"].as_array().ok_or("events are missing")?;
    let mut account = Account::open(currency, terms, first_day(events)?)?;
    let mut results = Vec::new();
    for event in events {
        results.push(account.answer(event)?);
    }
    Ok(json!({ "results": results }))
}

/// An affiliate who has brought the one client who buys.
struct Account {
    currency: Currency,
    affiliate: Affiliate,
    client_id: ClientId,
}

impl Account {
    fn open(currency: Currency, terms: CommissionTerms, day: NaiveDate) -> Read<Self> {
        let own = ClientId::new(Uuid::from_u128(1));
        let client_id = ClientId::new(Uuid::from_u128(2));
        let mut account = Self { currency, affiliate: Affiliate::default(), client_id };
        for command in [
            AffiliateCommand::Enrol { client_id: own, code: "partner".into() },
            AffiliateCommand::Approve,
            AffiliateCommand::SetTerms { terms, valid_from: day },
            AffiliateCommand::Refer { client_id, clicked_on: day },
        ] {
            account.ask(day, command)?;
        }
        Ok(account)
    }

    /// Asks, and lets what was decided happen.
    fn ask(
        &mut self,
        day: NaiveDate,
        command: AffiliateCommand,
    ) -> Result<Vec<AffiliateEvent>, AffiliateRefusal> {
        let events = self.affiliate.decide(&Issued {
            command,
            tenant: TenantId::new(Uuid::nil()),
            actor: Actor::system("cases")?,
            at: DateTime::<Utc>::UNIX_EPOCH,
            effective_on: day,
        })?;
        events.iter().for_each(|event| self.affiliate.apply(event));
        Ok(events)
    }

    fn answer(&mut self, event: &Value) -> Read<Value> {
        let day: NaiveDate = text(event, "on")?.parse()?;
        self.ask(day, AffiliateCommand::ApproveDue)?;
        let mut shown = match text(event, "op")? {
            "sale" => self.sale(event, day)?,
            "refund" => self.refund(event, day)?,
            "payout" => self.payout(day)?,
            other => return Err(format!("op {other} is unknown").into()),
        };
        shown["on"] = json!(day);
        Ok(shown)
    }

    fn sale(&mut self, event: &Value, on: NaiveDate) -> Read<Value> {
        let payment_id = payment(event)?;
        if self.book()?.of_payment(payment_id).is_some() {
            return Ok(json!({ "result": "duplicate" }));
        }
        let items = event["items"].as_u64().or(event["quantity"].as_u64()).unwrap_or(1);
        self.ask(
            on,
            AffiliateCommand::Accrue(AccrueCommission {
                payment_id,
                client_id: self.client_id,
                sale: Money::parse_major(text(event, "amount")?, self.currency)?,
                items: items.try_into()?,
                on,
            }),
        )?;
        let earned = self.earned(payment_id)?;
        Ok(json!({ "commission": earned.earned.to_major(), "status": earned.status().word() }))
    }

    /// A refund without an amount is of the whole sale.
    fn refund(&mut self, event: &Value, on: NaiveDate) -> Read<Value> {
        let payment_id = payment(event)?;
        let Some(before) = self.book()?.of_payment(payment_id).cloned() else {
            return Ok(json!({ "result": "unknown" }));
        };
        let refunded = match event["amount"].as_str() {
            Some(amount) => {
                before.refunded.checked_add(Money::parse_major(amount, self.currency)?)?
            }
            None => before.sale,
        };
        let events = self.ask(on, AffiliateCommand::Reverse { payment_id, refunded })?;
        let Some(AffiliateEvent::CommissionReversed { amount, stage, .. }) = events.first() else {
            return Ok(json!({ "result": "duplicate" }));
        };
        if *stage == Stage::PaidOut {
            let commission = amount.negate().to_major();
            let status = CommissionStatus::Approved.word();
            return Ok(json!({ "clawback": true, "commission": commission, "status": status }));
        }
        let after = self.earned(payment_id)?;
        let void = after.status() == CommissionStatus::Refunded;
        let commission = if void { before.left } else { after.left };
        Ok(json!({ "commission": commission.to_major(), "status": after.status().word() }))
    }

    fn payout(&mut self, on: NaiveDate) -> Read<Value> {
        let (currency, to) = (self.currency, PayoutTo::CustomerCredit);
        match self.ask(on, AffiliateCommand::RequestPayout { currency, to }) {
            Ok(_) | Err(AffiliateRefusal::BelowMinimum { .. }) => {}
            Err(refusal) => return Err(refusal.into()),
        }
        let requested =
            self.book()?.payouts.last().filter(|payout| payout.status == PayoutStatus::Requested);
        let (no, paid) =
            requested.map_or((0, Money::zero(currency)), |payout| (payout.no, payout.amount));
        if no > 0 {
            let reference = on.to_string();
            self.ask(on, AffiliateCommand::RecordPayoutSent { no, reference })?;
        }
        let carried = self.book()?.payable(currency)?.amount;
        Ok(json!({ "payout": paid.to_major(), "carried": carried.to_major() }))
    }

    fn book(&self) -> Read<&Book> {
        Ok(&self.affiliate.partner().ok_or("nobody enrolled")?.book)
    }

    fn earned(&self, payment_id: PaymentId) -> Read<&Commission> {
        Ok(self.book()?.of_payment(payment_id).ok_or("the payment earned nothing")?)
    }
}

fn terms(program: &Value, currency: Currency) -> Read<CommissionTerms> {
    let days = |field: &str| program[field].as_u64().unwrap_or_default().try_into();
    let minimum = program["minimum_payout"].as_str();
    let minimum = minimum.map(|amount| Money::parse_major(amount, currency)).transpose()?;
    Ok(CommissionTerms {
        rate: rate(program, currency)?,
        recurrence: Recurrence::Forever,
        hold_days: days("hold_days")?,
        window_days: 0,
        minimum_payout: minimum.into_iter().collect(),
    })
}

fn rate(program: &Value, currency: Currency) -> Read<CommissionRate> {
    if let Some(each) = program["flat"].as_str().or(program["rate"]["flat"].as_str()) {
        return Ok(CommissionRate::Flat(Money::parse_major(each, currency)?));
    }
    let Some(steps) = program["rate"].as_array() else {
        return Ok(CommissionRate::Percent(text(program, "rate")?.parse()?));
    };
    let (mut tiers, mut above) = (Vec::new(), Percent::ZERO);
    for step in steps {
        let percent = text(step, "percent")?.parse()?;
        match step["below"].as_str() {
            Some(below) => {
                tiers.push(Tier { below: Money::parse_major(below, currency)?, percent });
            }
            None => above = percent,
        }
    }
    Ok(CommissionRate::Tiers { tiers, above })
}

/// A charge of the case as a payment: the same name is the same payment.
fn payment(event: &Value) -> Read<PaymentId> {
    Ok(PaymentId::derive(Uuid::nil(), text(event, "charge")?))
}

fn first_day(events: &[Value]) -> Read<NaiveDate> {
    let days = events.iter().map(|event| Ok(text(event, "on")?.parse::<NaiveDate>()?));
    Ok(days.collect::<Read<Vec<_>>>()?.into_iter().min().unwrap_or_default())
}
