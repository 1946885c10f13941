//! Moves the clock of a test seller. What becomes due by it is not billed here.

use async_trait::async_trait;
use billfold_domain::tenant::{Tenant, TenantCommand};
use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Move the clock of a test seller forward.
#[derive(Clone, Debug, Serialize)]
pub struct MoveTestClock {
    /// What it is to show.
    pub to: DateTime<Utc>,
}

#[async_trait]
impl UseCase for MoveTestClock {
    const NAME: &'static str = "move_test_clock";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (id, to) = (room.tenant.uuid(), self.to);
        Ok(Touches::new(room.tenant).main::<Tenant>(id).decide(move |table| {
            table.decide::<Tenant>(id, TenantCommand::MoveTestClock { to })?;
            Ok(())
        }))
    }
}
