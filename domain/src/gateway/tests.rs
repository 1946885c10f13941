//! The specification of a gateway.

use std::collections::BTreeMap;

use cqrs_es::test::TestFramework;
use uuid::Uuid;

use super::*;
use crate::kernel::testing::{TODAY, given, issued, refusals_are_well_spoken};
use crate::kernel::{
    Aggregate, BlindIndex, Claim, EventBody, Invalid, Issued, Refusal, SecretsRef,
};

fn ours() -> ConfigureGateway {
    ConfigureGateway {
        key: "stripe-us".into(),
        driver: "stripe".into(),
        label: "Card".into(),
        mode: Some(GatewayMode::Test),
    }
}

fn configured() -> GatewayEvent {
    let ConfigureGateway { key, driver, label, mode } = ours();
    GatewayEvent::Configured { key, driver, label, mode }
}

fn settings(values: &[(&str, &str)]) -> Settings {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Settings::try_new(values.iter().map(owned).collect()).unwrap()
}

fn public_key() -> Settings {
    settings(&[("publishable_key", "pk_test_1")])
}

fn secrets(id: u128, digest: char) -> SecretsRef {
    SecretsRef {
        id: Uuid::from_u128(id),
        names: ["secret_key".to_owned()].into(),
        digest: BlindIndex::try_new(digest.to_string().repeat(64)).unwrap(),
    }
}

fn settings_set() -> GatewayEvent {
    GatewayEvent::SettingsSet { settings: public_key() }
}

fn secrets_set(id: u128, digest: char) -> GatewayEvent {
    GatewayEvent::SecretsSet { secrets: secrets(id, digest) }
}

fn asked(no: u32) -> GatewayEvent {
    GatewayEvent::TestAsked { no }
}

fn tested(no: u32, passed: bool) -> GatewayEvent {
    let says = if passed { "acct_1 may charge" } else { "no such key" };
    GatewayEvent::Tested { no, passed, says: says.into(), on: TODAY }
}

fn test(no: u32, passed: bool) -> Issued<GatewayCommand> {
    let says = if passed { "acct_1 may charge" } else { "no such key" };
    let mode = Some(GatewayMode::Test);
    issued(GatewayCommand::Test(Tested { no, passed, says: says.into(), mode }))
}

fn ask_test() -> Issued<GatewayCommand> {
    issued(GatewayCommand::AskTest)
}

fn enable() -> Issued<GatewayCommand> {
    issued(GatewayCommand::Enable { needs_test: true })
}

fn disable() -> Issued<GatewayCommand> {
    issued(GatewayCommand::Disable { reason: "contract ended".into() })
}

fn disabled() -> GatewayEvent {
    GatewayEvent::Disabled { reason: "contract ended".into() }
}

fn set(settings: Settings) -> Issued<GatewayCommand> {
    issued(GatewayCommand::SetSettings(settings))
}

fn keep(id: u128, digest: char) -> Issued<GatewayCommand> {
    issued(GatewayCommand::SetSecrets(secrets(id, digest)))
}

fn ready() -> Vec<GatewayEvent> {
    vec![configured(), settings_set(), secrets_set(1, 'a'), asked(1), tested(1, true)]
}

#[test]
fn an_account_is_configured_once_under_a_key_that_stays_its_own() {
    let configure = |new| issued(GatewayCommand::Configure(new));
    given::<Gateway>([])
        .when(configure(ours()))
        .then([configured()])
        .when(configure(ours()))
        .then_nothing();
    let other = ConfigureGateway { key: "stripe-eu".into(), ..ours() };
    given::<Gateway>([configured()])
        .when(configure(other))
        .then_refused(GatewayRefusal::AlreadyConfigured { key: "stripe-us".into() });
    let key = Claim::Take { scope: GatewayEvent::KEY_SCOPE, key: "stripe-us".into() };
    assert_eq!(configured().claims(), [key]);
    assert_eq!(disabled().claims(), [], "payments go on naming it");
    let wrong = ConfigureGateway { key: "Stripe".into(), driver: "".into(), ..ours() };
    let refused =
        Gateway::Absent.decide(&configure(ConfigureGateway { label: "".into(), ..wrong }));
    let fields: Vec<_> = refused.unwrap_err().problems().into_iter().map(|it| it.field).collect();
    assert_eq!(fields, ["/key", "/driver", "/label"]);
}

#[test]
fn a_gateway_is_enabled_only_after_a_good_test() {
    given::<Gateway>([configured()]).when(enable()).then_refused(GatewayRefusal::Untested);
    given::<Gateway>([configured(), asked(1)])
        .when(enable())
        .then_refused(GatewayRefusal::Untested);
    given::<Gateway>([configured(), asked(1), tested(1, false)])
        .when(enable())
        .then_refused(GatewayRefusal::TestFailed { says: "no such key".into() });
    given::<Gateway>(ready())
        .when(enable())
        .then([GatewayEvent::Enabled {}])
        .when(enable())
        .then_nothing();
}

#[test]
fn a_driver_that_calls_nobody_needs_no_test() {
    given::<Gateway>([configured()])
        .when(issued(GatewayCommand::Enable { needs_test: false }))
        .then([GatewayEvent::Enabled {}]);
}

#[test]
fn a_test_of_other_settings_or_secrets_does_not_count() {
    let change = [
        GatewayEvent::SettingsSet { settings: settings(&[("publishable_key", "pk_test_2")]) },
        secrets_set(2, 'b'),
    ];
    for change in change {
        let changed = [ready(), vec![change.clone()]].concat();
        given::<Gateway>(changed.clone()).when(enable()).then_refused(GatewayRefusal::Untested);
        given::<Gateway>(changed.clone()).when(test(1, true)).then_nothing();
        given::<Gateway>(changed)
            .when(ask_test())
            .then([asked(2)])
            .when(test(2, true))
            .then([tested(2, true)])
            .when(enable())
            .then([GatewayEvent::Enabled {}]);
        let late = [configured(), asked(1), change];
        given::<Gateway>(late).when(test(1, true)).then_nothing();
    }
}

#[test]
fn a_test_is_taken_once_and_a_later_one_outdoes_an_earlier() {
    let two = [configured(), asked(1), asked(2)];
    given::<Gateway>(two.clone())
        .when(test(2, false))
        .then([tested(2, false)])
        .when(test(1, true))
        .then_nothing();
    given::<Gateway>([two.to_vec(), vec![tested(1, true)]].concat())
        .when(test(1, true))
        .then_nothing();
    for no in [0, 3] {
        given::<Gateway>(two.clone())
            .when(test(no, true))
            .then_refused(GatewayRefusal::NotAsked { no });
    }
    assert_eq!(tested(1, true).effective_on(), Some(TODAY));
}

#[test]
fn keys_that_move_money_do_not_pass_in_an_account_for_tests() {
    let report = |theirs| Tested { no: 1, passed: true, says: " ok\n".into(), mode: theirs };
    let said = |ours, theirs| {
        let account = GatewayEvent::Configured {
            key: "paypal".into(),
            driver: "paypal".into(),
            label: "PayPal".into(),
            mode: ours,
        };
        let ask = issued(GatewayCommand::Test(report(theirs)));
        match Gateway::fold(&[account, asked(1)]).decide(&ask).unwrap().remove(0) {
            GatewayEvent::Tested { passed, says, .. } => (passed, says),
            other => panic!("{other:?}"),
        }
    };
    let (test, live) = (Some(GatewayMode::Test), Some(GatewayMode::Live));
    let wrong = "these keys move money, but the account is for tests";
    assert_eq!(said(test, live), (false, wrong.to_owned()));
    let wrong = "these keys are for tests, but the account is for money";
    assert_eq!(said(live, test), (false, wrong.to_owned()));
    for (ours, theirs) in [(live, live), (None, live), (test, None), (None, None)] {
        assert_eq!(said(ours, theirs), (true, "ok".to_owned()));
    }
}

#[test]
fn what_is_set_twice_happens_once() {
    given::<Gateway>([configured()])
        .when(set(public_key()))
        .then([settings_set()])
        .when(set(public_key()))
        .then_nothing();
    given::<Gateway>([configured()])
        .when(keep(1, 'a'))
        .then([secrets_set(1, 'a')])
        .when(keep(2, 'a'))
        .then_nothing();
    given::<Gateway>([configured(), secrets_set(1, 'a')])
        .when(keep(2, 'b'))
        .then([secrets_set(2, 'b')]);
    let describe = |label: &str| issued(GatewayCommand::Describe { label: label.into() });
    given::<Gateway>([configured()])
        .when(describe("Pay by card"))
        .then([GatewayEvent::Described { label: "Pay by card".into() }])
        .when(describe("Pay by card"))
        .then_nothing();
    given::<Gateway>([configured()]).when(describe("")).then_refused(Invalid::one(
        "label",
        "text.empty",
        "must not be empty",
    ));
}

#[test]
fn a_secret_is_never_among_the_settings() {
    let field = || GatewayRefusal::Secret { field: "/settings/secret_key".into() };
    let leaked = settings(&[("publishable_key", "pk"), ("secret_key", "sk_live_1")]);
    given::<Gateway>([configured(), secrets_set(1, 'a')])
        .when(set(leaked.clone()))
        .then_refused(field());
    given::<Gateway>([configured(), GatewayEvent::SettingsSet { settings: leaked }])
        .when(keep(1, 'a'))
        .then_refused(field());
    let names = ["Secret".to_owned()].into();
    let wrong = GatewayCommand::SetSecrets(SecretsRef { names, ..secrets(1, 'a') });
    let refused = Gateway::fold(&[configured()]).decide(&issued(wrong)).unwrap_err();
    assert_eq!((refused.code(), refused.field()), ("key.malformed", Some("/secrets/names")));
}

#[test]
fn settings_are_a_bounded_number_of_bounded_texts() {
    let wrong = |name: &str, value: &str| {
        let values = BTreeMap::from([(name.to_owned(), value.to_owned())]);
        let invalid = Settings::try_new(values).unwrap_err();
        (invalid.code(), invalid.field().unwrap().to_owned())
    };
    assert_eq!(wrong("No name", "").1, "/settings");
    let field = || "/settings/terms".to_owned();
    assert_eq!(wrong("terms", &"x".repeat(4_001)), ("text.too_long", field()));
    assert_eq!(wrong("terms", "a\u{202e}b"), ("text.control_character", field()));
    let many = (0..51).map(|at| (format!("field_{at}"), String::new())).collect();
    assert_eq!(Settings::try_new(many).unwrap_err().code(), "list.too_long");
    let lines = settings(&[("instructions", "Name the invoice.\nThen pay.")]);
    assert_eq!(lines.get("instructions"), Some("Name the invoice.\nThen pay."));
    assert_eq!(lines.get("other"), None);
}

#[test]
fn a_gateway_is_offered_while_it_is_enabled_whatever_is_set_meanwhile() {
    let enabled = [ready(), vec![GatewayEvent::Enabled {}]].concat();
    let state = Gateway::fold(&enabled);
    assert_eq!(state.offered(), state.account());
    let renewed = [enabled.clone(), vec![secrets_set(2, 'b')]].concat();
    assert!(Gateway::fold(&renewed).offered().is_some(), "the provider replaced the key");
    given::<Gateway>(renewed).when(disable()).then([disabled()]).when(disable()).then_nothing();
    let ended = Gateway::fold(&[enabled, vec![disabled()]].concat());
    assert_eq!((ended.offered(), ended.account().is_some()), (None, true));
    given::<Gateway>(ready())
        .when(issued(GatewayCommand::Disable { reason: String::new() }))
        .then_refused(Invalid::one("reason", "text.empty", "must not be empty"));
}

#[test]
fn nothing_happens_to_a_gateway_that_is_not_there() {
    for ask in [set(public_key()), keep(1, 'a'), ask_test(), test(1, true), enable(), disable()] {
        given::<Gateway>([]).when(ask).then_refused(GatewayRefusal::Absent);
    }
    assert_eq!(Gateway::fold(&[tested(1, true)]), Gateway::Absent);
}

#[test]
fn its_texts_count_in_the_cache() {
    let plain = Gateway::fold(&[configured()]).weight();
    assert!(Gateway::fold(&ready()).weight() > plain);
    assert_eq!(Gateway::Absent.weight(), plain);
}

#[test]
fn the_test_framework_of_cqrs_es_runs_on_it() {
    TestFramework::<Gateway>::with(())
        .given(ready())
        .when(enable())
        .then_expect_events(vec![GatewayEvent::Enabled {}]);
}

#[test]
fn refusals_are_well_spoken_to_whoever_asks() {
    refusals_are_well_spoken(
        "gateway",
        &[
            GatewayRefusal::Absent,
            GatewayRefusal::AlreadyConfigured { key: "stripe".into() },
            GatewayRefusal::Secret { field: "/settings/secret_key".into() },
            GatewayRefusal::NotAsked { no: 1 },
            GatewayRefusal::Untested,
            GatewayRefusal::TestFailed { says: "no such key".into() },
        ],
    );
}
