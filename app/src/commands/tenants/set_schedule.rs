//! Lets something be done by itself at other times, or not any more.

use async_trait::async_trait;
use billfold_domain::schedule::ScheduleChoice;
use billfold_domain::tenant::{Tenant, TenantCommand};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::{Error, Kind, Refused};
use crate::schedules::JOBS;

/// Choose when a job runs.
#[derive(Clone, Debug, Serialize)]
pub struct SetSchedule {
    /// The key of the job.
    pub job: String,
    /// When.
    pub choice: ScheduleChoice,
}

#[async_trait]
impl UseCase for SetSchedule {
    const NAME: &'static str = "set_schedule";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        if JOBS.iter().all(|job| job.key() != self.job) {
            let detail = "there is no such job; the list of schedules names those there are";
            return Err(Refused::new("schedule.absent", Kind::Missing, detail).at("/job").into());
        }
        let (tenant, job, choice) = (room.tenant.uuid(), self.job.clone(), self.choice.clone());
        Ok(Touches::new(room.tenant).main::<Tenant>(tenant).decide(move |table| {
            let (job, choice) = (job.clone(), choice.clone());
            table.decide::<Tenant>(tenant, TenantCommand::SetSchedule { job, choice })?;
            Ok(())
        }))
    }
}
