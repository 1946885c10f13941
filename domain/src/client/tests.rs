//! The specification of a client's record.

use cqrs_es::test::TestFramework;
use uuid::Uuid;

use super::*;
use crate::kernel::testing::{given, issued};
use crate::kernel::{
    Aggregate, BlindIndex, Claim, Country, Currency, EventBody, ImageHash, KeyClass, Origin, Pii,
    Refusal, RefusalKind, StaffId, SubjectId,
};

fn sealed(text: &str) -> Pii<ContactCard> {
    Pii::new(SubjectId::new(Uuid::from_u128(9)), KeyClass::Operational, text.into())
}

fn index(digit: char) -> BlindIndex {
    BlindIndex::try_new(digit.to_string().repeat(64)).unwrap()
}

fn new() -> Register {
    Register {
        contact: sealed("c2VhbGVk"),
        email_index: Some(index('a')),
        country: Some(Country::parse("DE").unwrap()),
        currency: Currency::EUR,
        origin: Some(Origin { source: "whmcs".into(), id: "42".into() }),
    }
}

fn registered() -> ClientEvent {
    let Register { contact, email_index, country, currency, origin } = new();
    ClientEvent::Registered { contact, email_index, country, currency, origin }
}

fn suspended() -> ClientEvent {
    ClientEvent::Suspended { reason: "abuse".into() }
}

fn erased() -> ClientEvent {
    ClientEvent::Erased { reason: "asked".into(), email_index: Some(index('a')) }
}

#[test]
fn a_client_is_registered_once_and_a_second_import_run_changes_nothing() {
    given::<Client>([]).when(issued(ClientCommand::Register(new()))).then([registered()]);
    given::<Client>([registered()]).when(issued(ClientCommand::Register(new()))).then_nothing();
    let by_hand = Register { origin: None, ..new() };
    given::<Client>([registered()])
        .when(issued(ClientCommand::Register(by_hand)))
        .then_refused(ClientRefusal::AlreadyRegistered);
}

#[test]
fn contact_details_are_sealed_under_the_key_that_erasing_destroys() {
    let fiscal = Pii::new(sealed("x").subject(), KeyClass::Fiscal, "x".into());
    given::<Client>([])
        .when(issued(ClientCommand::Register(Register { contact: fiscal, ..new() })))
        .then_refused(ClientRefusal::WrongKey);
    let somebody = SubjectId::new(Uuid::from_u128(10));
    let contact = Pii::new(somebody, KeyClass::Operational, "x".into());
    given::<Client>([registered()])
        .when(issued(ClientCommand::ChangeContact { contact, email_index: None, country: None }))
        .then_refused(ClientRefusal::WrongKey);
}

#[test]
fn a_new_address_frees_the_old_one() {
    let change = |letter| ClientCommand::ChangeContact {
        contact: sealed("bmV3"),
        email_index: Some(index(letter)),
        country: None,
    };
    let changed = |letter| ClientEvent::ContactChanged {
        contact: sealed("bmV3"),
        email_index: Some(index(letter)),
        previous_email_index: Some(index('a')),
        country: None,
    };
    given::<Client>([registered(), suspended()]).when(issued(change('b'))).then([changed('b')]);
    let scope = ClientEvent::EMAIL_SCOPE;
    let key = |letter| index(letter).as_str().to_owned();
    assert_eq!(
        changed('b').claims(),
        [Claim::Release { scope, key: key('a') }, Claim::Take { scope, key: key('b') }]
    );
    assert_eq!(changed('a').claims(), []);
    assert_eq!(registered().claims(), [Claim::Take { scope, key: key('a') }]);
    assert_eq!(erased().claims(), [Claim::Release { scope, key: key('a') }]);
}

#[test]
fn a_client_is_suspended_and_activated_in_turn() {
    given::<Client>([registered()])
        .when(issued(ClientCommand::Suspend { reason: "abuse".into() }))
        .then([suspended()])
        .when(issued(ClientCommand::Suspend { reason: "abuse".into() }))
        .then_refused(ClientRefusal::AlreadySuspended);
    given::<Client>([registered(), suspended()])
        .when(issued(ClientCommand::Activate))
        .then([ClientEvent::Activated {}])
        .when(issued(ClientCommand::Activate))
        .then_refused(ClientRefusal::AlreadyActive);
}

#[test]
fn a_client_who_left_is_inactive_until_activated() {
    let reason = || "moved away".to_owned();
    let deactivate = || ClientCommand::Deactivate { reason: reason() };
    let deactivated = || ClientEvent::Deactivated { reason: reason() };
    given::<Client>([registered(), suspended()])
        .when(issued(deactivate()))
        .then([deactivated()])
        .when(issued(deactivate()))
        .then_refused(ClientRefusal::AlreadyInactive);
    given::<Client>([registered(), deactivated()])
        .when(issued(ClientCommand::Activate))
        .then([ClientEvent::Activated {}])
        .when(issued(ClientCommand::Activate))
        .then_refused(ClientRefusal::AlreadyActive);
    given::<Client>([registered(), deactivated()])
        .when(issued(ClientCommand::Suspend { reason: "abuse".into() }))
        .then([suspended()]);
}

#[test]
fn an_erased_client_stays_erased() {
    given::<Client>([registered()])
        .when(issued(ClientCommand::Erase { reason: "asked".into() }))
        .then([erased()])
        .when(issued(ClientCommand::Activate))
        .then_refused(ClientRefusal::Erased);
    given::<Client>([registered(), erased()])
        .when(issued(ClientCommand::Register(new())))
        .then_refused(ClientRefusal::Erased);
}

#[test]
fn a_reason_is_needed_and_an_unknown_client_is_missing() {
    let answer =
        given::<Client>([registered()]).when(issued(ClientCommand::Suspend { reason: " ".into() }));
    answer.then_refused(crate::kernel::Invalid::one("reason", "text.empty", "must not be empty"));
    given::<Client>([]).when(issued(ClientCommand::Activate)).then_refused(ClientRefusal::Absent);
    assert_eq!(ClientRefusal::Absent.kind(), RefusalKind::Missing);
}

#[test]
fn no_event_shows_personal_data_when_printed() {
    assert!(!format!("{:?}", registered()).contains("c2VhbGVk"));
}

#[test]
fn the_test_framework_of_cqrs_es_runs_on_it() {
    TestFramework::<Client>::with(())
        .given(vec![registered(), suspended()])
        .when(issued(ClientCommand::Activate))
        .then_expect_events(vec![ClientEvent::Activated {}]);
}

#[test]
fn refusals_are_well_spoken() {
    crate::kernel::testing::refusals_are_well_spoken(
        "client",
        &[
            ClientRefusal::Absent,
            ClientRefusal::AlreadyRegistered,
            ClientRefusal::WrongKey,
            ClientRefusal::AlreadySuspended,
            ClientRefusal::AlreadyInactive,
            ClientRefusal::AlreadyActive,
            ClientRefusal::Erased,
        ],
    );
}

#[test]
fn a_client_weighs_what_is_sealed() {
    let mut long = new();
    long.contact = sealed(&"x".repeat(10_000));
    let weight = |new: Register| {
        let ask = issued(ClientCommand::Register(new));
        Client::fold(&Client::Absent.decide(&ask).unwrap()).weight()
    };
    assert!(weight(long) >= weight(new()) + 9_000);
}

#[test]
fn what_is_known_of_taxes_is_kept_until_it_changes() {
    let tax = TaxFacts { region: Some("QC".into()), vat_check: None };
    let set = |tax: &TaxFacts| issued(ClientCommand::SetTaxFacts(tax.clone()));
    given::<Client>([registered()])
        .when(set(&tax))
        .then([ClientEvent::TaxFactsSet { tax: tax.clone() }])
        .when(set(&tax))
        .then_nothing();
    given::<Client>([registered(), erased()]).when(set(&tax)).then_refused(ClientRefusal::Erased);
    let long = TaxFacts { region: Some("x".repeat(41)), vat_check: None };
    let state = Client::fold(&[registered()]);
    assert_eq!(state.decide(&set(&long)).unwrap_err().field(), Some("/region"));
}

fn contact_added(no: u32) -> ClientEvent {
    ClientEvent::ContactAdded { no, kinds: vec![ContactKind::Billing], person: sealed("YQ==") }
}

fn record(ask: RecordCommand) -> ClientCommand {
    ClientCommand::Record(ask)
}

#[test]
fn the_number_of_a_contact_is_never_used_again() {
    let add = || RecordCommand::AddContact {
        kinds: vec![ContactKind::Billing, ContactKind::Billing],
        person: sealed("YQ=="),
    };
    given::<Client>([registered()]).when(issued(record(add()))).then([contact_added(1)]);
    given::<Client>([registered(), contact_added(1), ClientEvent::ContactRemoved { no: 1 }])
        .when(issued(record(add())))
        .then([contact_added(2)]);
    given::<Client>([registered()])
        .when(issued(record(RecordCommand::RemoveContact { no: 1 })))
        .then_refused(ClientRefusal::NoSuchContact);
}

#[test]
fn a_note_is_removed_once() {
    let text = Pii::new(sealed("x").subject(), KeyClass::Operational, "YQ==".into());
    let added = ClientEvent::NoteAdded { no: 1, text: text.clone() };
    given::<Client>([registered()])
        .when(issued(record(RecordCommand::AddNote { text })))
        .then([added.clone()]);
    let remove = || record(RecordCommand::RemoveNote { no: 1 });
    given::<Client>([registered(), added.clone()])
        .when(issued(remove()))
        .then([ClientEvent::NoteRemoved { no: 1 }]);
    given::<Client>([registered(), added, ClientEvent::NoteRemoved { no: 1 }])
        .when(issued(remove()))
        .then_refused(ClientRefusal::NoSuchNote);
}

#[test]
fn what_is_kept_about_a_client_is_sealed_under_the_client_and_ends_with_it() {
    let somebody = SubjectId::new(Uuid::from_u128(10));
    let text = Pii::new(somebody, KeyClass::Operational, "x".into());
    given::<Client>([registered()])
        .when(issued(record(RecordCommand::AddNote { text })))
        .then_refused(ClientRefusal::WrongKey);
    let values = Some(Pii::new(somebody, KeyClass::Operational, "x".into()));
    given::<Client>([registered()])
        .when(issued(record(RecordCommand::SetCustomFields { values })))
        .then_refused(ClientRefusal::WrongKey);
    given::<Client>([registered()])
        .when(issued(record(RecordCommand::SetCustomFields { values: None })))
        .then_nothing();
    given::<Client>([registered(), erased()])
        .when(issued(record(RecordCommand::RemoveNote { no: 1 })))
        .then_refused(ClientRefusal::Erased);
}

#[test]
fn a_client_shows_one_picture_or_none() {
    let hash = |byte| Some(ImageHash::new([byte; 32]));
    let show = |avatar| issued(record(RecordCommand::SetAvatar { avatar }));
    let shown = |avatar| ClientEvent::AvatarSet { avatar };
    given::<Client>([registered()])
        .when(show(None))
        .then([])
        .when(show(hash(1)))
        .then([shown(hash(1))])
        .when(show(hash(1)))
        .then([])
        .when(show(hash(2)))
        .then([shown(hash(2))])
        .when(show(None))
        .then([shown(None)]);
    given::<Client>([registered(), erased()])
        .when(show(hash(1)))
        .then_refused(ClientRefusal::Erased);
}

#[test]
fn a_client_is_looked_after_by_one_reseller_or_none() {
    let reseller = |bits| StaffId::new(Uuid::from_u128(bits));
    let entrust = |bits| issued(ClientCommand::Entrust { reseller: reseller(bits) });
    let entrusted = |bits| ClientEvent::Entrusted { reseller: reseller(bits) };
    let withdraw = || issued(ClientCommand::WithdrawFromReseller);
    let withdrawn = |bits| ClientEvent::WithdrawnFromReseller { reseller: reseller(bits) };
    given::<Client>([registered()])
        .when(withdraw())
        .then([])
        .when(entrust(1))
        .then([entrusted(1)])
        .when(entrust(1))
        .then([])
        .when(entrust(2))
        .then([entrusted(2)])
        .when(withdraw())
        .then([withdrawn(2)]);
    given::<Client>([registered(), erased()]).when(entrust(1)).then_refused(ClientRefusal::Erased);
    given::<Client>([]).when(entrust(1)).then_refused(ClientRefusal::Absent);
}
