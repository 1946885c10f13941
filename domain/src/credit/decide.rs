//! What may happen to a client's credit in which state.

use chrono::NaiveDate;

use crate::credit::withdraw::withdraw;
use crate::credit::{
    CreditBalance, CreditCommand, CreditEvent, CreditPart, CreditRefusal, Grant, GrantCredit, Held,
    SpendCredit, apply,
};
use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::{Aggregate, Issued, Money};

pub(super) type Decision = Result<Vec<CreditEvent>, CreditRefusal>;

impl Aggregate for CreditBalance {
    const TYPE: &'static str = "credit";
    type Command = CreditCommand;
    type Event = CreditEvent;
    type Refusal = CreditRefusal;

    fn decide(&self, ask: &Issued<CreditCommand>) -> Decision {
        match (self, &ask.command) {
            (_, CreditCommand::Grant(new)) => grant(self.held(), *new),
            (Self::Absent, CreditCommand::Spend(_) | CreditCommand::Withdraw(_)) => {
                Err(CreditRefusal::NothingThere)
            }
            (Self::Held(held), CreditCommand::Spend(new)) => spend(held, *new, ask.effective_on),
            (Self::Held(held), CreditCommand::Withdraw(new)) => {
                withdraw(held, new, ask.effective_on)
            }
        }
    }

    fn apply(&mut self, event: &CreditEvent) {
        self.take(event);
    }

    fn weight(&self) -> usize {
        let held = self.held().map_or(0, |held| {
            size_of_val(held.grants.as_slice())
                .saturating_add(size_of_val(held.sources.as_slice()))
                .saturating_add(size_of_val(held.spendings.as_slice()))
        });
        size_of::<Self>().saturating_add(held)
    }
}

bridge_to_cqrs_es!(CreditBalance);

fn grant(held: Option<&Held>, new: GrantCredit) -> Decision {
    if !new.amount.is_positive() {
        return Err(CreditRefusal::NotPositive);
    }
    if held.is_some_and(|held| held.client_id != new.client_id) {
        return Err(CreditRefusal::OtherClient);
    }
    if held.is_some_and(|held| held.sources.contains(&new.source)) {
        return Ok(Vec::new());
    }
    let before = held.map_or(Ok(Money::zero(new.amount.currency())), Held::balance)?;
    Ok(vec![CreditEvent::Granted {
        no: held.map_or(0, |held| held.granted).saturating_add(1),
        client_id: new.client_id,
        amount: new.amount,
        source: new.source,
        expires_on: new.expires_on,
        balance: before.checked_add(new.amount)?,
    }])
}

/// Takes what is there, in the order of use; the grants that pay are named.
fn spend(held: &Held, new: SpendCredit, on: NaiveDate) -> Decision {
    if !new.up_to.is_positive() {
        return Err(CreditRefusal::NotPositive);
    }
    let credits = held.credits();
    let used = apply(new.up_to, on, &credits)?;
    let amount = new.up_to.checked_sub(used.due)?;
    if amount.is_zero() {
        return Err(CreditRefusal::NothingThere);
    }
    let part = |(id, amount): &(String, Money)| {
        let grant = held.grants.iter().find(|grant: &&Grant| grant.no.to_string() == *id)?;
        Some(CreditPart { grant: grant.no, amount: *amount })
    };
    Ok(vec![CreditEvent::Spent {
        no: held.spent.saturating_add(1),
        client_id: held.client_id,
        invoice_id: new.invoice_id,
        amount,
        parts: used.used.iter().filter_map(part).collect(),
        balance: held.balance()?.checked_sub(amount)?,
        on,
    }])
}
