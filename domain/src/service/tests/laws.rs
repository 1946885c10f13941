//! Laws of delivery: they hold for whatever is asked and answered in whatever order.

use std::collections::{BTreeSet, VecDeque};

use proptest::prelude::*;

use super::*;
use crate::kernel::testing::replay_law;
use crate::kernel::{Aggregate, EventBody};

/// A service with its history, which answers or refuses.
#[derive(Default)]
struct Walk {
    service: Service,
    history: Vec<ServiceEvent>,
}

impl Walk {
    fn begun() -> Self {
        let mut walk = Self::default();
        walk.ask(order());
        walk
    }

    /// What came of a request; a refusal changes nothing.
    fn ask(&mut self, ask: Issued<ServiceCommand>) -> Vec<ServiceEvent> {
        let events = self.service.decide(&ask).unwrap_or_default();
        for event in &events {
            self.holds_its_laws(event);
            self.service.apply(event);
        }
        self.history.extend(events.iter().cloned());
        events
    }

    /// Nothing is asked twice at once, nothing follows the end, no account changes its server.
    fn holds_its_laws(&self, event: &ServiceEvent) {
        assert!(!matches!(self.service, Service::Ended(_)), "{event:?} follows the end");
        let Some(known) = self.service.particulars() else { return };
        let twice = match event {
            ServiceEvent::SuspensionRequested { .. } => known.asked.contains(&Call::Suspend),
            ServiceEvent::ResumptionRequested { .. } => known.asked.contains(&Call::Unsuspend),
            ServiceEvent::TerminationRequested { .. } => known.asked.contains(&Call::Terminate),
            ServiceEvent::ProvisioningRequested { server_id, .. } => {
                let moves = known.reference.is_some() && known.server_id != Some(*server_id);
                assert!(!moves, "an account cannot move");
                matches!(known.actual, Actual::Creating { .. })
            }
            _ => false,
        };
        assert!(!twice, "{event:?} is asked twice at once");
        let contrary = [Call::Suspend, Call::Unsuspend];
        assert!(!contrary.iter().all(|call| known.asked.contains(call)));
    }

    fn known(&self) -> &LiveService {
        self.service.particulars().unwrap()
    }

    /// What a patient person would do next, and every server answers: nothing when what is wanted
    /// is there.
    fn next(&self) -> Option<Issued<ServiceCommand>> {
        let known = self.known();
        let is_asked = |call| known.asked.contains(&call);
        let lost = known.drift == Some(Drift::Missing);
        let again = || issued(ServiceCommand::ApplyWanted);
        match (self.service.wanted(), &known.actual) {
            _ if matches!(self.service, Service::Ended(_)) => None,
            (Wanted::Nothing, _) => None,
            (Wanted::Gone, _) if !is_asked(Call::Terminate) => Some(again()),
            (Wanted::Gone, _) => Some(issued(ServiceCommand::RecordTerminated)),
            (_, Actual::Creating { attempt, reference }) => {
                Some(made(*attempt, reference.as_deref().unwrap_or("42")))
            }
            (_, Actual::None) => Some(provision(known.server_id.unwrap_or(server(1)))),
            _ if lost => known.server_id.map(provision),
            _ if is_asked(Call::Suspend) => Some(issued(ServiceCommand::RecordSuspended)),
            _ if is_asked(Call::Unsuspend) => Some(issued(ServiceCommand::RecordUnsuspended)),
            (Wanted::Running, Actual::Suspended) | (Wanted::Suspended, Actual::Running) => {
                Some(again())
            }
            _ => match &known.resize {
                Some(spec) if is_asked(Call::Resize) => {
                    let (spec, not_changed) = (spec.clone(), Vec::new());
                    Some(issued(ServiceCommand::RecordResized { spec, not_changed }))
                }
                Some(_) => Some(again()),
                None => None,
            },
        }
    }
}

fn cause() -> impl Strategy<Value = HoldCause> {
    prop::sample::select(HoldCause::ALL.to_vec())
}

/// What people and policies ask for.
fn wish() -> impl Strategy<Value = Issued<ServiceCommand>> {
    prop_oneof![
        4 => (1_u128..3).prop_map(|no| provision(server(no))),
        6 => cause().prop_map(hold),
        6 => cause().prop_map(lift),
        3 => prop::sample::select(vec![512, 1_024, 2_048]).prop_map(resize),
        2 => Just(issued(ServiceCommand::ApplyWanted)),
        1 => Just(issued(ServiceCommand::Operate { operation: Operation::Restart })),
        1 => Just(issued(ServiceCommand::ShowCredentials)),
        1 => Just(terminate()),
    ]
}

fn call() -> impl Strategy<Value = Call> {
    prop::sample::select(vec![
        Call::Create,
        Call::Suspend,
        Call::Unsuspend,
        Call::Resize,
        Call::Terminate,
    ])
}

/// What servers might answer, fitting or not.
fn answer() -> impl Strategy<Value = Issued<ServiceCommand>> {
    let drifts = vec![
        None,
        Some(Drift::Missing),
        Some(Drift::WrongLimits),
        Some(Drift::WrongState { there: "suspended".into() }),
    ];
    prop_oneof![
        4 => (0_u32..4, 42_u32..44).prop_map(|(no, name)| made(no, &name.to_string())),
        2 => (0_u32..4, 42_u32..44).prop_map(|(attempt, name)| {
            let reference = name.to_string();
            issued(ServiceCommand::RecordCreation { attempt, reference })
        }),
        3 => (0_u32..4).prop_map(|attempt| not_made(attempt, "no_room")),
        4 => Just(issued(ServiceCommand::RecordSuspended)),
        4 => Just(issued(ServiceCommand::RecordUnsuspended)),
        2 => prop::sample::select(vec![512, 1_024, 2_048]).prop_map(resized_to),
        3 => call().prop_map(given_up),
        2 => prop::sample::select(drifts).prop_map(drift),
        1 => (0_u32..3).prop_map(|no| issued(ServiceCommand::RecordOperated { no, secrets: None })),
        1 => (1_u128..3).prop_map(|no| adopt(server(no), "42")),
        1 => Just(issued(ServiceCommand::RecordTerminated)),
    ]
}

/// A panel with one account, and the calls that wait for it in their order.
#[derive(Default)]
struct Panel {
    account: Option<bool>,
    memory: Option<ServiceSpec>,
    waiting: VecDeque<ServiceEvent>,
    was_sent: bool,
    made: u32,
}

impl Panel {
    fn take(&mut self, events: Vec<ServiceEvent>) {
        let wants = |event: &ServiceEvent| event.event_type().ends_with("_requested");
        self.waiting.extend(events.into_iter().filter(wants));
    }

    /// Works on the first call: does the answer get lost, does the panel refuse, or both, so that
    /// it is given up after it was done.
    fn work(&mut self, walk: &mut Walk, is_lost: bool, is_refused: bool) {
        let Some(event) = self.waiting.front().cloned() else { return };
        let (call, answer) = answer_to(&event);
        let is_wanted = match (&event, &walk.known().actual) {
            (
                ServiceEvent::ProvisioningRequested { attempt, .. },
                Actual::Creating { attempt: current, .. },
            ) => attempt == current && walk.service.still_wants(call),
            (ServiceEvent::ResizeRequested { spec, .. }, _) => {
                walk.service.still_wants(call) && walk.known().resize.as_ref() == Some(spec)
            }
            _ => walk.service.still_wants(call),
        };
        // What was sent has an answer, wanted or not.
        if is_wanted && !self.was_sent && is_refused && !is_lost {
            self.waiting.pop_front();
            let failed = match event {
                ServiceEvent::ProvisioningRequested { attempt, .. } => not_made(attempt, "no_room"),
                _ => given_up(call),
            };
            return self.take(walk.ask(failed));
        }
        if is_wanted && !self.was_sent {
            self.act(&event);
            self.was_sent = true;
        }
        if self.was_sent && is_lost && is_refused {
            // Nobody goes on asking what came of it.
            self.waiting.pop_front();
            self.was_sent = false;
            return self.take(walk.ask(given_up(call)));
        }
        if self.was_sent && is_lost {
            return;
        }
        self.waiting.pop_front();
        if std::mem::take(&mut self.was_sent) {
            self.take(walk.ask(answer));
        }
    }

    fn act(&mut self, event: &ServiceEvent) {
        match event {
            ServiceEvent::ProvisioningRequested { spec, .. } => {
                self.made += u32::from(self.account.is_none());
                self.memory = self.memory.take().or(Some(spec.clone()));
                self.account = self.account.or(Some(true));
            }
            ServiceEvent::SuspensionRequested { .. } => self.account = Some(false),
            ServiceEvent::ResumptionRequested { .. } => self.account = Some(true),
            ServiceEvent::TerminationRequested { .. } => self.account = None,
            ServiceEvent::ResizeRequested { spec, .. } => self.memory = Some(spec.clone()),
            _ => {}
        }
    }
}

fn answer_to(event: &ServiceEvent) -> (Call, Issued<ServiceCommand>) {
    match event {
        ServiceEvent::ProvisioningRequested { attempt, .. } => (Call::Create, made(*attempt, "42")),
        ServiceEvent::SuspensionRequested { .. } => {
            (Call::Suspend, issued(ServiceCommand::RecordSuspended))
        }
        ServiceEvent::ResumptionRequested { .. } => {
            (Call::Unsuspend, issued(ServiceCommand::RecordUnsuspended))
        }
        ServiceEvent::ResizeRequested { spec, .. } => {
            let (spec, not_changed) = (spec.clone(), Vec::new());
            (Call::Resize, issued(ServiceCommand::RecordResized { spec, not_changed }))
        }
        _ => (Call::Terminate, issued(ServiceCommand::RecordTerminated)),
    }
}

/// A request to the ledger, or the panel at work: does the answer get lost, does it refuse.
#[derive(Clone, Debug)]
enum Step {
    Wish(Box<Issued<ServiceCommand>>),
    Work { is_lost: bool, is_refused: bool },
}

fn step() -> impl Strategy<Value = Step> {
    let work = (any::<bool>(), (0_u8..10).prop_map(|no| no < 2));
    prop_oneof![
        wish()
            .prop_filter("an account moves by hand only", |ask| {
                !matches!(&ask.command, ServiceCommand::RequestProvisioning(to)
                if to.server_id != server(1))
                    && !matches!(ask.command, ServiceCommand::Operate { .. })
            })
            .prop_map(|ask| Step::Wish(Box::new(ask))),
        work.prop_map(|(is_lost, is_refused)| Step::Work { is_lost, is_refused }),
    ]
}

proptest! {
    #[test]
    fn a_hold_is_lifted_by_its_own_reason_alone(
        steps in prop::collection::vec(
            prop_oneof![
                3 => cause().prop_map(hold),
                3 => cause().prop_map(lift),
                2 => wish(),
                3 => answer(),
            ],
            0..60,
        ),
    ) {
        let mut walk = Walk::begun();
        let mut expected = BTreeSet::new();
        for ask in steps {
            let has_ended = matches!(walk.service, Service::Ended(_));
            match &ask.command {
                ServiceCommand::PlaceHold { cause, .. } if !has_ended => {
                    expected.insert(*cause);
                }
                ServiceCommand::LiftHold { cause } if !has_ended => {
                    expected.remove(cause);
                }
                _ => {}
            }
            walk.ask(ask);
            let held: BTreeSet<_> = walk.known().holds.keys().copied().collect();
            prop_assert_eq!(&held, &expected);
            let is_live = matches!(walk.service.wanted(), Wanted::Running | Wanted::Suspended);
            let stands = walk.service.wanted() == Wanted::Suspended;
            prop_assert!(!is_live || stands != expected.is_empty());
        }
    }

    #[test]
    fn what_is_wanted_is_reached_from_every_state(
        steps in prop::collection::vec(prop_oneof![wish(), answer()], 0..60),
    ) {
        let mut walk = Walk::begun();
        for ask in steps {
            walk.ask(ask);
        }
        replay_law::<Service>(&walk.history);
        for _ in 0..12 {
            let Some(next) = walk.next() else { break };
            let events = walk.ask(next.clone());
            prop_assert!(!events.is_empty(), "{next:?} leads nowhere from {:?}", walk.service);
        }
        let known = walk.known();
        match walk.service.wanted() {
            Wanted::Nothing => prop_assert_eq!(&known.actual, &Actual::None),
            Wanted::Running => prop_assert_eq!(&known.actual, &Actual::Running),
            Wanted::Suspended => prop_assert_eq!(&known.actual, &Actual::Suspended),
            Wanted::Gone => prop_assert!(matches!(walk.service, Service::Ended(_))),
        }
        prop_assert_eq!(&known.resize, &None);
    }

    #[test]
    fn one_account_is_made_and_ends_as_it_is_wanted_whatever_answer_was_lost(
        steps in prop::collection::vec(step(), 0..60),
    ) {
        let (mut walk, mut panel) = (Walk::begun(), Panel::default());
        for step in steps {
            match step {
                Step::Wish(ask) => panel.take(walk.ask(*ask)),
                Step::Work { is_lost, is_refused } => panel.work(&mut walk, is_lost, is_refused),
            }
        }
        for _ in 0..100 {
            if panel.waiting.is_empty() {
                let is_there = walk.known().actual.is_there();
                let again = match (&walk.known().actual, walk.service.wanted()) {
                    // Whoever looks at the panel finds what became of an attempt.
                    (Actual::Creating { attempt, .. }, Wanted::Running | Wanted::Suspended) => {
                        match panel.account {
                            Some(_) => made(*attempt, "42"),
                            None => not_made(*attempt, "no_room"),
                        }
                    }
                    (_, Wanted::Running | Wanted::Suspended) if !is_there => provision(server(1)),
                    _ => issued(ServiceCommand::ApplyWanted),
                };
                panel.take(walk.ask(again));
            }
            panel.work(&mut walk, false, false);
        }
        prop_assert!(panel.waiting.is_empty());
        prop_assert!(panel.made <= 1, "{} accounts were made", panel.made);
        let expected = match walk.service.wanted() {
            Wanted::Nothing | Wanted::Gone => None,
            Wanted::Running => Some(true),
            Wanted::Suspended => Some(false),
        };
        prop_assert_eq!(panel.account, expected);
        if expected.is_some() {
            prop_assert_eq!(panel.memory.as_ref(), Some(&walk.known().spec));
        }
    }
}
