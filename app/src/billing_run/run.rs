//! Walks the accounts with something due and has each billed, several at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use billfold_domain::kernel::{Actor, ClientId, Currency, Money, TenantId};
use chrono::NaiveDate;
use tokio::task::JoinSet;

use super::report::{Progress, Quarantined, Report};
use crate::commands::subscriptions::{BillAccount, foresee_account};
use crate::commands::{Ask, Door};
use crate::error::{Error, Kind, Refused};
use crate::ports::{DueAccount, DueAccounts};

/// Accounts read from the list at once.
const PAGE: u32 = 1_000;

/// What is billed.
#[derive(Clone, Debug)]
pub struct BillingRun {
    /// Whose books.
    pub tenant: TenantId,
    /// Who asks.
    pub actor: Actor,
    /// Names the run: the same name resumes it.
    pub name: String,
    /// The last day of what is due, at the place of each client.
    pub through: NaiveDate,
    /// Only plan, and append nothing.
    pub rehearse: bool,
    /// What stops it.
    pub bounds: Bounds,
}

/// What keeps a run from doing harm.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// A document larger than this, with tax, is quarantined; one of another currency is not
    /// bounded.
    pub largest: Vec<Money>,
    /// More quarantined accounts than this stop the run.
    pub quarantined: usize,
    /// Accounts billed at the same time, at least one.
    pub at_once: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { largest: Vec::new(), quarantined: 1_000, at_once: 64 }
    }
}

/// Stops a run between two accounts. Clones stop the same run.
#[derive(Clone, Debug, Default)]
pub struct Control(Arc<AtomicBool>);

impl Control {
    /// Ends the run after the accounts it is at.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// How one account was answered.
enum Answer {
    Issued(Money),
    Nothing,
    Refused(Refused),
}

/// Bills everything that is due.
///
/// # Errors
/// The ledger does not answer; what was billed stays, and the same run goes on from there.
pub async fn run(
    door: &Door,
    accounts: &dyn DueAccounts,
    ask: &BillingRun,
    control: &Control,
    mut progress: impl FnMut(Progress) + Send,
) -> Result<Report, Error> {
    let mut report = Report { rehearsed: ask.rehearse, ..Report::default() };
    let mut after = None;
    loop {
        let page = accounts.due(ask.tenant, ask.through, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some((last.client_id, last.currency));
        bill_page(door, ask, page, control, &mut report, &mut progress).await?;
        if control.is_stopped() || report.quarantined.len() > ask.bounds.quarantined {
            report.interrupted = true;
            break;
        }
    }
    Ok(report)
}

async fn bill_page(
    door: &Door,
    ask: &BillingRun,
    accounts: Vec<DueAccount>,
    control: &Control,
    report: &mut Report,
    progress: &mut (impl FnMut(Progress) + Send),
) -> Result<(), Error> {
    let mut waiting = accounts.into_iter();
    let mut running = JoinSet::new();
    loop {
        while running.len() < ask.bounds.at_once.max(1) && !control.is_stopped() {
            let Some(account) = waiting.next() else { break };
            let (door, ask) = (door.clone(), ask.clone());
            running.spawn(async move {
                let (client, currency) = (account.client_id, account.currency);
                (client, currency, bill(&door, &ask, account).await)
            });
        }
        let Some(answered) = running.join_next().await else { break };
        let (client, currency, answer) = answered.map_err(Error::bug)?;
        take(report, client, currency, answer?)?;
        progress(Progress { accounts: report.planned, issued: report.issued });
    }
    Ok(())
}

fn take(
    report: &mut Report,
    client_id: ClientId,
    currency: Currency,
    answer: Answer,
) -> Result<(), Error> {
    report.planned += 1;
    match answer {
        Answer::Issued(total) => report.count(client_id, total).map_err(Error::bug)?,
        Answer::Nothing => report.skipped += 1,
        Answer::Refused(reason) => {
            report.quarantined.push(Quarantined { client_id, currency, reason });
        }
    }
    Ok(())
}

async fn bill(door: &Door, ask: &BillingRun, account: DueAccount) -> Result<Answer, Error> {
    let DueAccount { client_id, currency, subscriptions } = account;
    let bound = ask.bounds.largest.iter().find(|most| most.currency() == currency).copied();
    let through = Some(ask.through);
    let bill = BillAccount { client_id, currency, subscriptions, through };
    let answered = if ask.rehearse || bound.is_some() {
        foresee_account(door, ask.tenant, &bill).await
    } else {
        Ok(None)
    };
    match (answered, bound) {
        (Ok(Some(total)), Some(most)) if total.abs().minor() > most.minor() => {
            return Ok(Answer::Refused(beyond(total, most)));
        }
        (Ok(total), _) if ask.rehearse => {
            return Ok(total.map_or(Answer::Nothing, Answer::Issued));
        }
        (Ok(_), _) => {}
        (Err(error), _) => return refused(error),
    }
    let key = format!("{}/{client_id}/{currency}", ask.name);
    match door.execute(Ask::new(ask.tenant, ask.actor.clone(), key, bill)).await {
        Ok(done) => Ok(done.answer.billing.map_or(Answer::Nothing, |it| Answer::Issued(it.total))),
        Err(error) => refused(error),
    }
}

/// A refusal is about the account; anything else is about the ledger.
fn refused(error: Error) -> Result<Answer, Error> {
    match error {
        Error::Refused(reason) | Error::NotFound(reason) => Ok(Answer::Refused(reason)),
        other => Err(other),
    }
}

fn beyond(total: Money, most: Money) -> Refused {
    let detail = format!("the document would come to {total}, more than the bound of {most}");
    Refused::new("billing_run.beyond_bound", Kind::Rule, detail)
}
