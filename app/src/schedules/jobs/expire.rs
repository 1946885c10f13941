//! Gift cards whose last day is over, and approvals that nobody answered in time.

use std::ops::ControlFlow;

use async_trait::async_trait;

use crate::error::Error;
use crate::expiry_run::{ExpiryRun, run, run_approvals};
use crate::schedules::{Job, JobRoom, Task};

use super::first_line;

#[derive(Debug)]
pub(super) struct ExpireCardsAndApprovals;

#[async_trait]
impl Job for ExpireCardsAndApprovals {
    fn key(&self) -> &'static str {
        "expire_cards_and_approvals"
    }

    fn says(&self) -> &'static str {
        "Ends gift cards and approvals whose time is over"
    }

    fn cadence(&self) -> &'static str {
        "daily 00:05"
    }

    async fn run(&self, room: &JobRoom, task: &Task) -> Result<String, Error> {
        let ask = ExpiryRun {
            tenant: task.tenant,
            actor: task.actor.clone(),
            name: task.name.clone(),
            rehearse: false,
        };
        let go_on = |_| ControlFlow::Continue(());
        let cards = run(&room.door, &ask, go_on).await?;
        let approvals = run_approvals(&room.door, &ask, go_on).await?;
        Ok(format!("{}; {}", first_line(&cards), first_line(&approvals)))
    }
}
