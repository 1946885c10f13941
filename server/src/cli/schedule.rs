//! `billfold schedule`: what a seller has done by itself, and when.

use std::fmt;
use std::process::ExitCode;

use billfold_app::commands::Ask;
use billfold_app::commands::tenants::SetSchedule;
use billfold_app::mint::uuid_v7;
use billfold_app::ports::{PastTurn, Standing, TurnOutcome};
use billfold_app::schedules::Plan;
use billfold_domain::kernel::{Actor, TenantId};
use billfold_domain::schedule::{Cadence, ScheduleChoice};
use billfold_domain::tenant::Tenant;
use billfold_replay_tools::outcome::Output;
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use serde::Serialize;

use super::job::on_node;
use super::{Context, Stop};
use crate::wire::Node;

/// What may be done with schedules.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List what is done by itself: when it comes next, and what came of it last.
    List(Whose),
    /// Choose other times for a job.
    Set(Times),
    /// Have a job no longer done by itself; it may still be run.
    Pause(OneJob),
    /// Have a job done by itself again.
    Resume(OneJob),
    /// Do a job now, whenever it comes next.
    Run(OneJob),
}

/// A seller.
#[derive(Debug, Args)]
pub(super) struct Whose {
    /// Whose; see `billfold tenant list`.
    #[arg(long)]
    tenant: TenantId,
}

/// A job of a seller.
#[derive(Debug, Args)]
pub(super) struct OneJob {
    #[command(flatten)]
    whose: Whose,
    /// Its key, as `billfold schedule list` shows it.
    job: String,
}

/// A job and its times.
#[derive(Debug, Args)]
pub(super) struct Times {
    #[command(flatten)]
    job: OneJob,
    /// How often, by the clocks of the seller's place: `hourly :05`, `six-hourly :30`,
    /// `daily 00:15`, 'cron 5 4 * * mon', or `usual`.
    #[arg(required = true, num_args = 1..)]
    cadence: Vec<String>,
}

/// 0 if it is done, 1 if a job that was run broke off.
pub(super) async fn run(
    context: Context,
    command: Command,
    output: Output,
) -> Result<ExitCode, Stop> {
    on_node(&context, async |node| match &command {
        Command::List(whose) => list(node, whose.tenant, output).await,
        Command::Set(times) => {
            let cadence = times.cadence()?;
            choose(node, &times.job, |known| ScheduleChoice { cadence, ..known }).await
        }
        Command::Pause(job) => {
            choose(node, job, |known| ScheduleChoice { running: false, ..known }).await
        }
        Command::Resume(job) => {
            choose(node, job, |known| ScheduleChoice { running: true, ..known }).await
        }
        Command::Run(job) => run_now(node, job, output).await,
    })
    .await
}

impl Times {
    /// The cadence that was asked for; nothing for the usual one.
    fn cadence(&self) -> Result<Option<Cadence>, Stop> {
        match self.cadence.join(" ").as_str() {
            "usual" => Ok(None),
            text => text.parse().map(Some).map_err(Stop::usage),
        }
    }
}

async fn list(node: &Node, tenant: TenantId, output: Output) -> Result<ExitCode, Stop> {
    let scheduler = node.scheduler();
    let plans = scheduler.plans(tenant).await.map_err(Stop::from_app)?;
    let standings = scheduler.standings(tenant).await.map_err(Stop::from_app)?;
    let standing = |job: &str| standings.iter().find(|standing| standing.job == job);
    let schedules = plans.iter().map(|plan| Row::of(plan, standing(plan.job.key()))).collect();
    output.result(&Listed { schedules });
    Ok(ExitCode::SUCCESS)
}

/// Changes what a seller chose, on the word of whoever runs the program.
async fn choose(
    node: &Node,
    of: &OneJob,
    change: impl FnOnce(ScheduleChoice) -> ScheduleChoice,
) -> Result<ExitCode, Stop> {
    let (tenant, job) = (of.whose.tenant, of.job.clone());
    let loaded = node.door().load::<Tenant>(tenant, tenant.uuid()).await;
    let (seller, version) = loaded.map_err(Stop::from_app)?;
    let known = seller.profile().and_then(|profile| profile.schedules.get(&job));
    let choice = change(known.cloned().unwrap_or_default());
    let key = format!("cli:{}", uuid_v7(node.door().clock().now()));
    let actor = Actor::system("cli").map_err(Stop::bug)?;
    let ask = Ask::new(tenant, actor, key, SetSchedule { job, choice });
    let ask = Ask { expect: Some(version), ..ask };
    node.door().execute(ask).await.map_err(Stop::from_app)?;
    node.scheduler().note(tenant).await.map_err(Stop::from_app)?;
    Ok(ExitCode::SUCCESS)
}

async fn run_now(node: &Node, of: &OneJob, output: Output) -> Result<ExitCode, Stop> {
    let (scheduler, tenant, job) = (node.scheduler(), of.whose.tenant, of.job.as_str());
    if scheduler.job(job).is_none() {
        let unknown = anyhow::anyhow!("there is no job {job}; see `billfold schedule list`");
        return Err(Stop::usage(unknown));
    }
    if !scheduler.hasten(tenant, job).await.map_err(Stop::from_app)? {
        return Err(Stop::usage(anyhow::anyhow!(
            "{job} is under way, or {tenant} has nothing done by itself: its books are closed to \
             changes, or a test clock brings about what is due"
        )));
    }
    let worked = scheduler.work(Some((tenant, job))).await.map_err(Stop::from_app)?;
    let end = worked.and_then(|worked| worked.end);
    let ran = Ran {
        job: job.to_owned(),
        outcome: end.as_ref().map(|end| end.outcome.word()),
        summary: end.as_ref().map(|end| end.summary.clone()),
    };
    output.result(&ran);
    let failed = end.is_some_and(|end| end.outcome == TurnOutcome::Failed);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

#[derive(Serialize)]
struct Listed {
    /// Everything there is, in the order in which a day wants it.
    schedules: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    job: &'static str,
    says: &'static str,
    cadence: String,
    running: bool,
    /// When it comes next by itself.
    next_at: Option<DateTime<Utc>>,
    under_way: bool,
    /// Its newest turn.
    last: Option<Last>,
}

#[derive(Serialize)]
struct Last {
    due_at: DateTime<Utc>,
    began_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    attempts: u32,
    outcome: Option<&'static str>,
    summary: Option<String>,
}

/// What became of a job that was run.
#[derive(Serialize)]
struct Ran {
    job: String,
    /// Nothing if another process does it.
    outcome: Option<&'static str>,
    summary: Option<String>,
}

impl Row {
    fn of(plan: &Plan, standing: Option<&Standing>) -> Self {
        Self {
            job: plan.job.key(),
            says: plan.job.says(),
            cadence: plan.cadence.to_string(),
            running: plan.choice.running,
            next_at: standing.filter(|_| plan.choice.running).map(|standing| standing.next_at),
            under_way: standing.is_some_and(|standing| standing.is_running),
            last: standing.and_then(|standing| standing.last.as_ref()).map(Last::of),
        }
    }
}

impl Last {
    fn of(turn: &PastTurn) -> Self {
        Self {
            due_at: turn.due_at,
            began_at: turn.began_at,
            ended_at: turn.ended_at,
            attempts: turn.attempts,
            outcome: turn.outcome.map(TurnOutcome::word),
            summary: turn.summary.clone(),
        }
    }
}

impl fmt::Display for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, row) in self.schedules.iter().enumerate() {
            if at > 0 {
                writeln!(f)?;
            }
            let Row { job, cadence, running, next_at, under_way, last, .. } = row;
            write!(f, "{job:<28}{cadence:<20}")?;
            match (under_way, running, next_at) {
                (true, ..) => write!(f, "under way")?,
                (_, false, _) => write!(f, "paused")?,
                (_, _, Some(next)) => write!(f, "next {}", next.format("%Y-%m-%dT%H:%M:%SZ"))?,
                _ => write!(f, "rests")?,
            }
            if let Some(Last { outcome: Some(outcome), summary, .. }) = last {
                write!(f, "  last {outcome}: {}", summary.as_deref().unwrap_or_default())?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let job = &self.job;
        match (self.outcome, &self.summary) {
            (Some(outcome), Some(summary)) => write!(f, "{job} {outcome}: {summary}"),
            _ => write!(f, "{job}: another process does it; see `billfold schedule list`"),
        }
    }
}
