//! What is kept for sellers: every row of every table that a command may write.

use std::collections::BTreeMap;

use crate::world::{Seller, World};

/// Answers to keys, and caches that are written behind a commit: they tell of no change.
const ASIDE: [&str; 2] = ["receipts", "snapshots"];

/// How many rows each table has, and what is in them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Kept(BTreeMap<String, (i64, Option<String>)>);

impl Kept {
    /// Of all sellers.
    pub(crate) async fn everything(world: &World) -> Self {
        Self::read(world, "true").await
    }

    /// Of one.
    pub(crate) async fn of(world: &World, seller: &Seller) -> Self {
        Self::read(world, &format!("tenant_id = '{}'", seller.tenant.uuid())).await
    }

    async fn read(world: &World, which: &str) -> Self {
        let owner = &world.till.db.owner;
        let tables: Vec<String> = sqlx::query_scalar(
            "select table_name::text from information_schema.columns
             where table_schema = 'public' and column_name = 'tenant_id'",
        )
        .fetch_all(owner)
        .await
        .unwrap();
        let tables = tables.iter().filter(|table| !ASIDE.contains(&table.as_str()));
        let each = tables.map(|table| {
            format!(
                "select '{table}', count(*), md5(string_agg(kept::text, ' ' order by kept::text))
                 from {table} as kept where {which}"
            )
        });
        let question = each.collect::<Vec<_>>().join(" union all ");
        let rows: Vec<(String, i64, Option<String>)> =
            sqlx::query_as(&question).fetch_all(owner).await.unwrap();
        let kept =
            Self(rows.into_iter().map(|(table, count, what)| (table, (count, what))).collect());
        for table in ["events", "streams", "reservations", "subject_keys", "counters"] {
            assert!(kept.0[table].0 > 0, "{table} can be seen");
        }
        kept
    }

    /// # Errors
    /// The tables in which something changed.
    pub(crate) fn same_as(&self, before: &Self) -> Result<(), String> {
        let changed = self.0.iter().filter(|(table, kept)| before.0.get(*table) != Some(kept));
        let changed: Vec<&str> = changed.map(|(table, _)| table.as_str()).collect();
        if changed.is_empty() { Ok(()) } else { Err(format!("changes {changed:?}")) }
    }
}
