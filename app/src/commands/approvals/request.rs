//! Asks a second person in place of a deed above a limit, under the key of the deed.
//!
//! Guarantees: the same command waits once, whoever asks for it and how often; one whose time is
//! over gives way to a new one.

use billfold_domain::approval::{
    Approval, ApprovalCommand, ApprovalEvent, RequestedApproval, StatedDeed,
};
use billfold_domain::kernel::{ApprovalId, Money};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::carried::{can_wait, hex};
use super::not_offered;
use crate::commands::door::command_id;
use crate::commands::request_hash::{canonical, request_hash};
use crate::commands::{Ask, No, Plan, Room, Touches, UseCase};
use crate::error::{Error, Waiting};

/// How long a second person has.
const OPEN_FOR: TimeDelta = TimeDelta::days(7);

/// The stored answer to a deed that waits, told from every other by its one field.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::commands) struct Asked {
    /// What it waits for.
    pub(in crate::commands) waits_for_approval: Waiting,
}

impl Asked {
    /// What the stored answer begins with.
    pub(in crate::commands) const BEGINNING: &str = "{\"waits_for_approval\":";
}

/// A plan that asks for what `ask` would do.
pub(in crate::commands) async fn request<U: UseCase>(
    room: &Room<'_>,
    ask: &Ask<U>,
    deeds: Vec<StatedDeed>,
) -> Result<Plan<Asked>, Error> {
    if !can_wait(U::NAME) {
        return Err(not_offered().into());
    }
    let command_id = command_id(ask);
    let id = ApprovalId::derive(command_id, "approval");
    let new = RequestedApproval {
        command: canonical(&ask.command)?,
        command_hash: hex(&request_hash(U::NAME, &ask.command)?),
        deeds,
        use_case: U::NAME.to_owned(),
        command_id,
        correlation_id: ask.cause.map_or(command_id, |cause| cause.correlation_id),
        asked_by: ask.actor.clone(),
        reason: reason(ask)?,
        expires_at: room.now,
    };
    let (scope, hash) = (ApprovalEvent::COMMAND_SCOPE, new.command_hash.clone());
    let before = room.holder(scope, &hash).await?;
    let mut touches =
        Touches::new(room.tenant).begins::<Approval>(id.uuid()).claims(scope, Some(&hash));
    if let Some(before) = before {
        touches = touches.reads::<Approval>(before);
    }
    Ok(touches.decide(move |table| {
        if table.holder::<Approval>(scope, &hash)? != before {
            return Err(No::Stale);
        }
        let now = table.now();
        if let Some(before) = before {
            let asked = table.state::<Approval>(before)?.asked();
            if let Some(asked) = asked.filter(|asked| asked.expires_at > now) {
                return waits(ApprovalId::new(before), &asked.deeds);
            }
            table.decide::<Approval>(before, ApprovalCommand::LetLapse)?;
        }
        let mut new = new.clone();
        new.expires_at = now.checked_add_signed(OPEN_FOR).unwrap_or(now);
        let answer = waits(id, &new.deeds)?;
        table.decide::<Approval>(id.uuid(), ApprovalCommand::Request(Box::new(new)))?;
        Ok(answer)
    }))
}

/// What a caller is told: the first kind of deed, and what it comes to.
fn waits(approval_id: ApprovalId, deeds: &[StatedDeed]) -> Result<Asked, No> {
    let first = deeds.first().ok_or_else(|| No::Broken("no deed to ask for".to_owned()))?;
    let (kind, currency) = (first.kind, first.amount.currency());
    let like = deeds.iter().filter(|deed| deed.kind == kind && deed.amount.currency() == currency);
    let amount = Money::sum(currency, like.map(|deed| deed.amount));
    let amount = amount.map_err(|error| No::Broken(error.to_string()))?;
    let (position, replayed) = (None, false);
    Ok(Asked { waits_for_approval: Waiting { approval_id, kind, amount, position, replayed } })
}

/// Why it is asked for: what the caller says, or else what the command says itself.
fn reason<U: UseCase>(ask: &Ask<U>) -> Result<Option<String>, Error> {
    if ask.reason.is_some() {
        return Ok(ask.reason.clone());
    }
    let command = serde_json::to_value(&ask.command).map_err(Error::bug)?;
    Ok(command.get("reason").and_then(Value::as_str).map(str::to_owned))
}
