//! Sign-ins as the log tells them, accounts of other systems, and one's own sessions.

use billfold_app::access::{AccessError, Attempt, ImportedStaff, Secret};
use billfold_app::commands::RequestOrigin;
use billfold_app::commands::staff::colleagues;
use billfold_domain::kernel::{StaffId, TenantId};
use billfold_domain::role::SystemRole;
use billfold_domain::staff::StaffProfile;
use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::access::{Gate, PASSWORD, attempt, not_valid, nowhere};

/// bcrypt, 12 rounds, of the password of all tests, as libxcrypt made it.
pub(crate) const BCRYPT: &str = "$2b$12$abcdefghijklmnopqrstuuE3j5FFjC71WyDL2KIK7ShSoj8tPD3m6";
const ADA: &str = "ada@example.org";
const GRACE: &str = "grace@example.org";

impl Gate {
    fn old_account(hash: &str) -> ImportedStaff {
        let (name, email) = ("Grace Hopper".to_owned(), GRACE.to_owned());
        ImportedStaff {
            profile: StaffProfile { name, email, phone: None },
            password_hash: Secret::new(hash),
            roles: vec![SystemRole::Admin.id(TenantId::new(Uuid::from_u128(0xA1)))],
        }
    }

    async fn hash_of(&self, id: StaffId) -> String {
        let sql = "select password_hash from staff where staff_id = $1";
        sqlx::query_scalar(sql).bind(id.uuid()).fetch_one(&self.db.owner).await.unwrap()
    }

    /// What the log tells of sign-ins at a seller, in order.
    async fn told(&self, tenant: TenantId) -> Vec<Value> {
        let sql = "select payload from events where tenant_id = $1
                   and event_type like 'sign_in.%' order by position";
        let told: Vec<sqlx::types::Json<Value>> =
            sqlx::query_scalar(sql).bind(tenant.uuid()).fetch_all(&self.db.feed).await.unwrap();
        told.into_iter().map(|sqlx::types::Json(payload)| payload).collect()
    }

    /// The same without ids.
    async fn in_short(&self, tenant: TenantId) -> Vec<String> {
        let told = self.told(tenant).await;
        let short = |event: &Value| {
            let (name, body) = event.as_object().unwrap().iter().next().unwrap();
            let word = ["method", "reason", "how"].iter().find_map(|field| body[field].as_str());
            format!("{name} {}", word.unwrap_or_default()).trim().to_owned()
        };
        told.iter().map(short).collect()
    }

    fn seller(bits: u128) -> TenantId {
        TenantId::new(Uuid::from_u128(bits))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bcrypt_hash_lets_its_owner_in_and_is_argon2id_from_then_on() {
    let gate = Gate::open().await;
    gate.admin().await;
    let account = Gate::old_account(BCRYPT);
    let grace = gate.access.import_staff(gate.tenant, &account).await.unwrap();
    assert!(not_valid(&gate.sign_in(GRACE, "wrong horse battery").await));
    assert_eq!(gate.hash_of(grace).await, BCRYPT, "nobody proved to know the password");
    let signed = gate.sign_in(GRACE, PASSWORD).await.unwrap();
    assert_eq!(signed.identity.tenant, gate.tenant);
    let better = gate.hash_of(grace).await;
    assert!(better.starts_with("$argon2id$"), "{better}");
    gate.sign_in(GRACE, PASSWORD).await.unwrap();
    assert_eq!(gate.hash_of(grace).await, better, "a good hash stays");
    assert!(not_valid(&gate.sign_in(GRACE, "wrong horse battery").await));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_taken_over_once_and_only_with_a_hash_that_can_be_verified() {
    let gate = Gate::open().await;
    for hash in ["", PASSWORD, "$1$abc$def", &BCRYPT.replace("$12$", "$31$"), &BCRYPT[..59]] {
        let refused = gate.access.import_staff(gate.tenant, &Gate::old_account(hash)).await;
        let field = matches!(refused, Err(AccessError::Malformed { field: "/password_hash", .. }));
        assert!(field, "{hash}");
    }
    let none = ImportedStaff { roles: Vec::new(), ..Gate::old_account(BCRYPT) };
    let refused = gate.access.check_import(gate.tenant, &none).await;
    assert!(matches!(refused, Err(AccessError::Malformed { field: "/roles", .. })));
    gate.access.check_import(gate.tenant, &Gate::old_account(BCRYPT)).await.unwrap();
    let nobody = colleagues(&gate.door, gate.tenant).await.unwrap().is_empty();
    assert!(nobody, "a look changes nothing");
    gate.access.import_staff(gate.tenant, &Gate::old_account(BCRYPT)).await.unwrap();
    let again = gate.access.import_staff(gate.tenant, &Gate::old_account(BCRYPT)).await;
    assert!(matches!(again, Err(AccessError::Taken)));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_attempt_is_an_event_without_an_address_in_clear() {
    let gate = Gate::open().await;
    gate.admin().await;
    let origin = RequestOrigin {
        ip: Some("192.0.2.7".parse().unwrap()),
        user_agent: Some("Lynx".to_owned()),
        request_id: None,
    };
    let ask = |password: &str| Attempt {
        origin: origin.clone(),
        ..attempt("ADA@example.org", password, None)
    };
    assert!(not_valid(&gate.access.sign_in(&ask("wrong horse")).await));
    let signed = gate.access.sign_in(&ask(PASSWORD)).await.unwrap();
    let (staff, session) = signed.identity.person().unwrap();
    assert!(gate.access.sign_out(&signed.token, &origin).await.unwrap());
    assert!(!gate.access.sign_out(&signed.token, &origin).await.unwrap(), "it ends once");
    let (staff, session) = (staff.uuid(), session.uuid());
    let told = [
        json!({ "refused": { "staff_id": staff, "reason": "wrong_password" } }),
        json!({ "succeeded": { "staff_id": staff, "method": "password", "session_id": session } }),
        json!({ "ended": { "session_id": session, "how": "signed_out" } }),
    ];
    assert_eq!(gate.told(gate.tenant).await, told);
    let sql = "select distinct left(metadata ->> 'origin', 8) from events
               where event_type like 'sign_in.%' and metadata ->> 'ip' is null";
    let beside: Vec<String> = sqlx::query_scalar(sql).fetch_all(&gate.db.feed).await.unwrap();
    assert_eq!(beside, ["2026-03."], "beside each lies sealed from where it was asked");
    let sql = "select string_agg(concat_ws(' ', actor, payload, metadata), ' ') from events";
    let log: String = sqlx::query_scalar(sql).fetch_one(&gate.db.feed).await.unwrap();
    for clear in ["ada@", "192.0.2.7", "lynx"] {
        assert!(!log.to_lowercase().contains(clear), "{clear} lies in clear");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_address_is_told_at_the_seller_that_is_named_or_at_the_first() {
    let gate = Gate::open().await;
    gate.admin().await;
    let (other, nobody) = (Gate::seller(0xB2), Gate::seller(0xEE));
    for (tenant, place) in [(None, gate.tenant), (Some(other), other), (Some(nobody), gate.tenant)]
    {
        let before = gate.in_short(place).await.len();
        let ask = attempt("eve@example.org", PASSWORD, tenant);
        assert!(not_valid(&gate.access.sign_in(&ask).await));
        let told = gate.in_short(place).await;
        assert_eq!(told[before..], ["refused unknown_address"]);
    }
    // Who has an account elsewhere has none here.
    assert!(not_valid(&gate.access.sign_in(&attempt(ADA, PASSWORD, Some(other))).await));
    assert_eq!(gate.in_short(other).await.last().unwrap(), "refused unknown_address");
    assert!(gate.in_short(nobody).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_out_is_told_once_and_ends_with_the_clock() {
    let gate = Gate::open().await;
    gate.admin().await;
    for _ in 0..5 {
        assert!(not_valid(&gate.sign_in(ADA, "wrong horse battery").await));
    }
    for _ in 0..3 {
        let slowed = gate.sign_in(ADA, PASSWORD).await;
        assert!(matches!(slowed, Err(AccessError::Slowed { .. })));
    }
    let mut expected = vec!["refused wrong_password"; 5];
    expected.push("slowed");
    assert_eq!(gate.in_short(gate.tenant).await, expected);
    assert_eq!(gate.told(gate.tenant).await[5], json!({ "slowed": { "refusals": 5 } }));
    gate.clock.advance(TimeDelta::seconds(2));
    gate.sign_in(ADA, PASSWORD).await.unwrap();
    assert_eq!(gate.in_short(gate.tenant).await.last().unwrap(), "succeeded password");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_sees_where_they_are_signed_in_and_ends_what_is_not_theirs() {
    let gate = Gate::open().await;
    gate.admin().await;
    let from = |ip: &str, agent: &str| RequestOrigin {
        ip: Some(ip.parse().unwrap()),
        user_agent: Some(agent.to_owned()),
        request_id: None,
    };
    let mut signed = Vec::new();
    for (ip, agent) in [("192.0.2.7", "Lynx"), ("2001:db8::7", "Mosaic"), ("192.0.2.9", "w3m")] {
        gate.clock.advance(TimeDelta::minutes(1));
        let ask = Attempt { origin: from(ip, agent), ..attempt(ADA, PASSWORD, None) };
        signed.push(gate.access.sign_in(&ask).await.unwrap());
    }
    let who = &signed[0].identity;
    let own = gate.access.own_sessions(who).await.unwrap();
    let agent = |origin: &Option<billfold_app::access::SessionOrigin>| {
        origin.as_ref().and_then(|origin| origin.user_agent.clone()).unwrap_or_default()
    };
    let seen: Vec<_> = own.iter().map(|one| (agent(&one.origin), one.current)).collect();
    let newest_first = [("w3m", false), ("Mosaic", false), ("Lynx", true)];
    assert_eq!(seen, newest_first.map(|(agent, current)| (agent.to_owned(), current)));
    let rows = "select string_agg(origin::text, ' ') from sessions";
    let rows: String = sqlx::query_scalar(rows).fetch_one(&gate.db.owner).await.unwrap();
    assert!(!rows.contains("Lynx") && !rows.contains("192.0.2"), "{rows}");
    gate.clock.advance(TimeDelta::minutes(9));
    gate.elsewhere().session(&signed[0].token).await.unwrap();
    let used = gate.access.own_sessions(who).await.unwrap();
    assert_eq!(used[2].last_used_at, gate.clock.now(), "its use was noted");
    assert_eq!(used[1].last_used_at, used[1].created_at);
    assert!(gate.access.end_own(who, own[0].id, &nowhere()).await.unwrap());
    assert!(!gate.access.end_own(who, own[0].id, &nowhere()).await.unwrap());
    assert!(not_valid(&gate.access.session(&signed[2].token).await));
    assert_eq!(gate.access.end_others(who, &nowhere()).await.unwrap(), 1);
    assert!(not_valid(&gate.access.session(&signed[1].token).await));
    gate.access.session(&signed[0].token).await.unwrap();
    let told = gate.in_short(gate.tenant).await;
    assert_eq!(told[3..], ["ended revoked", "ended revoked"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_asks_for_the_old_one_and_ends_the_other_sessions() {
    let gate = Gate::open().await;
    gate.admin().await;
    let (here, there) =
        (gate.sign_in(ADA, PASSWORD).await.unwrap(), gate.sign_in(ADA, PASSWORD).await.unwrap());
    let new = Secret::new("another horse battery");
    let change = async |old: &str, new: &Secret| {
        gate.access.change_password(&here.identity, &Secret::new(old), new, &nowhere()).await
    };
    assert!(matches!(change("wrong horse", &new).await, Err(AccessError::WrongPassword)));
    let short = change(PASSWORD, &Secret::new("short")).await;
    assert!(matches!(short, Err(AccessError::Malformed { field: "/password", .. })));
    gate.access.session(&there.token).await.unwrap();
    change(PASSWORD, &new).await.unwrap();
    gate.access.session(&here.token).await.unwrap();
    assert!(not_valid(&gate.access.session(&there.token).await));
    assert!(not_valid(&gate.sign_in(ADA, PASSWORD).await));
    gate.sign_in(ADA, new.reveal()).await.unwrap();
    for _ in 0..5 {
        let wrong = change("wrong horse", &new).await;
        assert!(matches!(wrong, Err(AccessError::WrongPassword)));
    }
    let slowed = change(new.reveal(), &new).await;
    assert!(matches!(slowed, Err(AccessError::Slowed { .. })), "guessing is slowed here too");
}
