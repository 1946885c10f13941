//! What was billed ahead of its service, how much of it is earned by any day, and what was
//! recognised so far? Asked by the recognition of revenue and by finance (EVT-27).
//!
//! A line is kept from the day it was posted; from the day on which all of it is earned it counts
//! with a sum of its month alone. So a day's answer reads the lines that are still being earned,
//! by their last day, and a short sum.
//!
//! Guarantees: which lines are deferred, and by how much, is the domain's to say, for posting and
//! for this alike. Absent on purpose: recognising, which is a command.

use std::collections::BTreeMap;

use billfold_domain::invoice::LineKind;
use billfold_domain::kernel::{Currency, Money, Period, ProductId, TenantId};
use billfold_domain::ledger::deferrals;
use billfold_domain::recognition::{Earned, RecognitionEvent};
use billfold_domain::revenue::Deferral;
use billfold_domain::schema::Event;
use billfold_event_store::OnError;
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use futures_util::TryStreamExt;
use sqlx::PgConnection;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use crate::account_balances::Grain;
use crate::error::Error;
use crate::fact::Fact;
use crate::list::{counted, select};
use crate::paging::{CursorError, Page, Wanted};
use crate::projection::{FoldError, Projection, Proof};
use crate::reader::{Answer, Reads};
use crate::row::{Cell, Json, Row, row};
use crate::table::{Appended, Summed, Table, Tables};

row! {
    /// A line of a document that was posted to deferred revenue.
    pub struct LineRow in "lines" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// Position of the document's event.
            position: i64,
            /// Counts the deferred lines of the document from 1.
            line_no: i32,
        }
        appended {
            /// Currency of the amount.
            currency: Currency,
            /// What it bills.
            kind: LineKind,
            /// The product, where it names one.
            product_id: Option<ProductId>,
            /// What was deferred, in minor units; below zero for what a credit note took back.
            amount: i64,
            /// The first day of service.
            service_from: NaiveDate,
            /// The day after the last one of service.
            service_to: NaiveDate,
            /// The business day of the document.
            posted_on: NaiveDate,
            /// The day by which all of it is earned.
            last_day: NaiveDate,
        }
    }
    check "service_from < service_to";
    check "posted_on <= last_day";
    index "(tenant_id, last_day, posted_on)";
    index "(tenant_id, posted_on)";
}

row! {
    /// What lines come to of which all is earned by a day, or in a month.
    pub struct EarnedRow in "earned" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// A day or a month.
            grain: Grain,
            /// The day, or the first of the month.
            last_day: NaiveDate,
            /// Currency of the sum.
            currency: Currency,
            /// What the lines bill.
            kind: LineKind,
            /// The product; all zeros for lines that name none.
            product_id: ProductId,
        }
        summed {
            /// In minor units.
            amount: i64,
        }
    }
    coarser months;
}

row! {
    /// A recognition of revenue.
    pub struct PostedRow in "posted" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// Position of the event.
            position: i64,
        }
        appended {
            /// The last day that was recognised.
            through: NaiveDate,
            /// By kind of line and product.
            earned: Json<Vec<Earned>>,
            /// Who recognised it.
            actor: String,
            /// When the log learnt it.
            recorded_at: DateTime<Utc>,
        }
    }
}

/// The month that a day is part of.
fn months(fine: &EarnedRow) -> Vec<EarnedRow> {
    if fine.grain != Grain::Day {
        return Vec::new();
    }
    let first = fine.last_day.with_day(1).unwrap_or(fine.last_day);
    vec![EarnedRow { grain: Grain::Month, last_day: first, ..fine.clone() }]
}

/// The projection.
#[derive(Debug)]
pub struct DeferredRevenue;

/// Its tables.
#[derive(Debug, Default)]
pub struct DeferredTables {
    lines: Appended<LineRow>,
    earned: Summed<EarnedRow>,
    posted: Appended<PostedRow>,
}

impl Tables for DeferredTables {
    fn tables(&mut self) -> Vec<&mut dyn Table> {
        vec![&mut self.lines, &mut self.earned, &mut self.posted]
    }
}

impl Projection for DeferredRevenue {
    const NAME: &'static str = "deferred_revenue";
    const VERSION: u32 = 1;
    const STREAMS: &'static [&'static str] = &["invoice", "credit_note", "recognition"];
    const ON_ERROR: OnError = OnError::Stop;
    const PROOFS: &'static [Proof] = &[Proof {
        rule: "what is earned by a day or month is the sum of the lines that end then",
        violations: "select format('%s %s %s', grain, day, currency) \
             from ( \
                 select tenant_id, grain, last_day as day, currency, kind, \
                     sum(amount) as amount from {deferred_revenue_earned} group by 1, 2, 3, 4, 5 \
             ) e full join ( \
                 select tenant_id, grain, case grain when 'day' then last_day \
                         else date_trunc('month', last_day::timestamp)::date end as day, \
                     currency, kind, sum(amount) as amount \
                 from {deferred_revenue_lines} cross join (values ('day'), ('month')) g (grain) \
                 group by 1, 2, 3, 4, 5 \
             ) l using (tenant_id, grain, day, currency, kind) \
             where e.amount is distinct from l.amount",
        reads_log: false,
    }];
    type Rows = DeferredTables;

    fn apply(rows: &mut Self::Rows, fact: &Fact<'_>) -> Result<(), FoldError> {
        let event = fact.event()?;
        if let Event::Recognition(RecognitionEvent::Posted { through, earned }) = event {
            rows.posted.push(PostedRow {
                tenant_id: fact.tenant(),
                position: fact.position,
                through: *through,
                earned: Json(earned.clone()),
                actor: fact.actor.to_owned(),
                recorded_at: fact.recorded_at,
            });
            return Ok(());
        }
        for (line, line_no) in deferrals(event).into_iter().zip(1..) {
            let (amount, currency) = (line.amount.minor(), line.amount.currency());
            rows.lines.push(LineRow {
                tenant_id: fact.tenant(),
                position: fact.position,
                line_no,
                currency,
                kind: line.kind,
                product_id: line.product_id,
                amount,
                service_from: line.service.from(),
                service_to: line.service.to(),
                posted_on: line.posted_on,
                last_day: line.last_day(),
            });
            rows.earned.add(EarnedRow {
                tenant_id: fact.tenant(),
                grain: Grain::Day,
                last_day: line.last_day(),
                currency,
                kind: line.kind,
                product_id: line.product_id.unwrap_or(ProductId::new(Uuid::nil())),
                amount,
                last_position: fact.position,
            })?;
        }
        Ok(())
    }
}

/// Sums on their way.
type Sums = BTreeMap<(Currency, LineKind, Option<ProductId>), Money>;

/// What all lines that count by a day earned once it is over, since the beginning.
///
/// # Errors
/// The database is away, the projection is not built, or a sum is more than money can be.
pub async fn earned_by(
    reads: &Reads,
    tenant: TenantId,
    day: NaiveDate,
) -> Result<Answer<Vec<Earned>>, Error> {
    let mut read = reads.open(tenant, &[DeferredRevenue::NAME]).await?;
    let mut sums = Sums::new();
    add_earned(read.conn(), tenant, day, &mut sums).await?;
    add_running(read.conn(), tenant, day, &mut sums).await?;
    let earned = sums.into_iter().filter(|(_, amount)| !amount.is_zero());
    let earned =
        earned.map(|((_, kind, product_id), amount)| Earned { kind, product_id, amount }).collect();
    Ok(read.answer(earned))
}

/// Lines of which all is earned.
async fn add_earned(
    conn: &mut PgConnection,
    tenant: TenantId,
    day: NaiveDate,
    sums: &mut Sums,
) -> Result<(), Error> {
    let rows = sqlx::query(
        "select currency, kind, product_id, sum(amount)::bigint from deferred_revenue_earned \
         where tenant_id = $1 and ( \
             grain = 'month' and last_day < date_trunc('month', $2::date::timestamp)::date \
             or grain = 'day' and last_day <= $2 \
                 and last_day >= date_trunc('month', $2::date::timestamp)::date \
         ) group by 1, 2, 3",
    )
    .bind(tenant.uuid())
    .bind(day)
    .fetch_all(conn)
    .await?;
    for row in &rows {
        let product = ProductId::get(row, 2)?;
        let product_id = (!product.uuid().is_nil()).then_some(product);
        let amount = money(row.try_get(3)?, Currency::get(row, 0)?)?;
        add(sums, (LineKind::get(row, 1)?, product_id), amount)?;
    }
    Ok(())
}

/// Lines that are still being earned, one after the other.
async fn add_running(
    conn: &mut PgConnection,
    tenant: TenantId,
    day: NaiveDate,
    sums: &mut Sums,
) -> Result<(), Error> {
    let mut query = select::<LineRow>("deferred_revenue_lines", tenant);
    query.push(" and last_day > ").push_bind(day).push(" and posted_on <= ").push_bind(day);
    let mut rows = query.build().fetch(conn);
    while let Some(row) = rows.try_next().await? {
        let line = deferral(&row)?;
        let earned = line.earned_by(day).map_err(decode)?;
        add(sums, (line.kind, line.product_id), earned)?;
    }
    Ok(())
}

fn deferral(row: &PgRow) -> Result<Deferral, sqlx::Error> {
    let line = LineRow::get(row, 0)?;
    Ok(Deferral {
        kind: line.kind,
        product_id: line.product_id,
        amount: money(line.amount, line.currency)?,
        service: Period::try_new(line.service_from, line.service_to).map_err(decode)?,
        posted_on: line.posted_on,
    })
}

fn add(
    sums: &mut Sums,
    (kind, product_id): (LineKind, Option<ProductId>),
    amount: Money,
) -> Result<(), sqlx::Error> {
    let currency = amount.currency();
    let sum = sums.entry((currency, kind, product_id)).or_insert(Money::zero(currency));
    *sum = sum.checked_add(amount).map_err(decode)?;
    Ok(())
}

fn money(minor: i64, currency: Currency) -> Result<Money, sqlx::Error> {
    Money::try_new(minor, currency).map_err(decode)
}

fn decode(error: impl std::error::Error + Send + Sync + 'static) -> sqlx::Error {
    sqlx::Error::Decode(error.into())
}

/// The first business day on which something was deferred.
///
/// # Errors
/// The database is away, or the projection is not built.
pub async fn first_day(reads: &Reads, tenant: TenantId) -> Result<Option<NaiveDate>, Error> {
    let mut read = reads.open(tenant, &[DeferredRevenue::NAME]).await?;
    let sql = "select min(posted_on) from deferred_revenue_lines where tenant_id = $1";
    Ok(sqlx::query_scalar(sql).bind(tenant.uuid()).fetch_one(read.conn()).await?)
}

/// What was recognised, latest first.
///
/// # Errors
/// [`Error::Cursor`] for a cursor of another list.
pub async fn page(
    reads: &Reads,
    tenant: TenantId,
    wanted: &Wanted,
) -> Result<Answer<Page<PostedRow>>, Error> {
    let mut read = reads.open(tenant, &[DeferredRevenue::NAME]).await?;
    let mut query = select::<PostedRow>("deferred_revenue_posted", tenant);
    let total = counted(&mut query, wanted, read.conn()).await?;
    if let Some(cursor) = &wanted.after {
        let [position] = cursor.values()?;
        let position: i64 = position.parse().map_err(|_| CursorError)?;
        query.push(" and position < ").push_bind(position);
    }
    query.push(" order by position desc limit ").push_bind(wanted.fetch());
    let rows = query.build().fetch_all(read.conn()).await?;
    let rows = rows.iter().map(|row| PostedRow::get(row, 0)).collect::<Result<_, _>>()?;
    let page = wanted.page(rows, |row: &PostedRow| vec![row.position.to_string()]);
    Ok(read.answer(Page { total, ..page }))
}
