//! Which days were unusual, asked of the counts.

use billfold_domain::kernel::TenantId;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use sqlx::postgres::PgRow;
use sqlx::{Postgres, QueryBuilder, Row as _};

use super::{Against, Before, CountRow, DAYS_BEFORE, Rule, Unusual, Watched};
use crate::error::Error;
use crate::list::{Narrow as _, counted};
use crate::paging::{CursorError, Page, Wanted};
use crate::projection::Projection as _;
use crate::reader::{Answer, Reads};
use crate::row::Row as _;

/// A day that had more of something than the days before make likely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusualDay {
    /// What was done, by whom, on which day and how often.
    pub count: CountRow,
    /// What the days before had.
    pub before: Before,
}

/// Which days are asked for; each condition given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// What was done.
    pub kind: Option<Watched>,
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
}

/// Unusual days, the newest first.
///
/// # Errors
/// [`Error::Cursor`] for a cursor of another list; the database is away, or the counts are not
/// built.
pub async fn page(
    reads: &Reads,
    tenant: TenantId,
    filter: &Filter,
    wanted: &Wanted,
) -> Result<Answer<Page<UnusualDay>>, Error> {
    let mut read = reads.open(tenant, &[Unusual::NAME]).await?;
    let mut query = unusual(tenant, filter);
    let total = counted(&mut query, wanted, read.conn()).await?;
    if let Some(cursor) = &wanted.after {
        let [day, kind, subject] = cursor.values()?;
        let day: NaiveDate = day.parse().map_err(|_| CursorError)?;
        let kind = Watched::parse(kind).ok_or(CursorError)?;
        query.push(" and (c.day, c.kind, c.subject) < (").push_bind(day);
        query.push(", ").push_bind(kind.as_str());
        query.push(", ").push_bind(subject.to_owned()).push(")");
    }
    query.push(" order by c.day desc, c.kind desc, c.subject desc limit ");
    query.push_bind(wanted.fetch());
    let rows = query.build().fetch_all(read.conn()).await?;
    let rows = rows.iter().map(UnusualDay::get).collect::<Result<Vec<_>, sqlx::Error>>()?;
    let page = wanted.page(rows, |day| {
        let CountRow { day, kind, subject, .. } = &day.count;
        vec![day.to_string(), kind.as_str().to_owned(), subject.clone()]
    });
    Ok(read.answer(Page { total, ..page }))
}

/// The rule of each kind, over the counts: [`Rule::threshold`] in SQL. The days that the index does
/// not hold are below every floor.
fn unusual(tenant: TenantId, filter: &Filter) -> QueryBuilder<'static, Postgres> {
    let kinds: Vec<Watched> = match filter.kind {
        Some(kind) => vec![kind],
        None => Watched::ALL.to_vec(),
    };
    let each = |of: fn(Rule) -> i64| kinds.iter().map(|kind| of(kind.rule())).collect::<Vec<_>>();
    let columns = CountRow::SHAPE.columns_with("c.");
    let mut query = QueryBuilder::new(format!(
        "select {columns}, before.total, before.busiest from unusual c join unnest("
    ));
    query.push_bind(kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>());
    query.push("::text[], ").push_bind(each(|rule| rule.floor));
    query.push("::bigint[], ").push_bind(each(|rule| rule.times().0));
    query.push("::bigint[], ").push_bind(each(|rule| rule.times().1));
    query.push(format!(
        "::bigint[]) as rule (kind, floor, average, busiest) on rule.kind = c.kind \
         cross join lateral ( \
             select coalesce(sum(b.deeds), 0)::bigint as total, \
                 coalesce(max(b.deeds), 0)::bigint as busiest \
             from unusual b where b.tenant_id = c.tenant_id and b.kind = c.kind \
                 and b.subject = c.subject and b.day >= c.day - {DAYS_BEFORE} and b.day < c.day \
         ) before \
         where c.deeds >= {} and c.deeds >= rule.floor \
             and c.deeds > rule.average * before.total / {DAYS_BEFORE} \
             and c.deeds > rule.busiest * before.busiest and c.tenant_id = ",
        Rule::FEWEST
    ));
    query.push_bind(tenant.uuid());
    query.when("c.day >=", filter.from);
    query.when("c.day <=", filter.to);
    query
}

impl UnusualDay {
    fn get(row: &PgRow) -> Result<Self, sqlx::Error> {
        let at = CountRow::SHAPE.columns.len();
        let before = Before { total: row.try_get(at)?, busiest: row.try_get(at + 1)? };
        Ok(Self { count: CountRow::get(row, 0)?, before })
    }

    /// The least number that would have been unusual.
    #[must_use]
    pub fn threshold(&self) -> i64 {
        self.count.kind.rule().threshold(self.before)
    }

    /// The first and the last instant of the day, as the log counts them.
    #[must_use]
    pub fn instants(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        let first = self.count.day.and_time(NaiveTime::MIN).and_utc();
        (first, first + TimeDelta::days(1) - TimeDelta::microseconds(1))
    }

    /// What made it unusual, in words.
    #[must_use]
    pub fn explanation(&self) -> String {
        let CountRow { deeds, day, kind, .. } = &self.count;
        let usual = match kind.rule().against {
            Against::Average(_) => format!("{} a day on average", self.before.average()),
            Against::Busiest(_) => format!("at most {} a day", self.before.busiest),
        };
        let threshold = self.threshold();
        format!(
            "{deeds} on {day}; {usual} in the {DAYS_BEFORE} days before; unusual from {threshold}"
        )
    }
}
