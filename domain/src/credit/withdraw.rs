//! What leaves a client's credit because a payment gives its money back (PAY-16, PAY-24).
//!
//! Guarantees that a balance never falls below zero: what is missing was spent, and is called back
//! from the invoices it has paid, or the withdrawal is refused. What money of voided invoices paid
//! is always enough for that: each payment asks at most for what its invoice had of it.

use chrono::NaiveDate;

use crate::credit::decide::Decision;
use crate::credit::{
    CreditEvent, CreditPart, CreditRefusal, CreditSource, Grant, Held, Reach, Spending,
    WithdrawCredit,
};
use crate::kernel::{InvoiceId, Money, MoneyRefusal};

pub(super) fn withdraw(held: &Held, new: &WithdrawCredit, on: NaiveDate) -> Decision {
    if !new.amount.is_positive() {
        return Err(CreditRefusal::NotPositive);
    }
    let left = held.balance()?;
    let missing = new.amount.checked_sub(left)?;
    let called = match &new.reach {
        Reach::Spent { except } if missing.is_positive() => call_back(held, missing, except)?,
        Reach::Left | Reach::Spent { .. } => Vec::new(),
    };
    let mut balance = left;
    let mut events = Vec::with_capacity(called.len().saturating_add(1));
    for (spending, no) in called.iter().zip(held.unspent.saturating_add(1)..) {
        balance = balance.checked_add(spending.grant.left)?;
        events.push(CreditEvent::Unspent {
            no,
            spent_no: spending.no,
            client_id: held.client_id,
            invoice_id: spending.invoice_id,
            grant: spending.grant.no,
            amount: spending.grant.left,
            balance,
            on,
        });
    }
    balance = balance.checked_sub(new.amount)?;
    if balance.is_negative() {
        return Err(CreditRefusal::SpentSince { amount: new.amount, left });
    }
    events.push(CreditEvent::Withdrawn {
        no: held.withdrawn.saturating_add(1),
        client_id: held.client_id,
        invoice_id: new.invoice_id,
        payment_id: new.payment_id,
        reversal_no: new.reversal_no,
        amount: new.amount,
        parts: parts(held, &called, new)?,
        balance,
        on,
    });
    Ok(events)
}

/// What comes back from invoices, the latest first, until nothing is missing. `left` of each is
/// what comes back.
fn call_back(
    held: &Held,
    mut missing: Money,
    except: &[InvoiceId],
) -> Result<Vec<Spending>, MoneyRefusal> {
    let mut called = Vec::new();
    for spending in held.spendings.iter().rev() {
        if !missing.is_positive() {
            break;
        }
        if except.contains(&spending.invoice_id) {
            continue;
        }
        let amount = smaller(spending.grant.left, missing);
        missing = missing.checked_sub(amount)?;
        called.push(Spending { grant: Grant { left: amount, ..spending.grant }, ..*spending });
    }
    Ok(called)
}

/// Out of which grants the amount goes: what came back and the grant of the voided invoice first,
/// then the newest of the others, which would be used last.
fn parts(
    held: &Held,
    called: &[Spending],
    new: &WithdrawCredit,
) -> Result<Vec<CreditPart>, MoneyRefusal> {
    let own = |grant: &&Grant| grant.source == CreditSource::VoidedInvoice(new.invoice_id);
    let others = held.grants.iter().rev().filter(|grant| !own(grant));
    let grants = called.iter().map(|spending| &spending.grant);
    let grants = grants.chain(held.grants.iter().filter(own)).chain(others);
    let mut missing = new.amount;
    let mut parts: Vec<CreditPart> = Vec::new();
    for grant in grants {
        let amount = smaller(grant.left, missing);
        if !amount.is_positive() {
            continue;
        }
        missing = missing.checked_sub(amount)?;
        match parts.iter_mut().find(|part| part.grant == grant.no) {
            Some(part) => part.amount = part.amount.checked_add(amount)?,
            None => parts.push(CreditPart { grant: grant.no, amount }),
        }
    }
    Ok(parts)
}

fn smaller(one: Money, two: Money) -> Money {
    if two.minor() < one.minor() { two } else { one }
}
