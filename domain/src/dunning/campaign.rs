//! Campaigns: one request for everything that is overdue in a currency.
//!
//! Guarantees that a request names what is overdue on its day and asks for a currency no more
//! often than its policy allows: between two requests lie so many whole days, and a debt is asked
//! for so many times at most. Asking twice on a day gives one request. Case family
//! `dunning.campaign`. Absent on purpose: sums over currencies, and sending.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::dunning::arrears::{Amounts, Debt, days_between};
use crate::kernel::{Currency, Invalid, Money, MoneyRefusal};

/// When a client is asked for what is overdue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CampaignPolicy {
    /// The overdue total of a currency from which it is asked for; others never are.
    pub thresholds: Amounts,
    /// How many requests there are while the oldest debt stays overdue.
    pub most_requests: u32,
    /// How many whole days lie between two requests.
    pub idle_days_between: u32,
}

/// What a client was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentRequest {
    /// The day.
    pub on: NaiveDate,
    /// Everything overdue in a currency.
    pub amount: Money,
}

impl CampaignPolicy {
    /// Refuses a policy that never asks, and one that rests for more than a year.
    pub fn check(&self) -> Result<(), Invalid> {
        let thresholds = if self.thresholds.is_empty() {
            let detail = "say from which amount a client is asked, for one currency at least";
            Err(Invalid::one("thresholds", "campaign.thresholds", detail))
        } else {
            Ok(())
        };
        let most = if (1..=100).contains(&self.most_requests) {
            Ok(())
        } else {
            Err(Invalid::one("most_requests", "campaign.requests", "must be 1 to 100 requests"))
        };
        let idle = if self.idle_days_between <= 365 {
            Ok(())
        } else {
            let detail = "must not be more than 365 days";
            Err(Invalid::one("idle_days_between", "campaign.idle_days", detail))
        };
        Invalid::gather([thresholds, most, idle])
    }

    /// What a client is to be asked for on a day, by currency, after the requests `sent` before.
    /// Each debt counts from its due date, and is overdue from the day after.
    pub fn requests(
        &self,
        debts: &[Debt],
        sent: &[PaymentRequest],
        on: NaiveDate,
    ) -> Result<Vec<PaymentRequest>, MoneyRefusal> {
        let mut wanted = Vec::new();
        for threshold in self.thresholds.iter() {
            let Some(overdue) = overdue(debts, threshold.currency(), on)? else { continue };
            let enough = overdue.total.minor() >= threshold.minor();
            if enough && self.may_ask(threshold.currency(), overdue.since, sent, on) {
                wanted.push(PaymentRequest { on, amount: overdue.total });
            }
        }
        Ok(wanted)
    }

    fn may_ask(
        &self,
        currency: Currency,
        since: NaiveDate,
        sent: &[PaymentRequest],
        on: NaiveDate,
    ) -> bool {
        let before = || sent.iter().filter(|request| request.amount.currency() == currency);
        let asked = before().filter(|request| request.on >= since).count();
        let last = before().map(|request| request.on).max();
        u32::try_from(asked).is_ok_and(|asked| asked < self.most_requests)
            && last.is_none_or(|last| days_between(last, on) > self.idle_days_between)
    }
}

/// What is overdue in a currency.
struct Overdue {
    total: Money,
    /// Since when the oldest of it has been.
    since: NaiveDate,
}

fn overdue(
    debts: &[Debt],
    currency: Currency,
    on: NaiveDate,
) -> Result<Option<Overdue>, MoneyRefusal> {
    let mut found: Option<Overdue> = None;
    for debt in debts.iter().filter(|debt| debt.amount().currency() == currency) {
        let Some(since) = debt.overdue_since(on) else { continue };
        found = Some(match found {
            None => Overdue { total: debt.amount(), since },
            Some(sum) => Overdue {
                total: sum.total.checked_add(debt.amount())?,
                since: sum.since.min(since),
            },
        });
    }
    Ok(found)
}
