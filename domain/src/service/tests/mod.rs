//! The specification of services: how long they may run, and how they are delivered.

mod calls;
mod delivery;
mod laws;
mod lifecycle;
mod words;

use std::collections::BTreeMap;

use uuid::Uuid;

use super::*;
use crate::kernel::testing::{TODAY, issued};
use crate::kernel::{
    BlindIndex, ClientId, Issued, OrderId, ProductId, SecretsRef, ServerGroupId, ServerId,
    SubscriptionId,
};
use crate::product::ProductKind;
use crate::server_group::PickReason;

fn spec(memory: u32) -> ServiceSpec {
    let package = BTreeMap::from([("memory".to_owned(), memory.to_string())]);
    ServiceSpec { name: "game-1".into(), package }
}

fn sold() -> OrderedService {
    OrderedService {
        client_id: ClientId::new(Uuid::from_u128(3)),
        order_id: Some(OrderId::new(Uuid::from_u128(4))),
        item: 0,
        subscription_id: Some(SubscriptionId::new(Uuid::from_u128(5))),
        product_id: ProductId::new(Uuid::from_u128(6)),
        kind: ProductKind::GameServer,
        spec: spec(1_024),
    }
}

fn server(no: u128) -> ServerId {
    ServerId::new(Uuid::from_u128(no))
}

fn group() -> ServerGroupId {
    ServerGroupId::new(Uuid::from_u128(9))
}

fn secrets(digest: char) -> SecretsRef {
    SecretsRef {
        id: Uuid::from_u128(7),
        names: ["password".to_owned()].into(),
        digest: BlindIndex::try_new(digest.to_string().repeat(64)).unwrap(),
    }
}

fn order() -> Issued<ServiceCommand> {
    issued(ServiceCommand::Order(sold()))
}

fn provision(server_id: ServerId) -> Issued<ServiceCommand> {
    issued(ServiceCommand::RequestProvisioning(RequestProvisioning {
        server_id,
        server_group_id: Some(group()),
        driver: "pterodactyl".into(),
        pick: PickReason::NextInTurn { after: None },
    }))
}

fn account(attempt: u32, reference: &str) -> ProvisionedAccount {
    ProvisionedAccount {
        attempt,
        reference: reference.into(),
        name: Some("game-1".into()),
        address: Some("192.0.2.7:25565".into()),
        secrets: Some(secrets('a')),
    }
}

fn made(attempt: u32, reference: &str) -> Issued<ServiceCommand> {
    issued(ServiceCommand::RecordProvisioned(account(attempt, reference)))
}

fn not_made(attempt: u32, code: &str) -> Issued<ServiceCommand> {
    let (code, reason) = (code.to_owned(), "they said no".to_owned());
    issued(ServiceCommand::RecordProvisionFailed { attempt, code, reason })
}

fn hold(cause: HoldCause) -> Issued<ServiceCommand> {
    issued(ServiceCommand::PlaceHold { cause, reason: "because".into() })
}

fn lift(cause: HoldCause) -> Issued<ServiceCommand> {
    issued(ServiceCommand::LiftHold { cause })
}

fn terminate() -> Issued<ServiceCommand> {
    issued(ServiceCommand::Terminate { cause: EndCause::ContractEnded })
}

fn resize(memory: u32) -> Issued<ServiceCommand> {
    issued(ServiceCommand::Resize { spec: spec(memory) })
}

fn resized_to(memory: u32) -> Issued<ServiceCommand> {
    issued(ServiceCommand::RecordResized { spec: spec(memory), not_changed: Vec::new() })
}

fn given_up(wanted: Call) -> Issued<ServiceCommand> {
    let (code, reason) = ("dead".to_owned(), "nobody answers".to_owned());
    issued(ServiceCommand::RecordCallFailed { wanted, code, reason })
}

fn drift(drift: Option<Drift>) -> Issued<ServiceCommand> {
    issued(ServiceCommand::RecordDrift { drift })
}

fn adopt(server_id: ServerId, reference: &str) -> Issued<ServiceCommand> {
    let (driver, reference) = ("pterodactyl".to_owned(), reference.to_owned());
    issued(ServiceCommand::Adopt { server_id, driver, reference })
}

fn ordered() -> ServiceEvent {
    ServiceEvent::Ordered { what: Box::new(sold()), on: TODAY }
}

fn requested(attempt: u32, server_id: ServerId, spec: ServiceSpec) -> ServiceEvent {
    ServiceEvent::ProvisioningRequested {
        attempt,
        server_id,
        server_group_id: Some(group()),
        driver: "pterodactyl".into(),
        spec,
        pick: PickReason::NextInTurn { after: None },
        on: TODAY,
    }
}

fn provisioned(attempt: u32, reference: &str) -> ServiceEvent {
    let ProvisionedAccount { attempt, reference, name, address, secrets } =
        account(attempt, reference);
    ServiceEvent::Provisioned { attempt, reference, name, address, secrets, on: TODAY }
}

fn failed(attempt: u32, code: &str) -> ServiceEvent {
    let (code, reason) = (code.to_owned(), "they said no".to_owned());
    ServiceEvent::ProvisioningFailed { attempt, code, reason, on: TODAY }
}

fn held(cause: HoldCause) -> ServiceEvent {
    ServiceEvent::HoldPlaced { cause, reason: "because".into(), on: TODAY }
}

fn lifted(cause: HoldCause) -> ServiceEvent {
    ServiceEvent::HoldLifted { cause, on: TODAY }
}

fn suspend() -> ServiceEvent {
    ServiceEvent::SuspensionRequested { on: TODAY }
}

fn suspended() -> ServiceEvent {
    ServiceEvent::Suspended { on: TODAY }
}

fn resume() -> ServiceEvent {
    ServiceEvent::ResumptionRequested { on: TODAY }
}

fn unsuspended() -> ServiceEvent {
    ServiceEvent::Unsuspended { on: TODAY }
}

fn terminating() -> ServiceEvent {
    ServiceEvent::TerminationRequested { cause: EndCause::ContractEnded, on: TODAY }
}

fn drifted(drift: Drift) -> ServiceEvent {
    ServiceEvent::DriftFound { drift, on: TODAY }
}

fn cleared() -> ServiceEvent {
    ServiceEvent::DriftCleared { on: TODAY }
}

/// Ordered, asked for and made on server 1 as account 42.
fn running() -> Vec<ServiceEvent> {
    vec![ordered(), requested(1, server(1), spec(1_024)), provisioned(1, "42")]
}

fn after(more: impl IntoIterator<Item = ServiceEvent>) -> Vec<ServiceEvent> {
    running().into_iter().chain(more).collect()
}
