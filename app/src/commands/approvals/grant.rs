//! Says yes, and does what was asked for in the same append.
//!
//! Guarantees: the command is decided anew, on what is true now; it may do as much as was granted,
//! or less, and never more; a refusal by then is noted with the grant, and nothing else is done.

use async_trait::async_trait;
use billfold_domain::approval::{
    Approval, ApprovalCommand, ApprovalEvent, ApprovalOutcome, ApprovalRefusal, Approver,
    RequestedApproval, StatedDeed, Verdict,
};
use billfold_domain::kernel::ApprovalId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::carried::command_of;
use super::sums::covers;
use crate::commands::{Cause, No, Plan, Room, Table, Touches, UseCase};
use crate::error::{Error, Kind, Refused};

/// Say yes to what waits.
#[derive(Clone, Debug, Serialize)]
pub struct GrantApproval {
    /// To what.
    pub approval_id: ApprovalId,
    /// Why, 1 to 500 characters; no personal data.
    pub reason: String,
    /// Who says so, as an auth check found it.
    #[serde(skip)]
    pub approver: Approver,
}

/// What a yes led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// The approval.
    pub approval_id: ApprovalId,
    /// Carried out, or failed.
    pub outcome: ApprovalOutcome,
    /// Why it could not be done, if it could not.
    pub refused: Option<Refused>,
    /// What was done answers, as the use case says it.
    pub answer: Value,
}

#[async_trait]
impl UseCase for GrantApproval {
    const NAME: &'static str = "grant_approval";
    type Answer = Decided;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<Decided>, Error> {
        let asked = self.asked(room).await?;
        match command_of(&asked)?.prepare(room).await {
            Ok(plan) => Ok(self.carry_out(room, &asked, &plan)),
            Err(Error::Refused(no) | Error::NotFound(no)) => Ok(self.fail(room, &asked, no)),
            Err(error) => Err(error),
        }
    }

    async fn after(&self, room: &Room<'_>, decided: &Decided) -> Result<(), Error> {
        if decided.outcome != ApprovalOutcome::CarriedOut {
            return Ok(());
        }
        let asked = self.asked(room).await?;
        command_of(&asked)?.settle(room, &decided.answer).await
    }

    async fn instead(&self, room: &Room<'_>, no: Refused) -> Result<Plan<Decided>, Error> {
        let asked = self.asked(room).await?;
        Ok(self.fail(room, &asked, no))
    }
}

impl GrantApproval {
    async fn asked(&self, room: &Room<'_>) -> Result<RequestedApproval, Error> {
        let known = room.load::<Approval>(self.approval_id.uuid()).await?;
        let asked = known.state.0.asked().cloned();
        asked.ok_or_else(|| Refused::of(&ApprovalRefusal::Absent).into())
    }

    fn touches(&self, room: &Room<'_>, asked: &RequestedApproval) -> Touches {
        let (correlation_id, causation_id) = (asked.correlation_id, asked.command_id);
        let (scope, hash) = (ApprovalEvent::COMMAND_SCOPE, asked.command_hash.as_str());
        let touches = Touches::new(room.tenant).main::<Approval>(self.approval_id.uuid());
        touches.claims(scope, Some(hash)).caused_by(Cause { correlation_id, causation_id })
    }

    /// Grants, and decides the command as of now.
    fn carry_out(
        &self,
        room: &Room<'_>,
        asked: &RequestedApproval,
        plan: &Plan<Value>,
    ) -> Plan<Decided> {
        let (ask, granted) = (self.clone(), asked.deeds.clone());
        let (day, decide) = (plan.effective_on, plan.decide.clone());
        self.touches(room, asked).and(plan).decide(move |table| {
            ask.say_yes(table)?;
            if let Some(day) = day {
                table.dated(day);
            }
            let answer = decide(table).map_err(ungranted)?;
            check(&granted, &table.take_deeds())?;
            table.decide::<Approval>(ask.approval_id.uuid(), ApprovalCommand::CarryOut)?;
            let (approval_id, outcome) = (ask.approval_id, ApprovalOutcome::CarriedOut);
            Ok(Decided { approval_id, outcome, refused: None, answer })
        })
    }

    /// Grants, and notes that it cannot be done.
    fn fail(&self, room: &Room<'_>, asked: &RequestedApproval, no: Refused) -> Plan<Decided> {
        let ask = self.clone();
        self.touches(room, asked).decide(move |table| {
            ask.say_yes(table)?;
            let fail = ApprovalCommand::Fail { code: no.code.clone(), detail: no.detail.clone() };
            table.decide::<Approval>(ask.approval_id.uuid(), fail)?;
            let (approval_id, outcome) = (ask.approval_id, ApprovalOutcome::Failed);
            Ok(Decided { approval_id, outcome, refused: Some(no.clone()), answer: Value::Null })
        })
    }

    fn say_yes(&self, table: &mut Table<'_, '_>) -> Result<(), No> {
        let (approver, reason) = (self.approver.clone(), self.reason.clone());
        let grant = ApprovalCommand::Grant(Verdict { approver, reason });
        table.decide::<Approval>(self.approval_id.uuid(), grant)?;
        Ok(())
    }
}

fn check(granted: &[StatedDeed], done: &[StatedDeed]) -> Result<(), No> {
    if covers(granted, done) {
        return Ok(());
    }
    let detail = "it would be more by now than what was asked for; ask for it anew";
    Err(No::Ungranted(Refused::new("approval.more_than_granted", Kind::State, detail)))
}

fn ungranted(no: No) -> No {
    match no {
        No::Refused(refused) => No::Ungranted(refused),
        other => other,
    }
}
