//! What a decision sees and does under the head lock, in the domain's types.
//!
//! Guarantees: an aggregate decides against the newest state; every event it answers is appended
//! with its claims, its numbers and its effective instant; a money event is posted first, so that
//! nothing unbalanced can be appended (D6).
//! Absent on purpose: I/O, the clock and chance.

use std::sync::Arc;

use billfold_domain::approval::StatedDeed;
use billfold_domain::kernel::{
    Actor, DocumentKind, DocumentNumber, EventBody, Issued, NumberFormat, Refusal, Series, TenantId,
};
use billfold_domain::ledger;
use billfold_domain::schema::Event;
use billfold_domain::tenant::{Tenant, TenantRefusal};
use billfold_event_store::{ClaimKey, Desk, DeskError, Draft, TakenNumber};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::approvals::held_back;
use super::held::{Held, Stored};
use super::plan::{claim_key, stream, tenant_stream};
use crate::error::{Kind, Refused};
use crate::settings::{NoSettings, Settings};

/// The desk of the log, for one command.
pub struct Table<'a, 'd> {
    pub(super) desk: &'a mut Desk<'d>,
    pub(super) tenant: TenantId,
    pub(super) actor: &'a Actor,
    pub(super) effective_on: Option<NaiveDate>,
    pub(super) settings: Option<Arc<Settings>>,
    /// What was decided that may need a second person.
    pub(super) deeds: Vec<StatedDeed>,
}

/// Where an event comes from.
#[derive(Clone, Copy)]
enum Origin {
    /// It was decided here and now.
    Here,
    /// Another store recorded it, perhaps with its instant.
    Elsewhere { at: Option<DateTime<Utc>> },
}

/// Why a decision ended.
#[derive(Debug)]
pub enum No {
    /// A rule says no.
    Refused(Refused),
    /// What the plan was made from has changed since; it must be made anew.
    Stale,
    /// It needs a second person, who is asked in its place.
    SecondPerson(Vec<StatedDeed>),
    /// What was granted cannot be done; that is noted in its place.
    Ungranted(Refused),
    /// The plan and the decision do not fit.
    Desk(DeskError),
    /// An event could not be written or posted.
    Broken(String),
}

impl No {
    /// The same refusal, with fields below `from` moved below `to`.
    #[must_use]
    pub fn under(mut self, from: &str, to: &str) -> Self {
        if let Self::Refused(refused) = &mut self {
            for field in &mut refused.fields {
                let rest = field.pointer.strip_prefix(from).unwrap_or(&field.pointer);
                field.pointer = format!("{to}{rest}");
            }
        }
        self
    }
}

impl From<Refused> for No {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<DeskError> for No {
    fn from(error: DeskError) -> Self {
        Self::Desk(error)
    }
}

impl From<NoSettings> for No {
    fn from(error: NoSettings) -> Self {
        match error {
            NoSettings::Absent(refusal) => Refused::of(&refusal).into(),
            NoSettings::TimeZone(_) => Self::Broken(error.to_string()),
        }
    }
}

impl Table<'_, '_> {
    /// The seller's settings as of this very moment.
    ///
    /// # Errors
    /// The plan opens the books, so there are none yet.
    pub fn settings(&self) -> Result<&Arc<Settings>, No> {
        self.settings.as_ref().ok_or_else(|| No::Broken("the books are not open yet".to_owned()))
    }

    /// Whose books these are.
    #[must_use]
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The seller's present: the instant the events will be recorded at, or for a test seller what
    /// its own clock shows.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let real = self.desk.recorded_at();
        self.settings.as_ref().map_or(real, |settings| settings.at(real))
    }

    /// The business day the command counts for: today at the seller's place, unless the plan named
    /// a day.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.effective_on.unwrap_or_else(|| self.calendar_day())
    }

    /// The calendar day at the seller's place, whatever day the command counts for.
    #[must_use]
    pub fn calendar_day(&self) -> NaiveDate {
        match &self.settings {
            Some(settings) => settings.day_of(self.now()),
            None => self.now().date_naive(),
        }
    }

    /// What was decided so far that may need a second person, which is nobody's question any more.
    pub(super) fn take_deeds(&mut self) -> Vec<StatedDeed> {
        std::mem::take(&mut self.deeds)
    }

    /// Ends a decision that needs a second person, by the limits that stand now.
    pub(super) fn ask_second_person(&mut self) -> Result<(), No> {
        let deeds = self.take_deeds();
        match &self.settings {
            Some(settings) if held_back(&settings.approval_limits, &deeds) => {
                Err(No::SecondPerson(deeds))
            }
            _ => Ok(()),
        }
    }

    /// Counts what follows for another business day.
    pub fn dated(&mut self, day: NaiveDate) {
        self.effective_on = Some(day);
    }

    /// The state of an aggregate.
    ///
    /// # Errors
    /// The plan did not name the stream.
    pub fn state<A: Stored>(&self, id: Uuid) -> Result<&A, No> {
        let Held(state) = self.desk.state::<Held<A>>(&stream::<A>(self.tenant, id))?;
        Ok(state)
    }

    /// How many events an aggregate has.
    ///
    /// # Errors
    /// The plan did not name the stream.
    pub fn version<A: Stored>(&self, id: Uuid) -> Result<i64, No> {
        Ok(self.desk.version(&stream::<A>(self.tenant, id))?)
    }

    /// The aggregate that holds something unique, if one of this kind does.
    ///
    /// # Errors
    /// The plan did not name the claim.
    pub fn holder<A: Stored>(&self, scope: &'static str, key: &str) -> Result<Option<Uuid>, No> {
        let claim = ClaimKey { scope, key: key.to_owned() };
        let holder = self.desk.holder(&claim)?;
        Ok(holder.filter(|stream| stream.kind == A::TYPE).map(|stream| stream.id))
    }

    /// Ends the decision unless an aggregate is at the version the plan was made from.
    ///
    /// # Errors
    /// `Stale` when it moved.
    pub fn unmoved<A: Stored>(&self, id: Uuid, planned: i64) -> Result<(), No> {
        if self.version::<A>(id)? == planned { Ok(()) } else { Err(No::Stale) }
    }

    /// Lets an aggregate decide, and appends what it answers.
    ///
    /// # Errors
    /// The aggregate refuses, or what it claims is held by another.
    pub fn decide<A: Stored>(
        &mut self,
        id: Uuid,
        command: A::Command,
    ) -> Result<Vec<A::Event>, No> {
        let ask = Issued {
            command,
            tenant: self.tenant,
            actor: self.actor.clone(),
            at: self.now(),
            effective_on: self.today(),
        };
        let events = self.state::<A>(id)?.decide(&ask).map_err(|no| Refused::of(&no))?;
        for event in &events {
            self.append::<A>(id, event)?;
        }
        Ok(events)
    }

    /// The next number of a kind of document, dated `issue_date`.
    ///
    /// # Errors
    /// A later document has a number already, or the plan did not name the counter.
    pub fn next_number(
        &self,
        format: &NumberFormat,
        kind: DocumentKind,
        issue_date: NaiveDate,
    ) -> Result<DocumentNumber, No> {
        let series = Series::new(format, kind, issue_date);
        let mut last = Vec::new();
        for key in series.keys() {
            // A counter that was not planned for means that the format changed since.
            let count = self.desk.counter(&key).map_err(|_| No::Stale)?;
            last.push((key, count));
        }
        let stands = |key: &str| last.iter().find(|(known, _)| known == key)?.1;
        series.next(stands).map_err(|no| Refused::of(&no as &dyn Refusal).into())
    }

    /// Takes over an event that another store recorded, with the number it has and, unless it
    /// names a day itself, the instant it happened at.
    ///
    /// # Errors
    /// What it claims is held by another, or it cannot be posted.
    pub(crate) fn adopt<A: Stored>(
        &mut self,
        id: Uuid,
        event: &A::Event,
        at: Option<DateTime<Utc>>,
    ) -> Result<(), No> {
        self.append_from::<A>(id, event, Origin::Elsewhere { at })
    }

    fn append<A: Stored>(&mut self, id: Uuid, event: &A::Event) -> Result<(), No> {
        self.append_from::<A>(id, event, Origin::Here)
    }

    fn append_from<A: Stored>(
        &mut self,
        id: Uuid,
        event: &A::Event,
        origin: Origin,
    ) -> Result<(), No> {
        let posted: Event = event.clone().into();
        ledger::postings(&posted).map_err(|error| No::Broken(error.to_string()))?;
        let payload =
            serde_json::to_string(event).map_err(|error| No::Broken(error.to_string()))?;
        let day = event.effective_on().unwrap_or_else(|| self.today());
        let effective_at = match (event.effective_on(), origin) {
            (None, Origin::Elsewhere { at: Some(at) }) => at,
            _ => self.instant_of(day),
        };
        let mut draft =
            Draft::new(event.event_type(), event.event_version(), payload, effective_at);
        for claim in event.claims() {
            let (key, takes) = claim_key(claim);
            if takes {
                self.refuse_if_held::<A>(id, &key)?;
                draft.takes.push(key);
            } else {
                draft.releases.push(key);
            }
        }
        for number in event.numbers() {
            let taken = |(series, number): (&str, u64)| TakenNumber {
                series: series.to_owned(),
                number,
                date: day,
                imported: matches!(origin, Origin::Elsewhere { .. }),
            };
            draft.numbers.extend(number.counts().map(taken));
        }
        let stream = stream::<A>(self.tenant, id);
        self.desk.append::<Held<A>>(&stream, draft, |Held(state)| state.apply(event))?;
        match origin {
            Origin::Here => self.note_deed::<A>(id, event),
            // What happened elsewhere cannot be held back any more.
            Origin::Elsewhere { .. } => Ok(()),
        }
    }

    /// Notes what may need a second person; the door asks for one once all is decided.
    fn note_deed<A: Stored>(&mut self, id: Uuid, event: &A::Event) -> Result<(), No> {
        let deed = self.state::<A>(id)?.deed(event, self.today());
        let Some(deed) = deed.map_err(|no| Refused::of(&no))? else { return Ok(()) };
        self.deeds.push(StatedDeed {
            kind: deed.kind,
            stream: A::TYPE.to_owned(),
            id,
            amount: deed.amount,
            in_all: deed.in_all,
        });
        Ok(())
    }

    fn refuse_if_held<A: Stored>(&self, id: Uuid, key: &ClaimKey) -> Result<(), No> {
        match self.desk.holder(key)? {
            Some(holder) if holder != stream::<A>(self.tenant, id) => {
                let what = key.scope.replace(['.', '_'], " ");
                let detail = format!("this {what} is taken already; choose another");
                let field = key.scope.split_once('.').map_or(key.scope, |(_, field)| field);
                let refused = Refused::new(&format!("{}_taken", key.scope), Kind::State, detail);
                Err(refused.at(&format!("/{field}")).into())
            }
            _ => Ok(()),
        }
    }

    /// A day as an instant: now for today, otherwise the day's first moment at the seller's place.
    fn instant_of(&self, day: NaiveDate) -> DateTime<Utc> {
        let now = self.now();
        match &self.settings {
            Some(settings) if settings.day_of(now) != day => settings.start_of(day),
            _ => now,
        }
    }

    /// Reads the seller under the lock; refuses when there is none or its books are closed.
    /// `cached` is used when it is of the very version that stands. What is done `at_rest` is done
    /// in closed books, too.
    pub(super) fn sit_down(
        &mut self,
        cached: Option<Arc<Settings>>,
        at_rest: bool,
    ) -> Result<(), No> {
        let key = tenant_stream(self.tenant);
        let version = self.desk.version(&key)?;
        let Held(tenant) = self.desk.state::<Held<Tenant>>(&key)?;
        match tenant {
            Tenant::Suspended(_) if !at_rest => {
                return Err(Refused::of(&TenantRefusal::Suspended).into());
            }
            Tenant::Closed(_) if !at_rest => {
                return Err(Refused::of(&TenantRefusal::Closed).into());
            }
            Tenant::Absent | Tenant::Open(_) | Tenant::Suspended(_) | Tenant::Closed(_) => {}
        }
        self.settings = Some(match cached.filter(|cached| cached.version == version) {
            Some(cached) => cached,
            None => Arc::new(Settings::of(tenant, version)?),
        });
        Ok(())
    }
}
