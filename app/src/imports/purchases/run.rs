//! Brings parsed rows into the books, in order of date and line, a batch at a time.
//!
//! Guarantees: a batch is prepared with two round trips for keys and handed to the log as one; an
//! interruption ends between batches and loses nothing; a second run answers from the receipts and
//! adds nothing. A row that the rules refuse is reported and stops nobody; a ledger that does not
//! answer stops the run, to be resumed.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use billfold_domain::kernel::{Actor, TenantId};
use billfold_event_store::Clock;

use super::row::{Row, SOURCE};
use crate::commands::purchases::{ImportPurchase, PurchaseImported, SealedCustomer};
use crate::commands::{Ask, Done, Door, Planned};
use crate::error::{Error, Refused};
use crate::settings::Settings;

/// Rows prepared and submitted together unless told otherwise.
const BATCH: usize = 4_096;

/// How a run is steered. Clones steer the same run.
#[derive(Clone, Debug)]
pub struct Control {
    stop: Arc<AtomicBool>,
    batch: usize,
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Rows answered so far.
    pub rows: u64,
    /// Rows there are.
    pub of: u64,
    /// Events appended so far.
    pub events: u64,
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Purchases that are new in the books.
    pub created: u64,
    /// Purchases that were there before.
    pub present: u64,
    /// Events appended.
    pub events: u64,
    /// The log position of the last event; wait for it before reading.
    pub last_position: Option<i64>,
    /// Rows that the rules refused.
    pub refused: Vec<RowRefusal>,
    /// Whether the run was told to stop before its end.
    pub interrupted: bool,
}

/// A row that is well formed and yet not wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowRefusal {
    /// Its line in the file.
    pub line: u64,
    /// Why.
    pub refused: Refused,
}

impl Control {
    /// A run in batches of the usual size.
    #[must_use]
    pub fn new() -> Self {
        Self::in_batches_of(BATCH)
    }

    /// A run in batches of another size; at least 1.
    #[must_use]
    pub fn in_batches_of(rows: usize) -> Self {
        Self { stop: Arc::new(AtomicBool::new(false)), batch: rows.max(1) }
    }

    /// Ends the run after the batch it is at.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

impl Default for Control {
    fn default() -> Self {
        Self::new()
    }
}

/// Brings rows into the books of a seller that exists.
///
/// # Errors
/// The ledger does not answer; what was answered before stays, and the same call goes on from
/// there.
pub async fn run(
    door: &Door,
    tenant: TenantId,
    mut rows: Vec<Row>,
    control: &Control,
    mut progress: impl FnMut(Progress) + Send,
) -> Result<Outcome, Error> {
    rows.sort_by_key(|row| (row.date, row.line));
    let mut run = Run {
        door,
        tenant,
        actor: Actor::import(SOURCE).map_err(Error::bug)?,
        settings: door.settings(tenant).await?,
        clock: Arc::clone(door.clock()),
        sealed: HashMap::new(),
    };
    let mut outcome = Outcome::default();
    let mut at = Progress { of: rows.len().try_into().unwrap_or(u64::MAX), ..Progress::default() };
    for batch in rows.chunks(control.batch) {
        if control.is_stopped() {
            outcome.interrupted = true;
            break;
        }
        let answers = door.execute_planned(run.plan(batch).await?).await;
        for (row, answer) in batch.iter().zip(answers) {
            outcome.take(row, answer)?;
        }
        at.rows += u64::try_from(batch.len()).unwrap_or_default();
        at.events = outcome.events;
        progress(at);
    }
    Ok(outcome)
}

impl Outcome {
    fn take(
        &mut self,
        row: &Row,
        answer: Result<Done<PurchaseImported>, Error>,
    ) -> Result<(), Error> {
        match answer {
            Ok(done) => {
                if done.replayed || done.position.is_none() {
                    self.present += 1;
                } else {
                    self.created += 1;
                    self.events += done.events();
                }
                self.last_position = self.last_position.max(done.position);
                Ok(())
            }
            Err(Error::Refused(refused) | Error::NotFound(refused)) => {
                self.refused.push(RowRefusal { line: row.line, refused });
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}

/// What a run keeps between batches.
struct Run<'a> {
    door: &'a Door,
    tenant: TenantId,
    actor: Actor,
    settings: Arc<Settings>,
    clock: Arc<dyn Clock>,
    /// Customers by id; none for one who was erased.
    sealed: HashMap<String, Option<SealedCustomer>>,
}

impl Run<'_> {
    async fn plan(&mut self, batch: &[Row]) -> Result<Vec<Planned<PurchaseImported>>, Error> {
        self.seal_new_customers(batch).await?;
        let plan = |row: &Row| {
            let sealed = self.sealed.get(&row.customer).cloned().flatten();
            let command = ImportPurchase { row: row.clone() };
            let plan = command.plan_with(&self.settings, self.tenant, sealed)?;
            let ask = Ask::new(self.tenant, self.actor.clone(), row.key(), command);
            self.door.planned(&ask, plan)
        };
        batch.iter().map(plan).collect()
    }

    async fn seal_new_customers(&mut self, batch: &[Row]) -> Result<(), Error> {
        // The last purchase of a customer in this batch decides how long law asks for the name.
        let newest: HashMap<&str, &Row> =
            batch.iter().map(|row| (row.customer.as_str(), row)).collect();
        let law = self.door.retention().law(self.settings.country);
        let keys = |row: &&Row| SealedCustomer::keys(row, self.tenant, &law);
        let wanted: Vec<_> = newest.values().flat_map(keys).collect();
        let vault = self.door.vault();
        let ring = vault.ring_to_seal(self.tenant, &wanted, self.clock.now()).await?;
        for (customer, row) in newest {
            if !self.sealed.contains_key(customer) {
                let sealed = SealedCustomer::seal(row, self.tenant, &ring)?;
                self.sealed.insert(customer.to_owned(), sealed);
            }
        }
        Ok(())
    }
}
