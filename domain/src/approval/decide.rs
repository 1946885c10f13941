//! What may happen to an approval in which state.

use chrono::{DateTime, Utc};

use crate::approval::{
    Approval, ApprovalCommand, ApprovalEvent, ApprovalRefusal, RequestedApproval, Verdict,
};
use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::text::{check_line, check_optional_line};
use crate::kernel::{Actor, Aggregate, Invalid, Issued};
use crate::role::{Permission, Reach};

impl Aggregate for Approval {
    const TYPE: &'static str = "approval";
    type Command = ApprovalCommand;
    type Event = ApprovalEvent;
    type Refusal = ApprovalRefusal;

    fn decide(&self, ask: &Issued<ApprovalCommand>) -> Decision {
        use ApprovalCommand as Ask;
        match (self, &ask.command) {
            (Self::Absent, Ask::Request(asked)) => request(asked),
            (Self::Absent, _) => Err(ApprovalRefusal::Absent),
            (_, Ask::Request(_)) => Err(ApprovalRefusal::AlreadyRequested),
            (Self::Ended { .. }, _) => Err(ApprovalRefusal::Over),
            (Self::Waiting(asked), Ask::Grant(verdict)) => {
                let by = check(asked, verdict, ask)?;
                Ok(vec![ApprovalEvent::Granted { by, reason: verdict.reason.clone() }])
            }
            (Self::Waiting(asked), Ask::Decline(verdict)) => {
                let by = check(asked, verdict, ask)?;
                let (reason, command_hash) = (verdict.reason.clone(), asked.command_hash.clone());
                Ok(vec![ApprovalEvent::Declined { by, reason, command_hash }])
            }
            (Self::Waiting(asked), Ask::Withdraw { reason }) => {
                check_line("reason", reason, 500)?;
                if asked.asked_by != ask.actor {
                    return Err(ApprovalRefusal::NotYours);
                }
                let (reason, command_hash) = (reason.clone(), asked.command_hash.clone());
                Ok(vec![ApprovalEvent::Withdrawn { reason, command_hash }])
            }
            (Self::Waiting(asked), Ask::LetLapse) => let_lapse(asked, ask.at),
            (Self::Granted(asked), Ask::CarryOut) => {
                Ok(vec![ApprovalEvent::CarriedOut { command_hash: asked.command_hash.clone() }])
            }
            (Self::Granted(asked), Ask::Fail { code, detail }) => {
                let (code, detail) = (code.clone(), detail.clone());
                let command_hash = asked.command_hash.clone();
                Ok(vec![ApprovalEvent::Failed { code, detail, command_hash }])
            }
            (Self::Waiting(_), Ask::CarryOut | Ask::Fail { .. }) => {
                Err(ApprovalRefusal::NotGranted)
            }
            (Self::Granted(_), _) => Err(ApprovalRefusal::Over),
        }
    }

    fn apply(&mut self, event: &ApprovalEvent) {
        self.take(event);
    }

    fn weight(&self) -> usize {
        let text = self.asked().map_or(0, |asked| asked.command.len());
        size_of::<Self>().saturating_add(text).saturating_add(size_of::<RequestedApproval>())
    }
}

bridge_to_cqrs_es!(Approval);

type Decision = Result<Vec<ApprovalEvent>, ApprovalRefusal>;

fn request(asked: &RequestedApproval) -> Decision {
    let deeds = if asked.deeds.is_empty() {
        let detail = "names nothing that needs a second person";
        Err(Invalid::one("deeds", "approval.no_deed", detail))
    } else {
        Ok(())
    };
    Invalid::gather([deeds, check_optional_line("reason", asked.reason.as_deref(), 500)])?;
    Ok(vec![ApprovalEvent::Requested(Box::new(asked.clone()))])
}

/// Who decides, if they may: another person than the one who asked, in time, who may do the deed
/// and decide about it.
fn check(
    asked: &RequestedApproval,
    verdict: &Verdict,
    ask: &Issued<ApprovalCommand>,
) -> Result<Actor, ApprovalRefusal> {
    check_line("reason", &verdict.reason, 500)?;
    if !matches!(ask.actor, Actor::Staff(_)) {
        return Err(ApprovalRefusal::NotAPerson);
    }
    let own_key = |key| verdict.approver.keys.contains(key);
    if asked.asked_by == ask.actor || matches!(&asked.asked_by, Actor::ApiKey(key) if own_key(key))
    {
        return Err(ApprovalRefusal::OwnRequest);
    }
    let held = verdict.approver.held;
    let deeds = asked.deeds.iter().map(|deed| deed.kind.permission());
    for permission in std::iter::once(Permission::ApprovalsDecide).chain(deeds) {
        if held.reach != Reach::Seller || !held.permissions.allow(permission) {
            return Err(ApprovalRefusal::Lacking { permission });
        }
    }
    if ask.at >= asked.expires_at {
        return Err(ApprovalRefusal::Expired { at: asked.expires_at });
    }
    Ok(ask.actor.clone())
}

fn let_lapse(asked: &RequestedApproval, at: DateTime<Utc>) -> Decision {
    if at < asked.expires_at {
        return Err(ApprovalRefusal::NotYet { at: asked.expires_at });
    }
    Ok(vec![ApprovalEvent::Expired { command_hash: asked.command_hash.clone() }])
}
