//! What is known of a service.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::kernel::{SecretsRef, ServerId};
use crate::service::{
    Actual, Call, DeliveryStatus, Drift, EndCause, Failure, HoldCause, Operation, OrderedService,
    ServiceEvent, ServiceSpec, Wanted,
};

/// A service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// Nothing was ordered under this id.
    #[default]
    Absent,
    /// Waits to be asked for.
    Ordered(Box<LiveService>),
    /// A server was asked to make it.
    Live(Box<LiveService>),
    /// Nothing happens to it any more.
    Ended(Box<LiveService>),
}

/// The particulars of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveService {
    /// What was ordered.
    pub ordered: OrderedService,
    /// What is asked of the server, or what the account is.
    pub spec: ServiceSpec,
    /// What it is to be instead, until the server says that it is.
    pub resize: Option<ServiceSpec>,
    /// Which server has it, or was asked last.
    pub server_id: Option<ServerId>,
    /// Key of the driver of that server.
    pub driver: Option<String>,
    /// What the server calls the account; once it is known the server is fixed.
    pub reference: Option<String>,
    /// What people call the account there.
    pub name: Option<String>,
    /// Where it is reached.
    pub address: Option<String>,
    /// How one gets in.
    pub secrets: Option<SecretsRef>,
    /// What the account is.
    pub actual: Actual,
    /// What the server was asked and has not answered.
    pub asked: BTreeSet<Call>,
    /// Whether a request to suspend or resume was given up, so that the account may be either.
    pub is_unsure: bool,
    /// What it stands still for, each with more about it.
    pub holds: BTreeMap<HoldCause, String>,
    /// Why it is terminated, once it is to be.
    pub ending: Option<EndCause>,
    /// How the account differs from what we know of it.
    pub drift: Option<Drift>,
    /// How many attempts there were to make it.
    pub attempt: u32,
    /// The operation that is under way, with its number.
    pub operation: Option<(u32, Operation)>,
    /// How many operations were asked for.
    pub operations: u32,
    /// What went wrong last, until it went right.
    pub last_failure: Option<Failure>,
}

impl Service {
    /// The particulars, once it was ordered.
    pub fn particulars(&self) -> Option<&LiveService> {
        match self {
            Self::Absent => None,
            Self::Ordered(service) | Self::Live(service) | Self::Ended(service) => Some(service),
        }
    }

    /// What is wanted of the account on the server.
    pub fn wanted(&self) -> Wanted {
        match self {
            Self::Absent => Wanted::Nothing,
            Self::Ordered(service) | Self::Live(service) => service.wanted(),
            Self::Ended(_) => Wanted::Gone,
        }
    }

    /// Whether a call is still wanted, be it that the server was asked and has not answered or that
    /// nobody went on trying. Whoever is about to ask a server for the first time leaves it if not.
    pub fn still_wants(&self, call: Call) -> bool {
        match self {
            Self::Ordered(service) | Self::Live(service) => service.still_wants(call),
            Self::Absent | Self::Ended(_) => false,
        }
    }

    /// What screens call it (SVC-19).
    pub fn status(&self) -> Option<DeliveryStatus> {
        let service = self.particulars()?;
        Some(match (&service.actual, self) {
            (Actual::Creating { .. }, _) => DeliveryStatus::Provisioning,
            (Actual::Running, _) => DeliveryStatus::Active,
            (Actual::Suspended, _) => DeliveryStatus::Suspended,
            (Actual::Gone, _) => DeliveryStatus::Terminated,
            (Actual::None, Self::Ended(_)) => DeliveryStatus::Cancelled,
            (Actual::None, _) if service.failed_to_begin() => DeliveryStatus::ProvisionFailed,
            (Actual::None, _) => DeliveryStatus::Pending,
        })
    }

    pub(super) fn take(&mut self, event: &ServiceEvent) {
        let known = std::mem::take(self);
        *self = known.after(event);
    }

    /// The service after an event; as it was where the event does not follow.
    fn after(self, event: &ServiceEvent) -> Self {
        use ServiceEvent as Fact;
        match (self, event) {
            (Self::Absent, Fact::Ordered { what, .. }) => {
                Self::Ordered(Box::new(LiveService::new(what)))
            }
            (Self::Ordered(mut known) | Self::Live(mut known), Fact::Terminated { .. }) => {
                known.take(event);
                Self::Ended(known)
            }
            (Self::Ordered(known) | Self::Live(known), Fact::Cancelled { .. }) => {
                Self::Ended(known)
            }
            (
                Self::Ordered(mut known),
                Fact::ProvisioningRequested { .. } | Fact::Adopted { .. },
            ) => {
                known.take(event);
                Self::Live(known)
            }
            (Self::Ordered(mut known), event) => {
                known.take(event);
                Self::Ordered(known)
            }
            (Self::Live(mut known), event) => {
                known.take(event);
                Self::Live(known)
            }
            (known @ (Self::Absent | Self::Ended(_)), _) => known,
        }
    }
}

impl LiveService {
    fn new(what: &OrderedService) -> Self {
        Self {
            ordered: what.clone(),
            spec: what.spec.clone(),
            resize: None,
            server_id: None,
            driver: None,
            reference: None,
            name: None,
            address: None,
            secrets: None,
            actual: Actual::None,
            asked: BTreeSet::new(),
            is_unsure: false,
            holds: BTreeMap::new(),
            ending: None,
            drift: None,
            attempt: 0,
            operation: None,
            operations: 0,
            last_failure: None,
        }
    }

    /// What is wanted of the account while it has not ended: nothing before it was asked for, and
    /// that it stands still while there is any hold.
    pub fn wanted(&self) -> Wanted {
        if self.ending.is_some() {
            Wanted::Gone
        } else if self.attempt == 0 && self.actual == Actual::None {
            Wanted::Nothing
        } else if self.holds.is_empty() {
            Wanted::Running
        } else {
            Wanted::Suspended
        }
    }

    fn still_wants(&self, call: Call) -> bool {
        let lacks = |actual: &Actual| {
            self.is_unsure || self.asked.contains(&call) || self.actual != *actual
        };
        match (call, self.wanted()) {
            (Call::Terminate, wanted) => wanted == Wanted::Gone,
            (Call::Create, wanted) => {
                wanted != Wanted::Gone && matches!(self.actual, Actual::Creating { .. })
            }
            (Call::Suspend, Wanted::Suspended) => {
                self.actual.is_there() && lacks(&Actual::Suspended)
            }
            (Call::Unsuspend, Wanted::Running) => self.actual.is_there() && lacks(&Actual::Running),
            (Call::Resize, Wanted::Running | Wanted::Suspended) => {
                self.actual.is_there() && self.resize.is_some()
            }
            (Call::Suspend | Call::Unsuspend | Call::Resize, _) => false,
        }
    }

    /// What the package will be once the server did what it was asked.
    pub fn wanted_spec(&self) -> &ServiceSpec {
        self.resize.as_ref().unwrap_or(&self.spec)
    }

    /// Whether nobody could make it.
    pub(super) fn failed_to_begin(&self) -> bool {
        self.actual == Actual::None
            && self.last_failure.as_ref().is_some_and(|failure| failure.call == Call::Create)
    }

    pub(super) fn take(&mut self, event: &ServiceEvent) {
        use ServiceEvent as Fact;
        match event {
            Fact::ProvisioningRequested { attempt, server_id, driver, spec, .. } => {
                self.place(*server_id, driver);
                self.begin(*attempt, spec);
            }
            Fact::CreationAccepted { attempt, reference } => {
                let reference = Some(reference.clone());
                self.reference.clone_from(&reference);
                self.actual = Actual::Creating { attempt: *attempt, reference };
            }
            Fact::Provisioned { reference, name, address, secrets, .. } => {
                self.reference = Some(reference.clone());
                self.name.clone_from(name);
                self.address.clone_from(address);
                self.secrets.clone_from(secrets);
                self.reach(Actual::Running, Call::Create);
            }
            Fact::ProvisioningFailed { code, reason, .. } => {
                self.actual = Actual::None;
                self.size_what_is_to_be_made();
                self.fail(Call::Create, code, reason);
            }
            Fact::HoldPlaced { cause, reason, .. } => {
                self.holds.insert(*cause, reason.clone());
            }
            Fact::HoldLifted { cause, .. } => {
                self.holds.remove(cause);
            }
            Fact::SuspensionRequested { .. } => self.ask(Call::Suspend),
            Fact::Suspended { .. } => self.reach(Actual::Suspended, Call::Suspend),
            Fact::ResumptionRequested { .. } => self.ask(Call::Unsuspend),
            Fact::Unsuspended { .. } => self.reach(Actual::Running, Call::Unsuspend),
            Fact::TerminationRequested { cause, .. } => {
                self.ending = Some(*cause);
                self.resize = None;
                self.ask(Call::Terminate);
            }
            Fact::Terminated { .. } => self.reach(Actual::Gone, Call::Terminate),
            Fact::ResizeRequested { spec, .. } => self.size(spec),
            Fact::Resized { spec, .. } => self.sized(spec),
            Fact::OperationRequested { no, operation, .. } => {
                self.operation = Some((*no, *operation));
                self.operations = *no;
            }
            Fact::OperationPerformed { secrets, .. } => {
                self.operation = None;
                self.secrets = secrets.clone().or(self.secrets.take());
            }
            Fact::OperationFailed { .. } => self.operation = None,
            Fact::CallFailed { wanted, code, reason, .. } => self.fail(*wanted, code, reason),
            Fact::Adopted { server_id, driver, reference, .. } => {
                self.place(*server_id, driver);
                self.adopt(reference);
            }
            Fact::DriftFound { drift, .. } => self.drift = Some(drift.clone()),
            Fact::DriftCleared { .. } => self.drift = None,
            Fact::Ordered { .. } | Fact::Cancelled { .. } | Fact::CredentialsShown { .. } => {}
        }
    }

    fn place(&mut self, server_id: ServerId, driver: &str) {
        self.server_id = Some(server_id);
        self.driver = Some(driver.to_owned());
    }

    /// An attempt asks for everything that is wanted at once. Of an account that was lost nothing
    /// is left.
    fn begin(&mut self, attempt: u32, spec: &ServiceSpec) {
        if self.drift.take() == Some(Drift::Missing) {
            self.reference = None;
        }
        self.attempt = attempt;
        self.actual = Actual::Creating { attempt, reference: None };
        self.spec = spec.clone();
        self.resize = None;
        self.operation = None;
        self.is_unsure = false;
        self.asked = BTreeSet::from([Call::Create]);
    }

    fn adopt(&mut self, reference: &str) {
        self.reference = Some(reference.to_owned());
        self.drift = None;
        self.asked.clear();
        self.is_unsure = false;
        self.last_failure = None;
        self.actual = Actual::Running;
    }

    /// What is there has to be changed.
    fn size(&mut self, spec: &ServiceSpec) {
        self.resize = Some(spec.clone());
        self.ask(Call::Resize);
        if self.actual == Actual::None {
            self.size_what_is_to_be_made();
        }
    }

    /// What is not there is made as it is wanted from the beginning.
    fn size_what_is_to_be_made(&mut self) {
        if let Some(spec) = self.resize.take() {
            self.spec = spec;
        }
        self.asked.remove(&Call::Resize);
    }

    fn sized(&mut self, spec: &ServiceSpec) {
        self.spec = spec.clone();
        if self.resize.as_ref().is_none_or(|wanted| wanted == spec) {
            self.resize = None;
            self.answered(Call::Resize);
        }
    }

    /// Of suspending and its contrary only the last is asked for, and none beside deleting.
    fn ask(&mut self, call: Call) {
        let gone: &[Call] = match call {
            Call::Suspend => &[Call::Unsuspend],
            Call::Unsuspend => &[Call::Suspend],
            Call::Terminate => &[Call::Create, Call::Suspend, Call::Unsuspend, Call::Resize],
            Call::Create | Call::Resize => &[],
        };
        self.asked.retain(|asked| !gone.contains(asked));
        self.asked.insert(call);
    }

    fn reach(&mut self, actual: Actual, by: Call) {
        self.actual = actual;
        self.is_unsure = false;
        self.answered(by);
    }

    fn answered(&mut self, call: Call) {
        self.asked.remove(&call);
        if self.last_failure.as_ref().is_some_and(|failure| failure.call == call) {
            self.last_failure = None;
        }
    }

    /// Nobody knows whether what was given up was done all the same.
    fn fail(&mut self, call: Call, code: &str, reason: &str) {
        self.asked.remove(&call);
        self.is_unsure |= matches!(call, Call::Suspend | Call::Unsuspend);
        let (code, reason) = (code.to_owned(), reason.to_owned());
        self.last_failure = Some(Failure { call, code, reason });
    }

    /// Roughly how many bytes its texts occupy, for caches.
    pub(super) fn weight(&self) -> usize {
        let texts = [&self.driver, &self.reference, &self.name, &self.address];
        let holds = self.holds.values().map(String::len);
        let texts = texts.into_iter().flatten().map(String::len).chain(holds);
        let specs = [Some(&self.ordered.spec), Some(&self.spec), self.resize.as_ref()];
        let specs = specs.into_iter().flatten().map(ServiceSpec::weight);
        let secrets = self.secrets.as_ref().map_or(0, SecretsRef::weight);
        texts.chain(specs).fold(size_of::<Self>().saturating_add(secrets), usize::saturating_add)
    }
}
