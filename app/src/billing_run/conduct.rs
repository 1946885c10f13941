//! Brings a run that was started to its end.
//!
//! Guarantees: its documents name the run as what caused them; a process that dies leaves a run
//! that anybody may take up, and what it billed is billed once. Two processes that conduct the same
//! run share its accounts, and the first to come to the end says how it went.

use billfold_domain::billing_run::{BillingRun as Recorded, Course, HaltReason, Tally};
use billfold_domain::kernel::{Actor, BillingRunId, TenantId};

use super::report::{Progress, Report};
use super::run::{BillingRun, Bounds, Control, run};
use crate::commands::billing_runs::EndBillingRun;
use crate::commands::{Ask, Cause, Door};
use crate::error::{Error, Kind, Refused};
use crate::mint::uuid_v7;
use crate::ports::DueAccounts;

/// The name under which a run bills; who started it stands on the run.
pub const ACTOR: &str = "billing_run";

/// Bills what a started run has not billed yet, and records how that went.
///
/// # Errors
/// There is no such run, or it has ended. The ledger does not answer: the run stays as it is, and
/// the same call goes on from there.
pub async fn conduct(
    door: &Door,
    accounts: &dyn DueAccounts,
    (tenant, id): (TenantId, BillingRunId),
    control: &Control,
    progress: impl FnMut(Progress) + Send,
) -> Result<Report, Error> {
    let (recorded, _) = door.load::<Recorded>(tenant, id.uuid()).await?;
    let course = match &recorded {
        Recorded::Running(course) => course,
        Recorded::Absent => return Err(refusal("absent", Kind::Missing)),
        Recorded::Halted(..) | Recorded::Finished(_) => return Err(refusal("ended", Kind::State)),
    };
    let ask = ask(tenant, id, course)?;
    let report = run(door, accounts, &ask, control, progress).await?;
    let end = end(id, course, &report);
    let key = format!("{id}/end/{}", uuid_v7(door.clock().now()));
    match door.execute(Ask { cause: ask.cause, ..Ask::new(tenant, ask.actor, key, end) }).await {
        Ok(_) => Ok(report),
        // Another process came to the end first.
        Err(Error::Refused(no)) if no.code == "billing_run.ended" => Ok(report),
        Err(error) => Err(error),
    }
}

fn ask(tenant: TenantId, id: BillingRunId, course: &Course) -> Result<BillingRun, Error> {
    let most = usize::try_from(course.most_quarantined).unwrap_or(usize::MAX);
    Ok(BillingRun {
        tenant,
        actor: Actor::system(ACTOR).map_err(Error::bug)?,
        name: id.to_string(),
        cause: Some(Cause { correlation_id: id.uuid(), causation_id: id.uuid() }),
        through: course.through,
        rehearse: false,
        bounds: Bounds { largest: course.largest.clone(), quarantined: most, ..Bounds::default() },
    })
}

fn end(id: BillingRunId, course: &Course, report: &Report) -> EndBillingRun {
    let quarantined = u64::try_from(report.quarantined.len()).unwrap_or(u64::MAX);
    let Report { planned, issued, skipped, .. } = *report;
    let reason = if quarantined > u64::from(course.most_quarantined) {
        HaltReason::TooManyQuarantined
    } else {
        HaltReason::Stopped
    };
    EndBillingRun {
        billing_run_id: id,
        tally: Tally { planned, issued, skipped, quarantined },
        quarantined: report.quarantined.clone(),
        halted: report.interrupted.then_some(reason),
    }
}

fn refusal(code: &str, kind: Kind) -> Error {
    let detail = match kind {
        Kind::Missing => "there is no such billing run",
        _ => "the billing run has ended or was halted; resume it or start another one",
    };
    Refused::new(&format!("billing_run.{code}"), kind, detail).into()
}
