//! Who gets the next account.
//!
//! Guarantees one answer for one question: no chance, no clock, no fraction. Absent on purpose:
//! where the figures come from.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::kernel::ServerId;
use crate::server::ServerStatus;

/// The rule of a group (SRV-09).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FillMethod {
    /// One after another, in the order in which they joined.
    RoundRobin,
    /// The one with the smallest share of its slots in use.
    LeastUsed,
}

impl FillMethod {
    /// Every rule, in the order screens list them.
    pub const ALL: [Self; 2] = [Self::RoundRobin, Self::LeastUsed];

    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::RoundRobin => "round_robin",
            Self::LeastUsed => "least_used",
        }
    }
}

/// What is known of a server that might be picked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The server.
    pub server_id: ServerId,
    /// How many of its slots are taken.
    pub used: u32,
    /// How many it has.
    pub capacity: u32,
    /// How it does.
    pub status: ServerStatus,
    /// Whether it can make what is asked for: its driver does, and it was not tried in vain.
    pub fits: bool,
}

impl Candidate {
    fn has_room(&self) -> bool {
        self.used < self.capacity
    }

    fn can_take(&self) -> bool {
        self.fits && self.status.takes_accounts() && self.has_room()
    }
}

/// A server that was picked, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pick {
    /// The server.
    pub server_id: ServerId,
    /// Why this one.
    pub because: PickReason,
}

/// Why a server was picked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PickReason {
    /// It was its turn.
    NextInTurn {
        /// After this one; nothing if it was the first.
        after: Option<ServerId>,
    },
    /// No other had a smaller share of its slots in use.
    LeastUsed {
        /// How many were taken.
        used: u32,
        /// How many it has.
        capacity: u32,
    },
    /// Somebody named it.
    ByHand,
}

/// No server of the group can take an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "no server has room: {full} full, {away} offline, disabled or in maintenance, {unfit} unsuited"
)]
pub struct NoRoom {
    /// How many are full.
    pub full: usize,
    /// How many take no account at the moment.
    pub away: usize,
    /// How many cannot make what is asked for.
    pub unfit: usize,
}

/// Picks a server for an account out of those of a group, given in the order in which they joined.
/// `last` is the one that was picked last, or in its place the one that joined before it; ties go
/// to whoever joined first.
///
/// # Errors
/// None of them can take one.
pub fn pick(
    fill: FillMethod,
    last: Option<ServerId>,
    candidates: &[Candidate],
) -> Result<Pick, NoRoom> {
    let found = match fill {
        FillMethod::RoundRobin => next_in_turn(last, candidates)
            .map(|found| (found, PickReason::NextInTurn { after: last })),
        FillMethod::LeastUsed => least_used(candidates).map(|found| {
            (found, PickReason::LeastUsed { used: found.used, capacity: found.capacity })
        }),
    };
    let (found, because) = found.ok_or_else(|| no_room(candidates))?;
    Ok(Pick { server_id: found.server_id, because })
}

fn next_in_turn(last: Option<ServerId>, candidates: &[Candidate]) -> Option<&Candidate> {
    let at = candidates.iter().position(|known| Some(known.server_id) == last);
    let after = at.map_or(0, |at| at.saturating_add(1));
    let (before, following) = candidates.split_at(after.min(candidates.len()));
    following.iter().chain(before).find(|known| known.can_take())
}

fn least_used(candidates: &[Candidate]) -> Option<&Candidate> {
    let share = |one: &Candidate, other: &Candidate| {
        u64::from(one.used).saturating_mul(u64::from(other.capacity))
    };
    // Of equals `min_by` gives the first.
    let open = candidates.iter().filter(|known| known.can_take());
    open.min_by(|one, other| share(one, other).cmp(&share(other, one)))
}

fn no_room(candidates: &[Candidate]) -> NoRoom {
    let count = |which: fn(&Candidate) -> bool| candidates.iter().filter(|one| which(one)).count();
    NoRoom {
        unfit: count(|one| !one.fits),
        away: count(|one| one.fits && !one.status.takes_accounts()),
        full: count(|one| one.fits && one.status.takes_accounts() && !one.has_room()),
    }
}
