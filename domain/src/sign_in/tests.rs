//! The specification of what is noted about sign-ins.

use uuid::Uuid;

use super::*;
use crate::kernel::testing::{given, issued};
use crate::kernel::text::check_line;
use crate::kernel::{BlindIndex, ClientId, Invalid, Refusal, SessionId, StaffId, TenantId};

fn staff() -> StaffId {
    StaffId::new(Uuid::from_u128(7))
}

fn session(bits: u128) -> SessionId {
    SessionId::new(Uuid::from_u128(bits))
}

fn succeed(bits: u128) -> SignInCommand {
    let (staff_id, session_id) = (staff(), session(bits));
    SignInCommand::Succeed { staff_id, method: SignInMethod::Password, session_id }
}

fn succeeded(bits: u128) -> SignInEvent {
    let (staff_id, session_id) = (staff(), session(bits));
    SignInEvent::Succeeded { staff_id, method: SignInMethod::Password, session_id }
}

fn refuse(slowed: bool) -> SignInCommand {
    let reason = SignInRefused::WrongPassword;
    SignInCommand::Refuse { staff_id: Some(staff()), client_id: None, reason, slowed }
}

fn refused() -> SignInEvent {
    let reason = SignInRefused::WrongPassword;
    SignInEvent::Refused { staff_id: Some(staff()), client_id: None, reason }
}

#[test]
fn a_session_begins_once() {
    given::<SignIn>([])
        .when(issued(succeed(1)))
        .then([succeeded(1)])
        .when(issued(succeed(1)))
        .then([])
        .when(issued(succeed(2)))
        .then([succeeded(2)]);
}

#[test]
fn a_lock_out_tells_how_many_refusals_led_to_it() {
    given::<SignIn>([refused(), succeeded(1), refused(), refused()])
        .when(issued(refuse(true)))
        .then([refused(), SignInEvent::Slowed { refusals: 3 }])
        .when(issued(refuse(false)))
        .then([refused()]);
}

#[test]
fn sessions_end_together_and_not_too_many_at_once() {
    let end = |count: u128| SignInCommand::End {
        sessions: (0..count).map(session).collect(),
        how: EndOfSession::PasswordReplaced,
    };
    let ended = |bits| SignInEvent::Ended {
        session_id: session(bits),
        how: EndOfSession::PasswordReplaced,
    };
    given::<SignIn>([]).when(issued(end(0))).then([]);
    given::<SignIn>([]).when(issued(end(2))).then([ended(0), ended(1)]);
    let detail = "must be at most 1000 sessions";
    let refusal = Invalid::one("sessions", "sign_in.too_many_sessions", detail);
    assert_eq!(refusal.field(), Some("/sessions"));
    given::<SignIn>([]).when(issued(end(1_001))).then_refused(refusal);
}

#[test]
fn an_address_has_a_stream_of_its_own_at_each_seller() {
    let address = |digit: &str| BlindIndex::try_new(digit.repeat(64)).unwrap();
    let tenant = |bits| TenantId::new(Uuid::from_u128(bits));
    let one = SignIn::id_of(tenant(1), &address("a"));
    assert_eq!(one, SignIn::id_of(tenant(1), &address("a")));
    assert_ne!(one, SignIn::id_of(tenant(2), &address("a")));
    assert_ne!(one, SignIn::id_of(tenant(1), &address("b")));
}

#[test]
fn what_changes_about_a_way_in_is_noted_as_it_is_told() {
    let change = |which: Option<String>| SignInCommand::ChangeMeans {
        staff_id: staff(),
        what: MeansChange::PasskeyAdded,
        which,
    };
    let changed = SignInEvent::MeansChanged {
        staff_id: staff(),
        what: MeansChange::PasskeyAdded,
        which: Some("yubikey".to_owned()),
    };
    let asked = SignInEvent::ResetAsked { staff_id: None, client_id: None };
    given::<SignIn>([refused()])
        .when(issued(SignInCommand::AskReset { staff_id: None, client_id: None }))
        .then([asked])
        .when(issued(change(Some("yubikey".to_owned()))))
        .then([changed])
        .when(issued(refuse(true)))
        .then([refused(), SignInEvent::Slowed { refusals: 2 }]);
    given::<SignIn>([])
        .when(issued(change(Some("x".repeat(101)))))
        .then_refused(check_line("which", &"x".repeat(101), 100).unwrap_err());
}

#[test]
fn a_change_of_a_clients_way_in_is_noted_for_the_client() {
    let (client_id, what) = (ClientId::new(Uuid::from_u128(8)), MeansChange::PasswordReplaced);
    given::<SignIn>([refused()])
        .when(issued(SignInCommand::ChangeClientMeans { client_id, what }))
        .then([SignInEvent::ClientMeansChanged { client_id, what }])
        .when(issued(refuse(true)))
        .then([refused(), SignInEvent::Slowed { refusals: 2 }]);
}

#[test]
fn a_session_of_a_client_begins_once_and_forgets_refusals() {
    let (client_id, session_id) = (ClientId::new(Uuid::from_u128(8)), session(1));
    let method = SignInMethod::Password;
    let succeed = || SignInCommand::SucceedClient { client_id, method, session_id };
    let succeeded = SignInEvent::ClientSucceeded { client_id, method, session_id };
    given::<SignIn>([])
        .when(issued(succeed()))
        .then([succeeded.clone()])
        .when(issued(succeed()))
        .then([]);
    let mut state = SignIn::default();
    crate::kernel::Aggregate::apply(&mut state, &refused());
    crate::kernel::Aggregate::apply(&mut state, &succeeded);
    assert_eq!(state.refusals(), 0);
}

#[test]
fn a_refused_try_and_an_asked_code_name_the_client_whose_account_it_is() {
    let (staff_id, client_id) = (None, Some(ClientId::new(Uuid::from_u128(8))));
    let reason = SignInRefused::WrongPassword;
    given::<SignIn>([])
        .when(issued(SignInCommand::Refuse { staff_id, client_id, reason, slowed: true }))
        .then([
            SignInEvent::Refused { staff_id, client_id, reason },
            SignInEvent::Slowed { refusals: 1 },
        ])
        .when(issued(SignInCommand::AskReset { staff_id, client_id }))
        .then([SignInEvent::ResetAsked { staff_id, client_id }]);
}
