//! The door: one way in for every write of history.
//!
//! Guarantees: a command is planned, decided under the head lock, appended and answered once per
//! key, for ever; what a plan finds wrong is remembered like a refusal under the lock; a stale plan
//! is made anew a bounded number of times.

use std::sync::Arc;

use billfold_domain::kernel::TenantId;
use billfold_event_store::{
    ClaimKey, Clock, Desk, Header, Loaded, Needs, Receipt, Stop, Store, Submission, Work,
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use tracing::Instrument;
use uuid::Uuid;

use super::approvals::{Asked, not_offered, request};
use super::ask::{Ask, Cause, Done};
use super::held::{Held, Stored};
use super::plan::{Plan, UseCase, stream, tenant_stream};
use super::request_hash::request_hash;
use super::room::Room;
use super::table::{No, Table};
use crate::error::{Error, Kind, Refused, Waiting};
use crate::origins::Origins;
use crate::ports::{
    Arrears, Deferrals, InlineGateways, LapsedCards, OpenInvoices, UnansweredApprovals,
};
use crate::retention::Retention;
use crate::settings::{Settings, SettingsCache};
use crate::vault::Vault;

/// How often a plan is made anew when the facts moved between planning and deciding.
const PLANS: usize = 4;

/// Code of the private answer that asks for a new plan; never shown to a caller.
const STALE: &str = "command.stale_plan";
/// Code of the private answer that asks for a second person; its detail are the deeds.
const SECOND_PERSON: &str = "command.second_person";
/// Code of the private answer that what was granted cannot be done; its detail is the refusal.
const UNGRANTED: &str = "command.ungranted";
/// Code of the private answer that reports a fault; never shown to a caller.
const BROKEN: &str = "command.broken";

/// What a door is built over.
#[derive(Clone)]
pub struct DoorParts {
    /// The log, opened with [`kinds`](super::kinds).
    pub store: Store,
    /// Personal data.
    pub vault: Arc<Vault>,
    /// Payment gateways by key.
    pub gateways: InlineGateways,
    /// Finds unpaid invoices.
    pub open_invoices: Arc<dyn OpenInvoices>,
    /// Finds who is late.
    pub arrears: Arc<dyn Arrears>,
    /// Knows what was billed ahead.
    pub deferrals: Arc<dyn Deferrals>,
    /// Finds gift cards whose last day is over.
    pub lapsed_cards: Arc<dyn LapsedCards>,
    /// Finds approvals that nobody answered in time.
    pub unanswered_approvals: Arc<dyn UnansweredApprovals>,
    /// How long what is kept.
    pub retention: Arc<Retention>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// The door. Clones are the same door.
#[derive(Clone)]
pub struct Door(Arc<Inner>);

pub(super) struct Inner {
    pub(super) store: Store,
    pub(super) vault: Arc<Vault>,
    origins: Origins,
    pub(super) gateways: InlineGateways,
    pub(super) open_invoices: Arc<dyn OpenInvoices>,
    pub(super) arrears: Arc<dyn Arrears>,
    pub(super) deferrals: Arc<dyn Deferrals>,
    lapsed_cards: Arc<dyn LapsedCards>,
    unanswered_approvals: Arc<dyn UnansweredApprovals>,
    pub(super) retention: Arc<Retention>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) settings: Arc<SettingsCache>,
}

impl Door {
    /// A door over its parts.
    #[must_use]
    pub fn new(parts: DoorParts) -> Self {
        let settings = Arc::new(SettingsCache::new(parts.store.clone()));
        Self(Arc::new(Inner {
            store: parts.store,
            origins: Origins::new(Arc::clone(&parts.vault)),
            vault: parts.vault,
            gateways: parts.gateways,
            open_invoices: parts.open_invoices,
            arrears: parts.arrears,
            deferrals: parts.deferrals,
            lapsed_cards: parts.lapsed_cards,
            unanswered_approvals: parts.unanswered_approvals,
            retention: parts.retention,
            clock: parts.clock,
            settings,
        }))
    }

    /// Does what is asked, once per key.
    ///
    /// # Errors
    /// See [`Error`]. A refusal that depends on state is the answer to this key for ever.
    pub async fn execute<U: UseCase>(&self, ask: Ask<U>) -> Result<Done<U::Answer>, Error> {
        let span = tracing::info_span!(
            "command",
            use_case = U::NAME,
            tenant = %ask.tenant,
            actor = %ask.actor,
        );
        self.run(&ask).instrument(span).await
    }

    /// Does many things of one kind in their order and in as few transactions as the log allows, as
    /// an import does. One answer per request, in their order. The plans are made beforehand by the
    /// caller.
    pub(crate) async fn execute_planned<A: Answer>(
        &self,
        planned: Vec<Planned<A>>,
    ) -> Vec<Result<Done<A>, Error>> {
        let submissions = planned.into_iter().map(|planned| planned.submission).collect();
        let receipts = self.0.store.submit_many(submissions).await;
        let answer = |receipt: Result<Receipt, _>| done(&receipt.map_err(Error::from)?);
        receipts.into_iter().map(|receipt| answer(receipt).map_err(unveil)).collect()
    }

    /// A request with a plan that was made for it, for [`Door::execute_planned`]. Runs and imports
    /// make it, which come from nowhere: an origin is not kept.
    pub(crate) fn planned<U: UseCase>(
        &self,
        ask: &Ask<U>,
        plan: Plan<U::Answer>,
    ) -> Result<Planned<U::Answer>, Error> {
        let submission = self.0.submission(ask, None, plan)?;
        Ok(Planned { submission, answer: std::marker::PhantomData })
    }

    /// The settings of a seller, perhaps a moment old.
    ///
    /// # Errors
    /// There is no such seller, or the database does not answer.
    pub async fn settings(&self, tenant: TenantId) -> Result<Arc<Settings>, Error> {
        self.0.settings.refresh(tenant).await
    }

    /// The committed state of an aggregate and its version; the default state at version 0 when it
    /// does not exist.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn load<A: Stored>(&self, tenant: TenantId, id: Uuid) -> Result<(A, i64), Error> {
        let loaded = self.0.store.load::<Held<A>>(&stream::<A>(tenant, id)).await?;
        Ok((loaded.state.0.clone(), loaded.version))
    }

    /// The committed states of many aggregates, in their order, in two questions.
    ///
    /// # Errors
    /// The database does not answer.
    pub(crate) async fn load_many<A: Stored>(
        &self,
        tenant: TenantId,
        ids: Vec<Uuid>,
    ) -> Result<Vec<Loaded<Held<A>>>, Error> {
        let streams: Vec<_> = ids.into_iter().map(|id| stream::<A>(tenant, id)).collect();
        Ok(self.0.store.load_many::<Held<A>>(&streams).await?)
    }

    /// The states of many aggregates, in their order, perhaps a moment old: for a plan, whose
    /// decision notices what has moved.
    ///
    /// # Errors
    /// The database does not answer.
    pub(crate) async fn recall_many<A: Stored>(
        &self,
        tenant: TenantId,
        ids: Vec<Uuid>,
    ) -> Result<Vec<Loaded<Held<A>>>, Error> {
        let streams: Vec<_> = ids.into_iter().map(|id| stream::<A>(tenant, id)).collect();
        Ok(self.0.store.recall_many::<Held<A>>(&streams).await?)
    }

    /// The state of an aggregate as of a position of the log, and the version it had then.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn load_as_of<A: Stored>(
        &self,
        tenant: TenantId,
        id: Uuid,
        position: i64,
    ) -> Result<(A, i64), Error> {
        let loaded = self.0.store.state_at::<Held<A>>(&stream::<A>(tenant, id), position).await?;
        Ok((loaded.state.0.clone(), loaded.version))
    }

    /// The streams that hold claims of a scope whose keys begin so.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn holders(
        &self,
        tenant: TenantId,
        scope: &str,
        beginning: &str,
    ) -> Result<Vec<Uuid>, Error> {
        Ok(self.0.store.holders(tenant.uuid(), scope, beginning).await?)
    }

    /// The stream that holds something unique, as committed a moment ago.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn holder(
        &self,
        tenant: TenantId,
        scope: &'static str,
        key: &str,
    ) -> Result<Option<Uuid>, Error> {
        let claim = ClaimKey { scope, key: key.to_owned() };
        Ok(self.0.store.holder(tenant.uuid(), &claim).await?)
    }

    /// The sellers of the installation by id, from the first behind `after` on, at most `limit`.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sellers(
        &self,
        after: Option<TenantId>,
        limit: usize,
    ) -> Result<Vec<TenantId>, Error> {
        let found = self.0.store.tenants(after.map(TenantId::uuid), limit).await?;
        Ok(found.into_iter().map(TenantId::new).collect())
    }

    /// The oldest seller; none while no books are open.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn first_seller(&self) -> Result<Option<TenantId>, Error> {
        Ok(self.0.store.first_tenant().await?.map(TenantId::new))
    }

    /// The vault behind the door, for reads that show personal data.
    #[must_use]
    pub fn vault(&self) -> &Arc<Vault> {
        &self.0.vault
    }

    /// The clock of the door.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    /// A seller's present: the real one, or what the clock of a test seller shows.
    ///
    /// # Errors
    /// There is no such seller, or the database does not answer.
    pub async fn now(&self, tenant: TenantId) -> Result<DateTime<Utc>, Error> {
        Ok(self.settings(tenant).await?.at(self.clock().now()))
    }

    /// How long what personal data is kept, and why.
    #[must_use]
    pub fn retention(&self) -> &Retention {
        &self.0.retention
    }

    /// The gateways a charge may name.
    #[must_use]
    pub fn gateways(&self) -> &InlineGateways {
        &self.0.gateways
    }

    /// Finds who is late with what.
    #[must_use]
    pub fn arrears(&self) -> &dyn Arrears {
        self.0.arrears.as_ref()
    }

    /// Knows what was billed ahead of its service.
    #[must_use]
    pub fn deferrals(&self) -> &dyn Deferrals {
        self.0.deferrals.as_ref()
    }

    /// Finds gift cards whose last day is over.
    #[must_use]
    pub fn lapsed_cards(&self) -> &dyn LapsedCards {
        self.0.lapsed_cards.as_ref()
    }

    /// Finds approvals that nobody answered in time.
    #[must_use]
    pub fn unanswered_approvals(&self) -> &dyn UnansweredApprovals {
        self.0.unanswered_approvals.as_ref()
    }

    async fn run<U: UseCase>(&self, ask: &Ask<U>) -> Result<Done<U::Answer>, Error> {
        let inner = &self.0;
        let origin = inner.origins.seal(ask.tenant, &ask.origin, inner.clock.now()).await?;
        let origin = origin.as_deref();
        for _ in 0..PLANS {
            let room = inner.room(ask).await;
            let submission = match ask.command.plan(&room).await {
                Ok(plan) => inner.submission(ask, origin, plan)?,
                Err(Error::Refused(no) | Error::NotFound(no)) => inner.refusal(ask, origin, no)?,
                Err(error) => return Err(error),
            };
            let mut answered = inner.store.submit(submission).await.map_err(Error::from);
            if let Err(Error::Refused(no)) = &answered
                && let Some(other) = inner.in_its_place(ask, origin, &room, no).await?
            {
                answered = inner.store.submit(other).await.map_err(Error::from);
            }
            match answered {
                Ok(receipt) => {
                    let done = done(&receipt)?;
                    if done.version_of(ask.tenant.uuid()).is_some() {
                        inner.settings.forget(ask.tenant);
                    }
                    ask.command.after(&room, &done.answer).await?;
                    return Ok(done);
                }
                Err(Error::Refused(no)) if no.code == STALE => continue,
                Err(error) => return Err(unveil(error)),
            }
        }
        Err(contended())
    }
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Door").finish_non_exhaustive()
    }
}

/// A request that waits in a batch.
pub(crate) struct Planned<A> {
    submission: Submission,
    answer: std::marker::PhantomData<fn() -> A>,
}

/// What a use case answers.
pub(crate) trait Answer: Serialize + serde::de::DeserializeOwned {}
impl<A: Serialize + serde::de::DeserializeOwned> Answer for A {}

impl Inner {
    async fn room<'a, U>(&'a self, ask: &'a Ask<U>) -> Room<'a> {
        // Whoever opens the books has no settings yet, and lives in real time until then.
        let settings = self.settings.get(ask.tenant).await.ok();
        let real = self.clock.now();
        Room {
            inner: self,
            tenant: ask.tenant,
            actor: &ask.actor,
            key: &ask.key,
            now: settings.map_or(real, |settings| settings.at(real)),
        }
    }

    /// What is submitted in place of a decision that could not stand: a question to a second
    /// person, or what the use case does without.
    async fn in_its_place<U: UseCase>(
        &self,
        ask: &Ask<U>,
        origin: Option<&str>,
        room: &Room<'_>,
        no: &Refused,
    ) -> Result<Option<Submission>, Error> {
        match no.code.as_str() {
            SECOND_PERSON => {
                let deeds = serde_json::from_str(&no.detail).map_err(Error::bug)?;
                let plan = request(room, ask, deeds).await?;
                Ok(Some(self.submission(ask, origin, plan)?))
            }
            UNGRANTED => {
                let refused = serde_json::from_str(&no.detail).map_err(Error::bug)?;
                let plan = ask.command.instead(room, refused).await?;
                Ok(Some(self.submission(ask, origin, plan)?))
            }
            _ => Ok(None),
        }
    }

    fn submission<U: UseCase, A: Serialize + 'static>(
        &self,
        ask: &Ask<U>,
        origin: Option<&str>,
        plan: Plan<A>,
    ) -> Result<Submission, Error> {
        let mut needs = plan.needs.clone();
        if let (Some(version), Some(main)) = (ask.expect, plan.main) {
            needs.expect.push((main, version));
        }
        let header = header(ask, origin, plan.cause)?;
        let work = PlannedWork {
            needs,
            tenant: ask.tenant,
            actor: ask.actor.clone(),
            settings: Arc::clone(&self.settings),
            plan,
        };
        Ok(Submission { header, work: Arc::new(work) })
    }

    fn refusal<U: UseCase>(
        &self,
        ask: &Ask<U>,
        origin: Option<&str>,
        no: Refused,
    ) -> Result<Submission, Error> {
        let work = Arc::new(RefusedWork(stop(&no)));
        Ok(Submission { header: header(ask, origin, None)?, work })
    }
}

/// The id of a command. The same request is the same command, in every process: it follows from
/// the key.
pub(super) fn command_id<C>(ask: &Ask<C>) -> Uuid {
    Uuid::new_v5(&ask.tenant.uuid(), ask.key.as_bytes())
}

fn header<U: UseCase>(
    ask: &Ask<U>,
    origin: Option<&str>,
    cause: Option<Cause>,
) -> Result<Header, Error> {
    let (command_id, cause) = (command_id(ask), cause.or(ask.cause));
    Ok(Header {
        tenant: ask.tenant.uuid(),
        key: ask.key.clone(),
        request_hash: request_hash(U::NAME, &ask.command)?,
        command_id,
        correlation_id: cause.map_or(command_id, |cause| cause.correlation_id),
        causation_id: cause.map(|cause| cause.causation_id),
        actor: ask.actor.to_string(),
        metadata: ask.metadata(U::NAME, origin),
    })
}

/// What a caller is told instead of a private answer.
fn unveil(error: Error) -> Error {
    match error {
        Error::Refused(no) if no.code == STALE => contended(),
        Error::Refused(no) if no.code == SECOND_PERSON => not_offered().into(),
        Error::Refused(no) if no.code == BROKEN => Error::bug(no.detail),
        other => other,
    }
}

fn contended() -> Error {
    let detail = "what this is about keeps changing; read it again";
    Refused::new(Refused::CONTENDED, Kind::State, detail).into()
}

fn done<A: Answer>(receipt: &Receipt) -> Result<Done<A>, Error> {
    if receipt.answer.get().starts_with(Asked::BEGINNING) {
        let asked: Asked = serde_json::from_str(receipt.answer.get()).map_err(Error::bug)?;
        let (position, replayed) = (receipt.last_position, receipt.replayed);
        return Err(Error::Waits(Waiting { position, replayed, ..asked.waits_for_approval }));
    }
    let answer = serde_json::from_str(receipt.answer.get()).map_err(Error::bug)?;
    Ok(Done::new(answer, receipt))
}

/// A plan as the log runs it.
struct PlannedWork<A> {
    needs: Needs,
    tenant: TenantId,
    actor: billfold_domain::kernel::Actor,
    settings: Arc<SettingsCache>,
    plan: Plan<A>,
}

impl<A: Serialize> Work for PlannedWork<A> {
    fn needs(&self) -> Needs {
        self.needs.clone()
    }

    fn decide(&self, desk: &mut Desk<'_>) -> Result<Box<RawValue>, Stop> {
        let opens_books = self.needs.fresh.contains(&tenant_stream(self.tenant));
        let mut table = Table {
            desk,
            tenant: self.tenant,
            actor: &self.actor,
            effective_on: self.plan.effective_on,
            settings: None,
            deeds: Vec::new(),
        };
        if !opens_books {
            let cached = self.settings.peek(self.tenant);
            table.sit_down(cached, self.plan.at_rest).map_err(into_stop)?;
        }
        let answer = (self.plan.decide)(&mut table).map_err(into_stop)?;
        table.ask_second_person().map_err(into_stop)?;
        to_raw_value(&answer).map_err(|error| into_stop(No::Broken(error.to_string())))
    }
}

/// A refusal found while planning, stored under the key like any other.
struct RefusedWork(Stop);

impl Work for RefusedWork {
    fn needs(&self) -> Needs {
        Needs::default()
    }

    fn decide(&self, _desk: &mut Desk<'_>) -> Result<Box<RawValue>, Stop> {
        Err(self.0.clone())
    }
}

fn into_stop(no: No) -> Stop {
    match no {
        No::Refused(refused) => stop(&refused),
        No::Desk(error) => Stop::Bug(error),
        // Malformed refusals are not stored, so the same key can be planned anew.
        No::Stale => stop(&Refused::new(STALE, Kind::Malformed, "the plan is stale")),
        No::SecondPerson(deeds) => private(SECOND_PERSON, &deeds),
        No::Ungranted(refused) => private(UNGRANTED, &refused),
        No::Broken(reason) => stop(&Refused::new(BROKEN, Kind::Malformed, reason)),
    }
}

/// An answer for the door itself, with what it needs to go on.
fn private<T: Serialize>(code: &str, what: &T) -> Stop {
    match serde_json::to_string(what) {
        Ok(detail) => stop(&Refused::new(code, Kind::Malformed, detail)),
        Err(error) => stop(&Refused::new(BROKEN, Kind::Malformed, error.to_string())),
    }
}

fn stop(refused: &Refused) -> Stop {
    let remember = refused.is_remembered();
    let answer = to_raw_value(refused).unwrap_or_else(|_| RawValue::NULL.to_owned());
    Stop::Refused(billfold_event_store::Refused { answer, remember })
}
