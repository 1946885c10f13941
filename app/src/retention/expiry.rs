//! Destroys keys whose time is over: fiscal ones of erased persons once the law lets go of their
//! documents, and those of months whose requests need no origin any more.
//!
//! Guarantees: the end of each key is an event before it happens, so that a crash between the two
//! is repaired by the next run; a repeat changes nothing; sums, numbers and chain stay as they are.

use std::ops::ControlFlow;

use async_trait::async_trait;
use billfold_domain::data_subject::{DataSubject, DataSubjectCommand, DataSubjectKind};
use billfold_domain::kernel::{Actor, KeyClass, SubjectId, TenantId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::commands::{Ask, Door, Plan, Room, Touches, UseCase};
use crate::error::Error;
use crate::origins::Month;
use crate::ports::SubjectRef;

/// Persons looked at in one question.
const PAGE: u32 = 500;
/// Months behind the last one that is kept that are looked at: as long as this program can have
/// sealed any.
const MONTHS_BACK: u32 = 240;

/// Whose keys.
#[derive(Clone, Debug)]
pub struct KeyExpiry {
    /// Which seller's.
    pub tenant: TenantId,
    /// Who asks.
    pub actor: Actor,
    /// Only say what would be destroyed.
    pub rehearse: bool,
}

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Expiry {
    /// Persons whose fiscal key was destroyed.
    pub persons: u64,
    /// Months whose origins were.
    pub months: u64,
    /// Whether it only said what it would do.
    pub rehearsed: bool,
    /// Whether it was stopped before its end; run it again to go on.
    pub interrupted: bool,
}

/// Destroys what is over by the seller's clock, and origins by the real one. `progress` is told how
/// many keys, and says whether to go on.
///
/// # Errors
/// The log or the key table does not answer; what was done stays.
pub async fn run(
    door: &Door,
    ask: &KeyExpiry,
    mut progress: impl FnMut(u64) -> ControlFlow<()>,
) -> Result<Expiry, Error> {
    let settings = door.settings(ask.tenant).await?;
    let real = door.clock().now();
    let today = settings.day_of(settings.at(real));
    let mut done = Expiry { rehearsed: ask.rehearse, ..Expiry::default() };
    let mut after = None;
    loop {
        let page = door.vault().expired(ask.tenant, today, after, PAGE).await?;
        let Some((last, _)) = page.last() else { break };
        after = Some(*last);
        for (subject, kept_until) in page {
            let kind = DataSubjectKind::Client;
            let end = EndRetention { subject, kind, class: KeyClass::Fiscal, kept_until };
            end_of(door, ask, end).await?;
            done.persons += 1;
            if progress(done.persons).is_break() {
                done.interrupted = true;
                return Ok(done);
            }
        }
    }
    for (month, subject) in expired_months(door, ask.tenant, real).await? {
        let kept_until = month.last_day_kept(door.retention().origin_months).unwrap_or(today);
        let kind = DataSubjectKind::Origins;
        let end = EndRetention { subject, kind, class: KeyClass::Operational, kept_until };
        end_of(door, ask, end).await?;
        done.months += 1;
    }
    Ok(done)
}

/// Months whose key lives on although nothing asks for it, oldest last.
async fn expired_months(
    door: &Door,
    tenant: TenantId,
    real: DateTime<Utc>,
) -> Result<Vec<(Month, SubjectId)>, Error> {
    let kept = door.retention().origin_months;
    let past = |back: u32| Month::of(real).before(kept.checked_add(back)?);
    let months: Vec<Month> = (1..=MONTHS_BACK).filter_map(past).collect();
    let subjects = months.iter().map(|month| (month.subject(tenant), KeyClass::Operational));
    let ring = door.vault().ring_to_open(tenant, subjects).await?;
    let lives = |month: &Month| ring.holds(month.subject(tenant), KeyClass::Operational);
    Ok(months.into_iter().filter(lives).map(|month| (month, month.subject(tenant))).collect())
}

async fn end_of(door: &Door, ask: &KeyExpiry, end: EndRetention) -> Result<(), Error> {
    if ask.rehearse {
        return Ok(());
    }
    let class = if end.class == KeyClass::Fiscal { "fiscal" } else { "operational" };
    let key = format!("key-expiry:{}:{class}:{}", end.subject, end.kept_until);
    door.execute(Ask::new(ask.tenant, ask.actor.clone(), key, end)).await?;
    Ok(())
}

/// Note that the time to keep something is over, and destroy its key.
#[derive(Clone, Copy, Debug, Serialize)]
struct EndRetention {
    subject: SubjectId,
    kind: DataSubjectKind,
    class: KeyClass,
    kept_until: NaiveDate,
}

#[async_trait]
impl UseCase for EndRetention {
    const NAME: &'static str = "end_retention";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let Self { subject, kind, class, kept_until } = *self;
        let id = subject.uuid();
        Ok(Touches::new(room.tenant).reads::<DataSubject>(id).decide(move |table| {
            let end = DataSubjectCommand::EndRetention { kind, class, kept_until };
            table.decide::<DataSubject>(id, end)?;
            Ok(())
        }))
    }

    async fn after(&self, room: &Room<'_>, (): &()) -> Result<(), Error> {
        let of = SubjectRef { tenant: room.tenant, subject: self.subject };
        // The day after the last one it was kept, so that what is over is over for the table too.
        let today = self.kept_until.succ_opt().unwrap_or(self.kept_until);
        room.vault().erase(of, today, room.now).await?;
        Ok(())
    }
}
