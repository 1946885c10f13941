//! What an event wants done.

use billfold_domain::kernel::{EffectId, TenantId};
use chrono::{DateTime, Utc};
use uuid::{Uuid, uuid};

use super::row::{EffectSubject, Lane};
use crate::ports::driver::Budget;

/// Ids of effects follow from what wants them, in this namespace (RFC 9562 §5.5).
const NAMESPACE: Uuid = uuid!("1c7f0cb5-6b0c-5d5e-9c39-6a2f4a0f8d11");

/// Where a wish comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// An event of the log.
    Event {
        /// Its place there.
        position: i64,
        /// Which of the things that it wants; never given to another.
        ordinal: u16,
    },
    /// A notification of a provider.
    Notice {
        /// Its id in the inbox.
        id: Uuid,
        /// Which of the things that it wants.
        ordinal: u16,
    },
    /// A turn of a schedule.
    Turn {
        /// What follows from the job, its time and its subject.
        id: Uuid,
    },
}

impl Wish {
    /// The id of the effect: the same however often it is derived.
    #[must_use]
    pub fn effect_id(self, tenant: TenantId) -> EffectId {
        let name = match self {
            Self::Event { position, ordinal } => format!("{tenant}/event/{position}/{ordinal}"),
            Self::Notice { id, ordinal } => format!("{tenant}/notice/{id}/{ordinal}"),
            Self::Turn { id } => format!("{tenant}/turn/{id}"),
        };
        EffectId::new(Uuid::new_v5(&NAMESPACE, name.as_bytes()))
    }

    /// The stored word.
    #[must_use]
    pub fn origin(self) -> &'static str {
        match self {
            Self::Event { .. } => "log",
            Self::Notice { .. } => "notice",
            Self::Turn { .. } => "schedule",
        }
    }

    /// The event and the ordinal; 0 where no event wants it.
    #[must_use]
    pub fn place(self) -> (i64, i32) {
        match self {
            Self::Event { position, ordinal } => (position, i32::from(ordinal)),
            Self::Notice { ordinal, .. } => (0, i32::from(ordinal)),
            Self::Turn { .. } => (0, 0),
        }
    }
}

/// Something to be done outside, or a command that follows from an event.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The seller.
    pub tenant: TenantId,
    /// What wants it.
    pub wish: Wish,
    /// What is to be done, such as `gateway.charge`.
    pub kind: &'static str,
    /// What it is done to.
    pub subject: EffectSubject,
    /// Whose budget it uses.
    pub lane: Lane,
    /// The budget that a new lane of this driver gets.
    pub budget: Budget,
    /// Rows of one key go one after another.
    pub order_key: String,
    /// Since when it is wanted, by the seller's clock.
    pub wanted_at: DateTime<Utc>,
    /// When it is due, if not at once: it holds nobody back until then.
    pub later: Option<DateTime<Utc>>,
    /// Whether it looks up only.
    pub asks: bool,
}
