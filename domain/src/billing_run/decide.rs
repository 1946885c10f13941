//! What may happen to a billing run in which state.

use chrono::{Days, NaiveDate};

use crate::billing_run::{
    BillingRun, BillingRunCommand, BillingRunEvent, BillingRunRefusal, Course, EndRun, StartRun,
};
use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::{Aggregate, ClientId, Currency, Invalid, Issued, Money};

/// How far ahead of today a run may bill.
const MOST_DAYS_AHEAD: u64 = 31;
/// How many quarantined accounts a run may be told to bear.
const MOST_QUARANTINED: u32 = 10_000;
/// How much of a reason is kept.
const LONGEST_DETAIL: usize = 500;

impl Aggregate for BillingRun {
    const TYPE: &'static str = "billing_run";
    type Command = BillingRunCommand;
    type Event = BillingRunEvent;
    type Refusal = BillingRunRefusal;

    fn decide(&self, ask: &Issued<BillingRunCommand>) -> Decision {
        use BillingRunCommand as Ask;
        match (self, &ask.command) {
            (Self::Absent, Ask::Start(start)) => begin(start, ask.effective_on),
            (Self::Absent, _) => Err(BillingRunRefusal::Absent),
            (_, Ask::Start(_)) => Err(BillingRunRefusal::AlreadyStarted),
            (Self::Running(course), Ask::End(end)) => end_of(course, end),
            (Self::Halted(..), Ask::Resume) => Ok(vec![BillingRunEvent::Resumed {}]),
            (Self::Running(_), Ask::Resume) => Ok(Vec::new()),
            (Self::Halted(..) | Self::Finished(_), Ask::End(_))
            | (Self::Finished(_), Ask::Resume) => Err(BillingRunRefusal::Ended),
        }
    }

    fn apply(&mut self, event: &BillingRunEvent) {
        self.take(event);
    }

    fn weight(&self) -> usize {
        let accounts = self.course().map_or(0, |course| course.quarantined.len());
        size_of::<Self>().saturating_add(accounts.saturating_mul(size_of::<(ClientId, Currency)>()))
    }
}

bridge_to_cqrs_es!(BillingRun);

type Decision = Result<Vec<BillingRunEvent>, BillingRunRefusal>;

fn begin(start: &StartRun, today: NaiveDate) -> Decision {
    let StartRun { through, largest, most_quarantined } = start;
    let last = today.checked_add_days(Days::new(MOST_DAYS_AHEAD));
    let ahead = if last.is_some_and(|last| *through > last) {
        let detail = format!("must not be more than {MOST_DAYS_AHEAD} days ahead");
        Err(Invalid::one("through", "billing_run.too_far_ahead", &detail))
    } else {
        Ok(())
    };
    let most = if *most_quarantined > MOST_QUARANTINED {
        let detail = format!("must not be more than {MOST_QUARANTINED}");
        Err(Invalid::one("most_quarantined", "billing_run.bound_too_high", &detail))
    } else {
        Ok(())
    };
    Invalid::gather([ahead, most, check_largest(largest)])?;
    Ok(vec![BillingRunEvent::Started {
        through: *through,
        largest: largest.clone(),
        most_quarantined: *most_quarantined,
    }])
}

/// One positive amount per currency.
fn check_largest(largest: &[Money]) -> Result<(), Invalid> {
    if largest.iter().any(|amount| !amount.is_positive()) {
        let detail = "must be more than nothing";
        return Err(Invalid::one("largest", "billing_run.bound_not_positive", detail));
    }
    let mut currencies: Vec<Currency> = largest.iter().map(|amount| amount.currency()).collect();
    currencies.sort_unstable();
    if currencies.windows(2).any(|pair| pair.first() == pair.last()) {
        let detail = "must be one amount per currency";
        return Err(Invalid::one("largest", "billing_run.bound_twice", detail));
    }
    Ok(())
}

fn end_of(course: &Course, end: &EndRun) -> Decision {
    let EndRun { tally, quarantined, halted } = end;
    let named = u64::try_from(quarantined.len()).unwrap_or(u64::MAX);
    if !tally.adds_up() || tally.quarantined != named {
        return Err(BillingRunRefusal::DoesNotAddUp);
    }
    let mut known = course.quarantined.clone();
    let new = quarantined.iter().filter(|it| known.insert((it.client_id, it.currency)));
    let mut events: Vec<BillingRunEvent> = new
        .map(|account| BillingRunEvent::AccountQuarantined {
            client_id: account.client_id,
            currency: account.currency,
            code: account.code.clone(),
            detail: account.detail.chars().take(LONGEST_DETAIL).collect(),
        })
        .collect();
    let tally = *tally;
    events.push(match halted {
        Some(reason) => BillingRunEvent::Halted { reason: *reason, tally },
        None => BillingRunEvent::Finished { tally },
    });
    Ok(events)
}
