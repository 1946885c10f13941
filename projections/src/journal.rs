//! What was posted? Every money fact as a balanced posting, asked by finance and auditors.
//!
//! Guarantees: one posting per money event, under that event's position; debits equal credits per
//! currency in the type, in the table and in the proofs. Rows are only ever added, so the journal
//! as known at any past position is its beginning; a fact of a month that was closed before it
//! counts on the first open day. Absent on purpose: corrections. They are postings of their own.

use std::collections::HashMap;

use billfold_domain::kernel::{ClientId, Currency, EventId, TenantId};
use billfold_domain::ledger::{AccountCode, POSTING_STREAMS, Side};
use billfold_event_store::OnError;
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use crate::closing::Closings;
use crate::error::Error;
use crate::fact::Fact;
use crate::list::{Narrow, counted};
use crate::oracle;
use crate::paging::{Page, Wanted};
use crate::projection::{FoldError, Projection, Proof};
use crate::reader::{Answer, AsOf, Reads};
use crate::row::{Row, row};
use crate::table::{Appended, Table, Tables};

row! {
    /// The head of a posting; one row per currency in it.
    pub struct PostingRow in "postings" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// Position of the event that is posted.
            position: i64,
            /// Currency of the totals.
            currency: Currency,
        }
        appended {
            /// The business day it counts for: its own, or the first open one if its month was
            /// closed before.
            effective_on: NaiveDate,
            /// The day the fact itself names.
            true_day: NaiveDate,
            /// When the log learnt it.
            recorded_at: DateTime<Utc>,
            /// The event.
            event_id: EventId,
            /// What happened, such as `invoice.issued`.
            event_type: String,
            /// Kind of the document it comes from.
            aggregate_type: String,
            /// The document it comes from.
            aggregate_id: Uuid,
            /// Sum of its debits, in minor units.
            debit: i64,
            /// Sum of its credits, in minor units.
            credit: i64,
        }
    }
    check "debit = credit";
    check "debit > 0";
    check "effective_on >= true_day";
    index "(tenant_id, effective_on, position)";
    index "(tenant_id, aggregate_id, position)";
}

row! {
    /// One side of a posting.
    pub struct EntryRow in "entries" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// Position of the event that is posted.
            position: i64,
            /// Counts the entries of a posting from 1.
            entry_no: i32,
        }
        appended {
            /// The account.
            account: AccountCode,
            /// Debit or credit.
            side: Side,
            /// Always above zero, in minor units.
            amount: i64,
            /// Currency of the amount.
            currency: Currency,
            /// The business day it counts for.
            effective_on: NaiveDate,
            /// The client it concerns, on accounts kept per client.
            party: Option<ClientId>,
            /// Gateway, product kind or tax, on accounts that tell them apart.
            detail: Option<String>,
        }
    }
    check "amount > 0";
    check "side in ('debit', 'credit')";
    index "(tenant_id, account, currency, position)";
    index "(tenant_id, party, position) where party is not null";
}

/// The projection.
#[derive(Debug)]
pub struct Journal;

/// Its tables.
#[derive(Debug, Default)]
pub struct JournalTables {
    postings: Appended<PostingRow>,
    entries: Appended<EntryRow>,
    closings: Closings,
}

impl Tables for JournalTables {
    fn tables(&mut self) -> Vec<&mut dyn Table> {
        vec![&mut self.postings, &mut self.entries, self.closings.table()]
    }
}

impl Projection for Journal {
    const NAME: &'static str = "journal";
    const VERSION: u32 = 3;
    const STREAMS: &'static [&'static str] = POSTING_STREAMS;
    const ON_ERROR: OnError = OnError::Stop;
    const PROOFS: &'static [Proof] = &[
        Proof {
            rule: "the totals of each posting are the sums of its entries",
            violations: "select format('%s %s', coalesce(p.position, e.position), currency) \
                 from {journal_postings} p full join ( \
                     select tenant_id, position, currency, \
                         sum(amount) filter (where side = 'debit') as debit, \
                         sum(amount) filter (where side = 'credit') as credit \
                     from {journal_entries} group by 1, 2, 3 \
                 ) e using (tenant_id, position, currency) \
                 where p.debit is distinct from e.debit or p.credit is distinct from e.credit",
            reads_log: false,
        },
        oracle::JOURNAL_MATCHES_LOG,
    ];
    type Rows = JournalTables;

    /// Which events are posted, and how, is the domain's to say; see its posting rules.
    fn apply(rows: &mut JournalTables, fact: &Fact<'_>) -> Result<(), FoldError> {
        rows.closings.take(fact)?;
        let Some(posting) = fact.posting()? else { return Ok(()) };
        let (effective_on, true_day) = (rows.closings.posting_day(fact)?, fact.effective_on()?);
        let mut totals: Vec<(Currency, i64, i64)> = Vec::with_capacity(1);
        for (entry, entry_no) in posting.entries().iter().zip(1..) {
            let (currency, amount) = (entry.amount.currency(), entry.amount.minor());
            let (debit, credit) = match entry.side {
                Side::Debit => (amount, 0),
                Side::Credit => (0, amount),
            };
            match totals.iter_mut().find(|total| total.0 == currency) {
                Some(total) => {
                    (total.1, total.2) = (total.1 + debit, total.2 + credit);
                }
                None => totals.push((currency, debit, credit)),
            }
            rows.entries.push(EntryRow {
                tenant_id: fact.tenant(),
                position: fact.position,
                entry_no,
                account: entry.account,
                side: entry.side,
                amount,
                currency,
                effective_on,
                party: entry.party,
                detail: entry.detail.clone(),
            });
        }
        for (currency, debit, credit) in totals {
            rows.postings.push(PostingRow {
                tenant_id: fact.tenant(),
                position: fact.position,
                currency,
                effective_on,
                true_day,
                recorded_at: fact.recorded_at,
                event_id: EventId::new(fact.event_id),
                event_type: fact.event_type.to_owned(),
                aggregate_type: fact.aggregate_type.to_owned(),
                aggregate_id: fact.aggregate_id,
                debit,
                credit,
            });
        }
        Ok(())
    }
}

/// Which postings are asked for; each condition given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Some entry is on this account.
    pub account: Option<AccountCode>,
    /// Some entry is in this currency; on the account, if one is given too.
    pub currency: Option<Currency>,
    /// Some entry concerns this client.
    pub party: Option<ClientId>,
    /// The document it comes from.
    pub document: Option<Uuid>,
    /// First business day.
    pub from: Option<NaiveDate>,
    /// Last business day.
    pub to: Option<NaiveDate>,
    /// As known when.
    pub as_of: AsOf,
}

/// A posting with its entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// Its heads, one per currency.
    pub heads: Vec<PostingRow>,
    /// Its entries, in order.
    pub entries: Vec<EntryRow>,
}

impl Posted {
    /// Position of the event that is posted.
    pub fn position(&self) -> i64 {
        self.heads.first().map_or(0, |head| head.position)
    }
}

/// Postings, newest first.
///
/// # Errors
/// [`Error::Cursor`] for a cursor of another list; [`Error::NotYet`] for an `as_of` to come.
pub async fn page(
    reads: &Reads,
    tenant: TenantId,
    filter: &Filter,
    wanted: &Wanted,
) -> Result<Answer<Page<Posted>>, Error> {
    let mut read = reads.open(tenant, &[Journal::NAME]).await?;
    let as_of = read.resolve(Journal::NAME, filter.as_of).await?;
    let mut query = positions_of(tenant, filter, as_of);
    let mut all = positions_of(tenant, filter, as_of);
    all.push(" group by position");
    let total = counted(&mut all, wanted, read.conn()).await?;
    if let Some(cursor) = &wanted.after {
        let [position] = cursor.values()?;
        let position: i64 = position.parse().map_err(|_| crate::paging::CursorError)?;
        query.push(" and position < ").push_bind(position);
    }
    query.push(" group by position order by position desc limit ").push_bind(wanted.fetch());
    let positions: Vec<i64> = query.build_query_scalar().fetch_all(read.conn()).await?;
    let page = wanted.page(positions, |position| vec![position.to_string()]);
    let rows = posted(read.conn(), tenant, &page.rows).await?;
    Ok(read.answer(Page { rows, next: page.next, total }))
}

/// The posting of one event, if it has one.
///
/// # Errors
/// The database is away, or the journal is not built.
pub async fn find(
    reads: &Reads,
    tenant: TenantId,
    position: i64,
) -> Result<Answer<Option<Posted>>, Error> {
    let mut read = reads.open(tenant, &[Journal::NAME]).await?;
    let found = posted(read.conn(), tenant, &[position]).await?.pop();
    Ok(read.answer(found))
}

fn positions_of(tenant: TenantId, filter: &Filter, as_of: i64) -> QueryBuilder<'static, Postgres> {
    // The table whose index fits the question best; both know position and business day.
    let by_entry = filter.account.is_some() || filter.party.is_some();
    let table = if by_entry { "journal_entries" } else { "journal_postings" };
    let mut query = QueryBuilder::new(format!("select position from {table} t"));
    query.push(" where tenant_id = ").push_bind(tenant.uuid());
    query.push(" and position <= ").push_bind(as_of);
    query.when("account =", filter.account.map(|account| account.as_str()));
    query.when("currency =", filter.currency.map(|currency| currency.code()));
    query.when("party =", filter.party.map(|party| party.uuid()));
    query.when("effective_on >=", filter.from);
    query.when("effective_on <=", filter.to);
    match filter.document {
        Some(document) if by_entry => {
            query.push(
                " and exists (select from journal_postings p where p.tenant_id = t.tenant_id \
                 and p.position = t.position and p.aggregate_id = ",
            );
            query.push_bind(document).push(")");
        }
        Some(document) => {
            query.push(" and aggregate_id = ").push_bind(document);
        }
        None => {}
    }
    query
}

/// The postings at these positions, in their order.
async fn posted(
    conn: &mut sqlx::PgConnection,
    tenant: TenantId,
    positions: &[i64],
) -> Result<Vec<Posted>, Error> {
    let heads: Vec<PostingRow> = at_positions(conn, "journal_postings", tenant, positions).await?;
    let entries: Vec<EntryRow> = at_positions(conn, "journal_entries", tenant, positions).await?;
    let mut found: HashMap<i64, Posted> = HashMap::with_capacity(positions.len());
    let none = || Posted { heads: Vec::new(), entries: Vec::new() };
    for head in heads {
        found.entry(head.position).or_insert_with(none).heads.push(head);
    }
    for entry in entries {
        found.entry(entry.position).or_insert_with(none).entries.push(entry);
    }
    Ok(positions.iter().filter_map(|position| found.remove(position)).collect())
}

async fn at_positions<R: Row>(
    conn: &mut sqlx::PgConnection,
    view: &str,
    tenant: TenantId,
    positions: &[i64],
) -> Result<Vec<R>, Error> {
    let sql = format!(
        "select {} from {view} where tenant_id = $1 and position = any($2) order by {}",
        R::SHAPE.columns_with(""),
        R::SHAPE.key_list()
    );
    let rows = sqlx::query(&sql).bind(tenant.uuid()).bind(positions).fetch_all(conn).await?;
    Ok(rows.iter().map(|row| R::get(row, 0)).collect::<Result<_, _>>()?)
}
