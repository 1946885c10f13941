//! What may happen to a service in which state.

use chrono::NaiveDate;

use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::text::check_line;
use crate::kernel::{Aggregate, Issued};
use crate::service::{
    Actual, Call, DeliveryStatus, Drift, EndCause, HoldCause, LiveService, OrderedService, Service,
    ServiceCommand, ServiceEvent, ServiceRefusal, Wanted, calls, provisioning,
};

impl Aggregate for Service {
    const TYPE: &'static str = "service";
    type Command = ServiceCommand;
    type Event = ServiceEvent;
    type Refusal = ServiceRefusal;

    fn decide(&self, ask: &Issued<ServiceCommand>) -> Decision {
        use ServiceCommand as Ask;
        let on = ask.effective_on;
        match (self, &ask.command) {
            (Self::Absent, Ask::Order(new)) => order(new, on),
            (Self::Absent, _) => Err(ServiceRefusal::Absent),
            (Self::Ended(known), Ask::Order(new)) => order_again(known, new),
            (Self::Ended(_), Ask::Terminate { .. } | Ask::RecordTerminated) => Ok(Vec::new()),
            (Self::Ended(_), _) => {
                let status = self.status().unwrap_or(DeliveryStatus::Terminated);
                Err(ServiceRefusal::Ended { status })
            }
            (Self::Ordered(known) | Self::Live(known), command) => {
                let events = on_service(known, command, on)?;
                Ok(with_what_follows(known, events, on))
            }
        }
    }

    fn apply(&mut self, event: &ServiceEvent) {
        self.take(event);
    }

    fn weight(&self) -> usize {
        let more = self.particulars().map_or(0, LiveService::weight);
        size_of::<Self>().saturating_add(more)
    }
}

bridge_to_cqrs_es!(Service);

/// The longest reason, in characters; what a server says is cut to it.
pub(super) const LONGEST_REASON: usize = 500;

pub(super) type Decision = Result<Vec<ServiceEvent>, ServiceRefusal>;

fn on_service(known: &LiveService, command: &ServiceCommand, on: NaiveDate) -> Decision {
    use ServiceCommand as Ask;
    match command {
        Ask::Order(new) => order_again(known, new),
        Ask::RequestProvisioning(request) => provisioning::request(known, request, on),
        Ask::RecordCreation { attempt, reference } => {
            provisioning::accepted(known, *attempt, reference)
        }
        Ask::RecordProvisioned(account) => provisioning::provisioned(known, account, on),
        Ask::RecordProvisionFailed { attempt, code, reason } => {
            provisioning::failed(known, *attempt, (code, reason), on)
        }
        Ask::Adopt { server_id, driver, reference } => {
            provisioning::adopt(known, *server_id, (driver, reference), on)
        }
        Ask::Cancel { reason } => cancel(known, reason, on),
        Ask::PlaceHold { cause, reason } => place_hold(known, *cause, reason, on),
        Ask::LiftHold { cause } => Ok(lift_hold(known, *cause, on)),
        Ask::RecordSuspended => {
            let there = (Actual::Suspended, Call::Suspend);
            moved(known, there, ServiceEvent::Suspended { on })
        }
        Ask::RecordUnsuspended => {
            let there = (Actual::Running, Call::Unsuspend);
            moved(known, there, ServiceEvent::Unsuspended { on })
        }
        Ask::Terminate { cause } => Ok(terminate(known, *cause, on)),
        Ask::RecordTerminated => match known.ending {
            Some(_) => Ok(vec![ServiceEvent::Terminated { on }]),
            None => Err(ServiceRefusal::NotEnding),
        },
        Ask::Resize { spec } => calls::resize(known, spec, on),
        Ask::RecordResized { spec, not_changed } => calls::resized(known, spec, not_changed, on),
        Ask::Operate { operation } => calls::operate(known, *operation, on),
        Ask::RecordOperated { no, secrets } => calls::operated(known, *no, secrets.as_ref(), on),
        Ask::RecordOperationFailed { no, code, reason } => {
            calls::not_operated(known, *no, (code, reason), on)
        }
        Ask::RecordCallFailed { wanted, code, reason } => {
            calls::given_up(known, *wanted, (code, reason), on)
        }
        Ask::RecordDrift { drift } => calls::drifted(known, drift.as_ref(), on),
        Ask::ApplyWanted => apply_wanted(known, on),
        Ask::ShowCredentials => match &known.secrets {
            Some(_) => Ok(vec![ServiceEvent::CredentialsShown { on }]),
            None => Err(ServiceRefusal::NoCredentials),
        },
    }
}

fn order(new: &OrderedService, on: NaiveDate) -> Decision {
    new.spec.check().map_err(|invalid| invalid.under("spec"))?;
    Ok(vec![ServiceEvent::Ordered { what: Box::new(new.clone()), on }])
}

/// The same order again.
fn order_again(known: &LiveService, new: &OrderedService) -> Decision {
    if known.ordered == *new { Ok(Vec::new()) } else { Err(ServiceRefusal::AlreadyOrdered) }
}

fn cancel(known: &LiveService, reason: &str, on: NaiveDate) -> Decision {
    check_line("reason", reason, LONGEST_REASON)?;
    match known.actual {
        Actual::None if known.reference.is_none() => {
            Ok(vec![ServiceEvent::Cancelled { reason: reason.to_owned(), on }])
        }
        Actual::Creating { attempt, .. } => Err(ServiceRefusal::ProvisioningUnderWay { attempt }),
        _ => Err(ServiceRefusal::AlreadyProvisioned),
    }
}

fn place_hold(known: &LiveService, cause: HoldCause, reason: &str, on: NaiveDate) -> Decision {
    check_line("reason", reason, LONGEST_REASON)?;
    if known.holds.contains_key(&cause) {
        return Ok(Vec::new());
    }
    Ok(vec![ServiceEvent::HoldPlaced { cause, reason: reason.to_owned(), on }])
}

fn lift_hold(known: &LiveService, cause: HoldCause, on: NaiveDate) -> Vec<ServiceEvent> {
    if known.holds.contains_key(&cause) {
        return vec![ServiceEvent::HoldLifted { cause, on }];
    }
    Vec::new()
}

/// What nobody made needs no server to go. What is being made is deleted once that is over.
fn terminate(known: &LiveService, cause: EndCause, on: NaiveDate) -> Vec<ServiceEvent> {
    if known.asked.contains(&Call::Terminate) {
        return Vec::new();
    }
    let never_made = known.actual == Actual::None && known.reference.is_none();
    if never_made && known.ending.is_none() {
        return vec![ServiceEvent::Cancelled { reason: cause.word().to_owned(), on }];
    }
    let cause = known.ending.unwrap_or(cause);
    vec![ServiceEvent::TerminationRequested { cause, on }]
}

/// The account stands still or runs again. Heard of before it means nothing new.
fn moved(known: &LiveService, (there, by): (Actual, Call), event: ServiceEvent) -> Decision {
    if !known.actual.is_there() {
        return Err(ServiceRefusal::NotProvisioned);
    }
    let is_news = known.actual != there || known.asked.contains(&by) || known.is_unsure;
    Ok(if is_news { vec![event] } else { Vec::new() })
}

/// Asks again for whatever was given up or drifted away.
fn apply_wanted(known: &LiveService, on: NaiveDate) -> Decision {
    if let Some(cause) = known.ending {
        return Ok(terminate(known, cause, on));
    }
    if known.drift == Some(Drift::Missing) {
        return Err(ServiceRefusal::MissingThere);
    }
    if !known.actual.is_there() {
        return Ok(Vec::new());
    }
    let is_asked = |call| known.asked.contains(&call);
    let wrong_state = matches!(known.drift, Some(Drift::WrongState { .. }))
        && !is_asked(Call::Suspend)
        && !is_asked(Call::Unsuspend);
    let state = match known.wanted() {
        wanted if wrong_state => request(wanted, on),
        _ => lacking(known, on),
    };
    let wrong_size = known.resize.is_some() || known.drift == Some(Drift::WrongLimits);
    let spec = known.wanted_spec().clone();
    let size = ServiceEvent::ResizeRequested { spec, on };
    let size = (wrong_size && !is_asked(Call::Resize)).then_some(size);
    Ok(state.into_iter().chain(size).collect())
}

/// What is asked of the server because of what happened: when what is wanted changed, or what is,
/// and they differ. What an answer put right is no drift any more.
fn with_what_follows(
    before: &LiveService,
    mut events: Vec<ServiceEvent>,
    on: NaiveDate,
) -> Vec<ServiceEvent> {
    let mut after = before.clone();
    events.iter().for_each(|event| after.take(event));
    let mended = match (&after.drift, events.last()) {
        (
            Some(Drift::WrongState { .. }),
            Some(ServiceEvent::Suspended { .. } | ServiceEvent::Unsuspended { .. }),
        )
        | (Some(Drift::WrongLimits), Some(ServiceEvent::Resized { .. })) => true,
        (Some(_) | None, _) => false,
    };
    if mended {
        events.push(ServiceEvent::DriftCleared { on });
    }
    if (before.wanted(), &before.actual) != (after.wanted(), &after.actual) {
        events.extend(lacking(&after, on));
    }
    events
}

/// The request to suspend or resume that is missing: none while what the server was asked last
/// comes to what is wanted. Where a request was given up nobody knows what came of it.
fn lacking(service: &LiveService, on: NaiveDate) -> Option<ServiceEvent> {
    let heading = match &service.actual {
        Actual::None | Actual::Creating { .. } | Actual::Gone => return None,
        _ if service.asked.contains(&Call::Suspend) => Some(Wanted::Suspended),
        _ if service.asked.contains(&Call::Unsuspend) => Some(Wanted::Running),
        _ if service.is_unsure => None,
        Actual::Running => Some(Wanted::Running),
        Actual::Suspended => Some(Wanted::Suspended),
    };
    let wanted = service.wanted();
    if heading == Some(wanted) { None } else { request(wanted, on) }
}

fn request(wanted: Wanted, on: NaiveDate) -> Option<ServiceEvent> {
    match wanted {
        Wanted::Running => Some(ServiceEvent::ResumptionRequested { on }),
        Wanted::Suspended => Some(ServiceEvent::SuspensionRequested { on }),
        Wanted::Nothing | Wanted::Gone => None,
    }
}
