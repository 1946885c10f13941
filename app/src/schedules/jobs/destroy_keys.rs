//! Keys whose time is over.

use std::ops::ControlFlow;

use async_trait::async_trait;

use crate::error::Error;
use crate::retention::{KeyExpiry, run};
use crate::schedules::{Job, JobRoom, Task};

#[derive(Debug)]
pub(super) struct DestroyExpiredKeys;

#[async_trait]
impl Job for DestroyExpiredKeys {
    fn key(&self) -> &'static str {
        "destroy_expired_keys"
    }

    fn says(&self) -> &'static str {
        "Destroys keys that the law lets go, and those of old origins"
    }

    fn cadence(&self) -> &'static str {
        "daily 03:20"
    }

    async fn run(&self, room: &JobRoom, task: &Task) -> Result<String, Error> {
        let (tenant, actor) = (task.tenant, task.actor.clone());
        let ask = KeyExpiry { tenant, actor, rehearse: false };
        let done = run(&room.door, &ask, |_| ControlFlow::Continue(())).await?;
        Ok(format!("keys of {} persons and {} months destroyed", done.persons, done.months))
    }
}
