//! What happened to late payers, and to the rules for them.

use billfold_domain::dunning::{
    DunningCaseEvent, DunningStrategyEvent, Holder, PauseReason, StageAction, StopReason,
};

use crate::show::money;
use crate::show::words;
use crate::view::Day;

pub(super) fn case(event: &DunningCaseEvent) -> (String, &'static str) {
    match event {
        DunningCaseEvent::Opened { .. } => ("Dunning began".to_owned(), "red"),
        DunningCaseEvent::StepTaken { name, action, late_fee, .. } => {
            let fee = late_fee.map_or_else(String::new, |fee| {
                format!(", late fee of {} charged", money(fee).plain())
            });
            let tone = match action {
                StageAction::Remind | StageAction::Warn => "",
                StageAction::Block | StageAction::Suspend | StageAction::Terminate => "red",
            };
            (format!("{}: {}{fee}", words(name), stage(*action)), tone)
        }
        DunningCaseEvent::RetryRequested { at, .. } => {
            (format!("Payment to be tried again at {} UTC", at.format("%Y-%m-%d %H:%M")), "")
        }
        DunningCaseEvent::MethodRequested { .. } => {
            ("Client is to give another way to pay".to_owned(), "")
        }
        DunningCaseEvent::PromiseMade { pay_by, .. } => {
            (format!("Promised to pay by {}", Day(*pay_by).plain()), "green")
        }
        DunningCaseEvent::PromiseBroken { pay_by, .. } => {
            (format!("Promise to pay by {} not kept", Day(*pay_by).plain()), "red")
        }
        DunningCaseEvent::PromiseReleased { pay_by, .. } => {
            (format!("Promise to pay by {} no longer waited for", Day(*pay_by).plain()), "grey")
        }
        DunningCaseEvent::Paused { reason: PauseReason::Disputed, .. } => {
            ("Rests while a dispute is open".to_owned(), "grey")
        }
        DunningCaseEvent::Paused { reason: PauseReason::Held, .. } => {
            ("Held by hand".to_owned(), "grey")
        }
        DunningCaseEvent::Resumed { .. } => ("Goes on".to_owned(), ""),
        DunningCaseEvent::Stopped { reason, lifts, .. } => {
            let lifted = if *lifts { ", what was suspended is lifted" } else { "" };
            let (why, tone) = match reason {
                StopReason::Paid => ("paid".to_owned(), "green"),
                StopReason::Voided => ("invoice taken back".to_owned(), "grey"),
                StopReason::WrittenOff => ("invoice given up".to_owned(), "grey"),
                StopReason::Terminated => ("service ended".to_owned(), "red"),
                StopReason::ByHand { reason } => (reason.clone(), "grey"),
            };
            (format!("Dunning stopped: {why}{lifted}"), tone)
        }
    }
}

fn stage(action: StageAction) -> &'static str {
    match action {
        StageAction::Remind => "reminder to be sent",
        StageAction::Warn => "last warning to be sent",
        StageAction::Block => "no new orders",
        StageAction::Suspend => "service to be suspended",
        StageAction::Terminate => "service to be ended",
    }
}

pub(super) fn strategy(event: &DunningStrategyEvent) -> (String, &'static str) {
    let of = |holder: &Holder| match holder {
        Holder::Tenant => "every client".to_owned(),
        Holder::Product(product) => product.to_string(),
        Holder::Client(client) => client.to_string(),
    };
    let text = match event {
        DunningStrategyEvent::Defined { name, .. } => format!("Dunning strategy {name} defined"),
        DunningStrategyEvent::Revised { version, .. } => {
            format!("Dunning strategy revised, version {version}")
        }
        DunningStrategyEvent::Assigned { holder } => {
            format!("Dunning strategy chosen for {}", of(holder))
        }
        DunningStrategyEvent::Withdrawn { holder } => {
            format!("Dunning strategy withdrawn from {}", of(holder))
        }
        DunningStrategyEvent::Retired { .. } => "Dunning strategy retired".to_owned(),
    };
    (text, "grey")
}
