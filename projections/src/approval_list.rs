//! What waits for a second person, and what became of what did? Asked by staff (EVT-36).
//!
//! Guarantees: a row a question, with who asked, who decided and why. Absent on purpose: the
//! command itself, which the stream keeps; and the passing of time, since a read model has no
//! clock: whoever reads says what time it is, and what waits longer than it may is told as expired.

use billfold_domain::approval::{ApprovalEvent, RequestedApproval};
use billfold_domain::kernel::{ApprovalId, Currency, Money, TenantId};
use billfold_domain::schema::Event;
use chrono::{DateTime, Utc};
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use crate::error::Error;
use crate::fact::Fact;
use crate::list::{Narrow as _, Order, Sorted, one, rows};
use crate::paging::{Page, Wanted};
use crate::projection::{FoldError, Projection};
use crate::reader::{Answer, Reads};
use crate::row::cell::words;
use crate::row::row;
use crate::table::Replaced;

/// How an approval stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ApprovalStatus {
    /// Somebody else has to say yes or no.
    Waiting,
    /// It was granted and done.
    CarriedOut,
    /// It was granted, and could not be done.
    Failed,
    /// Somebody said no.
    Declined,
    /// Who asked took it back.
    Withdrawn,
    /// Nobody answered in time.
    Expired,
}

impl ApprovalStatus {
    /// Every one, in the order they are shown in.
    pub const ALL: [Self; 6] = [
        Self::Waiting,
        Self::CarriedOut,
        Self::Failed,
        Self::Declined,
        Self::Withdrawn,
        Self::Expired,
    ];
}

words! {
    ApprovalStatus = "status of an approval" {
        Waiting => "waiting",
        CarriedOut => "carried_out",
        Failed => "failed",
        Declined => "declined",
        Withdrawn => "withdrawn",
        Expired => "expired",
    }
}

row! {
    /// One question to a second person.
    pub struct ApprovalRow in "" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The approval.
            approval_id: ApprovalId,
        }
        replaced {
            /// What the first deed of the command is.
            kind: String,
            /// The kind of stream it is about, such as `payment`.
            subject_type: String,
            /// Which.
            subject_id: Uuid,
            /// The currency of the amount.
            currency: Currency,
            /// What the deeds of that kind and currency come to, in minor units.
            amount: i64,
            /// How many deeds the command is.
            deeds: i64,
            /// The name of the use case.
            use_case: String,
            /// How it stands, as far as events say it.
            status: ApprovalStatus,
            /// Who asked.
            asked_by: String,
            /// When.
            asked_at: DateTime<Utc>,
            /// Why.
            reason: Option<String>,
            /// Until when somebody may say yes.
            expires_at: DateTime<Utc>,
            /// Who decided, or took it back.
            decided_by: Option<String>,
            /// When.
            decided_at: Option<DateTime<Utc>>,
            /// Why.
            decision: Option<String>,
            /// The code of the rule that said no when it was to be done.
            failure_code: Option<String>,
            /// What it said.
            failure: Option<String>,
        }
    }
    index "(tenant_id, asked_at, approval_id)";
    index "(tenant_id, expires_at, approval_id) where status = 'waiting'";
}

impl ApprovalRow {
    /// How it stands at an instant.
    #[must_use]
    pub fn status_at(&self, now: DateTime<Utc>) -> ApprovalStatus {
        if self.status == ApprovalStatus::Waiting && self.expires_at <= now {
            return ApprovalStatus::Expired;
        }
        self.status
    }
}

/// The projection.
#[derive(Debug)]
pub struct ApprovalList;

type Rows = Replaced<ApprovalRow>;

impl Projection for ApprovalList {
    const NAME: &'static str = "approval_list";
    const VERSION: u32 = 2;
    const STREAMS: &'static [&'static str] = &["approval"];
    type Rows = Rows;

    fn apply(rows: &mut Rows, fact: &Fact<'_>) -> Result<(), FoldError> {
        let Event::Approval(event) = fact.event()? else { return Ok(()) };
        match event {
            ApprovalEvent::Requested(asked) => {
                if let Some(row) = requested(fact, asked) {
                    rows.put(row);
                }
                Ok(())
            }
            ApprovalEvent::Granted { reason, .. } => decide(rows, fact, None, Some(reason)),
            ApprovalEvent::Declined { reason, .. } => {
                decide(rows, fact, Some(ApprovalStatus::Declined), Some(reason))
            }
            ApprovalEvent::Withdrawn { reason, .. } => {
                decide(rows, fact, Some(ApprovalStatus::Withdrawn), Some(reason))
            }
            ApprovalEvent::Expired { .. } => {
                change(rows, fact, |row| row.status = ApprovalStatus::Expired)
            }
            ApprovalEvent::CarriedOut { .. } => {
                change(rows, fact, |row| row.status = ApprovalStatus::CarriedOut)
            }
            ApprovalEvent::Failed { code, detail, .. } => change(rows, fact, |row| {
                row.status = ApprovalStatus::Failed;
                (row.failure_code, row.failure) = (Some(code.clone()), Some(detail.clone()));
            }),
        }
    }
}

/// The row of a question; nothing for one about nothing, which no event is.
fn requested(fact: &Fact<'_>, asked: &RequestedApproval) -> Option<ApprovalRow> {
    let first = asked.deeds.first()?;
    let (kind, currency) = (first.kind, first.amount.currency());
    let like =
        asked.deeds.iter().filter(|deed| deed.kind == kind && deed.amount.currency() == currency);
    let amount = Money::sum(currency, like.map(|deed| deed.amount)).ok()?;
    Some(ApprovalRow {
        tenant_id: fact.tenant(),
        approval_id: ApprovalId::new(fact.aggregate_id),
        kind: kind.slug().to_owned(),
        subject_type: first.stream.clone(),
        subject_id: first.id,
        currency,
        amount: amount.minor(),
        deeds: i64::try_from(asked.deeds.len()).unwrap_or(i64::MAX),
        use_case: asked.use_case.clone(),
        status: ApprovalStatus::Waiting,
        asked_by: asked.asked_by.to_string(),
        asked_at: fact.recorded_at,
        reason: asked.reason.clone(),
        expires_at: asked.expires_at,
        decided_by: None,
        decided_at: None,
        decision: None,
        failure_code: None,
        failure: None,
        last_position: fact.position,
    })
}

fn decide(
    rows: &mut Rows,
    fact: &Fact<'_>,
    status: Option<ApprovalStatus>,
    reason: Option<&String>,
) -> Result<(), FoldError> {
    change(rows, fact, |row| {
        row.status = status.unwrap_or(row.status);
        row.decided_by = Some(fact.actor.to_owned());
        row.decided_at = Some(fact.recorded_at);
        row.decision = reason.cloned();
    })
}

fn change(
    rows: &mut Rows,
    fact: &Fact<'_>,
    change: impl Fn(&mut ApprovalRow),
) -> Result<(), FoldError> {
    let key = (fact.tenant(), ApprovalId::new(fact.aggregate_id));
    rows.change(key, fact.position, |row| {
        change(row);
        Ok(())
    })
}

/// Which approvals are asked for; each condition given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// How they stand.
    pub status: Option<ApprovalStatus>,
    /// Who asked, as stored.
    pub asked_by: Option<String>,
    /// Who did not, as stored.
    pub not_asked_by: Option<String>,
    /// Only what is over.
    pub over: bool,
}

impl Filter {
    fn narrow(&self, query: &mut QueryBuilder<'static, Postgres>, now: DateTime<Utc>) {
        match self.status {
            Some(ApprovalStatus::Waiting) => {
                query.push(" and status = 'waiting' and expires_at > ").push_bind(now);
            }
            Some(ApprovalStatus::Expired) => {
                query.push(" and (status = 'expired' or status = 'waiting' and expires_at <= ");
                query.push_bind(now).push(")");
            }
            other => query.when("status =", other.map(ApprovalStatus::as_str)),
        }
        if self.over {
            query.push(" and (status <> 'waiting' or expires_at <= ").push_bind(now).push(")");
        }
        query.when("asked_by =", self.asked_by.clone());
        query.when("asked_by <>", self.not_asked_by.clone());
    }
}

const SORTED: Sorted =
    Sorted { by: "asked_at", sql_type: "timestamptz", id: "approval_id", order: Order::Descending };

/// Approvals, the newest first, as they stand at `now`.
///
/// # Errors
/// [`Error::Cursor`] for a cursor of another list.
pub async fn page(
    reads: &Reads,
    tenant: TenantId,
    filter: &Filter,
    now: DateTime<Utc>,
    wanted: &Wanted,
) -> Result<Answer<Page<ApprovalRow>>, Error> {
    let mut query = SORTED.select::<ApprovalRow>(ApprovalList::NAME, tenant);
    filter.narrow(&mut query, now);
    SORTED.read(reads, tenant, ApprovalList::NAME, query, wanted).await
}

/// One approval.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn find(
    reads: &Reads,
    tenant: TenantId,
    id: ApprovalId,
) -> Result<Answer<Option<ApprovalRow>>, Error> {
    let mut query = crate::list::select::<ApprovalRow>(ApprovalList::NAME, tenant);
    query.push(" and approval_id = ").push_bind(id.uuid());
    one(reads, tenant, ApprovalList::NAME, query).await
}

/// Approvals that still wait though their time was over at `now`, by the end of their time and id,
/// those behind `after`; at most `limit`.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn unanswered(
    reads: &Reads,
    tenant: TenantId,
    now: DateTime<Utc>,
    after: Option<(DateTime<Utc>, ApprovalId)>,
    limit: u32,
) -> Result<Answer<Vec<ApprovalRow>>, Error> {
    let mut query = crate::list::select::<ApprovalRow>(ApprovalList::NAME, tenant);
    query.push(" and status = 'waiting' and expires_at <= ").push_bind(now);
    if let Some((expires_at, approval)) = after {
        query.push(" and (expires_at, approval_id) > (").push_bind(expires_at);
        query.push(", ").push_bind(approval.uuid()).push(")");
    }
    query.push(" order by expires_at, approval_id limit ").push_bind(i64::from(limit));
    rows(reads, tenant, ApprovalList::NAME, query).await
}

/// How many wait at `now` that somebody did not ask for.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn count_for(
    reads: &Reads,
    tenant: TenantId,
    who: &str,
    now: DateTime<Utc>,
) -> Result<i64, Error> {
    let mut read = reads.open(tenant, &[ApprovalList::NAME]).await?;
    let mut query = QueryBuilder::new("select count(*) from ");
    query.push(ApprovalList::NAME).push(" where tenant_id = ").push_bind(tenant.uuid());
    let (status, not_asked_by) = (Some(ApprovalStatus::Waiting), Some(who.to_owned()));
    Filter { status, not_asked_by, ..Filter::default() }.narrow(&mut query, now);
    Ok(query.build_query_scalar().fetch_one(read.conn()).await?)
}
