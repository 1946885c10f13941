//! What is due becomes documents.

use async_trait::async_trait;
use billfold_domain::billing_run::BillingRun;
use billfold_domain::kernel::BillingRunId;

use crate::billing_run::Bounds;
use crate::commands::Ask;
use crate::commands::billing_runs::StartBillingRun;
use crate::error::Error;
use crate::schedules::{Job, JobRoom, Task};

use super::{first_line, summary};

#[derive(Debug)]
pub(super) struct BillDueSubscriptions;

#[async_trait]
impl Job for BillDueSubscriptions {
    fn key(&self) -> &'static str {
        "bill_due_subscriptions"
    }

    fn says(&self) -> &'static str {
        "Bills everything that is due by today"
    }

    fn cadence(&self) -> &'static str {
        "daily 00:15"
    }

    async fn run(&self, room: &JobRoom, task: &Task) -> Result<String, Error> {
        let settings = room.door.settings(task.tenant).await?;
        let day = settings.day_of(task.at);
        let id = BillingRunId::derive(task.tenant.uuid(), &task.name);
        // A turn that broke off has its run already, whatever is left to do in it.
        let (run, _) = room.door.load::<BillingRun>(task.tenant, id.uuid()).await?;
        match run {
            BillingRun::Absent if !room.runs.is_due(task.tenant, day).await? => {
                return Ok("nothing was due".to_owned());
            }
            // Whoever took it up came to its end.
            BillingRun::Finished(_) => return Ok(format!("{id} is finished")),
            BillingRun::Absent | BillingRun::Running(_) | BillingRun::Halted(..) => {}
        }
        let start = StartBillingRun {
            billing_run_id: Some(id),
            through: Some(day),
            largest: Vec::new(),
            most_quarantined: u32::try_from(Bounds::default().quarantined).unwrap_or(u32::MAX),
        };
        let ask = Ask::new(task.tenant, task.actor.clone(), format!("{}/start", task.name), start);
        room.door.execute(ask).await?;
        let report = room.runs.conduct(task.tenant, id).await?;
        summary(format!("{id}: {}", first_line(&report)), report.interrupted)
    }
}
