//! Runs, approvals, periods, imports: what the seller's office does.

use billfold_app::billing_run::Quarantined;
use billfold_app::commands::accounting_periods::{
    AskReopening, ClosePeriod, PostAdjustment, ReopenPeriod,
};
use billfold_app::commands::approvals::{
    DeclineApproval, GrantApproval, LetApprovalLapse, WithdrawApproval,
};
use billfold_app::commands::billing_runs::{EndBillingRun, ResumeBillingRun, StartBillingRun};
use billfold_app::commands::purchases::ImportPurchase;
use billfold_app::commands::recognition::RecogniseRevenue;
use billfold_app::commands::webhook_endpoints::{RegisterEndpoint, Turn, TurnEndpoint};
use billfold_app::{Kind, Refused};
use billfold_domain::approval::Approver;
use billfold_domain::billing_run::Tally;
use billfold_domain::kernel::{BillingRunId, Currency};

use crate::row::{Row, alone, aside, begun, id};
use crate::words::{because, endpoint, everything};

pub(super) fn rows() -> Vec<Row> {
    [runs(), approvals(), books(), webhooks()].into_iter().flatten().collect()
}

fn end(billing_run_id: BillingRunId, quarantined: Vec<Quarantined>) -> EndBillingRun {
    let aside = quarantined.len() as u64;
    let tally = Tally { planned: aside, issued: 0, skipped: 0, quarantined: aside };
    EndBillingRun { billing_run_id, tally, quarantined, halted: None }
}

fn runs() -> Vec<Row> {
    vec![
        begun("billing_run_id", |_, other| StartBillingRun {
            billing_run_id: Some(other.run),
            through: None,
            largest: Vec::new(),
            most_quarantined: 10,
        }),
        id("billing_run_id", |_, other| ResumeBillingRun { billing_run_id: other.run }),
        id("billing_run_id", |_, other| end(other.run, Vec::new())),
        id("quarantined.client_id", |own, other| {
            let reason = Refused::new("client.suspended", Kind::State, "suspended");
            let (client_id, currency) = (other.client, Currency::EUR);
            end(own.run, vec![Quarantined { client_id, currency, reason }])
        }),
        alone::<RecogniseRevenue>("it recognises what the seller's own books hold"),
    ]
}

fn approver() -> Approver {
    // Keys of the approver's own, which the door of sign-ins tells, to know whoever asked.
    Approver { held: everything(), keys: Vec::new() }
}

fn approvals() -> Vec<Row> {
    vec![
        id("approval_id", |_, other| LetApprovalLapse { approval_id: other.approval }),
        id("approval_id", |_, other| GrantApproval {
            approval_id: other.approval,
            reason: because(),
            approver: approver(),
        }),
        id("approval_id", |_, other| DeclineApproval {
            approval_id: other.approval,
            reason: because(),
            approver: approver(),
        }),
        id("approval_id", |_, other| WithdrawApproval {
            approval_id: other.approval,
            reason: because(),
        }),
    ]
}

fn books() -> Vec<Row> {
    vec![
        alone::<ClosePeriod>("a month of the seller's own books"),
        alone::<AskReopening>("a month of the seller's own books"),
        alone::<ReopenPeriod>("a month of the seller's own books"),
        alone::<PostAdjustment>("it names accounts of the one chart by their codes"),
        alone::<ImportPurchase>("ids follow from the row and the seller"),
        aside("adopt_event", "a whole history is taken over under the ids it had"),
    ]
}

fn webhooks() -> Vec<Row> {
    vec![
        alone::<RegisterEndpoint>("an address and kinds of events"),
        id("webhook_endpoint_id.set", |_, other| TurnEndpoint {
            webhook_endpoint_id: other.endpoint,
            turn: Turn::Set(endpoint()),
        }),
        id("webhook_endpoint_id.rotate", |_, other| TurnEndpoint {
            webhook_endpoint_id: other.endpoint,
            turn: Turn::RotateSecret,
        }),
        id("webhook_endpoint_id.replay", |_, other| TurnEndpoint {
            webhook_endpoint_id: other.endpoint,
            turn: Turn::Replay(1),
        }),
        id("webhook_endpoint_id.resume", |_, other| TurnEndpoint {
            webhook_endpoint_id: other.endpoint,
            turn: Turn::Resume,
        }),
        id("webhook_endpoint_id.delete", |_, other| TurnEndpoint {
            webhook_endpoint_id: other.endpoint,
            turn: Turn::Delete,
        }),
    ]
}
