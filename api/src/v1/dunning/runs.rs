//! Runs: what dunning wants today of every client who is late.

use axum::Json;
use axum::extract::State;
use billfold_app::commands::dunning::CaseAdvanced;
use billfold_app::dunning_run::{Control, DunningRun, Report, run};
use billfold_domain::kernel::Money;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cases::word_of;
use super::terms::WireAction;
use crate::auth::{InvoicesWrite, May};
use crate::problem::Problem;
use crate::receive::{Body, IdempotencyKey};
use crate::state::ApiState;
use crate::wire::WireMoney;

/// Does what dunning wants today of every client who is late.
///
/// Asked again, on that day or with that key, it does nothing more.
#[utoipa::path(
    post, path = "", tag = "dunning", request_body = NewDunningRun,
    responses((status = 200, body = WireReport)),
)]
pub(super) async fn run_dunning(
    State(state): State<ApiState>,
    May(caller, _): May<InvoicesWrite>,
    key: IdempotencyKey,
    Body(new): Body<NewDunningRun>,
) -> Result<Json<WireReport>, Problem> {
    let ask = DunningRun {
        tenant: caller.tenant,
        actor: caller.actor.clone(),
        name: key.command_key(),
        rehearse: new.dry_run.unwrap_or(false),
        from: None,
        most_quarantined: DunningRun::MOST_QUARANTINED,
        at_once: DunningRun::AT_ONCE,
    };
    let report = run(state.door(), &ask, &Control::default(), |_| {}).await?;
    Ok(Json(report.into()))
}

/// How a run is made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewDunningRun {
    /// Only say what would be done.
    dry_run: Option<bool>,
}

/// What a run did, or would do: `looked_at = advanced + rested + quarantined`.
#[derive(Serialize, ToSchema)]
#[schema(as = DunningReport)]
pub(super) struct WireReport {
    /// Clients with something late, or with a case that goes on.
    looked_at: u64,
    /// Clients with a case in which something happened.
    advanced: u64,
    /// Clients of whom nothing was wanted.
    rested: u64,
    /// Clients whom a rule refused.
    quarantined: Vec<WireQuarantined>,
    /// Cases that began.
    opened: u64,
    /// Cases that ended.
    stopped: u64,
    /// Stages taken, by what they do.
    stages: WireStages,
    /// Declined payments that are to be tried again.
    retries: u64,
    /// Clients who are to give another way to pay.
    methods_requested: u64,
    /// Late fees charged, one sum per currency.
    late_fees: Vec<WireMoney>,
    /// Whether nothing was appended.
    dry_run: bool,
    /// Whether it ended before its end, because too much was refused.
    interrupted: bool,
}

/// Stages by what they do.
#[derive(Serialize, ToSchema)]
#[schema(as = DunningStagesTaken)]
struct WireStages {
    /// Reminders.
    remind: u64,
    /// Last warnings.
    warn: u64,
    /// No new orders.
    block: u64,
    /// Suspensions.
    suspend: u64,
    /// Ends of a service.
    terminate: u64,
}

/// A client whose cases were left as they are.
#[derive(Serialize, ToSchema)]
#[schema(as = DunningQuarantined)]
struct WireQuarantined {
    /// Who.
    client_id: String,
    /// Stable name of the rule.
    code: String,
    /// Why.
    detail: String,
}

impl From<Report> for WireReport {
    fn from(report: Report) -> Self {
        let quarantined = report.quarantined.into_iter().map(|one| WireQuarantined {
            client_id: one.client_id.to_string(),
            code: one.reason.code,
            detail: one.reason.detail,
        });
        let stages = report.stages;
        Self {
            looked_at: report.looked_at,
            advanced: report.advanced,
            rested: report.rested,
            quarantined: quarantined.collect(),
            opened: report.opened,
            stopped: report.stopped,
            stages: WireStages {
                remind: stages.remind,
                warn: stages.warn,
                block: stages.block,
                suspend: stages.suspend,
                terminate: stages.terminate,
            },
            retries: report.retries,
            methods_requested: report.methods_requested,
            late_fees: report.late_fees.values().map(|fee: &Money| (*fee).into()).collect(),
            dry_run: report.rehearsed,
            interrupted: report.interrupted,
        }
    }
}

/// What happened in a case.
#[derive(Serialize, ToSchema)]
#[schema(as = DunningHappened)]
pub(super) struct WireAdvanced {
    /// Whether it began.
    opened: bool,
    /// The stage that was taken.
    stage: Option<WireStageTaken>,
    /// When a declined payment is to be tried again.
    retry_at: Option<DateTime<Utc>>,
    /// Whether the client is to give another way to pay.
    method_requested: bool,
    /// The invoice of the late fee.
    fee_invoice_id: Option<String>,
    /// Why it ended, if it did.
    stopped: Option<&'static str>,
}

/// A stage that was taken.
#[derive(Serialize, ToSchema)]
#[schema(as = DunningStageNow)]
struct WireStageTaken {
    /// Its number in the strategy, from 1.
    no: u32,
    /// Its name.
    name: String,
    /// What it does.
    action: WireAction,
    /// The fee it charges.
    late_fee: Option<WireMoney>,
}

impl From<&CaseAdvanced> for WireAdvanced {
    fn from(case: &CaseAdvanced) -> Self {
        let stage = case.stage.as_ref().map(|stage| WireStageTaken {
            no: stage.no,
            name: stage.name.clone(),
            action: stage.action.into(),
            late_fee: stage.late_fee.map(WireMoney::from),
        });
        Self {
            opened: case.opened,
            stage,
            retry_at: case.retry_at,
            method_requested: case.method_requested,
            fee_invoice_id: case.fee_invoice_id.map(|id| id.to_string()),
            stopped: case.stopped.as_ref().map(word_of),
        }
    }
}
