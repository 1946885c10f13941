//! Walks the approvals whose time is over and notes of each that nobody answered (EVT-36).

use std::fmt;
use std::ops::ControlFlow;

use serde::Serialize;

use super::run::ExpiryRun;
use crate::commands::approvals::LetApprovalLapse;
use crate::commands::{Ask, Door};
use crate::error::Error;
use crate::ports::UnansweredApproval;

/// Approvals read from the list at once.
const PAGE: u32 = 500;

/// What a run did with approvals that nobody answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ApprovalsReport {
    /// Approvals that still waited though their time was over.
    pub lapsed: u64,
    /// Approvals that expired.
    pub expired: u64,
    /// Approvals that were answered between the question and the answer.
    pub passed_over: u64,
    /// Whether nothing was appended.
    pub rehearsed: bool,
    /// Whether the run ended before its end.
    pub interrupted: bool,
}

impl fmt::Display for ApprovalsReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lapsed, expired, passed_over, .. } = self;
        let done = if self.rehearsed { "would expire" } else { "expired" };
        write!(f, "{lapsed} unanswered approvals = {expired} {done} + {passed_over} passed over")?;
        if self.interrupted {
            write!(f, "\nended early; run it again to go on")?;
        }
        Ok(())
    }
}

/// Has every approval expire whose time is over by the clock of the seller. `progress` is asked
/// after each whether to go on, with how many were looked at.
///
/// # Errors
/// The ledger does not answer; what was done stays, and the next run goes on from there.
pub async fn run_approvals(
    door: &Door,
    ask: &ExpiryRun,
    mut progress: impl FnMut(u64) -> ControlFlow<()> + Send,
) -> Result<ApprovalsReport, Error> {
    let mut report = ApprovalsReport { rehearsed: ask.rehearse, ..ApprovalsReport::default() };
    let now = door.settings(ask.tenant).await?.at(door.clock().now());
    let mut after = None;
    while !report.interrupted {
        let page = door.unanswered_approvals().at(ask.tenant, now, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(*last);
        for unanswered in page {
            report.lapsed += 1;
            match ask.rehearse || expire(door, ask, unanswered).await? {
                true => report.expired += 1,
                false => report.passed_over += 1,
            }
            report.interrupted = progress(report.lapsed).is_break();
            if report.interrupted {
                break;
            }
        }
    }
    Ok(report)
}

/// Whether an approval expired now; not if somebody answered it first.
async fn expire(door: &Door, ask: &ExpiryRun, of: UnansweredApproval) -> Result<bool, Error> {
    let approval_id = of.approval_id;
    let key = format!("{}/{approval_id}", ask.name);
    let command = LetApprovalLapse { approval_id };
    match door.execute(Ask::new(ask.tenant, ask.actor.clone(), key, command)).await {
        Ok(_) => Ok(true),
        Err(Error::Refused(no)) if no.code == "approval.over" => Ok(false),
        Err(error) => Err(error),
    }
}
