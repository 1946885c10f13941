//! Who may come in: staff, sessions, API keys.

use std::sync::Arc;

use billfold_adapters::passwords::Passwords;
use billfold_adapters::postgres::{
    PostgresApiKeys, PostgresRefreshTokens, PostgresResetCodes, PostgresSecondFactors,
    PostgresSessions, PostgresStaff,
};
use billfold_app::access::{
    Access, AccessError, AccessParts, Attempt, NewApiKey, NewStaff, Scope, Scopes, Secret,
    SignedIn, StaffProfile,
};
use billfold_app::commands::{Ask, Door, RequestOrigin};
use billfold_app::vault::Opened;
use billfold_domain::kernel::{Actor, TenantId};
use billfold_tests::harness::{TestClock, TestDb};
use chrono::TimeDelta;
use uuid::Uuid;

use billfold_tests::till::{open_door, vault};

use crate::house::open_tenant;

pub(crate) struct Gate {
    pub(crate) db: TestDb,
    pub(crate) clock: TestClock,
    door: Door,
    pub(crate) access: Access,
    pub(crate) tenant: TenantId,
}

pub(crate) const PASSWORD: &str = "correct horse battery";

impl Gate {
    pub(crate) async fn open() -> Self {
        let db = TestDb::new().await;
        let clock = TestClock::default();
        let door = open_door(&db, &clock).await.unwrap();
        let access = access(&db, &clock, &door);
        let gate = Self { db, clock, door, access, tenant: TenantId::new(Uuid::from_u128(0xA1)) };
        for bits in [0xA1, 0xB2, 0xC3] {
            let by = Actor::system("tests").unwrap();
            let open = open_tenant("Europe/Berlin");
            let ask = Ask::new(TenantId::new(Uuid::from_u128(bits)), by, "open", open);
            gate.door.execute(ask).await.unwrap();
        }
        gate
    }

    /// Another process on the same database.
    pub(crate) fn elsewhere(&self) -> Access {
        access(&self.db, &self.clock, &self.door)
    }

    pub(crate) async fn sign_in(
        &self,
        email: &str,
        password: &str,
    ) -> Result<SignedIn, AccessError> {
        self.access.sign_in(&attempt(email, password, None)).await
    }

    pub(crate) async fn admin(&self) {
        let made = self.access.first_admin(self.tenant, profile(), Secret::new(PASSWORD)).await;
        assert!(made.unwrap().is_some());
    }
}

pub(crate) fn attempt(email: &str, password: &str, tenant: Option<TenantId>) -> Attempt {
    let (email, password) = (email.to_owned(), Secret::new(password));
    Attempt { email, password, code: None, tenant, origin: nowhere() }
}

pub(crate) fn nowhere() -> RequestOrigin {
    RequestOrigin::default()
}

fn access(db: &TestDb, clock: &TestClock, door: &Door) -> Access {
    Access::new(AccessParts {
        staff: Arc::new(PostgresStaff::new(db.app.clone())),
        sessions: Arc::new(PostgresSessions::new(db.app.clone())),
        api_keys: Arc::new(PostgresApiKeys::new(db.app.clone())),
        refresh_tokens: Arc::new(PostgresRefreshTokens::new(db.app.clone())),
        reset_codes: Arc::new(PostgresResetCodes::new(db.app.clone())),
        second_factors: Arc::new(PostgresSecondFactors::new(db.app.clone())),
        passwords: Arc::new(Passwords::new()),
        vault: vault(db),
        door: door.clone(),
        clock: Arc::new(clock.clone()),
    })
}

pub(crate) fn profile() -> StaffProfile {
    StaffProfile { name: "Ada Lovelace".to_owned(), email: "ada@example.org".to_owned() }
}

pub(crate) fn not_valid<T>(answer: &Result<T, AccessError>) -> bool {
    matches!(answer, Err(AccessError::NotValid))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_admin_is_made_once_and_signs_in_until_the_session_ends() {
    let gate = Gate::open().await;
    assert!(!gate.access.has_accounts().await.unwrap());
    gate.admin().await;
    let second = gate.access.first_admin(gate.tenant, profile(), Secret::new(PASSWORD)).await;
    assert!(second.unwrap().is_none());
    let signed = gate.sign_in("ADA@example.org", PASSWORD).await.unwrap();
    assert!(signed.identity.may(Scope::InvoicesWrite));
    // Another process knows the session too.
    let elsewhere = gate.elsewhere();
    let identity = elsewhere.session(&signed.token).await.unwrap();
    assert_eq!(identity.actor(), signed.identity.actor());
    let form = identity.csrf_token().unwrap();
    assert!(signed.identity.csrf_holds(&form));
    assert!(!signed.identity.csrf_holds("forged") && !signed.identity.csrf_holds(""));
    gate.clock.advance(TimeDelta::hours(12));
    assert!(not_valid(&elsewhere.session(&signed.token).await));
    let again = gate.sign_in("ada@example.org", PASSWORD).await.unwrap();
    assert!(gate.access.sign_out(&again.token, &nowhere()).await.unwrap());
    assert!(not_valid(&gate.access.session(&again.token).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_wrong_lets_anybody_in_and_guessing_is_slowed() {
    let gate = Gate::open().await;
    gate.admin().await;
    let door = &gate.access;
    let try_in = |email: &'static str, password: &'static str| async move {
        door.sign_in(&attempt(email, password, None)).await
    };
    assert!(not_valid(&try_in("nobody@example.org", PASSWORD).await));
    let elsewhere = Some(TenantId::new(Uuid::from_u128(0xB2)));
    let wrong = gate.access.sign_in(&attempt("ada@example.org", PASSWORD, elsewhere)).await;
    assert!(not_valid(&wrong));
    for _ in 0..4 {
        assert!(not_valid(&try_in("ada@example.org", "wrong horse").await));
    }
    let slowed = try_in("ada@example.org", PASSWORD).await;
    assert!(matches!(slowed, Err(AccessError::Slowed { .. })));
    for token in ["", "x", "bfk_x", &"A".repeat(64)] {
        assert!(not_valid(&gate.access.session(&Secret::new(token)).await));
        assert!(not_valid(&gate.access.api_key(&Secret::new(token)).await));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_checked_sealed_stopped_and_their_passwords_replaced() {
    let gate = Gate::open().await;
    gate.admin().await;
    let new = |email: &str, password: &str| NewStaff {
        profile: StaffProfile { name: "Grace Hopper".to_owned(), email: email.to_owned() },
        password: Secret::new(password),
        scopes: Scopes::from_iter([Scope::InvoicesRead]),
    };
    let short = gate.access.add_staff(gate.tenant, &new("grace@example.org", "short")).await;
    assert!(matches!(short, Err(AccessError::Malformed { field: "/password", .. })));
    let bad = gate.access.add_staff(gate.tenant, &new("grace", PASSWORD)).await;
    assert!(matches!(bad, Err(AccessError::Malformed { field: "/email", .. })));
    let taken = gate.access.add_staff(gate.tenant, &new("ada@example.org", PASSWORD)).await;
    assert!(matches!(taken, Err(AccessError::Taken)));
    let grace = gate.access.add_staff(gate.tenant, &new("grace@example.org", PASSWORD)).await;
    let grace = grace.unwrap();
    let listed = gate.access.list_staff(gate.tenant).await.unwrap();
    assert_eq!(listed.len(), 2);
    assert!(listed.iter().any(|member| member.profile == Opened::Clear(profile())));
    let raw: String = sqlx::query_scalar(
        "select string_agg(concat_ws(' ', email_index, profile, password_hash), ' ') from staff",
    )
    .fetch_one(&gate.db.owner)
    .await
    .unwrap();
    for text in ["grace", "Grace", "ada@", "Lovelace", PASSWORD] {
        assert!(!raw.contains(text), "{text} lies in clear");
    }
    let signed = gate.sign_in("grace@example.org", PASSWORD).await.unwrap();
    assert!(!signed.identity.may(Scope::InvoicesWrite) && !signed.identity.may(Scope::Admin));
    let changed = Secret::new("another long password");
    assert!(gate.access.set_password(gate.tenant, grace, &changed).await.unwrap());
    assert!(not_valid(&gate.access.session(&signed.token).await), "old sessions end");
    let signed = gate.sign_in("grace@example.org", changed.reveal()).await.unwrap();
    assert!(gate.access.disable_staff(gate.tenant, grace).await.unwrap());
    assert!(not_valid(&gate.access.session(&signed.token).await));
    assert!(not_valid(&gate.sign_in("grace@example.org", changed.reveal()).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_may_switch_between_the_sellers_their_password_opened() {
    let gate = Gate::open().await;
    gate.admin().await;
    let (other, third) =
        (TenantId::new(Uuid::from_u128(0xB2)), TenantId::new(Uuid::from_u128(0xC3)));
    gate.access.first_admin(other, profile(), Secret::new(PASSWORD)).await.unwrap();
    gate.access.first_admin(third, profile(), Secret::new("a different password")).await.unwrap();
    let ada = "ada@example.org";
    let signed = gate.access.sign_in(&attempt(ada, PASSWORD, Some(other))).await.unwrap();
    assert_eq!(signed.identity.tenant, other);
    let refused = gate.access.switch(&signed.token, &signed.identity, third, &nowhere()).await;
    assert!(not_valid(&refused));
    let switched =
        gate.access.switch(&signed.token, &signed.identity, gate.tenant, &nowhere()).await.unwrap();
    assert_eq!(switched.identity.tenant, gate.tenant);
    assert!(not_valid(&gate.access.session(&signed.token).await), "one session, one seller");
    gate.access.session(&switched.token).await.unwrap();
    let there = gate.access.list_staff(other).await.unwrap()[0].id;
    let changed = Secret::new("another long password");
    assert!(gate.access.set_password(other, there, &changed).await.unwrap());
    let old = gate.access.session(&switched.token).await;
    assert!(not_valid(&old), "what the old password opened is closed everywhere");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_key_works_for_its_tenant_and_scopes_until_it_ends() {
    let gate = Gate::open().await;
    let by = Actor::system("tests").unwrap();
    let new = NewApiKey {
        name: "reports".to_owned(),
        scopes: Scopes::from_iter([Scope::LedgerRead]),
        expires_at: Some(gate.clock.now() + TimeDelta::days(1)),
    };
    let (id, secret) = gate.access.add_api_key(gate.tenant, &by, &new).await.unwrap();
    assert!(secret.reveal().starts_with("bfk_"));
    let identity = gate.elsewhere().api_key(&secret).await.unwrap();
    assert_eq!((identity.tenant, identity.actor()), (gate.tenant, Actor::ApiKey(id)));
    assert!(identity.may(Scope::LedgerRead) && !identity.may(Scope::ClientsRead));
    assert_eq!(identity.csrf_token(), None);
    let mut forged = secret.reveal().to_owned();
    forged.replace_range(60..61, if forged.as_bytes()[60] == b'A' { "B" } else { "A" });
    assert!(not_valid(&gate.access.api_key(&Secret::new(forged)).await));
    gate.clock.advance_days(1);
    assert!(not_valid(&gate.elsewhere().api_key(&secret).await));
    let lasting = NewApiKey { expires_at: None, ..new };
    let (id, secret) = gate.access.add_api_key(gate.tenant, &by, &lasting).await.unwrap();
    gate.access.api_key(&secret).await.unwrap();
    assert!(gate.access.revoke_api_key(gate.tenant, id).await.unwrap());
    assert!(not_valid(&gate.access.api_key(&secret).await));
    let listed = gate.access.list_api_keys(gate.tenant).await.unwrap();
    assert_eq!(listed.len(), 2);
    let other = gate.access.list_api_keys(TenantId::new(Uuid::from_u128(0xB2))).await.unwrap();
    assert_eq!(other.len(), 0);
}
