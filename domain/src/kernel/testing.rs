//! Given a history, when something is asked, then this happens.
//!
//! Guarantees that every rule test is a storage test too: each history is serialised, read back
//! through the schema and replayed, and the state after live handling must equal the state after
//! the replay and the state of a snapshot with its tail. Absent on purpose: mocks and clocks.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::kernel::{Actor, Aggregate, EventBody, Issued, Refusal, StaffId, TenantId};
use crate::schema;

/// The day that [`issued`] commands count for: 15 March 2026.
pub const TODAY: NaiveDate = match NaiveDate::from_ymd_opt(2026, 3, 15) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

/// A command as some member of staff asks it on [`TODAY`].
pub fn issued<C>(command: C) -> Issued<C> {
    issued_on(TODAY, command)
}

/// A command that counts for a day.
pub fn issued_on<C>(effective_on: NaiveDate, command: C) -> Issued<C> {
    Issued {
        command,
        tenant: TenantId::new(Uuid::from_u128(1)),
        actor: Actor::Staff(StaffId::new(Uuid::from_u128(2))),
        at: DateTime::<Utc>::UNIX_EPOCH,
        effective_on,
    }
}

/// Begins with a history: `given::<Invoice>([..]).when(issued(..)).then([..])`.
pub fn given<A: Aggregate>(history: impl IntoIterator<Item = A::Event>) -> Given<A> {
    Given { history: history.into_iter().collect() }
}

/// What happened so far.
#[derive(Debug)]
pub struct Given<A: Aggregate> {
    history: Vec<A::Event>,
}

impl<A: Aggregate> Given<A>
where
    A::Event: Into<schema::Event>,
{
    /// Asks, and checks that asking twice gives the same answer.
    pub fn when(self, ask: Issued<A::Command>) -> Answer<A> {
        replay_law::<A>(&self.history);
        let state = A::fold(&self.history);
        let decided = state.decide(&ask);
        assert_eq!(decided, state.decide(&ask), "a decision depends on something but its inputs");
        Answer { history: self.history, decided }
    }
}

/// What came of it.
#[derive(Debug)]
pub struct Answer<A: Aggregate> {
    history: Vec<A::Event>,
    decided: Result<Vec<A::Event>, A::Refusal>,
}

impl<A: Aggregate> Answer<A>
where
    A::Event: Into<schema::Event>,
{
    /// Exactly these events happened. Returns the whole history, for a next step.
    #[track_caller]
    pub fn then(self, expected: impl IntoIterator<Item = A::Event>) -> Given<A> {
        assert_eq!(self.decided, Ok(expected.into_iter().collect()));
        self.accept()
    }

    /// Nothing happened, because it had been granted before.
    #[track_caller]
    pub fn then_nothing(self) {
        assert_eq!(self.decided, Ok(Vec::new()));
    }

    /// It was refused, for this reason.
    #[track_caller]
    pub fn then_refused(self, expected: impl Into<A::Refusal>) {
        assert_eq!(self.decided, Err(expected.into()));
    }

    /// It was granted and led to a state that passes.
    #[track_caller]
    pub fn then_state(self, passes: impl FnOnce(&A)) -> Given<A> {
        assert_eq!(self.decided.as_ref().err(), None);
        let given = self.accept();
        passes(&A::fold(&given.history));
        given
    }

    fn accept(self) -> Given<A> {
        let mut history = self.history;
        history.extend(self.decided.into_iter().flatten());
        replay_law::<A>(&history);
        Given { history }
    }
}

/// Panics unless the state after live handling, after replaying the stored events and after a
/// snapshot with its tail are one and the same.
#[track_caller]
pub fn replay_law<A: Aggregate>(history: &[A::Event])
where
    A::Event: Into<schema::Event>,
{
    let live = A::fold(history);
    let stored: Vec<A::Event> = history.iter().filter_map(stored_and_read::<A>).collect();
    assert_eq!(stored, history, "events change on their way through storage");
    assert_eq!(A::fold(&stored), live, "a replay gives another state");

    let (head, tail) = history.split_at(history.len() / 2);
    let snapshot = serde_json::to_vec(&A::fold(head));
    let restored = snapshot.and_then(|json| serde_json::from_slice::<A>(&json));
    let mut resumed = restored.unwrap_or_default();
    tail.iter().for_each(|event| resumed.apply(event));
    assert_eq!(resumed, live, "a snapshot with its tail gives another state");
}

/// Panics unless each refusal has a code of its own that begins with its noun, and a detail that
/// begins in lower case, ends without a full stop and names a field by a JSON pointer.
#[track_caller]
pub fn refusals_are_well_spoken<R: Refusal>(noun: &str, refusals: &[R]) {
    let mut codes: Vec<_> = refusals.iter().map(Refusal::code).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), refusals.len(), "two refusals share a code: {codes:?}");
    for refusal in refusals {
        let (code, detail) = (refusal.code(), refusal.to_string());
        assert_eq!(code.split_once('.').map(|(noun, _)| noun), Some(noun), "{code}");
        assert!(!detail.starts_with(char::is_uppercase) && !detail.ends_with('.'), "{detail}");
        let problems = refusal.problems();
        assert_eq!(problems.len(), usize::from(refusal.field().is_some()), "{code}");
        for problem in problems {
            assert!(problem.field.starts_with('/'), "{code}: {}", problem.field);
            assert_eq!((problem.code, problem.detail), (code, detail.clone()));
        }
    }
}

/// An event as the log would give it back, by way of the schema.
#[track_caller]
fn stored_and_read<A: Aggregate>(event: &A::Event) -> Option<A::Event>
where
    A::Event: Into<schema::Event>,
{
    let json = serde_json::to_vec(event).unwrap_or_default();
    let decoded = schema::decode(A::TYPE, event.event_type(), event.event_version(), &json);
    assert_eq!(decoded.ok(), Some(event.clone().into()), "{} cannot be read", event.event_type());
    serde_json::from_slice(&json).ok()
}
