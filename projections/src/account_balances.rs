//! What does an account stand at: as known at any position or instant, as true on any day?
//!
//! Entries are summed per account, currency, block of positions and span of business days: blocks
//! of 2^12, 2^17, 2^22 and of all positions; days, months and all days. A balance as of position
//! *p* and day *d* is the sum of the largest blocks that lie wholly before *p* (at most 31 of each
//! size), each over the months wholly before *d* and the days of its month, and of the journal's
//! entries in the last, partial block (at most 4,095 positions).
//!
//! Guarantees: back-dated facts rewrite nothing; the answer at a position never changes; the answer
//! of a closed month changes only once it is reopened.
//! Absent on purpose: running balances per day, which every back-dated fact would have to rewrite.

use billfold_domain::kernel::{ClientId, Currency, TenantId};
use billfold_domain::ledger::{AccountCode, Side};
use billfold_event_store::OnError;
use chrono::{Datelike, NaiveDate};
use sqlx::PgConnection;
use sqlx::Row as _;

use crate::closing::Closings;
use crate::error::Error;
use crate::fact::Fact;
use crate::journal::Journal;
use crate::oracle;
use crate::projection::{FoldError, Projection, Proof};
use crate::reader::{Answer, AsOf, Reads};
use crate::row::cell::words;
use crate::row::{Cell, row};
use crate::table::{Summed, Table, Tables};

row! {
    /// What a span of business days did to an account within a block of positions.
    pub struct DeltaRow in "" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The account.
            account: AccountCode,
            /// Currency of the sums.
            currency: Currency,
            /// Size of the block: 2^span positions; 63 for all.
            span: i16,
            /// The span of days.
            grain: Grain,
            /// Number of the block: position / 2^span.
            block: i64,
            /// First day of the span.
            effective_on: NaiveDate,
        }
        summed {
            /// Debits, in minor units.
            debit: i64,
            /// Credits, in minor units.
            credit: i64,
            /// Number of entries.
            entries: i64,
        }
    }
    coarser coarser;
    check "debit >= 0";
    check "credit >= 0";
}

/// A span of business days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Grain {
    /// One day.
    Day,
    /// A calendar month.
    Month,
    /// All days; its first day is written as 1970-01-01.
    All,
}

words! {
    Grain = "span of days" {
        Day => "day",
        Month => "month",
        All => "all",
    }
}

/// All positions.
const ALL: i16 = 63;
/// Sizes of blocks, largest first; each divides the next larger.
const SPANS: [i16; 3] = [22, 17, 12];
/// The smallest block, to which folds add.
const FINEST: i16 = 12;

/// Every other block and span of days that a day's sums in a smallest block are part of.
fn coarser(fine: &DeltaRow) -> Vec<DeltaRow> {
    if (fine.span, fine.grain) != (FINEST, Grain::Day) {
        return Vec::new();
    }
    let month = fine.effective_on.with_day(1).unwrap_or(fine.effective_on);
    let days = [
        (Grain::Day, fine.effective_on),
        (Grain::Month, month),
        (Grain::All, NaiveDate::default()),
    ];
    let blocks = [(FINEST, fine.block), (17, fine.block >> 5), (22, fine.block >> 10), (ALL, 0)];
    let pairs = blocks.into_iter().flat_map(|block| days.into_iter().map(move |day| (block, day)));
    pairs
        .filter(|((span, _), (grain, _))| (*span, *grain) != (FINEST, Grain::Day))
        .map(|((span, block), (grain, effective_on))| DeltaRow {
            span,
            block,
            grain,
            effective_on,
            ..fine.clone()
        })
        .collect()
}

/// The projection.
#[derive(Debug)]
pub struct AccountBalances;

/// Its tables.
#[derive(Debug, Default)]
pub struct BalanceTables {
    deltas: Summed<DeltaRow>,
    closings: Closings,
}

impl Tables for BalanceTables {
    fn tables(&mut self) -> Vec<&mut dyn Table> {
        vec![&mut self.deltas, self.closings.table()]
    }
}

impl Projection for AccountBalances {
    const NAME: &'static str = "account_balances";
    const VERSION: u32 = 3;
    const STREAMS: &'static [&'static str] = Journal::STREAMS;
    const ON_ERROR: OnError = OnError::Stop;
    const PROOFS: &'static [Proof] = &[
        Proof {
            rule: "debits equal credits per tenant and currency",
            violations: "select format('%s %s: %s', tenant_id, currency, sum(debit) - sum(credit)) \
                 from {account_balances} where span = 63 and grain = 'all' \
                 group by tenant_id, currency having sum(debit) <> sum(credit)",
            reads_log: false,
        },
        Proof {
            rule: "blocks and spans of days of every size sum to the same",
            violations: "select format('%s %s %s', tenant_id, account, currency) from ( \
                     select tenant_id, account, currency, span, grain, \
                         sum(debit) as debit, sum(credit) as credit, sum(entries) as entries \
                     from {account_balances} group by 1, 2, 3, 4, 5 \
                 ) sums group by tenant_id, account, currency \
                 having count(*) <> 12 or min(debit) <> max(debit) \
                     or min(credit) <> max(credit) or min(entries) <> max(entries)",
            reads_log: false,
        },
        oracle::BALANCES_MATCH_LOG,
    ];
    type Rows = BalanceTables;

    /// Which events are posted, and how, is the domain's to say; see its posting rules.
    fn apply(rows: &mut Self::Rows, fact: &Fact<'_>) -> Result<(), FoldError> {
        rows.closings.take(fact)?;
        let Some(posting) = fact.posting()? else { return Ok(()) };
        let effective_on = rows.closings.posting_day(fact)?;
        for entry in posting.entries() {
            let amount = entry.amount.minor();
            let (debit, credit) = match entry.side {
                Side::Debit => (amount, 0),
                Side::Credit => (0, amount),
            };
            rows.deltas.add(DeltaRow {
                tenant_id: fact.tenant(),
                account: entry.account,
                currency: entry.amount.currency(),
                span: FINEST,
                grain: Grain::Day,
                block: fact.position >> FINEST,
                effective_on,
                debit,
                credit,
                entries: 1,
                last_position: fact.position,
            })?;
        }
        Ok(())
    }
}

/// When a balance is wanted: as known when, as true on which day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct When {
    /// As known when.
    pub as_of: AsOf,
    /// Facts that are effective up to this day; all if none is given.
    pub effective_on: Option<NaiveDate>,
}

/// What an account stands at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// The account.
    pub account: AccountCode,
    /// Currency of the sums.
    pub currency: Currency,
    /// Debits, in minor units.
    pub debit: i64,
    /// Credits, in minor units.
    pub credit: i64,
    /// Position of the last event that was posted here; 0 if there is none.
    pub last_position: i64,
}

impl Balance {
    /// Debits less credits, in minor units.
    pub fn net(&self) -> i64 {
        self.debit.saturating_sub(self.credit)
    }
}

/// Every account that was ever posted to, with the position the balances stand at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialBalance {
    /// The position the balances stand at: the `as_of` asked for.
    pub position: i64,
    /// Accounts by code, then currency.
    pub accounts: Vec<Balance>,
}

impl TrialBalance {
    /// Sums of debits and credits per currency.
    pub fn totals(&self) -> Vec<(Currency, i64, i64)> {
        let mut totals: Vec<(Currency, i64, i64)> = Vec::new();
        for Balance { currency, debit, credit, .. } in &self.accounts {
            match totals.iter_mut().find(|total| total.0 == *currency) {
                Some(total) => {
                    total.1 = total.1.saturating_add(*debit);
                    total.2 = total.2.saturating_add(*credit);
                }
                None => totals.push((*currency, *debit, *credit)),
            }
        }
        totals
    }

    /// Whether debits equal credits in every currency.
    pub fn is_balanced(&self) -> bool {
        self.totals().into_iter().all(|(_, debit, credit)| debit == credit)
    }
}

/// The balance of one account.
///
/// # Errors
/// [`Error::NotYet`] for an `as_of` to come.
pub async fn balance(
    reads: &Reads,
    tenant: TenantId,
    account: AccountCode,
    currency: Currency,
    when: When,
) -> Result<Answer<Balance>, Error> {
    let mut read = reads.open(tenant, names(when)).await?;
    let as_of = read.resolve(AccountBalances::NAME, when.as_of).await?;
    let sql = format!(
        "select coalesce(sum(debit), 0)::bigint, coalesce(sum(credit), 0)::bigint, \
             coalesce(max(last_position), 0) from ({}) sums",
        sums(when, as_of, "$2", "$3")
    );
    let (debit, credit, last_position) = sqlx::query_as(&sql)
        .bind(tenant.uuid())
        .bind(account.as_str())
        .bind(currency.code())
        .bind(when.effective_on)
        .fetch_one(read.conn())
        .await?;
    Ok(read.answer(Balance { account, currency, debit, credit, last_position }))
}

/// The balance of one account with one client, from the journal's entries.
///
/// # Errors
/// [`Error::NotYet`] for an `as_of` to come.
pub async fn balance_with(
    reads: &Reads,
    tenant: TenantId,
    account: AccountCode,
    currency: Currency,
    party: ClientId,
    when: When,
) -> Result<Answer<Balance>, Error> {
    let mut read = reads.open(tenant, &[Journal::NAME]).await?;
    let as_of = read.resolve(Journal::NAME, when.as_of).await?;
    let (debit, credit, last_position) = sqlx::query_as(
        "select coalesce(sum(amount) filter (where side = 'debit'), 0)::bigint, \
             coalesce(sum(amount) filter (where side = 'credit'), 0)::bigint, \
             coalesce(max(position), 0) \
         from journal_entries where tenant_id = $1 and party = $2 and position <= $3 \
             and account = $4 and currency = $5 and ($6::date is null or effective_on <= $6)",
    )
    .bind(tenant.uuid())
    .bind(party.uuid())
    .bind(as_of)
    .bind(account.as_str())
    .bind(currency.code())
    .bind(when.effective_on)
    .fetch_one(read.conn())
    .await?;
    Ok(read.answer(Balance { account, currency, debit, credit, last_position }))
}

/// The balances of all accounts.
///
/// # Errors
/// [`Error::NotYet`] for an `as_of` to come.
pub async fn trial_balance(
    reads: &Reads,
    tenant: TenantId,
    when: When,
) -> Result<Answer<TrialBalance>, Error> {
    let mut read = reads.open(tenant, names(when)).await?;
    let position = read.resolve(AccountBalances::NAME, when.as_of).await?;
    let accounts = all_accounts(read.conn(), tenant, when, position).await?;
    Ok(read.answer(TrialBalance { position, accounts }))
}

async fn all_accounts(
    conn: &mut PgConnection,
    tenant: TenantId,
    when: When,
    as_of: i64,
) -> Result<Vec<Balance>, Error> {
    // $2 and $3 are taken, as in `balance`, so that one text of the sums serves both.
    let sql = format!(
        "select a.account, a.currency, s.debit, s.credit, s.last_position from ( \
             select distinct account, currency from account_balances \
             where tenant_id = $1 and span = {ALL} and grain = 'all' \
                 and $2::text is null and $3::text is null \
         ) a cross join lateral ( \
             select sum(debit)::bigint as debit, sum(credit)::bigint as credit, \
                 max(last_position) as last_position from ({}) sums \
         ) s where s.debit is not null order by a.account, a.currency",
        sums(when, as_of, "a.account", "a.currency")
    );
    let rows = sqlx::query(&sql)
        .bind(tenant.uuid())
        .bind(None::<String>)
        .bind(None::<String>)
        .bind(when.effective_on)
        .fetch_all(conn)
        .await?;
    let balance = |row: &sqlx::postgres::PgRow| {
        Ok::<_, sqlx::Error>(Balance {
            account: AccountCode::get(row, 0)?,
            currency: Currency::get(row, 1)?,
            debit: row.try_get(2)?,
            credit: row.try_get(3)?,
            last_position: row.try_get(4)?,
        })
    };
    Ok(rows.iter().map(balance).collect::<Result<_, _>>()?)
}

/// What must stand still for a question: the present needs no journal.
fn names(when: When) -> &'static [&'static str] {
    match when.as_of {
        AsOf::Now => &[AccountBalances::NAME],
        AsOf::Position(_) | AsOf::Instant(_) => &[AccountBalances::NAME, Journal::NAME],
    }
}

/// The rows that add up to an account as of a position. `$1` is the tenant, `$4` the last business
/// day or null.
fn sums(when: When, as_of: i64, account: &str, currency: &str) -> String {
    let days: &[&str] = match when.effective_on {
        None => &["grain = 'all'"],
        Some(_) => &[
            "grain = 'month' and effective_on < date_trunc('month', $4::date::timestamp)::date",
            "grain = 'day' and effective_on <= $4 \
             and effective_on >= date_trunc('month', $4::date::timestamp)::date",
        ],
    };
    let mut parts = Vec::new();
    let mut blocks = |span: i16, first: i64, until: i64| {
        parts.extend(days.iter().map(|days| {
            format!(
                "select debit, credit, last_position from account_balances where tenant_id = $1 \
                 and account = {account} and currency = {currency} and span = {span} and {days} \
                 and block >= {first} and block < {until}"
            )
        }));
    };
    if when.as_of == AsOf::Now {
        blocks(ALL, 0, 1);
        return parts.join(" union all ");
    }
    let end = as_of.saturating_add(1);
    let mut from = 0;
    for span in SPANS {
        let (first, until) = (from >> span, end >> span);
        blocks(span, first, until);
        from = until << span;
    }
    parts.push(format!(
        "select case side when 'debit' then amount else 0 end, \
             case side when 'credit' then amount else 0 end, position \
         from journal_entries where tenant_id = $1 and account = {account} \
             and currency = {currency} and position >= {from} and position < {end} \
             and ($4::date is null or effective_on <= $4)"
    ));
    parts.join(" union all ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_and_the_rest_cover_every_position_once() {
        for as_of in [0, 4094, 4095, 4096, 131_071, 9_999_999, (1 << 22) - 1, 1 << 22] {
            let when = When { as_of: AsOf::Position(as_of), effective_on: None };
            let sql = sums(when, as_of, "a", "c");
            let number = |text: &str, after: &str| -> i64 {
                let rest = text.split(after).nth(1).unwrap();
                let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
                digits.parse().unwrap()
            };
            let mut covered = 0;
            for part in sql.split(" union all ") {
                let (first, until) = if part.contains("account_balances") {
                    let span = number(part, "span = ");
                    (number(part, "block >= ") << span, number(part, "block < ") << span)
                } else {
                    (number(part, "position >= "), number(part, "position < "))
                };
                assert_eq!(first, covered, "as of {as_of}: {part}");
                covered = until;
            }
            assert_eq!(covered, as_of + 1);
        }
    }
}
