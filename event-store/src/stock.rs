//! The field's own library as a second reader of our log.
//!
//! Stock `postgres-es` keeps events in a table of seven columns. The view `cqrs_events` shows our
//! log in that shape, so its repository, its replays and its tools can read every stream.
//! Guarantees: it reads the same bytes as we do, and cannot write: the view takes no insert, so
//! nothing gets past the chain. Absent on purpose: snapshots (stock ones count events twice), and
//! speed. Its queries compare ids as text, which no index of ours serves: use it to compare and
//! to look, not to run.

use postgres_es::PostgresEventRepository;
use sqlx::PgPool;

/// The view in the shape of stock `postgres-es`.
pub const EVENTS_VIEW: &str = "cqrs_events";

/// Stock's table of snapshots, which we do not have: asking for one is an error, not an empty
/// answer.
const NO_SNAPSHOTS: &str = "cqrs_snapshots_are_not_kept";

/// A stock repository over our log. It sees what the pool's role sees: with `billfold_feed` all
/// tenants.
pub fn repository(pool: PgPool) -> PostgresEventRepository {
    PostgresEventRepository::new(pool).with_tables(EVENTS_VIEW, NO_SNAPSHOTS)
}
