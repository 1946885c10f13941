//! Works off what sellers have done by themselves, beside the requests.
//!
//! Guarantees: so many turns at a time, and no more; a turn that is under way when the node stops
//! is done again by whoever comes next, once its lease is over. Absent on purpose: what comes when,
//! which `app` says.

use std::collections::HashMap;
use std::time::Duration;

use billfold_app::schedules::{Scheduler, Worked};
use billfold_domain::kernel::TenantId;
use futures_util::future::join_all;
use sqlx::PgPool;
use tokio::sync::watch;
use uuid::Uuid;

use super::stopped;

/// How often it looks for new sellers, and for choices that another process took in.
const PLAN: Duration = Duration::from_secs(60);
/// How often it looks whether something is due.
const LOOK: Duration = Duration::from_secs(2);
/// How long to wait after the database did not answer.
const PAUSE: Duration = Duration::from_secs(5);
/// Turns at a time.
const AT_A_TIME: usize = 4;

/// Works until the node stops.
pub(super) async fn run(scheduler: Scheduler, pool: PgPool, stopping: watch::Receiver<bool>) {
    let working = (0..AT_A_TIME).map(|_| work(&scheduler));
    tokio::select! {
        () = plan(&scheduler, &pool) => {}
        _ = join_all(working) => {}
        () = stopped(stopping) => {}
    }
}

async fn plan(scheduler: &Scheduler, pool: &PgPool) {
    let mut noted = HashMap::new();
    loop {
        if let Err(error) = note_all(scheduler, pool, &mut noted).await {
            tracing::warn!(%error, "schedules cannot be read now; trying again");
        }
        tokio::time::sleep(PLAN).await;
    }
}

/// Notes when everything comes next of every seller who is not `noted` as they stand by now.
async fn note_all(
    scheduler: &Scheduler,
    pool: &PgPool,
    noted: &mut HashMap<Uuid, i64>,
) -> Result<(), sqlx::Error> {
    let sellers: Vec<(Uuid, i64)> = sqlx::query_as(
        "select aggregate_id, last_sequence from streams \
         where aggregate_type = 'tenant' order by 1",
    )
    .fetch_all(pool)
    .await?;
    for (tenant, version) in sellers {
        if noted.get(&tenant) == Some(&version) {
            continue;
        }
        match scheduler.note(TenantId::new(tenant)).await {
            Ok(()) => drop(noted.insert(tenant, version)),
            Err(error) => {
                tracing::warn!(%tenant, %error, "schedules cannot be noted; trying again");
            }
        }
    }
    Ok(())
}

async fn work(scheduler: &Scheduler) {
    loop {
        match scheduler.work(None).await {
            Ok(Some(worked)) => count(&worked),
            Ok(None) => tokio::time::sleep(LOOK).await,
            Err(error) => {
                tracing::warn!(%error, "schedules cannot be worked off now; trying again");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

fn count(worked: &Worked) {
    let Worked { turn, end } = worked;
    let outcome = end.as_ref().map_or("let_go", |end| end.outcome.word());
    let labels = [("job", turn.job.clone()), ("outcome", outcome.to_owned())];
    metrics::counter!("billfold_schedule_turns_total", &labels).increment(1);
    let late = (turn.taken_at - turn.due_at).to_std().unwrap_or_default();
    metrics::histogram!("billfold_schedule_late_seconds", "job" => turn.job.clone()).record(late);
}
