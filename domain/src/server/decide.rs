//! What may happen to a server in which state.

use crate::gateway::Settings;
use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::text::{check_key, check_line, check_optional_line, one_line};
use crate::kernel::{Aggregate, Invalid, Issued, SecretsRef, ServiceId};
use crate::server::{
    Comparison, RegisterServer, RegisteredServer, Server, ServerCommand, ServerDescription,
    ServerEvent, ServerRefusal, StrangerEnd, TestOutcome, health_after,
};

impl Aggregate for Server {
    const TYPE: &'static str = "server";
    type Command = ServerCommand;
    type Event = ServerEvent;
    type Refusal = ServerRefusal;

    fn decide(&self, ask: &Issued<ServerCommand>) -> Decision {
        use ServerCommand as Ask;
        match (self, &ask.command) {
            (Self::Absent, Ask::Register(new)) => register(new),
            (Self::Removed, Ask::Remove) => Ok(Vec::new()),
            (Self::Absent | Self::Removed, _) => Err(ServerRefusal::Absent),
            (Self::Registered(known), command) => on_server(known, command),
        }
    }

    fn apply(&mut self, event: &ServerEvent) {
        self.take(event);
    }

    fn weight(&self) -> usize {
        let more = self.registered().map_or(0, |server| {
            let said = [&server.description.name, &server.description.hostname, &server.driver];
            let said = said.into_iter().chain(&server.ignored).map(String::len);
            let slots = server.slots.len().saturating_mul(size_of::<ServiceId>());
            let found = server.found.as_ref().map_or(0, Comparison::weight);
            let secrets = server.secrets.as_ref().map_or(0, SecretsRef::weight);
            let kept = [slots, found, secrets, server.settings.weight(), size_of_val(server)];
            said.chain(kept).fold(0, usize::saturating_add)
        });
        size_of::<Self>().saturating_add(more)
    }
}

bridge_to_cqrs_es!(Server);

/// The longest reason and the longest word of a panel, in characters.
const LONGEST_REASON: usize = 500;
/// The longest version of a panel, in characters.
const LONGEST_VERSION: usize = 100;

type Decision = Result<Vec<ServerEvent>, ServerRefusal>;

fn on_server(known: &RegisteredServer, command: &ServerCommand) -> Decision {
    use ServerCommand as Ask;
    match command {
        Ask::Register(new) => register_again(known, new),
        Ask::Describe(description) => describe(known, description),
        Ask::SetSettings(settings) => set_settings(known, settings),
        Ask::SetSecrets(secrets) => set_secrets(known, secrets),
        Ask::AskTest => Ok(vec![ServerEvent::TestAsked { no: known.tests.saturating_add(1) }]),
        Ask::RecordTest(outcome) => test(known, outcome),
        Ask::Enable => enable(known),
        Ask::Disable { reason } => {
            check_line("reason", reason, LONGEST_REASON)?;
            let disabled = ServerEvent::Disabled { reason: reason.clone() };
            Ok(if known.is_enabled { vec![disabled] } else { Vec::new() })
        }
        Ask::SetMaintenance { reason } => {
            check_optional_line("reason", reason.as_deref(), LONGEST_REASON)?;
            let set = ServerEvent::MaintenanceSet { reason: reason.clone() };
            Ok(if known.maintenance == *reason { Vec::new() } else { vec![set] })
        }
        Ask::ReserveSlot { service_id } => reserve(known, *service_id),
        Ask::ReleaseSlot { service_id } => {
            let released = ServerEvent::SlotReleased { service_id: *service_id };
            Ok(if known.slots.contains(service_id) { vec![released] } else { Vec::new() })
        }
        Ask::RecordCheck { failed_in_a_row, says } => {
            let to = health_after(known.health, *failed_in_a_row);
            let changed = ServerEvent::HealthChanged { to, says: one_line(says, LONGEST_REASON) };
            Ok(if known.health == to { Vec::new() } else { vec![changed] })
        }
        Ask::RecordSync { found } => synced(known, found),
        Ask::SettleStranger { reference, how } => settle(known, reference, how),
        Ask::Remove => remove(known),
    }
}

fn register(new: &RegisterServer) -> Decision {
    let description = new.description.check().map_err(|invalid| invalid.under("description"));
    let secrets = new.secrets.as_ref().map_or(Ok(()), check_secrets);
    Invalid::gather([check_key("driver", &new.driver), description, secrets])?;
    check_apart(&new.settings, new.secrets.as_ref())?;
    Ok(vec![ServerEvent::Registered {
        driver: new.driver.clone(),
        description: new.description.clone(),
        settings: new.settings.clone(),
        secrets: new.secrets.clone(),
    }])
}

/// The same server registered again.
fn register_again(known: &RegisteredServer, new: &RegisterServer) -> Decision {
    let same_secrets = match (&known.secrets, &new.secrets) {
        (Some(known), Some(new)) => known.same_as(new),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    let same = (&known.driver, &known.description, &known.settings)
        == (&new.driver, &new.description, &new.settings);
    if same && same_secrets { Ok(Vec::new()) } else { Err(ServerRefusal::AlreadyRegistered) }
}

fn describe(known: &RegisteredServer, description: &ServerDescription) -> Decision {
    description.check()?;
    let used = known.used();
    if description.capacity < used {
        return Err(ServerRefusal::CapacityBelowUse { used });
    }
    if known.description == *description {
        return Ok(Vec::new());
    }
    let name_before = known.description.name.clone();
    Ok(vec![ServerEvent::Described { name_before, description: description.clone() }])
}

fn set_settings(known: &RegisteredServer, settings: &Settings) -> Decision {
    if known.settings == *settings {
        return Ok(Vec::new());
    }
    check_apart(settings, known.secrets.as_ref())?;
    Ok(vec![ServerEvent::SettingsSet { settings: settings.clone() }])
}

fn set_secrets(known: &RegisteredServer, secrets: &SecretsRef) -> Decision {
    check_secrets(secrets)?;
    if known.secrets.as_ref().is_some_and(|known| known.same_as(secrets)) {
        return Ok(Vec::new());
    }
    check_apart(&known.settings, Some(secrets))?;
    Ok(vec![ServerEvent::SecretsSet { secrets: secrets.clone() }])
}

fn check_secrets(secrets: &SecretsRef) -> Result<(), Invalid> {
    secrets.check().map_err(|invalid| invalid.under("secrets"))
}

/// A field is a secret or it is not: its value is never in settings, which are history.
fn check_apart(settings: &Settings, secrets: Option<&SecretsRef>) -> Result<(), ServerRefusal> {
    let is_secret = |name: &str| secrets.is_some_and(|secrets| secrets.names.contains(name));
    match settings.iter().find(|(name, _)| is_secret(name)) {
        Some((name, _)) => Err(ServerRefusal::Secret { field: format!("/settings/{name}") }),
        None => Ok(()),
    }
}

/// A test counts once, and only if it was asked for of what is set now.
fn test(known: &RegisteredServer, outcome: &TestOutcome) -> Decision {
    let TestOutcome { no, passed, .. } = *outcome;
    if no == 0 || no > known.tests {
        return Err(ServerRefusal::TestNotAsked { no });
    }
    let last = known.tested.as_ref().map_or(known.outdated, |test| test.no);
    if no <= last {
        return Ok(Vec::new());
    }
    let says = one_line(&outcome.says, LONGEST_REASON);
    let version = outcome.version.as_deref().map(|version| one_line(version, LONGEST_VERSION));
    Ok(vec![ServerEvent::Tested { no, passed, says, version }])
}

fn enable(known: &RegisteredServer) -> Decision {
    if known.is_enabled {
        return Ok(Vec::new());
    }
    if known.is_tested() { Ok(vec![ServerEvent::Enabled {}]) } else { Err(ServerRefusal::Untested) }
}

/// A service has one slot, however often it is asked for.
fn reserve(known: &RegisteredServer, service_id: ServiceId) -> Decision {
    if known.slots.contains(&service_id) {
        return Ok(Vec::new());
    }
    let status = known.status();
    if !status.takes_accounts() {
        return Err(ServerRefusal::TakesNone { status });
    }
    let capacity = known.description.capacity;
    if known.used() >= capacity {
        return Err(ServerRefusal::Full { capacity });
    }
    Ok(vec![ServerEvent::SlotReserved { service_id }])
}

fn synced(known: &RegisteredServer, found: &Comparison) -> Decision {
    found.check()?;
    let found = found.tidied(|stranger| !known.ignored.contains(&stranger.reference));
    if known.found.as_ref() == Some(&found) {
        return Ok(Vec::new());
    }
    Ok(vec![ServerEvent::Synced { found }])
}

fn settle(known: &RegisteredServer, reference: &str, how: &StrangerEnd) -> Decision {
    if let StrangerEnd::Ignored { reason } = how {
        check_line("reason", reason, LONGEST_REASON)?;
    }
    let mut strangers = known.found.iter().flat_map(|found| &found.strangers);
    if !strangers.any(|stranger| stranger.reference == reference) {
        return Err(ServerRefusal::NoSuchStranger);
    }
    let (reference, how) = (reference.to_owned(), how.clone());
    Ok(vec![ServerEvent::StrangerSettled { reference, how }])
}

fn remove(known: &RegisteredServer) -> Decision {
    match known.used() {
        0 => Ok(vec![ServerEvent::Removed { name: known.description.name.clone() }]),
        used => Err(ServerRefusal::InUse { used }),
    }
}
