//! What a comparison of a server with our services found (SRV-15).

use serde::{Deserialize, Serialize};

use crate::kernel::text::{check_key, check_line};
use crate::kernel::{Invalid, ServiceId};

/// How many of each kind one comparison lists; the others are counted and come up once those were
/// dealt with.
const MOST_LISTED: usize = 1_000;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// How many accounts there are.
    pub accounts: u32,
    /// Accounts of no service of ours.
    pub strangers: Vec<Stranger>,
    /// Services whose account is not there.
    pub missing: Vec<ServiceId>,
    /// Services whose account runs and should not, or the other way round.
    pub wrong: Vec<WrongState>,
    /// How many more there are than are listed.
    pub unlisted: u32,
}

/// An account of no service of ours. What it is called there is no history: it may name a person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Stranger {
    /// How the server identifies it, 1 to 200 characters.
    pub reference: String,
    /// What it is, in the words of the driver: lower case letters, digits, `_` and `-`.
    pub there: String,
}

/// An account that is not what is wanted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WrongState {
    /// Whose account.
    pub service_id: ServiceId,
    /// What it is, in the words of the driver: lower case letters, digits, `_` and `-`.
    pub there: String,
}

/// What was done about a stranger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StrangerEnd {
    /// It is a service's from now on.
    Adopted {
        /// Whose.
        service_id: ServiceId,
    },
    /// It stays and is not listed again.
    Ignored {
        /// Why, 1 to 500 characters.
        reason: String,
    },
    /// It is to be deleted; listed again for as long as it is there.
    Terminated {},
}

impl Comparison {
    /// Refuses texts that are none.
    pub fn check(&self) -> Result<(), Invalid> {
        let strangers = self.strangers.iter().map(|stranger| {
            Invalid::gather([
                check_line("reference", &stranger.reference, 200),
                check_key("there", &stranger.there),
            ])
            .map_err(|invalid| invalid.under("strangers"))
        });
        let wrong = self.wrong.iter().map(|wrong| {
            check_key("there", &wrong.there).map_err(|invalid| invalid.under("wrong"))
        });
        Invalid::gather(strangers.chain(wrong))
    }

    /// The same in one order, each once, without what is known not to matter, and no longer than
    /// an event should be.
    pub(super) fn tidied(&self, matters: impl Fn(&Stranger) -> bool) -> Self {
        let strangers = self.strangers.iter().filter(|stranger| matters(stranger)).cloned();
        let (strangers, more_strangers) = listed(strangers.collect());
        let (missing, more_missing) = listed(self.missing.clone());
        let (wrong, more_wrong) = listed(self.wrong.clone());
        let more = [more_strangers, more_missing, more_wrong];
        let more = more.into_iter().fold(0_usize, usize::saturating_add);
        let unlisted = self.unlisted.saturating_add(u32::try_from(more).unwrap_or(u32::MAX));
        Self { accounts: self.accounts, strangers, missing, wrong, unlisted }
    }

    /// Roughly how many bytes it occupies beside itself, for caches.
    pub(super) fn weight(&self) -> usize {
        let texts = self.strangers.iter().map(|one| one.reference.len());
        let lists = size_of_val(self.strangers.as_slice())
            .saturating_add(size_of_val(self.missing.as_slice()))
            .saturating_add(size_of_val(self.wrong.as_slice()));
        texts.fold(lists, usize::saturating_add)
    }
}

/// The first of them in their order, and how many are left.
fn listed<T: Ord>(mut found: Vec<T>) -> (Vec<T>, usize) {
    found.sort_unstable();
    found.dedup();
    let more = found.len().saturating_sub(MOST_LISTED);
    found.truncate(MOST_LISTED);
    (found, more)
}
