//! What may happen to a seller's accounting periods in which state.

use chrono::NaiveDate;

use crate::accounting_period::{
    AccountingPeriod, AccountingPeriodCommand, AccountingPeriodEvent, AccountingPeriodRefusal,
    Adjustment, AdjustmentLine, Month, PostAdjustment, posting_day,
};
use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::text::{check_line, check_optional_line};
use crate::kernel::{Actor, Aggregate, Invalid, Issued, Money};
use crate::ledger::accounts::{
    COMMISSION_PAYABLE, CUSTOMER_CREDIT, DISPUTES, RECEIVABLE, REFUNDS_PAYABLE, UNAPPLIED_CASH,
};
use crate::ledger::{AccountCode, Side, account};

/// How long a reason may be.
const LONGEST_REASON: usize = 500;
/// How long the subdivision of an account may be.
const LONGEST_DETAIL: usize = 100;
/// How many entries an adjustment has.
const LINES: std::ops::RangeInclusive<usize> = 2..=200;
/// Accounts that are the sum of what documents say of each client, and nothing else.
const OF_CLIENTS: [AccountCode; 6] =
    [RECEIVABLE, DISPUTES, CUSTOMER_CREDIT, REFUNDS_PAYABLE, UNAPPLIED_CASH, COMMISSION_PAYABLE];

impl Aggregate for AccountingPeriod {
    const TYPE: &'static str = "accounting_period";
    type Command = AccountingPeriodCommand;
    type Event = AccountingPeriodEvent;
    type Refusal = AccountingPeriodRefusal;

    fn decide(&self, ask: &Issued<AccountingPeriodCommand>) -> Decision {
        use AccountingPeriodCommand as Ask;
        match &ask.command {
            Ask::Close { month } => self.close(*month, ask.effective_on),
            Ask::AskReopening { month, reason } => self.ask(*month, reason, &ask.actor),
            Ask::Reopen { month } => self.reopen(*month, &ask.actor),
            Ask::PostAdjustment(post) => self.adjust(post, ask.effective_on),
        }
    }

    fn apply(&mut self, event: &AccountingPeriodEvent) {
        self.take(event);
    }
}

bridge_to_cqrs_es!(AccountingPeriod);

type Decision = Result<Vec<AccountingPeriodEvent>, AccountingPeriodRefusal>;

impl AccountingPeriod {
    fn close(&self, month: Month, today: NaiveDate) -> Decision {
        if let Some(last) = self.closed {
            if month <= last {
                return Err(AccountingPeriodRefusal::AlreadyClosed { month });
            }
            if let Some(next) = last.next().filter(|next| *next != month) {
                return Err(AccountingPeriodRefusal::EarlierOpen { next });
            }
        }
        if month.last_day() >= today {
            return Err(AccountingPeriodRefusal::NotOver { month });
        }
        Ok(vec![AccountingPeriodEvent::Closed { month }])
    }

    fn ask(&self, month: Month, reason: &str, by: &Actor) -> Decision {
        check_line("reason", reason, LONGEST_REASON)?;
        self.must_be_last(month)?;
        let same = |asked: &&super::Asked| asked.reason == reason && asked.by == *by;
        if self.asked().filter(same).is_some() {
            return Ok(Vec::new());
        }
        let (reason, by) = (reason.to_owned(), by.clone());
        Ok(vec![AccountingPeriodEvent::ReopeningAsked { month, reason, by }])
    }

    fn reopen(&self, month: Month, by: &Actor) -> Decision {
        self.must_be_last(month)?;
        let asked = self.asked().filter(|asked| asked.month == month);
        let asked = asked.ok_or(AccountingPeriodRefusal::NotAsked { month })?;
        if asked.by == *by {
            return Err(AccountingPeriodRefusal::SamePerson);
        }
        let (reason, asked_by) = (asked.reason.clone(), asked.by.clone());
        Ok(vec![AccountingPeriodEvent::Reopened { month, reason, asked_by }])
    }

    fn must_be_last(&self, month: Month) -> Result<(), AccountingPeriodRefusal> {
        match self.closed {
            Some(last) if month == last => Ok(()),
            Some(last) if month < last => Err(AccountingPeriodRefusal::LaterClosed { last }),
            _ => Err(AccountingPeriodRefusal::NotClosed { month }),
        }
    }

    fn adjust(&self, post: &PostAdjustment, today: NaiveDate) -> Decision {
        let PostAdjustment { day, reason, lines } = post;
        let in_time = if *day > today {
            let detail = "must not be after today at the seller's place";
            Err(Invalid::one("day", "accounting_period.day_to_come", detail))
        } else {
            Ok(())
        };
        let checked = (0_usize..).zip(lines).map(|(at, line)| check_entry(at, line));
        let whole = [check_line("reason", reason, LONGEST_REASON), in_time, check_count(lines)];
        Invalid::gather(whole.into_iter().chain(checked))?;
        let first_open = posting_day(*day, self.closed);
        if first_open != *day {
            return Err(AccountingPeriodRefusal::ClosedDay { day: *day, first_open });
        }
        check_balance(lines)?;
        Ok(vec![AccountingPeriodEvent::AdjustmentPosted(Adjustment {
            no: self.adjustments.saturating_add(1),
            day: *day,
            reason: reason.clone(),
            lines: lines.clone(),
        })])
    }
}

fn check_count(lines: &[AdjustmentLine]) -> Result<(), Invalid> {
    if LINES.contains(&lines.len()) {
        return Ok(());
    }
    let detail = format!("must be {} to {} entries", LINES.start(), LINES.end());
    Err(Invalid::one("lines", "accounting_period.line_count", detail))
}

fn check_entry(at: usize, line: &AdjustmentLine) -> Result<(), Invalid> {
    let wrong = |code, detail| Err(Invalid::one(&format!("/lines/{at}/account"), code, detail));
    let known = match account(&line.account) {
        None => wrong("accounting_period.unknown_account", "is no code of the chart of accounts"),
        Some(listed) if OF_CLIENTS.contains(&listed.code) => wrong(
            "accounting_period.account_of_clients",
            "is kept per client by documents; issue, credit, pay or refund one instead",
        ),
        Some(_) => Ok(()),
    };
    let amount = if line.amount.is_positive() {
        Ok(())
    } else {
        let (field, detail) = (format!("/lines/{at}/amount"), "must be more than nothing");
        Err(Invalid::one(&field, "accounting_period.amount_not_positive", detail))
    };
    let field = format!("/lines/{at}/detail");
    let detail = check_optional_line(&field, line.detail.as_deref(), LONGEST_DETAIL);
    Invalid::gather([known, amount, detail])
}

fn check_balance(lines: &[AdjustmentLine]) -> Result<(), AccountingPeriodRefusal> {
    let mut differences: Vec<Money> = Vec::new();
    for line in lines {
        let signed = match line.side {
            Side::Debit => line.amount,
            Side::Credit => line.amount.negate(),
        };
        match differences.iter_mut().find(|sum| sum.currency() == signed.currency()) {
            Some(sum) => *sum = sum.checked_add(signed)?,
            None => differences.push(signed),
        }
    }
    match differences.into_iter().find(|difference| !difference.is_zero()) {
        Some(difference) => Err(AccountingPeriodRefusal::Unbalanced { difference }),
        None => Ok(()),
    }
}
