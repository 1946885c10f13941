//! Plans what comes when, and does what is due.

use std::sync::Arc;
use std::time::Duration;

use billfold_domain::kernel::{TenantId, Zone};
use billfold_domain::schedule::{Cadence, ScheduleChoice};
use billfold_domain::tenant::Tenant;
use chrono::{DateTime, TimeDelta, Utc};

use super::job::{Job, JobRoom, Task};
use super::jobs::JOBS;
use crate::error::Error;
use crate::ports::{NEVER, PastTurn, Schedules, Standing, Timetable, Turn, TurnEnd, TurnOutcome};
use crate::settings::Settings;

/// How long a turn belongs to a process that says nothing.
const LEASE: Duration = Duration::from_secs(60);
/// How often a process says that it goes on.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Pauses, in minutes, before a turn that broke off is tried again; after the last one it waits for
/// its next time.
const PAUSES: [i64; 5] = [1, 5, 15, 60, 180];
/// The longest summary, in characters.
const LONGEST_SUMMARY: usize = 500;
/// Turns of a job that are shown.
const SHOWN: u32 = 100;

/// The schedules of an installation, as one process works them off.
#[derive(Clone)]
pub struct Scheduler {
    /// What jobs work with.
    pub room: JobRoom,
    /// When what comes.
    pub schedules: Arc<dyn Schedules>,
    /// This process.
    pub process: String,
}

/// What a seller has done by itself, and when.
#[derive(Clone)]
pub struct Plan {
    /// The job.
    pub job: &'static dyn Job,
    /// What the seller chose.
    pub choice: ScheduleChoice,
    /// How often it runs.
    pub cadence: Cadence,
}

/// What became of a turn that was taken.
#[derive(Clone, Debug)]
pub struct Worked {
    /// The turn.
    pub turn: Turn,
    /// How it ended; nothing if it went to another process, or was let go.
    pub end: Option<TurnEnd>,
}

impl Scheduler {
    /// What a seller has done by itself, in the order of [`JOBS`].
    ///
    /// # Errors
    /// The seller is unknown, or the ledger does not answer.
    pub async fn plans(&self, tenant: TenantId) -> Result<Vec<Plan>, Error> {
        let (seller, _) = self.room.door.load::<Tenant>(tenant, tenant.uuid()).await?;
        self.plans_of(&seller)
    }

    /// The same of a seller as they stand.
    ///
    /// # Errors
    /// A job says no cadence, which is a bug.
    pub fn plans_of(&self, seller: &Tenant) -> Result<Vec<Plan>, Error> {
        JOBS.iter().map(|job| Plan::of(*job, seller)).collect()
    }

    /// The job of a key.
    #[must_use]
    pub fn job(&self, key: &str) -> Option<&'static dyn Job> {
        JOBS.iter().copied().find(|job| job.key() == key)
    }

    /// How everything of a seller stands; what [`Scheduler::plans`] names and this does not, rests.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn standings(&self, tenant: TenantId) -> Result<Vec<Standing>, Error> {
        Ok(self.schedules.standings(tenant).await?)
    }

    /// The newest hundred turns of a job, newest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn turns(&self, tenant: TenantId, job: &str) -> Result<Vec<PastTurn>, Error> {
        Ok(self.schedules.turns(tenant, job, SHOWN).await?)
    }

    /// Notes when everything of a seller comes next.
    ///
    /// # Errors
    /// The seller is unknown, or the database does not answer.
    pub async fn note(&self, tenant: TenantId) -> Result<(), Error> {
        let (seller, version) = self.room.door.load::<Tenant>(tenant, tenant.uuid()).await?;
        let now = self.room.door.clock().now();
        let mut jobs = Vec::new();
        if let Tenant::Open(profile) = &seller
            && profile.test_clock.is_none()
        {
            let zone = Settings::of(&seller, version)?.zone();
            for plan in self.plans_of(&seller)? {
                jobs.push(plan.timetable(now, zone));
            }
        }
        Ok(self.schedules.keep(tenant, version, &jobs).await?)
    }

    /// Has a job of a seller done as soon as a process is free; false if it is under way, or the
    /// seller has nothing done by itself.
    ///
    /// # Errors
    /// The seller is unknown, or the database does not answer.
    pub async fn hasten(&self, tenant: TenantId, job: &str) -> Result<bool, Error> {
        self.note(tenant).await?;
        let now = self.room.door.clock().now();
        Ok(self.schedules.hasten(tenant, job, now).await?)
    }

    /// Does what has been due longest, of any seller or `only` of a job of one, and says what
    /// became of it; nothing if nothing is due.
    ///
    /// # Errors
    /// The database does not answer; a turn that was taken is done again once its lease is over.
    pub async fn work(&self, only: Option<(TenantId, &str)>) -> Result<Option<Worked>, Error> {
        let now = self.room.door.clock().now();
        let Some(turn) = self.schedules.take(&self.process, now, LEASE, only).await? else {
            return Ok(None);
        };
        let (tenant, job) = (turn.tenant, &turn.job);
        let end = match self.held(&turn).await? {
            Some(done) => Some(self.end_of(&turn, done).await?),
            None => None,
        };
        match &end {
            Some(TurnEnd { outcome: TurnOutcome::Done, summary, .. }) => {
                tracing::info!(%tenant, job, summary, "a job is done");
            }
            Some(TurnEnd { summary, .. }) => {
                tracing::warn!(%tenant, job, summary, "a job broke off");
            }
            None => tracing::warn!(%tenant, job, "a job went to another process or was let go"),
        }
        if let Some(end) = &end {
            self.schedules.end(&turn, end).await?;
        }
        Ok(Some(Worked { turn, end }))
    }

    /// Does a turn while its lease is kept; nothing if somebody else has it by now.
    async fn held(&self, turn: &Turn) -> Result<Option<Result<String, Error>>, Error> {
        let mut working = std::pin::pin!(self.run(turn));
        loop {
            tokio::select! {
                done = &mut working => return Ok(Some(done)),
                () = tokio::time::sleep(HEARTBEAT) => {
                    if !self.schedules.hold(turn, LEASE).await? {
                        return Ok(None);
                    }
                }
            }
        }
    }

    async fn run(&self, turn: &Turn) -> Result<String, Error> {
        let Some(job) = self.job(&turn.job) else {
            return Ok("this release does not know the job".to_owned());
        };
        job.run(&self.room, &Task::of(turn)?).await
    }

    async fn end_of(&self, turn: &Turn, done: Result<String, Error>) -> Result<TurnEnd, Error> {
        let at = self.room.door.clock().now();
        let next = self.next(turn, at).await?;
        let (outcome, summary, again_at) = match done {
            Ok(summary) => (TurnOutcome::Done, summary, None),
            Err(error) => (TurnOutcome::Failed, error.to_string(), again(turn, at, next)),
        };
        let summary = summary.chars().take(LONGEST_SUMMARY).collect();
        Ok(TurnEnd { outcome, summary, at, again_at, next })
    }

    /// The first time of a job after now: times that passed come to one turn.
    async fn next(&self, turn: &Turn, now: DateTime<Utc>) -> Result<DateTime<Utc>, Error> {
        let tenant = turn.tenant;
        let (seller, version) = self.room.door.load::<Tenant>(tenant, tenant.uuid()).await?;
        let zone = Settings::of(&seller, version)?.zone();
        let plans = self.plans_of(&seller)?;
        let plan = plans.iter().find(|plan| plan.job.key() == turn.job);
        Ok(plan.map_or(NEVER, |plan| plan.next_after(turn.due_at.max(now), zone)))
    }
}

impl Plan {
    fn of(job: &'static dyn Job, seller: &Tenant) -> Result<Self, Error> {
        let chosen = seller.profile().and_then(|profile| profile.schedules.get(job.key()));
        let choice = chosen.cloned().unwrap_or_default();
        let cadence = match &choice.cadence {
            Some(cadence) => cadence.clone(),
            None => job.cadence().parse().map_err(Error::bug)?,
        };
        Ok(Self { job, choice, cadence })
    }

    fn timetable(&self, now: DateTime<Utc>, zone: Zone) -> Timetable {
        let Self { job, choice, cadence } = self;
        let follows = match choice.running {
            true => format!("{cadence} {zone}"),
            false => "stopped".to_owned(),
        };
        Timetable { job: job.key().to_owned(), follows, due_at: self.next_after(now, zone) }
    }

    /// The next time at which it is done by itself.
    fn next_after(&self, after: DateTime<Utc>, zone: Zone) -> DateTime<Utc> {
        let next = self.choice.running.then(|| self.cadence.next_after(after, zone));
        next.flatten().unwrap_or(NEVER)
    }
}

/// When a turn that broke off is tried again, if that is before its next time.
fn again(turn: &Turn, at: DateTime<Utc>, next: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let tried = usize::try_from(turn.attempt).ok()?.checked_sub(1)?;
    let pause = TimeDelta::try_minutes(*PAUSES.get(tried)?)?;
    at.checked_add_signed(pause).filter(|again| *again < next)
}
