//! Real processes die in the middle of real work, and nothing is lost or doubled.
//!
//! Each file is one fault. `BILLFOLD_TEST_ROUNDS` sets how often each strikes (default 3).

mod import_killed;
mod import_loses_database;
mod load;
mod proof;
mod rotation_killed;
mod server_killed;
mod server_loses_database;
mod shop;

/// How often each fault strikes.
fn rounds() -> u32 {
    let set = std::env::vars().find(|(name, _)| name == "BILLFOLD_TEST_ROUNDS");
    set.and_then(|(_, value)| value.parse().ok()).unwrap_or(3)
}
