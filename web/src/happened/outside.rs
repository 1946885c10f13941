//! What happened to accounts at payment providers, to what calls them, and to what is to be done
//! outside.

use billfold_domain::driver::DriverEvent;
use billfold_domain::effect::{EffectEvent, EffectOf, EffectOutcome};
use billfold_domain::gateway::{GatewayEvent, GatewayMode};

use crate::show::words;

pub(super) fn effect(event: &EffectEvent) -> (String, &'static str) {
    match event {
        EffectEvent::Died { of, tries, reason, .. } => {
            (format!("{} given up after {tries} tries: {reason}", deed(of)), "red")
        }
        EffectEvent::RetryAsked { of, reason, .. } => {
            (format!("{} to be tried again: {reason}", deed(of)), "")
        }
        EffectEvent::Resolved { of, outcome: EffectOutcome::Made { .. }, reason } => {
            (format!("{} was done: {reason}", deed(of)), "green")
        }
        EffectEvent::Resolved { of, outcome: EffectOutcome::NotMade, reason } => {
            (format!("{} was not done: {reason}", deed(of)), "grey")
        }
        EffectEvent::Skipped { of, reason } => (format!("{} skipped: {reason}", deed(of)), "grey"),
    }
}

pub(super) fn driver(event: &DriverEvent) -> (String, &'static str) {
    match event {
        DriverEvent::Paused { driver, reason } => {
            (format!("Nothing is sent to {driver}: {reason}"), "red")
        }
        DriverEvent::Resumed { driver } => (format!("{driver} is called again"), "green"),
    }
}

pub(super) fn gateway(event: &GatewayEvent) -> (String, &'static str) {
    match event {
        GatewayEvent::Configured { label, driver, mode, .. } => {
            let tests = if *mode == Some(GatewayMode::Test) { ", for tests" } else { "" };
            (format!("Gateway {label} set up with {driver}{tests}"), "")
        }
        GatewayEvent::Described { label } => (format!("Gateway called {label} now"), "grey"),
        GatewayEvent::SettingsSet { .. } => ("Settings of the gateway set".to_owned(), "grey"),
        GatewayEvent::SecretsSet { .. } => ("Secrets of the gateway set".to_owned(), "grey"),
        GatewayEvent::TestAsked { .. } => ("Gateway to be tested".to_owned(), "grey"),
        GatewayEvent::Tested { passed: true, says, .. } => {
            (format!("Gateway passed its test: {says}"), "green")
        }
        GatewayEvent::Tested { passed: false, says, .. } => {
            (format!("Gateway failed its test: {says}"), "red")
        }
        GatewayEvent::Enabled {} => ("Gateway offered to payers".to_owned(), "green"),
        GatewayEvent::Disabled { reason } => (format!("Gateway offered no more: {reason}"), "red"),
    }
}

/// What is to be done, such as `Gateway charge at stripe`.
fn deed(of: &EffectOf) -> String {
    format!("{} at {}", words(&of.kind.replace('.', "_")), of.driver)
}
