//! What happened to services, to the servers they are kept on, and to groups of those.

use billfold_domain::server::{Health, ServerEvent, StrangerEnd};
use billfold_domain::server_group::{FillMethod, PickReason, ServerGroupEvent};
use billfold_domain::service::{Call, Drift, ServiceEvent};

use crate::show::words;

pub(super) fn service(event: &ServiceEvent) -> (String, &'static str) {
    use ServiceEvent as Fact;
    match event {
        Fact::Ordered { what, .. } => (format!("Service {} ordered", what.spec.name), ""),
        Fact::ProvisioningRequested { attempt, pick, .. } => {
            (format!("To be made, attempt {attempt}, {}", why(pick)), "")
        }
        Fact::CreationAccepted { reference, .. } => {
            (format!("Is being made as account {reference}"), "grey")
        }
        Fact::Provisioned { reference, .. } => (format!("Made as account {reference}"), "green"),
        Fact::ProvisioningFailed { reason, .. } => (format!("Could not be made: {reason}"), "red"),
        Fact::HoldPlaced { cause, reason, .. } => {
            (format!("Held, {}: {reason}", words(cause.word()).to_lowercase()), "red")
        }
        Fact::HoldLifted { cause, .. } => {
            (format!("No longer held, {}", words(cause.word()).to_lowercase()), "green")
        }
        Fact::SuspensionRequested { .. } => ("To be suspended".to_owned(), "grey"),
        Fact::Suspended { .. } => ("Suspended".to_owned(), "red"),
        Fact::ResumptionRequested { .. } => ("To run again".to_owned(), "grey"),
        Fact::Unsuspended { .. } => ("Runs again".to_owned(), "green"),
        Fact::TerminationRequested { cause, .. } => {
            (format!("To be deleted, {}", words(cause.word()).to_lowercase()), "red")
        }
        Fact::Terminated { .. } => ("Deleted".to_owned(), "red"),
        Fact::ResizeRequested { .. } => ("To be resized".to_owned(), "grey"),
        Fact::Resized { not_changed, .. } if not_changed.is_empty() => {
            ("Resized".to_owned(), "green")
        }
        Fact::Resized { not_changed, .. } => {
            (format!("Resized, but for {}", not_changed.join(", ")), "amber")
        }
        Fact::OperationRequested { operation, .. } => {
            (format!("{} asked for", words(operation.word())), "")
        }
        Fact::OperationPerformed { operation, .. } => {
            (format!("{} done", words(operation.word())), "green")
        }
        Fact::OperationFailed { operation, reason, .. } => {
            (format!("{} not done: {reason}", words(operation.word())), "red")
        }
        Fact::CallFailed { wanted, reason, .. } => {
            (format!("{}: {reason}", given_up(*wanted)), "red")
        }
        Fact::Adopted { reference, .. } => (format!("Account {reference} taken over"), ""),
        Fact::DriftFound { drift, .. } => {
            (format!("On the server it is {}", drifted(drift)), "amber")
        }
        Fact::DriftCleared { .. } => ("On the server it is as we know it".to_owned(), "green"),
        Fact::Cancelled { reason, .. } => (format!("Given up: {}", words(reason)), "red"),
        Fact::CredentialsShown { .. } => ("Credentials shown".to_owned(), "grey"),
    }
}

pub(super) fn server(event: &ServerEvent) -> (String, &'static str) {
    match event {
        ServerEvent::Registered { description, driver, .. } => {
            (format!("Server {} registered with {driver}", description.name), "")
        }
        ServerEvent::Described { description, .. } => {
            (format!("Server {} described", description.name), "grey")
        }
        ServerEvent::SettingsSet { .. } => ("Settings of the server set".to_owned(), "grey"),
        ServerEvent::SecretsSet { .. } => ("Secrets of the server set".to_owned(), "grey"),
        ServerEvent::TestAsked { .. } => ("Server to be tested".to_owned(), "grey"),
        ServerEvent::Tested { passed: true, says, .. } => {
            (format!("Server passed its test: {says}"), "green")
        }
        ServerEvent::Tested { passed: false, says, .. } => {
            (format!("Server failed its test: {says}"), "red")
        }
        ServerEvent::Enabled {} => ("Server in use".to_owned(), "green"),
        ServerEvent::Disabled { reason } => (format!("Server out of use: {reason}"), "red"),
        ServerEvent::MaintenanceSet { reason: Some(reason) } => {
            (format!("Server in maintenance: {reason}"), "amber")
        }
        ServerEvent::MaintenanceSet { reason: None } => ("Maintenance is over".to_owned(), "green"),
        ServerEvent::SlotReserved { .. } => ("Slot taken".to_owned(), "grey"),
        ServerEvent::SlotReleased { .. } => ("Slot free again".to_owned(), "grey"),
        ServerEvent::HealthChanged { to: Health::Online, .. } => {
            ("Server answers".to_owned(), "green")
        }
        ServerEvent::HealthChanged { to: Health::Degraded, says } => {
            (format!("A check of the server failed: {says}"), "amber")
        }
        ServerEvent::HealthChanged { to: Health::Offline, says } => {
            (format!("Server does not answer: {says}"), "red")
        }
        ServerEvent::Synced { found } => (
            format!(
                "Compared: {} accounts, {} unknown, {} missing, {} in a wrong state",
                found.accounts,
                found.strangers.len(),
                found.missing.len(),
                found.wrong.len()
            ),
            "grey",
        ),
        ServerEvent::StrangerSettled { reference, how } => {
            (format!("Unknown account {reference} {}", settled(how)), "grey")
        }
        ServerEvent::Removed { name } => (format!("Server {name} removed"), "red"),
    }
}

pub(super) fn group(event: &ServerGroupEvent) -> (String, &'static str) {
    let rule = |fill: &FillMethod| match fill {
        FillMethod::RoundRobin => "one after another",
        FillMethod::LeastUsed => "the least used first",
    };
    let text = match event {
        ServerGroupEvent::Created { name, fill } => {
            format!("Group of servers {name} made, {}", rule(fill))
        }
        ServerGroupEvent::Renamed { name, .. } => format!("Group of servers called {name} now"),
        ServerGroupEvent::FillSet { fill } => format!("Servers picked {}", rule(fill)),
        ServerGroupEvent::ServerAdded { .. } => "Server joined".to_owned(),
        ServerGroupEvent::ServerRemoved { .. } => "Server left".to_owned(),
        ServerGroupEvent::ServerPicked { because, .. } => {
            format!("Server picked, {}", why(because))
        }
    };
    (text, "grey")
}

fn why(pick: &PickReason) -> String {
    match pick {
        PickReason::NextInTurn { .. } => "the next in turn".to_owned(),
        PickReason::LeastUsed { used, capacity } => format!("{used} of {capacity} slots taken"),
        PickReason::ByHand => "by hand".to_owned(),
    }
}

fn given_up(call: Call) -> &'static str {
    match call {
        Call::Create => "Nobody goes on making it",
        Call::Suspend => "Could not be suspended",
        Call::Unsuspend => "Could not be run again",
        Call::Resize => "Could not be resized",
        Call::Terminate => "Could not be deleted",
    }
}

fn drifted(drift: &Drift) -> String {
    match drift {
        Drift::Missing => "missing".to_owned(),
        Drift::WrongState { there } => words(there).to_lowercase(),
        Drift::WrongLimits => "of another size".to_owned(),
    }
}

fn settled(how: &StrangerEnd) -> String {
    match how {
        StrangerEnd::Adopted { .. } => "taken over".to_owned(),
        StrangerEnd::Ignored { reason } => format!("left as it is: {reason}"),
        StrangerEnd::Terminated {} => "to be deleted".to_owned(),
    }
}
