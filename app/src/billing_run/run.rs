//! Walks the accounts with something due and has them billed, a batch to a transaction.
//!
//! While one batch is stored, others are read and prepared; no more than [`Bounds::batches`] are
//! begun at a time, so that memory does not grow with the book.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use billfold_domain::kernel::{Actor, ClientId, Currency, Money, TenantId};
use chrono::NaiveDate;
use tokio::task::JoinSet;

use super::batch::{self, Answered};
use super::report::{Progress, Quarantined, Report};
use crate::commands::{Cause, Door};
use crate::error::{Error, Refused};
use crate::ports::{DueAccount, DueAccounts};

/// Accounts read from the list at once.
const PAGE: u32 = 2_000;

/// What is billed.
#[derive(Clone, Debug)]
pub struct BillingRun {
    /// Whose books.
    pub tenant: TenantId,
    /// Who asks.
    pub actor: Actor,
    /// Names the run: the same name resumes it.
    pub name: String,
    /// What led to it; its documents say so.
    pub cause: Option<Cause>,
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
    /// Accounts in one transaction, at least one; each is still a command of its own.
    pub batch: usize,
    /// Batches begun at the same time, at least one.
    pub batches: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { largest: Vec::new(), quarantined: 1_000, batch: 500, batches: 3 }
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
pub(super) enum Answer {
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
    let mut list = List { accounts, ask, after: None, read: VecDeque::new(), ended: false };
    let mut begun = JoinSet::new();
    let shared = Arc::new(ask.clone());
    loop {
        let halted = control.is_stopped() || report.quarantined.len() > ask.bounds.quarantined;
        report.interrupted |= halted;
        while !halted && begun.len() < ask.bounds.batches.max(1) {
            let batch = list.next().await?;
            if batch.is_empty() {
                break;
            }
            let (door, ask) = (door.clone(), Arc::clone(&shared));
            begun.spawn(async move {
                let start = Instant::now();
                (batch::bill(&door, &ask, batch).await, start.elapsed())
            });
        }
        let Some(done) = begun.join_next().await else { break };
        let (answered, took) = done.map_err(Error::bug)?;
        for account in answered? {
            take(&mut report, account)?;
        }
        progress(Progress { accounts: report.planned, issued: report.issued, took });
    }
    Ok(report)
}

/// The accounts with something due, a batch after the other.
struct List<'a> {
    accounts: &'a dyn DueAccounts,
    ask: &'a BillingRun,
    after: Option<(ClientId, Currency)>,
    read: VecDeque<DueAccount>,
    ended: bool,
}

impl List<'_> {
    /// The next accounts; none once there are no more.
    async fn next(&mut self) -> Result<Vec<DueAccount>, Error> {
        if self.read.is_empty() && !self.ended {
            let BillingRun { tenant, through, .. } = *self.ask;
            let page = self.accounts.due(tenant, through, self.after, PAGE).await?;
            self.after = page.last().map(|last| (last.client_id, last.currency));
            self.ended = page.is_empty();
            self.read = page.into();
        }
        let size = self.ask.bounds.batch.max(1).min(self.read.len());
        Ok(self.read.drain(..size).collect())
    }
}

fn take(report: &mut Report, account: Answered) -> Result<(), Error> {
    let Answered { client_id, currency, answer } = account;
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
