//! The specification of an API key.

use chrono::{DateTime, Utc};
use cqrs_es::test::TestFramework;

use super::*;
use crate::kernel::testing::{given, issued, refusals_are_well_spoken};
use crate::kernel::{Aggregate, Refusal};
use crate::role::{Permission, Permissions, Reach, Rights};

fn terms() -> ApiKeyTerms {
    let scopes = [Permission::ClientsRead, Permission::OrdersWrite].into_iter().collect();
    let expires_at = Some(DateTime::<Utc>::UNIX_EPOCH);
    ApiKeyTerms { name: "Shop".into(), scopes, expires_at }
}

fn create(terms: ApiKeyTerms, held: Rights) -> ApiKeyCommand {
    ApiKeyCommand::Create { terms, held }
}

fn revoke() -> ApiKeyCommand {
    ApiKeyCommand::Revoke { name: "Shop".into() }
}

fn revoked() -> ApiKeyEvent {
    ApiKeyEvent::Revoked { name: "Shop".into() }
}

#[test]
fn a_key_is_made_once_and_revoked_once() {
    let created = ApiKeyEvent::Created(terms());
    given::<ApiKey>([])
        .when(issued(create(terms(), Rights::full())))
        .then([created.clone()])
        .when(issued(create(terms(), Rights::full())))
        .then_refused(ApiKeyRefusal::AlreadyCreated);
    given::<ApiKey>([created.clone()]).when(issued(revoke())).then([revoked()]);
    given::<ApiKey>([created.clone(), revoked()]).when(issued(revoke())).then_nothing();
    given::<ApiKey>([created, revoked()])
        .when(issued(create(terms(), Rights::full())))
        .then_refused(ApiKeyRefusal::AlreadyCreated);
}

#[test]
fn a_key_of_before_there_was_a_history_of_keys_can_be_revoked() {
    given::<ApiKey>([]).when(issued(revoke())).then([revoked()]);
}

#[test]
fn nobody_makes_a_key_that_may_do_what_they_may_not() {
    let permissions = [Permission::ClientsRead, Permission::ApiKeysWrite].into_iter().collect();
    let held = Rights { permissions, reach: Reach::Seller };
    let lacking = ApiKeyRefusal::Lacking { permission: Permission::OrdersWrite };
    given::<ApiKey>([]).when(issued(create(terms(), held))).then_refused(lacking);
    // Whose own clients are all they see makes no key, which would see all.
    let few = Rights { permissions: Permissions::all(), reach: Reach::OwnClients };
    let refused = ApiKey::Absent.decide(&issued(create(terms(), few))).unwrap_err();
    assert_eq!((refused.code(), refused.field()), ("api_key.lacking", Some("/scopes")));
}

#[test]
fn a_key_has_a_name_and_at_least_one_scope() {
    let bare = ApiKeyTerms { name: " ".into(), scopes: Permissions::NONE, expires_at: None };
    let refused = ApiKey::Absent.decide(&issued(create(bare, Rights::full()))).unwrap_err();
    let fields: Vec<String> = refused.problems().into_iter().map(|wrong| wrong.field).collect();
    assert_eq!(fields, ["/name", "/scopes"]);
}

#[test]
fn the_test_framework_of_cqrs_es_runs_on_it() {
    TestFramework::<ApiKey>::with(())
        .given(vec![ApiKeyEvent::Created(terms())])
        .when(issued(revoke()))
        .then_expect_events(vec![revoked()]);
}

#[test]
fn refusals_are_well_spoken_to_whoever_asks() {
    let lacking = ApiKeyRefusal::Lacking { permission: Permission::OrdersWrite };
    refusals_are_well_spoken("api_key", &[ApiKeyRefusal::AlreadyCreated, lacking]);
}
