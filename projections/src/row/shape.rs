//! The shape of a table and the statements that follow from it.
//!
//! Guarantees: every table leads its key with `tenant_id`, has row-level security enabled and
//! forced with the two policies of the log, and is readable only through a view that names one
//! generation. Names come from constants of the program, never from input.

use super::cell::{Cell, SqlType};

/// How rows of a table come to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Written once, never changed.
    Appended,
    /// Replaced as a whole when something about it changed.
    Replaced,
    /// Sums that grow by deltas.
    Summed,
}

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub sql: SqlType,
    /// Whether it may be null.
    pub nullable: bool,
}

impl Column {
    /// The column that holds cells of type `C`.
    pub const fn of<C: Cell>(name: &'static str) -> Self {
        Self { name, sql: C::TYPE, nullable: C::NULLABLE }
    }
}

/// A table of a projection, without its generation.
#[derive(Debug, PartialEq, Eq)]
pub struct Shape {
    /// Part of the name after the projection's; empty if the projection has one table.
    pub table: &'static str,
    /// Columns in order; the first `key` of them are the primary key.
    pub columns: &'static [Column],
    /// Number of key columns.
    pub key: usize,
    /// How rows come to be.
    pub kind: Kind,
    /// Conditions that each row fulfils.
    pub checks: &'static [&'static str],
    /// Index definitions, from the opening parenthesis on.
    pub indexes: &'static [&'static str],
}

impl Shape {
    /// The name under which reads see the live generation.
    pub fn view(&self, projection: &str) -> String {
        if self.table.is_empty() {
            projection.to_owned()
        } else {
            format!("{projection}_{}", self.table)
        }
    }

    /// The table of one generation.
    pub fn physical(&self, projection: &str, generation: i32) -> String {
        format!("p_{}_v{generation}", self.view(projection))
    }

    /// Column names, comma separated, each with `prefix`.
    pub fn columns_with(&self, prefix: &str) -> String {
        list(self.columns, |column| format!("{prefix}{}", column.name))
    }

    fn key_columns(&self) -> &'static [Column] {
        self.columns.get(..self.key).unwrap_or(self.columns)
    }

    fn value_columns(&self) -> &'static [Column] {
        self.columns.get(self.key..).unwrap_or_default()
    }

    /// Names of the key columns, comma separated.
    pub fn key_list(&self) -> String {
        list(self.key_columns(), |column| column.name.to_owned())
    }

    /// Creates the table without keys and indexes, so that it can be filled fast.
    pub fn create(&self, physical: &str) -> String {
        let columns = list(self.columns, |column| {
            let null = if column.nullable { "" } else { " not null" };
            format!("{} {}{null}", column.name, column.sql.name)
        });
        let checks: String = self.checks.iter().map(|check| format!(", check ({check})")).collect();
        let fill = if self.kind == Kind::Appended { 100 } else { 70 };
        format!("create table {physical} ({columns}{checks}) with (fillfactor = {fill})")
    }

    /// Key, indexes, row-level security and grants: what makes a filled table fit for use.
    pub fn finish(&self, physical: &str) -> Vec<String> {
        let mut statements =
            vec![format!("alter table {physical} add primary key ({})", self.key_list())];
        statements
            .extend(self.indexes.iter().map(|index| format!("create index on {physical} {index}")));
        statements.extend([
            format!("alter table {physical} enable row level security"),
            format!("alter table {physical} force row level security"),
            format!(
                "create policy feed_all on {physical} to billfold_feed \
                 using (true) with check (true)"
            ),
            format!(
                "create policy tenant_only on {physical} to billfold_app \
                 using (tenant_id = current_tenant()) with check (tenant_id = current_tenant())"
            ),
            format!("grant select on {physical} to billfold_app"),
            format!("grant select, insert, update on {physical} to billfold_feed"),
        ]);
        statements
    }

    /// Points the view at a generation. A view is dropped and made again because a new generation
    /// may have other columns; inside one transaction nobody sees it missing.
    pub fn switch(&self, projection: &str, generation: i32) -> Vec<String> {
        let (view, physical) = (self.view(projection), self.physical(projection, generation));
        vec![
            format!("drop view if exists {view}"),
            format!(
                "create view {view} with (security_invoker = true) as select {} from {physical}",
                self.columns_with("")
            ),
            format!("grant select on {view} to billfold_app, billfold_feed"),
        ]
    }

    /// The one statement that writes a page: array parameters in the order of the columns, then
    /// (not for appended rows) the position of the page's first event.
    pub fn write(&self, physical: &str) -> String {
        let names = self.columns_with("");
        let arrays = list(0..self.columns.len(), |at| format!("${}", at + 1));
        let insert = format!(
            "insert into {physical} as t ({names}) select {names} from unnest({arrays}) \
             as u({names})"
        );
        let set = match self.kind {
            Kind::Appended => return insert,
            Kind::Replaced => {
                list(self.value_columns(), |column| format!("{0} = excluded.{0}", column.name))
            }
            Kind::Summed => list(self.value_columns(), |column| match column.name {
                "last_position" => "last_position = excluded.last_position".to_owned(),
                name => format!("{name} = t.{name} + excluded.{name}"),
            }),
        };
        format!(
            "{insert} on conflict ({}) do update set {set} where t.last_position < ${}",
            self.key_list(),
            self.columns.len() + 1
        )
    }

    /// Reads the rows of a set of keys: one array parameter per key column.
    pub fn load(&self, physical: &str) -> String {
        let arrays = list(0..self.key, |at| format!("${}", at + 1));
        let keys = self.key_list();
        format!(
            "select {} from unnest({arrays}) as k({keys}) join {physical} t using ({keys})",
            list(self.columns, |column| format!("t.{}", column.name))
        )
    }

    /// Takes rows in the binary format.
    pub fn copy_in(&self, physical: &str) -> String {
        let names = self.columns_with("");
        format!("copy {physical} ({names}) from stdin with (format binary, freeze true)")
    }
}

fn list<T>(items: impl IntoIterator<Item = T>, each: impl FnMut(T) -> String) -> String {
    items.into_iter().map(each).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUMS: Shape = Shape {
        table: "sums",
        columns: &[
            Column::of::<uuid::Uuid>("tenant_id"),
            Column::of::<i64>("amount"),
            Column::of::<i64>("last_position"),
        ],
        key: 1,
        kind: Kind::Summed,
        checks: &["amount >= 0"],
        indexes: &[],
    };

    #[test]
    fn sums_grow_by_deltas_and_only_once_per_page() {
        assert_eq!(
            SUMS.write("p_x_sums_v1"),
            "insert into p_x_sums_v1 as t (tenant_id, amount, last_position) \
             select tenant_id, amount, last_position from unnest($1, $2, $3) \
             as u(tenant_id, amount, last_position) on conflict (tenant_id) do update set \
             amount = t.amount + excluded.amount, last_position = excluded.last_position \
             where t.last_position < $4"
        );
    }

    #[test]
    fn names_carry_projection_table_and_generation() {
        assert_eq!(SUMS.view("x"), "x_sums");
        assert_eq!(SUMS.physical("x", 3), "p_x_sums_v3");
        assert_eq!(
            SUMS.create("p_x_sums_v3"),
            "create table p_x_sums_v3 (tenant_id uuid not null, amount bigint not null, \
             last_position bigint not null, check (amount >= 0)) with (fillfactor = 70)"
        );
    }
}
