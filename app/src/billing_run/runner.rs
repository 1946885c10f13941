//! Conducts runs beside the requests of a server.
//!
//! Guarantees: a run is conducted once per process at a time; a ledger that does not answer is
//! asked again a few times, and then the run waits to be taken up. Absent on purpose: knowledge of
//! other processes, which may conduct the same run without harm.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use billfold_domain::kernel::{Actor, BillingRunId, TenantId};
use chrono::NaiveDate;
use tokio::task::AbortHandle;

use super::conduct::{ACTOR, conduct};
use super::report::Report;
use super::run::{BillingRun, Bounds, Control, run};
use crate::commands::Door;
use crate::error::Error;
use crate::ports::DueAccounts;

/// How often a run is tried while the ledger does not answer.
const ATTEMPTS: u32 = 5;
/// The pause before the second attempt; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The runs of one process. Clones are the same.
#[derive(Clone)]
pub struct Runner(Arc<Inner>);

struct Inner {
    door: Door,
    accounts: Arc<dyn DueAccounts>,
    under_way: Mutex<HashMap<(TenantId, BillingRunId), AbortHandle>>,
}

impl Runner {
    /// Nothing runs yet.
    #[must_use]
    pub fn new(door: Door, accounts: Arc<dyn DueAccounts>) -> Self {
        Self(Arc::new(Inner { door, accounts, under_way: Mutex::default() }))
    }

    /// Conducts a started run in the background, unless this process does so already.
    pub fn take_up(&self, tenant: TenantId, id: BillingRunId) {
        let mut under_way = self.0.lock();
        if under_way.get(&(tenant, id)).is_some_and(|task| !task.is_finished()) {
            return;
        }
        under_way.retain(|_, task| !task.is_finished());
        let inner = Arc::clone(&self.0);
        let task = tokio::spawn(async move { inner.persist(tenant, id).await });
        under_way.insert((tenant, id), task.abort_handle());
    }

    /// Conducts a started run here and now.
    ///
    /// # Errors
    /// As [`conduct`].
    pub async fn conduct(&self, tenant: TenantId, id: BillingRunId) -> Result<Report, Error> {
        let Inner { door, accounts, .. } = &*self.0;
        conduct(door, &**accounts, (tenant, id), &Control::default(), |_| {}).await
    }

    /// What a run through a day would bill, in at most so many accounts; the report says whether
    /// that was all.
    ///
    /// # Errors
    /// The ledger does not answer.
    pub async fn rehearse(
        &self,
        tenant: TenantId,
        through: NaiveDate,
        bounds: Bounds,
        most_accounts: u64,
    ) -> Result<Report, Error> {
        let Inner { door, accounts, .. } = &*self.0;
        let ask = BillingRun {
            tenant,
            actor: Actor::system(ACTOR).map_err(Error::bug)?,
            name: String::new(),
            cause: None,
            through,
            rehearse: true,
            bounds,
        };
        let control = Control::default();
        let stop = control.clone();
        run(door, &**accounts, &ask, &control, |at| {
            if at.accounts >= most_accounts {
                stop.stop();
            }
        })
        .await
    }

    /// Whether something is due by a day.
    ///
    /// # Errors
    /// The list of due accounts does not answer.
    pub async fn is_due(&self, tenant: TenantId, through: NaiveDate) -> Result<bool, Error> {
        let first = self.0.accounts.due(tenant, through, None, 1).await?;
        Ok(!first.is_empty())
    }

    /// Lets go of every run; each can be taken up again.
    pub fn end(&self) {
        self.0.lock().drain().for_each(|(_, task)| task.abort());
    }
}

impl Inner {
    async fn persist(&self, tenant: TenantId, id: BillingRunId) {
        let mut pause = FIRST_PAUSE;
        for attempt in 1..=ATTEMPTS {
            let control = Control::default();
            let done = conduct(&self.door, &*self.accounts, (tenant, id), &control, |_| {}).await;
            match done {
                Ok(report) => {
                    let (planned, issued) = (report.planned, report.issued);
                    return tracing::info!(%id, planned, issued, "a billing run came to its end");
                }
                Err(Error::Refused(no) | Error::NotFound(no)) => {
                    return tracing::info!(%id, code = no.code, "a billing run is over");
                }
                Err(error) => tracing::warn!(%id, %error, attempt, "a billing run broke off"),
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        tracing::error!(%id, "a billing run was given up: resume it once the ledger answers");
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(TenantId, BillingRunId), AbortHandle>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Runner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runner").finish_non_exhaustive()
    }
}
