//! Which months were closed, by whom, and which wait to be reopened? (EVT-11)
//!
//! Guarantees: a month has a row from its first closing on, with its last closing and its last
//! reopening. Absent on purpose: months that nobody ever named. Those before a closed one are
//! closed with it, all others are open.

use billfold_domain::accounting_period::{AccountingPeriodEvent, Month};
use billfold_domain::kernel::TenantId;
use billfold_domain::schema::Event;
use billfold_event_store::OnError;
use chrono::{DateTime, NaiveDate, Utc};

use crate::closing::STREAM;
use crate::error::Error;
use crate::fact::Fact;
use crate::list::{counted, select};
use crate::paging::{CursorError, Page, Wanted};
use crate::projection::{FoldError, Projection};
use crate::reader::{Answer, Reads};
use crate::row::cell::words;
use crate::row::{Row, row};
use crate::table::Replaced;

row! {
    /// A month that was closed, or asked to be reopened, once at least.
    pub struct PeriodRow in "" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// Its first day.
            month: NaiveDate,
        }
        replaced {
            /// How it stands.
            status: PeriodStatus,
            /// Who closed it last; nobody if it was closed with a later month.
            closed_by: Option<String>,
            /// When.
            closed_at: Option<DateTime<Utc>>,
            /// Why it is to be reopened, or was.
            reason: Option<String>,
            /// Who asked for that.
            asked_by: Option<String>,
            /// When.
            asked_at: Option<DateTime<Utc>>,
            /// Who reopened it last.
            reopened_by: Option<String>,
            /// When.
            reopened_at: Option<DateTime<Utc>>,
        }
    }
}

/// How a month stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeriodStatus {
    /// Nothing is posted in it any more.
    Closed,
    /// It is closed, and somebody asked to reopen it.
    ReopeningAsked,
    /// It was closed and is open again.
    Reopened,
}

words! {
    PeriodStatus = "status of a month" {
        Closed => "closed",
        ReopeningAsked => "reopening_asked",
        Reopened => "reopened",
    }
}

/// The projection.
#[derive(Debug)]
pub struct AccountingPeriodList;

impl Projection for AccountingPeriodList {
    const NAME: &'static str = "accounting_period_list";
    const VERSION: u32 = 1;
    const STREAMS: &'static [&'static str] = &[STREAM];
    const ON_ERROR: OnError = OnError::Park;
    type Rows = Replaced<PeriodRow>;

    fn apply(rows: &mut Self::Rows, fact: &Fact<'_>) -> Result<(), FoldError> {
        let Event::AccountingPeriod(event) = fact.event()? else { return Ok(()) };
        let key = |month: &Month| (fact.tenant(), month.first_day());
        let (at, actor) = (fact.recorded_at, fact.actor.to_owned());
        match event {
            AccountingPeriodEvent::Closed { month } => rows.change_or_put(
                key(month),
                fact.position,
                || blank(fact, month),
                |row| {
                    row.status = PeriodStatus::Closed;
                    (row.closed_by, row.closed_at) = (Some(actor), Some(at));
                    Ok(())
                },
            ),
            AccountingPeriodEvent::ReopeningAsked { month, reason, .. } => rows.change_or_put(
                key(month),
                fact.position,
                || blank(fact, month),
                |row| {
                    row.status = PeriodStatus::ReopeningAsked;
                    row.reason = Some(reason.clone());
                    (row.asked_by, row.asked_at) = (Some(actor), Some(at));
                    Ok(())
                },
            ),
            AccountingPeriodEvent::Reopened { month, .. } => rows.change_or_put(
                key(month),
                fact.position,
                || blank(fact, month),
                |row| {
                    row.status = PeriodStatus::Reopened;
                    (row.reopened_by, row.reopened_at) = (Some(actor), Some(at));
                    Ok(())
                },
            ),
            AccountingPeriodEvent::AdjustmentPosted(_) => Ok(()),
        }
    }
}

fn blank(fact: &Fact<'_>, month: &Month) -> PeriodRow {
    PeriodRow {
        tenant_id: fact.tenant(),
        month: month.first_day(),
        status: PeriodStatus::Closed,
        closed_by: None,
        closed_at: None,
        reason: None,
        asked_by: None,
        asked_at: None,
        reopened_by: None,
        reopened_at: None,
        last_position: fact.position,
    }
}

/// Months, latest first.
///
/// # Errors
/// [`Error::Cursor`] for a cursor of another list.
pub async fn page(
    reads: &Reads,
    tenant: TenantId,
    wanted: &Wanted,
) -> Result<Answer<Page<PeriodRow>>, Error> {
    let mut read = reads.open(tenant, &[AccountingPeriodList::NAME]).await?;
    let mut query = select::<PeriodRow>(AccountingPeriodList::NAME, tenant);
    let total = counted(&mut query, wanted, read.conn()).await?;
    if let Some(cursor) = &wanted.after {
        let [month] = cursor.values()?;
        let month: NaiveDate = month.parse().map_err(|_| CursorError)?;
        query.push(" and month < ").push_bind(month);
    }
    query.push(" order by month desc limit ").push_bind(wanted.fetch());
    let rows = query.build().fetch_all(read.conn()).await?;
    let rows = rows.iter().map(|row| PeriodRow::get(row, 0)).collect::<Result<_, _>>()?;
    let page = wanted.page(rows, |row: &PeriodRow| vec![row.month.to_string()]);
    Ok(read.answer(Page { total, ..page }))
}
