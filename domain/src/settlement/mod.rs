//! A settlement: what a payment provider or a bank says moved, line by line, against what we know.
//!
//! | state  | open | read lines | match, book, set aside, settle a line | close  |
//! | ------ | ---- | ---------- | ------------------------------------- | ------ |
//! | absent | open | –          | –                                     | –      |
//! | open   | –    | yes        | yes                                   | closed |
//! | closed | –    | –          | –                                     | –      |
//!
//! | line      | match   | book   | set aside | settle  |
//! | --------- | ------- | ------ | --------- | ------- |
//! | read      | matched | booked | set aside | settled |
//! | set aside | matched | booked | set aside | settled |
//! | matched   | –       | –      | –         | –       |
//! | booked    | –       | –      | –         | –       |
//! | settled   | –       | –      | –         | –       |
//!
//! Guarantees that every line adds up (fee and net are the gross), that a line is answered once
//! and that nothing answers two lines, that a file or one that overlaps it adds each line once,
//! and that nobody closes a statement of which a line is unanswered (EVT-13). A difference of
//! amount is listed, never absorbed. Payouts and fees that belong to no payment are booked here;
//! all other money is in the books by its payment, and a line nobody knows is work and not money.
//! Absent on purpose: formats, which whoever reads files knows, and finding what a line may be.

mod command;
mod decide;
mod error;
mod event;
mod line;
mod matching;
mod state;
#[cfg(test)]
mod tests;

pub use command::{MatchLine, NewLine, OpenSettlement, SettlementCommand};
pub use error::SettlementRefusal;
pub use event::SettlementEvent;
pub use line::{SettlementLine, SettlementLineKind, SettlementSource};
pub use matching::{LineMatch, LineSettled, LineUnmatched, MatchedBy};
pub use state::{HeldLine, LineStanding, Settlement, Statement};

use crate::kernel::{SettlementId, TenantId};

/// The stream of a file, so that the same file is the same settlement.
pub fn stream_of(tenant: TenantId, file_hash: &str) -> SettlementId {
    SettlementId::derive(tenant.uuid(), file_hash)
}
