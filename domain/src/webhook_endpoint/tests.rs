//! The specification of a webhook endpoint.

use cqrs_es::test::TestFramework;

use super::*;
use crate::kernel::testing::{given, issued, refusals_are_well_spoken};
use crate::kernel::{Aggregate, Refusal};

fn terms(url: &str) -> WebhookTerms {
    let event_types = vec!["invoice.*".to_owned(), "payment.settled".to_owned()];
    WebhookTerms { url: url.to_owned(), description: Some("Shop".to_owned()), event_types }
}

fn ours() -> WebhookTerms {
    terms("https://shop.example/hooks?from=billfold")
}

fn registered() -> WebhookEndpointEvent {
    WebhookEndpointEvent::Registered(ours())
}

fn wrong(terms: WebhookTerms) -> Vec<String> {
    let ask = issued(WebhookEndpointCommand::Register(terms));
    let refused = WebhookEndpoint::Absent.decide(&ask).unwrap_err();
    refused.problems().into_iter().map(|problem| problem.field).collect()
}

#[test]
fn an_endpoint_is_registered_once_and_set_anew() {
    given::<WebhookEndpoint>([])
        .when(issued(WebhookEndpointCommand::Register(ours())))
        .then([registered()])
        .when(issued(WebhookEndpointCommand::Register(ours())))
        .then_nothing();
    let other = terms("https://other.example/");
    given::<WebhookEndpoint>([registered()])
        .when(issued(WebhookEndpointCommand::Register(other.clone())))
        .then_refused(WebhookEndpointRefusal::AlreadyRegistered);
    given::<WebhookEndpoint>([registered()])
        .when(issued(WebhookEndpointCommand::Set(other.clone())))
        .then([WebhookEndpointEvent::TermsSet(other.clone())])
        .when(issued(WebhookEndpointCommand::Set(other)))
        .then_nothing();
}

#[test]
fn an_address_is_one_that_can_be_called_and_holds_no_password() {
    for url in [
        "shop.example/hooks",
        "ftp://shop.example",
        "https://",
        "https:///hooks",
        "https://:443/",
        "https://maria:secret@shop.example/",
        "https://shop.example/#part",
        "https://shop.example/a b",
        "https://shöp.example/",
    ] {
        assert_eq!(wrong(terms(url)), ["/url"], "{url}");
    }
    let long = format!("https://shop.example/{}", "x".repeat(500));
    assert_eq!(wrong(terms(&long)), ["/url"]);
    for name in ["invoice", "invoice.", ".issued", "*.issued", "Invoice.issued", "invoice.a.b"] {
        let event_types = vec!["invoice.issued".to_owned(), name.to_owned()];
        assert_eq!(wrong(WebhookTerms { event_types, ..ours() }), ["/event_types/1"], "{name}");
    }
    let event_types = vec!["invoice.*".to_owned(); 101];
    assert_eq!(wrong(WebhookTerms { event_types, ..ours() }), ["/event_types"]);
}

#[test]
fn each_rotation_makes_the_next_secret() {
    let rotate = || issued(WebhookEndpointCommand::RotateSecret);
    given::<WebhookEndpoint>([registered()])
        .when(rotate())
        .then([WebhookEndpointEvent::SecretRotated { secret_no: 2 }])
        .when(rotate())
        .then([WebhookEndpointEvent::SecretRotated { secret_no: 3 }]);
}

#[test]
fn what_is_paused_is_resumed_and_neither_happens_twice() {
    let pause = |reason| issued(WebhookEndpointCommand::Pause { reason });
    let paused = WebhookEndpointEvent::Paused { reason: PauseReason::Failing };
    given::<WebhookEndpoint>([registered()])
        .when(issued(WebhookEndpointCommand::Resume))
        .then_nothing();
    given::<WebhookEndpoint>([registered()])
        .when(pause(PauseReason::Failing))
        .then([paused.clone()])
        .when(pause(PauseReason::Asked))
        .then_nothing();
    given::<WebhookEndpoint>([registered(), paused])
        .when(issued(WebhookEndpointCommand::Resume))
        .then([WebhookEndpointEvent::Resumed {}]);
}

#[test]
fn a_replay_begins_at_a_position_of_the_log() {
    let replay = |after| issued(WebhookEndpointCommand::Replay { after });
    given::<WebhookEndpoint>([registered()])
        .when(replay(0))
        .then([WebhookEndpointEvent::ReplayAsked { after: 0 }]);
    let state = WebhookEndpoint::fold(&[registered()]);
    let refused = state.decide(&replay(-1)).unwrap_err();
    assert_eq!(refused.field(), Some("/after"));
}

#[test]
fn nothing_comes_after_the_end() {
    let gone = [registered(), WebhookEndpointEvent::Deleted {}];
    given::<WebhookEndpoint>([registered()])
        .when(issued(WebhookEndpointCommand::Delete))
        .then([WebhookEndpointEvent::Deleted {}]);
    for ask in [
        WebhookEndpointCommand::Register(ours()),
        WebhookEndpointCommand::RotateSecret,
        WebhookEndpointCommand::Resume,
        WebhookEndpointCommand::Delete,
    ] {
        given::<WebhookEndpoint>(gone.clone())
            .when(issued(ask))
            .then_refused(WebhookEndpointRefusal::Absent);
    }
}

#[test]
fn its_texts_count_in_the_cache() {
    let state = WebhookEndpoint::fold(&[registered()]);
    assert!(state.weight() > WebhookEndpoint::Absent.weight() + ours().url.len());
}

#[test]
fn the_test_framework_of_cqrs_es_runs_on_it() {
    TestFramework::<WebhookEndpoint>::with(())
        .given(vec![registered()])
        .when(issued(WebhookEndpointCommand::Delete))
        .then_expect_events(vec![WebhookEndpointEvent::Deleted {}]);
}

#[test]
fn refusals_are_well_spoken_to_whoever_asks() {
    refusals_are_well_spoken(
        "webhook_endpoint",
        &[WebhookEndpointRefusal::Absent, WebhookEndpointRefusal::AlreadyRegistered],
    );
}
