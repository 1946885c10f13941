//! What dunning wants of every client who is late.

use async_trait::async_trait;

use crate::dunning_run::{Control, DunningRun, run};
use crate::error::Error;
use crate::schedules::{Job, JobRoom, Task};

use super::{first_line, summary};

#[derive(Debug)]
pub(super) struct DunLateClients;

#[async_trait]
impl Job for DunLateClients {
    fn key(&self) -> &'static str {
        "dun_late_clients"
    }

    fn says(&self) -> &'static str {
        "Does what dunning wants of every client who is late"
    }

    fn cadence(&self) -> &'static str {
        "six-hourly :45"
    }

    async fn run(&self, room: &JobRoom, task: &Task) -> Result<String, Error> {
        let ask = DunningRun {
            tenant: task.tenant,
            actor: task.actor.clone(),
            name: task.name.clone(),
            rehearse: false,
            from: None,
            most_quarantined: DunningRun::MOST_QUARANTINED,
            at_once: DunningRun::AT_ONCE,
        };
        let report = run(&room.door, &ask, &Control::default(), |_| {}).await?;
        summary(first_line(&report), report.interrupted)
    }
}
