//! The table of steps is whole, and what this release does not know fails loudly. The golden
//! files of old events are read in `tests/golden.rs`.

use serde_json::json;

use super::upcast::STEPS;
use super::*;

#[test]
fn the_steps_lead_from_version_one_to_the_current_one_without_a_gap() {
    for (event_type, current) in event_types() {
        let current: u32 = current.parse().unwrap();
        let own = STEPS.iter().filter(|step| step.event_type == event_type);
        let mut steps: Vec<(u32, u32)> =
            own.map(|step| (step.from.parse().unwrap(), step.to.parse().unwrap())).collect();
        steps.sort_unstable();
        let expected: Vec<_> = (1..current).map(|from| (from, from + 1)).collect();
        assert_eq!(steps, expected, "{event_type}");
    }
    for step in STEPS {
        assert!(current_version(step.event_type).is_some(), "{} is unknown", step.event_type);
    }
}

#[test]
fn event_types_are_unique_and_begin_with_their_aggregate() {
    let mut names: Vec<_> = event_types().map(|(name, _)| name).collect();
    let aggregates = [
        "tenant",
        "client",
        "product",
        "order",
        "subscription",
        "invoice",
        "credit_note",
        "credit",
        "proforma",
        "payment",
        "dunning_strategy",
        "dunning_case",
        "coupon",
        "gift_card",
        "tax_rate",
        "billing_run",
        "recognition",
        "accounting_period",
        "client_group",
        "affiliate",
        "payment_method",
        "role",
        "staff_member",
        "department",
        "webhook_endpoint",
        "sign_in",
        "approval",
        "data_subject",
        "api_key",
        "effect",
        "driver",
        "gateway",
        "settlement",
        "service",
        "server",
        "server_group",
    ];
    assert!(names.iter().all(|name| aggregates.contains(&name.split_once('.').unwrap().0)));
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn what_this_release_does_not_know_fails_loudly() {
    let resumed = br#"{"resumed":{}}"#;
    assert!(decode("tenant", "tenant.resumed", "1", resumed).is_ok());
    let unknown = decode("tenant", "tenant.merged", "1", resumed);
    assert!(matches!(unknown, Err(DecodeError::UnknownType { .. })));
    let newer = decode("tenant", "tenant.resumed", "2", resumed);
    assert!(matches!(newer, Err(DecodeError::Upcast(UpcastError::UnknownVersion { .. }))));
    let aggregate = decode("planet", "tenant.resumed", "1", resumed);
    assert!(matches!(aggregate, Err(DecodeError::UnknownAggregate { .. })));
    let crossed = decode("tenant", "tenant.renamed", "1", resumed);
    assert!(matches!(crossed, Err(DecodeError::Mismatch { found: "tenant.resumed", .. })));
    let broken = decode("tenant", "tenant.resumed", "1", br#"{"resumed":"#);
    assert!(matches!(broken, Err(DecodeError::Payload { .. })));
}

#[test]
fn an_old_payload_that_is_none_is_refused_by_its_step() {
    let of = |payload| upcast("client.registered", "1", payload);
    for wrong in [
        json!({}),
        json!({"registered": {"origin": "whmcs"}}),
        json!({"registered": {"origin": 1}}),
    ] {
        assert!(matches!(of(wrong), Err(UpcastError::Payload { .. })));
    }
}
