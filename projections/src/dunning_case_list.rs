//! Whose unpaid invoice is at which stage of dunning, and what comes next? Asked by staff and by
//! dunning runs.
//!
//! Guarantees: one row per case, whatever became of it; the day of the next stage is the domain's.
//! Absent on purpose: what is still owed, which the invoice list knows.

use billfold_domain::dunning::{DunningCase, DunningCaseEvent, PauseReason, StopReason};
use billfold_domain::kernel::{
    Aggregate as _, ClientId, DunningCaseId, DunningStrategyId, InvoiceId, TenantId,
};
use billfold_domain::schema::Event;
use billfold_event_store::OnError;
use chrono::{DateTime, NaiveDate, Utc};

use crate::error::Error;
use crate::fact::Fact;
use crate::list::{Narrow, Order, Sorted, one, select};
use crate::paging::{Page, Wanted};
use crate::projection::{FoldError, Projection};
use crate::reader::{Answer, Reads};
use crate::row::cell::words;
use crate::row::{Json, row};
use crate::table::Replaced;

/// How a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CaseStatus {
    /// Goes on.
    Open,
    /// Waits for a promise to pay.
    Promised,
    /// Rests while a dispute is open.
    Disputed,
    /// Rests until somebody releases it.
    Held,
    /// Is over.
    Stopped,
}

words! {
    CaseStatus = "status of a dunning case" {
        Open => "open",
        Promised => "promised",
        Disputed => "disputed",
        Held => "held",
        Stopped => "stopped",
    }
}

impl CaseStatus {
    /// Every status, in the order screens list them.
    pub const ALL: [Self; 5] =
        [Self::Open, Self::Promised, Self::Disputed, Self::Held, Self::Stopped];
}

row! {
    /// One case.
    pub struct CaseRow in "" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The case.
            case_id: DunningCaseId,
        }
        replaced {
            /// Who owes.
            client_id: ClientId,
            /// Which invoice.
            invoice_id: InvoiceId,
            /// How it stands.
            status: CaseStatus,
            /// The seller's own strategy it keeps to; none for a built-in one nobody chose.
            strategy_id: Option<DunningStrategyId>,
            /// The day it began.
            opened_on: NaiveDate,
            /// The name of the last stage taken.
            stage: Option<String>,
            /// The first day on which the next stage may be taken, as far as days alone say.
            next_stage_on: Option<NaiveDate>,
            /// The day it ended.
            stopped_on: Option<NaiveDate>,
            /// Why it ended, as a word.
            stop_reason: Option<String>,
            /// The case as it stands.
            state: Json<DunningCase>,
            /// How many events its stream has.
            revision: i64,
            /// When the log last heard of it.
            changed_at: DateTime<Utc>,
        }
    }
    check "status in ('open', 'promised', 'disputed', 'held', 'stopped')";
    check "(status = 'stopped') = (stopped_on is not null)";
    index "(tenant_id, opened_on, case_id)";
    index "(tenant_id, status, opened_on, case_id)";
    index "(tenant_id, client_id, opened_on, case_id)";
    index "(tenant_id, invoice_id)";
    index "(tenant_id, next_stage_on) where next_stage_on is not null";
}

/// The projection.
#[derive(Debug)]
pub struct DunningCaseList;

impl Projection for DunningCaseList {
    const NAME: &'static str = "dunning_case_list";
    const VERSION: u32 = 1;
    const STREAMS: &'static [&'static str] = &["dunning_case"];
    const ON_ERROR: OnError = OnError::Stop;
    type Rows = Replaced<CaseRow>;

    fn apply(rows: &mut Self::Rows, fact: &Fact<'_>) -> Result<(), FoldError> {
        let Event::DunningCase(event) = fact.event()? else { return Ok(()) };
        let case_id = DunningCaseId::new(fact.aggregate_id);
        if let DunningCaseEvent::Opened { invoice_id, client_id, strategy_version, on, .. } = event
        {
            let mut row = CaseRow {
                tenant_id: fact.tenant(),
                case_id,
                client_id: *client_id,
                invoice_id: *invoice_id,
                status: CaseStatus::Open,
                strategy_id: strategy_version.map(|version| version.strategy_id),
                opened_on: *on,
                stage: None,
                next_stage_on: None,
                stopped_on: None,
                stop_reason: None,
                state: Json(DunningCase::default()),
                revision: fact.sequence,
                changed_at: fact.recorded_at,
                last_position: fact.position,
            };
            row.take(event);
            rows.put(row);
            return Ok(());
        }
        rows.change((fact.tenant(), case_id), fact.position, |row| {
            row.take(event);
            row.revision = fact.sequence;
            row.changed_at = fact.recorded_at;
            Ok(())
        })
    }
}

impl CaseRow {
    fn take(&mut self, event: &DunningCaseEvent) {
        let Json(state) = &mut self.state;
        state.apply(event);
        match event {
            DunningCaseEvent::StepTaken { name, .. } => self.stage = Some(name.clone()),
            DunningCaseEvent::Stopped { reason, on, .. } => {
                self.stopped_on = Some(*on);
                self.stop_reason = Some(word_of(reason).to_owned());
            }
            _ => {}
        }
        (self.status, self.next_stage_on) = match state {
            DunningCase::Open(case) => {
                let status = match (case.paused, case.progress.promised_until) {
                    (Some(PauseReason::Disputed), _) => CaseStatus::Disputed,
                    (Some(PauseReason::Held), _) => CaseStatus::Held,
                    (None, Some(_)) => CaseStatus::Promised,
                    (None, None) => CaseStatus::Open,
                };
                (status, case.next_stage_on())
            }
            DunningCase::Absent | DunningCase::Stopped { .. } => (CaseStatus::Stopped, None),
        };
    }
}

fn word_of(reason: &StopReason) -> &'static str {
    match reason {
        StopReason::Paid => "paid",
        StopReason::Voided => "voided",
        StopReason::WrittenOff => "written_off",
        StopReason::Terminated => "terminated",
        StopReason::ByHand { .. } => "by_hand",
    }
}

/// Which cases are asked for; each condition given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// How they stand; any of these.
    pub status: Vec<CaseStatus>,
    /// Who owes.
    pub client: Option<ClientId>,
    /// Which invoice.
    pub invoice: Option<InvoiceId>,
    /// The next stage may be taken on this day or before.
    pub next_by: Option<NaiveDate>,
}

/// Cases by the day they began.
///
/// # Errors
/// [`Error::Cursor`] for a cursor of another list.
pub async fn page(
    reads: &Reads,
    tenant: TenantId,
    filter: &Filter,
    order: Order,
    wanted: &Wanted,
) -> Result<Answer<Page<CaseRow>>, Error> {
    let sorted = Sorted { by: "opened_on", sql_type: "date", id: "case_id", order };
    let mut query = sorted.select::<CaseRow>(DunningCaseList::NAME, tenant);
    if !filter.status.is_empty() {
        let words: Vec<_> = filter.status.iter().map(|status| status.as_str()).collect();
        query.push(" and status = any(").push_bind(words).push(")");
    }
    query.when("client_id =", filter.client.map(|client| client.uuid()));
    query.when("invoice_id =", filter.invoice.map(|invoice| invoice.uuid()));
    query.when("next_stage_on <=", filter.next_by);
    sorted.read(reads, tenant, DunningCaseList::NAME, query, wanted).await
}

/// One case.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn find(
    reads: &Reads,
    tenant: TenantId,
    case: DunningCaseId,
) -> Result<Answer<Option<CaseRow>>, Error> {
    let mut query = select::<CaseRow>(DunningCaseList::NAME, tenant);
    query.push(" and case_id = ").push_bind(case.uuid());
    one(reads, tenant, DunningCaseList::NAME, query).await
}
