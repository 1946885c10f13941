//! Which dunning strategies does a seller have, and for whom do they hold? Asked by staff, and by
//! whoever opens a case.
//!
//! Guarantees: the three built-in strategies are there from the day the books open (SUB-12); each
//! holder has one strategy at most. Absent on purpose: which strategy an open case keeps to; the
//! case knows.

use billfold_domain::dunning::{BuiltIn, DunningStrategyEvent, Holder, Strategy};
use billfold_domain::kernel::{ClientId, DunningStrategyId, TenantId};
use billfold_domain::schema::Event;
use billfold_domain::tenant::TenantEvent;
use chrono::{DateTime, NaiveDate, Utc};

use crate::error::Error;
use crate::fact::Fact;
use crate::list::{Order, Sorted, select};
use crate::paging::{Page, Wanted};
use crate::projection::{FoldError, Projection};
use crate::reader::{Answer, Reads};
use crate::row::{Json, Row, row};
use crate::table::{Replaced, Table, Tables};

/// Holders of one strategy that are shown.
const HOLDERS: i64 = 200;

row! {
    /// One strategy.
    pub struct StrategyRow in "" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// The strategy.
            strategy_id: DunningStrategyId,
        }
        replaced {
            /// Unique name for machines.
            code: String,
            /// Name for people.
            name: String,
            /// Whether every seller has it.
            built_in: bool,
            /// Counts what it said, from 1.
            version: i64,
            /// What it says.
            strategy: Json<Strategy>,
            /// The last day of its use.
            retired_on: Option<NaiveDate>,
            /// How many events its stream has; a built-in one has none until it is chosen.
            revision: i64,
            /// When the log last heard of it.
            changed_at: DateTime<Utc>,
        }
    }
    index "(tenant_id, code)";
}

row! {
    /// For whom a strategy holds.
    pub struct HolderRow in "holders" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// For whom, as text.
            holder: String,
        }
        replaced {
            /// For whom.
            of: Json<Holder>,
            /// Which strategy; none once it was withdrawn.
            strategy_id: Option<DunningStrategyId>,
        }
    }
    index "(tenant_id, strategy_id, holder) where strategy_id is not null";
}

/// The projection.
#[derive(Debug)]
pub struct DunningStrategyList;

/// Its tables.
#[derive(Debug, Default)]
pub struct StrategyTables {
    strategies: Replaced<StrategyRow>,
    holders: Replaced<HolderRow>,
}

impl Tables for StrategyTables {
    fn tables(&mut self) -> Vec<&mut dyn Table> {
        vec![&mut self.strategies, &mut self.holders]
    }
}

impl Projection for DunningStrategyList {
    const NAME: &'static str = "dunning_strategy_list";
    const VERSION: u32 = 1;
    const STREAMS: &'static [&'static str] = &["tenant", "dunning_strategy"];
    type Rows = StrategyTables;

    fn apply(rows: &mut StrategyTables, fact: &Fact<'_>) -> Result<(), FoldError> {
        match fact.event()? {
            Event::Tenant(TenantEvent::Opened { .. }) => {
                for built_in in BuiltIn::ALL {
                    rows.strategies.put(built_in_row(fact, built_in));
                }
                Ok(())
            }
            Event::DunningStrategy(event) => apply(rows, fact, event),
            _ => Ok(()),
        }
    }
}

fn apply(
    rows: &mut StrategyTables,
    fact: &Fact<'_>,
    event: &DunningStrategyEvent,
) -> Result<(), FoldError> {
    let strategy_id = DunningStrategyId::new(fact.aggregate_id);
    match event {
        DunningStrategyEvent::Defined { code, name, strategy } => {
            let built_in = BuiltIn::by_id(fact.tenant(), strategy_id).is_some();
            rows.strategies.put(StrategyRow {
                tenant_id: fact.tenant(),
                strategy_id,
                code: code.clone(),
                name: name.clone(),
                built_in,
                version: 1,
                strategy: Json(strategy.clone()),
                retired_on: None,
                revision: fact.sequence,
                changed_at: fact.recorded_at,
                last_position: fact.position,
            });
            return Ok(());
        }
        DunningStrategyEvent::Assigned { holder } => {
            rows.holders.put(holder_row(fact, *holder, Some(strategy_id)));
        }
        DunningStrategyEvent::Withdrawn { holder } => {
            rows.holders.put(holder_row(fact, *holder, None));
        }
        DunningStrategyEvent::Revised { .. } | DunningStrategyEvent::Retired { .. } => {}
    }
    rows.strategies.change((fact.tenant(), strategy_id), fact.position, |row| {
        match event {
            DunningStrategyEvent::Revised { version, strategy } => {
                row.version = i64::from(*version);
                row.strategy = Json(strategy.clone());
            }
            DunningStrategyEvent::Retired { on } => row.retired_on = Some(*on),
            DunningStrategyEvent::Defined { .. }
            | DunningStrategyEvent::Assigned { .. }
            | DunningStrategyEvent::Withdrawn { .. } => {}
        }
        row.revision = fact.sequence;
        row.changed_at = fact.recorded_at;
        Ok(())
    })
}

fn built_in_row(fact: &Fact<'_>, built_in: BuiltIn) -> StrategyRow {
    StrategyRow {
        tenant_id: fact.tenant(),
        strategy_id: built_in.id_of(fact.tenant()),
        code: built_in.word().to_owned(),
        name: built_in.name().to_owned(),
        built_in: true,
        version: 1,
        strategy: Json(built_in.strategy()),
        retired_on: None,
        revision: 0,
        changed_at: fact.recorded_at,
        last_position: fact.position,
    }
}

fn holder_row(
    fact: &Fact<'_>,
    holder: Holder,
    strategy_id: Option<DunningStrategyId>,
) -> HolderRow {
    HolderRow {
        tenant_id: fact.tenant(),
        holder: holder.to_string(),
        of: Json(holder),
        strategy_id,
        last_position: fact.position,
    }
}

/// A strategy with those it holds for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    /// The strategy.
    pub strategy: StrategyRow,
    /// For whom it holds, by their text; at most 200.
    pub holders: Vec<Holder>,
}

/// Strategies by code, retired ones only if asked for.
///
/// # Errors
/// [`Error::Cursor`] for a cursor of another list.
pub async fn page(
    reads: &Reads,
    tenant: TenantId,
    retired: bool,
    wanted: &Wanted,
) -> Result<Answer<Page<Assigned>>, Error> {
    let order = Order::Ascending;
    let sorted = Sorted { by: "code", sql_type: "text", id: "strategy_id", order };
    let mut query = sorted.select::<StrategyRow>(DunningStrategyList::NAME, tenant);
    if !retired {
        query.push(" and retired_on is null");
    }
    let mut read = reads.open(tenant, &[DunningStrategyList::NAME]).await?;
    let Page { rows, next, total } = sorted.page(query, wanted, read.conn()).await?;
    let rows = with_holders(read.conn(), tenant, rows).await?;
    Ok(read.answer(Page { rows, next, total }))
}

/// One strategy.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn find(
    reads: &Reads,
    tenant: TenantId,
    strategy: DunningStrategyId,
) -> Result<Answer<Option<Assigned>>, Error> {
    let mut query = select::<StrategyRow>(DunningStrategyList::NAME, tenant);
    query.push(" and strategy_id = ").push_bind(strategy.uuid());
    let mut read = reads.open(tenant, &[DunningStrategyList::NAME]).await?;
    let row = query.build().fetch_optional(read.conn()).await?;
    let rows = row.iter().map(|row| StrategyRow::get(row, 0)).collect::<Result<_, _>>()?;
    let found = with_holders(read.conn(), tenant, rows).await?.pop();
    Ok(read.answer(found))
}

/// Which strategy holds for the seller, for each product that has one, and for some clients.
pub(crate) async fn held(
    conn: &mut sqlx::PgConnection,
    tenant: TenantId,
    clients: &[ClientId],
) -> Result<Vec<(Holder, DunningStrategyId)>, Error> {
    let clients: Vec<String> = clients.iter().map(ToString::to_string).collect();
    let mut query = select::<HolderRow>("dunning_strategy_list_holders", tenant);
    query.push(" and strategy_id is not null and (holder = 'tenant' or holder like 'prd_%'");
    query.push(" or holder = any(").push_bind(clients).push("))");
    let rows = query.build().fetch_all(conn).await?;
    let mut held = Vec::with_capacity(rows.len());
    for row in &rows {
        let HolderRow { of: Json(holder), strategy_id, .. } = HolderRow::get(row, 0)?;
        held.extend(strategy_id.map(|strategy| (holder, strategy)));
    }
    Ok(held)
}

async fn with_holders(
    conn: &mut sqlx::PgConnection,
    tenant: TenantId,
    strategies: Vec<StrategyRow>,
) -> Result<Vec<Assigned>, Error> {
    let ids: Vec<_> = strategies.iter().map(|row| row.strategy_id.uuid()).collect();
    let columns = HolderRow::SHAPE.columns_with("");
    let mut query = sqlx::QueryBuilder::<sqlx::Postgres>::new(format!(
        "select {columns} from ( \
             select *, row_number() over (partition by strategy_id order by holder) as place \
             from dunning_strategy_list_holders where tenant_id = "
    ));
    query.push_bind(tenant.uuid()).push(" and strategy_id = any(").push_bind(ids);
    query.push(")) held where place <= ").push_bind(HOLDERS).push(" order by holder");
    let rows = query.build().fetch_all(conn).await?;
    let none = |strategy| Assigned { strategy, holders: Vec::new() };
    let mut assigned: Vec<Assigned> = strategies.into_iter().map(none).collect();
    for row in &rows {
        let HolderRow { of: Json(holder), strategy_id, .. } = HolderRow::get(row, 0)?;
        let of = assigned.iter_mut().find(|one| Some(one.strategy.strategy_id) == strategy_id);
        if let Some(of) = of {
            of.holders.push(holder);
        }
    }
    Ok(assigned)
}
