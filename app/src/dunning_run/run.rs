//! Walks the clients who are late and has each looked at, several at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use billfold_domain::kernel::{Actor, ClientId, TenantId};
use chrono::{DateTime, Utc};
use tokio::task::JoinSet;

use super::report::{Progress, Quarantined, Report};
use crate::commands::dunning::{AdvanceDunning, DunningAdvanced, foresee_dunning};
use crate::commands::{Ask, Door};
use crate::error::{Error, Refused};
use crate::ports::ClientArrears;

/// Clients read from the list at once.
const PAGE: u32 = 500;

/// What is looked at.
#[derive(Clone, Debug)]
pub struct DunningRun {
    /// Whose books.
    pub tenant: TenantId,
    /// Who asks.
    pub actor: Actor,
    /// Names the run: the same name resumes it.
    pub name: String,
    /// Only say what would be done, and append nothing.
    pub rehearse: bool,
    /// The instant that a rehearsal looks from; the seller's present unless given.
    pub from: Option<DateTime<Utc>>,
    /// More quarantined clients than this stop the run.
    pub most_quarantined: usize,
    /// Clients looked at at the same time, at least one.
    pub at_once: usize,
}

impl DunningRun {
    /// How many clients are usually looked at at the same time.
    pub const AT_ONCE: usize = 64;
    /// How many quarantined clients a run usually bears.
    pub const MOST_QUARANTINED: usize = 1_000;
}

/// Stops a run between two clients. Clones stop the same run.
#[derive(Clone, Debug, Default)]
pub struct Control(Arc<AtomicBool>);

impl Control {
    /// Ends the run after the clients it is at.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Does what dunning wants today, by the clock of the seller.
///
/// # Errors
/// The ledger does not answer; what was done stays, and the same run goes on from there.
pub async fn run(
    door: &Door,
    ask: &DunningRun,
    control: &Control,
    mut progress: impl FnMut(Progress) + Send,
) -> Result<Report, Error> {
    let mut report = Report { rehearsed: ask.rehearse, ..Report::default() };
    let settings = door.settings(ask.tenant).await?;
    let present = settings.at(door.clock().now());
    let now = ask.from.filter(|_| ask.rehearse).unwrap_or(present);
    let today = settings.day_of(now);
    let mut after = None;
    loop {
        let page = door.arrears().clients(ask.tenant, today, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.client_id);
        look_at_page(door, (ask, now), page, control, &mut report, &mut progress).await?;
        if control.is_stopped() || report.quarantined.len() > ask.most_quarantined {
            report.interrupted = true;
            break;
        }
    }
    Ok(report)
}

async fn look_at_page(
    door: &Door,
    (ask, now): (&DunningRun, DateTime<Utc>),
    clients: Vec<ClientArrears>,
    control: &Control,
    report: &mut Report,
    progress: &mut (impl FnMut(Progress) + Send),
) -> Result<(), Error> {
    let mut waiting = clients.into_iter();
    let mut running = JoinSet::new();
    loop {
        while running.len() < ask.at_once.max(1) && !control.is_stopped() {
            let Some(arrears) = waiting.next() else { break };
            let (door, ask) = (door.clone(), ask.clone());
            running.spawn(async move {
                let client = arrears.client_id;
                (client, look_at(&door, (&ask, now), arrears).await)
            });
        }
        let Some(answered) = running.join_next().await else { break };
        let (client_id, answer) = answered.map_err(Error::bug)?;
        report.looked_at += 1;
        match answer? {
            Ok(done) => report.count(&done).map_err(Error::bug)?,
            Err(reason) => report.quarantined.push(Quarantined { client_id, reason }),
        }
        progress(Progress { clients: report.looked_at, advanced: report.advanced });
    }
    Ok(())
}

/// Looks before it asks, so that clients of whom nothing is wanted leave nothing in the log.
async fn look_at(
    door: &Door,
    (ask, now): (&DunningRun, DateTime<Utc>),
    arrears: ClientArrears,
) -> Result<Result<DunningAdvanced, Refused>, Error> {
    let client_id = arrears.client_id;
    let look = AdvanceDunning { client_id, invoice_id: None, arrears: Some(arrears) };
    let foreseen = match foresee_dunning(door, ask.tenant, (&ask.actor, now), &look).await {
        Ok(foreseen) => foreseen,
        Err(error) => return refused(error),
    };
    if ask.rehearse || foreseen.cases.is_empty() {
        return Ok(Ok(foreseen));
    }
    match execute(door, ask, client_id, look).await {
        // What was read a moment ago is not true any more; the next try reads it anew.
        Err(Error::Refused(no)) if no.code == "command.contended" => {
            let look = AdvanceDunning { client_id, invoice_id: None, arrears: None };
            execute(door, ask, client_id, look).await.map(Ok).or_else(refused)
        }
        Ok(done) => Ok(Ok(done)),
        Err(error) => refused(error),
    }
}

async fn execute(
    door: &Door,
    ask: &DunningRun,
    client_id: ClientId,
    look: AdvanceDunning,
) -> Result<DunningAdvanced, Error> {
    let key = format!("{}/{client_id}", ask.name);
    Ok(door.execute(Ask::new(ask.tenant, ask.actor.clone(), key, look)).await?.answer)
}

/// A refusal is about the client; anything else is about the ledger.
fn refused(error: Error) -> Result<Result<DunningAdvanced, Refused>, Error> {
    match error {
        Error::Refused(reason) | Error::NotFound(reason) => Ok(Err(reason)),
        other => Err(other),
    }
}
