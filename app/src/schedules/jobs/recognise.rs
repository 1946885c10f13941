//! What was billed ahead becomes revenue.

use std::ops::ControlFlow;

use async_trait::async_trait;

use crate::error::Error;
use crate::recognition_run::{RecognitionRun, run};
use crate::schedules::{Job, JobRoom, Task};

use super::first_line;

#[derive(Debug)]
pub(super) struct RecogniseRevenue;

#[async_trait]
impl Job for RecogniseRevenue {
    fn key(&self) -> &'static str {
        "recognise_revenue"
    }

    fn says(&self) -> &'static str {
        "Turns what was billed ahead into revenue, through yesterday"
    }

    fn cadence(&self) -> &'static str {
        "daily 00:10"
    }

    async fn run(&self, room: &JobRoom, task: &Task) -> Result<String, Error> {
        let settings = room.door.settings(task.tenant).await?;
        let ask = RecognitionRun {
            tenant: task.tenant,
            actor: task.actor.clone(),
            name: task.name.clone(),
            through: settings.day_of(task.at).pred_opt(),
            rehearse: false,
            most_months: None,
        };
        let report = run(&room.door, &ask, |_| ControlFlow::Continue(())).await?;
        Ok(first_line(&report))
    }
}
