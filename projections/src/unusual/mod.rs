//! Which days had far more of something than those before: refunds of one person, refused sign-ins,
//! entries to dunning? Asked by whoever would otherwise find out weeks later (EVT-41).
//!
//! Guarantees: a count per kind, subject and day of UTC, of events by their header alone, so that
//! nothing sealed or personal comes here; which of those days are unusual follows from the counts
//! by a rule of whole numbers, and is told with the figures that made it so. The events behind a
//! count are those of its types, actor and day, which the audit log shows. Absent on purpose: the
//! verdict as a stored thing. It is asked of the counts each time, so that another threshold needs
//! no rebuild.

mod read;
mod watched;

use billfold_domain::kernel::TenantId;
use chrono::NaiveDate;

use crate::fact::Fact;
use crate::projection::{FoldError, Projection};
use crate::row::row;
use crate::table::Summed;

pub use read::{Filter, UnusualDay, page};
pub use watched::{Against, Before, DAYS_BEFORE, Rule, Watched};

row! {
    /// How often something was done on a day.
    pub struct CountRow in "" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// What was done.
            kind: Watched,
            /// By whom, as stored: `staff:<uuid>`; empty where the seller as a whole is watched.
            subject: String,
            /// The day of UTC on which it was recorded.
            day: NaiveDate,
        }
        summed {
            /// How many events.
            deeds: i64,
        }
    }
    index "(tenant_id, day, kind, subject) where deeds >= 3";
}

/// The projection.
#[derive(Debug)]
pub struct Unusual;

impl Projection for Unusual {
    const NAME: &'static str = "unusual";
    const VERSION: u32 = 1;
    const STREAMS: &'static [&'static str] = &[
        "payment",
        "invoice",
        "credit_note",
        "gift_card",
        "role",
        "api_key",
        "data_subject",
        "client",
        "staff_member",
        "sign_in",
        "dunning_case",
    ];
    type Rows = Summed<CountRow>;

    /// The type of an event says what it counts as; its content is not looked at.
    fn apply(rows: &mut Self::Rows, fact: &Fact<'_>) -> Result<(), FoldError> {
        let Some(kind) = Watched::of(fact.event_type) else { return Ok(()) };
        rows.add(CountRow {
            tenant_id: fact.tenant(),
            kind,
            subject: if kind.is_by_actor() { fact.actor.to_owned() } else { String::new() },
            day: fact.recorded_at.date_naive(),
            deeds: 1,
            last_position: fact.position,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_watched_event_is_of_a_stream_that_is_read() {
        for kind in Watched::ALL {
            for event_type in kind.event_types() {
                let stream = event_type.split('.').next().unwrap();
                assert!(Unusual::STREAMS.contains(&stream), "{event_type}");
            }
        }
    }
}
