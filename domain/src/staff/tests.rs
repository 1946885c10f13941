//! The specification of a member of staff.

use cqrs_es::test::TestFramework;
use uuid::Uuid;

use super::*;
use crate::kernel::testing::{given, issued, refusals_are_well_spoken};
use crate::kernel::{
    Aggregate, BlindIndex, Claim, EventBody, ImageHash, KeyClass, Pii, Refusal, SubjectId,
};

fn sealed(text: &str) -> Pii<StaffProfile> {
    Pii::new(SubjectId::new(Uuid::from_u128(1)), KeyClass::Operational, text.into())
}

fn index(digit: char) -> BlindIndex {
    BlindIndex::try_new(digit.to_string().repeat(64)).unwrap()
}

fn added() -> StaffEvent {
    StaffEvent::Added { profile: sealed("ada"), email_index: index('a') }
}

fn stop() -> StaffCommand {
    StaffCommand::Stop { reason: "left".into() }
}

fn stopped() -> StaffEvent {
    StaffEvent::Stopped { reason: "left".into() }
}

#[test]
fn somebody_is_added_once() {
    let add = || StaffCommand::Add { profile: sealed("ada"), email_index: index('a') };
    given::<StaffMember>([])
        .when(issued(add()))
        .then([added()])
        .when(issued(add()))
        .then_refused(StaffRefusal::AlreadyAdded);
    for ask in [stop(), StaffCommand::Resume] {
        given::<StaffMember>([]).when(issued(ask)).then_refused(StaffRefusal::Absent);
    }
}

#[test]
fn an_address_belongs_to_one_and_is_free_once_it_was_changed() {
    let scope = StaffEvent::EMAIL_SCOPE;
    let key = |digit: char| index(digit).as_str().to_owned();
    let to = |profile, digit| StaffCommand::Change {
        profile: sealed(profile),
        email_index: index(digit),
    };
    let changed = |profile, digit| StaffEvent::Changed {
        profile: sealed(profile),
        email_index_before: index('a'),
        email_index: index(digit),
    };
    given::<StaffMember>([added()]).when(issued(to("ada", 'a'))).then_nothing();
    given::<StaffMember>([added()])
        .when(issued(to("ada l", 'a')))
        .then([changed("ada l", 'a')])
        .when(issued(to("ada l", 'b')))
        .then([changed("ada l", 'b')]);
    assert_eq!(added().claims(), [Claim::Take { scope, key: key('a') }]);
    assert_eq!(changed("ada l", 'a').claims(), []);
    assert_eq!(
        changed("ada", 'b').claims(),
        [Claim::Release { scope, key: key('a') }, Claim::Take { scope, key: key('b') }]
    );
}

#[test]
fn somebody_who_was_stopped_keeps_name_and_address_and_may_come_back() {
    given::<StaffMember>([added()])
        .when(issued(stop()))
        .then([stopped()])
        .when(issued(stop()))
        .then_refused(StaffRefusal::Stopped);
    given::<StaffMember>([added(), stopped()])
        .when(issued(StaffCommand::Resume))
        .then([StaffEvent::Resumed {}])
        .when(issued(StaffCommand::Resume))
        .then_refused(StaffRefusal::Active);
    let state = StaffMember::fold(&[added(), stopped()]);
    assert!(matches!(&state, StaffMember::Stopped(employed) if employed.profile == sealed("ada")));
    assert!(state.weight() > StaffMember::Absent.weight());
    let blank =
        StaffMember::fold(&[added()]).decide(&issued(StaffCommand::Stop { reason: " ".into() }));
    assert_eq!(blank.unwrap_err().field(), Some("/reason"));
}

#[test]
fn who_it_was_is_forgotten_once_they_were_stopped_and_the_address_is_free_again() {
    let erase = || StaffCommand::Erase { reason: "asked for it".into() };
    let erased = || StaffEvent::Erased { reason: "asked for it".into(), email_index: index('a') };
    given::<StaffMember>([]).when(issued(erase())).then_refused(StaffRefusal::Absent);
    given::<StaffMember>([added()]).when(issued(erase())).then_refused(StaffRefusal::Active);
    given::<StaffMember>([added(), stopped()]).when(issued(erase())).then([erased()]);
    let change = StaffCommand::Change { profile: sealed("ada"), email_index: index('a') };
    for ask in [erase(), stop(), StaffCommand::Resume, change] {
        let erased = given::<StaffMember>([added(), stopped(), erased()]);
        erased.when(issued(ask)).then_refused(StaffRefusal::Erased);
    }
    assert!(StaffMember::fold(&[added(), stopped(), erased()]).employed().is_none());
    let (scope, key) = (StaffEvent::EMAIL_SCOPE, index('a').as_str().to_owned());
    assert_eq!(erased().claims(), [Claim::Release { scope, key }]);
    let blank = StaffCommand::Erase { reason: " ".into() };
    let blank = StaffMember::fold(&[added(), stopped()]).decide(&issued(blank));
    assert_eq!(blank.unwrap_err().field(), Some("/reason"));
}

#[test]
fn somebody_shows_one_picture_or_none_also_once_they_were_stopped() {
    let hash = |byte| Some(ImageHash::new([byte; 32]));
    let show = |avatar| issued(StaffCommand::SetAvatar { avatar });
    let shown = |avatar| StaffEvent::AvatarSet { avatar };
    given::<StaffMember>([added()])
        .when(show(None))
        .then([])
        .when(show(hash(1)))
        .then([shown(hash(1))])
        .when(show(hash(1)))
        .then([])
        .when(issued(stop()))
        .then([stopped()])
        .when(show(None))
        .then([shown(None)]);
    given::<StaffMember>([]).when(show(hash(1))).then_refused(StaffRefusal::Absent);
}

#[test]
fn every_wrong_field_of_a_profile_is_named() {
    let profile = |name: &str, email: &str, phone: Option<&str>| StaffProfile {
        name: name.into(),
        email: email.into(),
        phone: phone.map(str::to_owned),
    };
    assert!(profile("Ada", "ada@example.org", Some("+49 30 1234")).check().is_ok());
    let wrong = profile(" ", "ada", Some("call me")).check().unwrap_err();
    let fields: Vec<_> = wrong.problems().into_iter().map(|problem| problem.field).collect();
    assert_eq!(fields, ["/name", "/email", "/phone"]);
    assert_eq!(format!("{:?}", profile("Ada", "a@b.c", None)), "StaffProfile(..)");
}

#[test]
fn the_test_framework_of_cqrs_es_runs_on_it() {
    TestFramework::<StaffMember>::with(())
        .given(vec![added()])
        .when(issued(stop()))
        .then_expect_events(vec![stopped()]);
}

#[test]
fn refusals_are_well_spoken_to_whoever_asks() {
    refusals_are_well_spoken(
        "staff_member",
        &[
            StaffRefusal::Absent,
            StaffRefusal::AlreadyAdded,
            StaffRefusal::Stopped,
            StaffRefusal::Active,
            StaffRefusal::Erased,
        ],
    );
}
