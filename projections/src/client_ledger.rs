//! Why does a client stand where they stand? Every entry that concerns the client, with the
//! balance after it: the statement of account, and the explanation of a balance (EVT-05).
//!
//! Guarantees: the entries add up to the balance, because the balance is nothing else. Past
//! statements are the same question `as of` a position. Absent on purpose: tables of its own; it
//! reads the journal; and what the client earned as an affiliate, which has its own statement until
//! it is credit. A refund moves the balance when it is sent: until then the promise stands
//! against what it reopened. A dispute moves it when it is opened and when it is won.

use billfold_domain::kernel::{ClientId, Currency, EventId, TenantId};
use billfold_domain::ledger::accounts::COMMISSION_PAYABLE;
use billfold_domain::ledger::{AccountCode, Side};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{Postgres, QueryBuilder, Row as _};
use uuid::Uuid;

use crate::account_balances::When;
use crate::error::Error;
use crate::journal::Journal;
use crate::list::{Narrow, counted};
use crate::paging::{CursorError, Page, Wanted};
use crate::projection::Projection;
use crate::reader::{Answer, Reads};
use crate::row::Cell;

/// One movement between seller and client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// Position of the event.
    pub position: i64,
    /// Counts the entries of its posting from 1.
    pub entry_no: i32,
    /// The business day.
    pub effective_on: NaiveDate,
    /// When the log learnt it.
    pub recorded_at: DateTime<Utc>,
    /// The event.
    pub event_id: EventId,
    /// What happened, such as `payment.settled`.
    pub event_type: String,
    /// Kind of the document.
    pub aggregate_type: String,
    /// The document.
    pub aggregate_id: Uuid,
    /// The account: receivable, disputes, credit, unapplied cash or refunds payable.
    pub account: AccountCode,
    /// Which side of it.
    pub side: Side,
    /// How much, in minor units.
    pub amount: i64,
    /// Currency of amount and balance.
    pub currency: Currency,
    /// What the client owes after this movement, in minor units; below zero if the client has
    /// more credit than debt. In the order of positions.
    pub balance: i64,
}

/// The movements of a client in one currency, newest first.
///
/// # Errors
/// [`Error::Cursor`] for a cursor of another list; [`Error::NotYet`] for an `as_of` to come.
pub async fn page(
    reads: &Reads,
    tenant: TenantId,
    client: ClientId,
    currency: Currency,
    when: When,
    wanted: &Wanted,
) -> Result<Answer<Page<Movement>>, Error> {
    let mut read = reads.open(tenant, &[Journal::NAME]).await?;
    let as_of = read.resolve(Journal::NAME, when.as_of).await?;
    let (before, entry_before) = match &wanted.after {
        None => (i64::MAX, i32::MAX),
        Some(cursor) => {
            let [position, entry] = cursor.values()?;
            let position = position.parse().map_err(|_| CursorError)?;
            (position, entry.parse().map_err(|_| CursorError)?)
        }
    };
    let mut all = entries_of(tenant, client, currency, as_of, when.effective_on);
    let total = counted(&mut all, wanted, read.conn()).await?;
    let rows = sqlx::query(
        "select m.position, m.entry_no, m.effective_on, p.recorded_at, p.event_id, \
             p.event_type, p.aggregate_type, p.aggregate_id, m.account, m.side, m.amount, \
             m.currency, m.balance::bigint \
         from ( \
             select e.*, sum(case side when 'debit' then amount else -amount end) \
                 over (order by position, entry_no) as balance \
             from journal_entries e \
             where tenant_id = $1 and party = $2 and currency = $3 and position <= $4 \
                 and account <> $9 \
                 and ($5::date is null or effective_on <= $5) \
         ) m join journal_postings p using (tenant_id, position, currency) \
         where (m.position, m.entry_no) < ($6, $7) \
         order by m.position desc, m.entry_no desc limit $8",
    )
    .bind(tenant.uuid())
    .bind(client.uuid())
    .bind(currency.code())
    .bind(as_of)
    .bind(when.effective_on)
    .bind(before)
    .bind(entry_before)
    .bind(wanted.fetch())
    .bind(COMMISSION_PAYABLE.as_str())
    .fetch_all(read.conn())
    .await?;
    let rows = rows.iter().map(movement).collect::<Result<_, _>>()?;
    let page = wanted
        .page(rows, |row: &Movement| vec![row.position.to_string(), row.entry_no.to_string()]);
    Ok(read.answer(Page { total, ..page }))
}

/// The entries that [`page`] shows, for counting them.
fn entries_of(
    tenant: TenantId,
    client: ClientId,
    currency: Currency,
    as_of: i64,
    effective_on: Option<NaiveDate>,
) -> QueryBuilder<'static, Postgres> {
    let mut query = QueryBuilder::new("select 1 from journal_entries where tenant_id = ");
    query.push_bind(tenant.uuid()).push(" and party = ").push_bind(client.uuid());
    query.push(" and currency = ").push_bind(currency.code());
    query.push(" and position <= ").push_bind(as_of);
    query.push(" and account <> ").push_bind(COMMISSION_PAYABLE.as_str());
    query.when("effective_on <=", effective_on);
    query
}

/// What a client owes per currency, in minor units; below zero for credit.
///
/// # Errors
/// [`Error::NotYet`] for an `as_of` to come.
pub async fn balances(
    reads: &Reads,
    tenant: TenantId,
    client: ClientId,
    when: When,
) -> Result<Answer<Vec<(Currency, i64)>>, Error> {
    let mut read = reads.open(tenant, &[Journal::NAME]).await?;
    let as_of = read.resolve(Journal::NAME, when.as_of).await?;
    let rows = sqlx::query(
        "select currency, sum(case side when 'debit' then amount else -amount end)::bigint \
         from journal_entries \
         where tenant_id = $1 and party = $2 and position <= $3 and account <> $5 \
             and ($4::date is null or effective_on <= $4) \
         group by 1 order by 1",
    )
    .bind(tenant.uuid())
    .bind(client.uuid())
    .bind(as_of)
    .bind(when.effective_on)
    .bind(COMMISSION_PAYABLE.as_str())
    .fetch_all(read.conn())
    .await?;
    let balance = |row: &sqlx::postgres::PgRow| {
        Ok::<_, sqlx::Error>((Currency::get(row, 0)?, row.try_get(1)?))
    };
    let balances = rows.iter().map(balance).collect::<Result<_, _>>()?;
    Ok(read.answer(balances))
}

fn movement(row: &sqlx::postgres::PgRow) -> Result<Movement, sqlx::Error> {
    Ok(Movement {
        position: row.try_get(0)?,
        entry_no: row.try_get(1)?,
        effective_on: row.try_get(2)?,
        recorded_at: row.try_get(3)?,
        event_id: EventId::get(row, 4)?,
        event_type: row.try_get(5)?,
        aggregate_type: row.try_get(6)?,
        aggregate_id: row.try_get(7)?,
        account: AccountCode::get(row, 8)?,
        side: Side::get(row, 9)?,
        amount: row.try_get(10)?,
        currency: Currency::get(row, 11)?,
        balance: row.try_get(12)?,
    })
}
