//! Who may come in: staff, sessions, API keys.

use std::sync::Arc;

use billfold_adapters::identity::OidcProviders;
use billfold_adapters::passwords::Passwords;
use billfold_adapters::postgres::{
    PostgresAddressCodes, PostgresApiKeys, PostgresClientAccounts, PostgresMailOutbox,
    PostgresPasskeys, PostgresProviderLinks, PostgresRefreshTokens, PostgresResetCodes,
    PostgresSecondFactors, PostgresSessions, PostgresSignInFailures, PostgresSpentChallenges,
    PostgresStaff,
};
use billfold_app::Kind;
use billfold_app::access::{
    Access, AccessError, AccessParts, Attempt, By, MailParts, PasskeySite, Secret, SignedIn,
};
use billfold_app::commands::roles::GiveRole;
use billfold_app::commands::staff::{
    AddStaff, ChangeStaff, ResumeStaff, StaffAdded, StopStaff, colleagues,
};
use billfold_app::commands::{Ask, Done, Door, RequestOrigin};
use billfold_app::vault::Opened;
use billfold_domain::api_key::ApiKeyTerms;
use billfold_domain::kernel::{Actor, StaffId, TenantId};
use billfold_domain::role::{Permission, Permissions, Rights, SystemRole};
use billfold_domain::staff::StaffProfile;
use billfold_tests::harness::{TestClock, TestDb};
use chrono::TimeDelta;
use uuid::Uuid;

use billfold_tests::till::{open_door, vault};

use crate::house::open_tenant;

pub(crate) struct Gate {
    pub(crate) db: TestDb,
    pub(crate) clock: TestClock,
    pub(crate) door: Door,
    pub(crate) access: Access,
    pub(crate) tenant: TenantId,
}

pub(crate) const PASSWORD: &str = "correct horse battery";

impl Gate {
    /// A gate to three sellers whose books are open; nobody works there yet.
    pub(crate) async fn open() -> Self {
        let db = TestDb::new().await;
        let clock = TestClock::default();
        let door = open_door(&db, &clock).await.unwrap();
        let access = access(&db, &clock, &door);
        let gate = Self { db, clock, door, access, tenant: TenantId::new(Uuid::from_u128(0xA1)) };
        for bits in [0xA1, 0xB2, 0xC3] {
            let open = open_tenant("Europe/Berlin");
            let ask = Ask::new(TenantId::new(Uuid::from_u128(bits)), by(), "open", open);
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

    /// Ada, who may do everything.
    pub(crate) async fn admin(&self) -> StaffId {
        self.admin_at(self.tenant, PASSWORD).await
    }

    pub(crate) async fn admin_at(&self, tenant: TenantId, password: &str) -> StaffId {
        self.access.add_admin(tenant, profile(), &Secret::new(password)).await.unwrap()
    }

    pub(crate) async fn stop(&self, staff_id: StaffId) -> Result<Done<()>, AccessError> {
        let stop = StopStaff { staff_id, reason: "left".to_owned() };
        let ask = Ask::new(self.tenant, by(), staff_id.to_string(), stop);
        self.access.stop_staff(ask, Rights::full()).await
    }

    async fn hire(
        &self,
        key: &str,
        email: &str,
        password: &str,
        held: Rights,
    ) -> Result<Done<StaffAdded>, AccessError> {
        let profile = StaffProfile { email: email.to_owned(), ..grace() };
        let roles = vec![SystemRole::Auditor.id(self.tenant)];
        let add = AddStaff { profile, roles, held };
        let ask = Ask::new(self.tenant, by(), key, add);
        self.access.add_staff(ask, &Secret::new(password)).await
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
        clients: Arc::new(PostgresClientAccounts::new(db.app.clone())),
        sessions: Arc::new(PostgresSessions::new(db.app.clone())),
        api_keys: Arc::new(PostgresApiKeys::new(db.app.clone())),
        refresh_tokens: Arc::new(PostgresRefreshTokens::new(db.app.clone())),
        reset_codes: Arc::new(PostgresResetCodes::new(db.app.clone())),
        second_factors: Arc::new(PostgresSecondFactors::new(db.app.clone())),
        address_codes: Arc::new(PostgresAddressCodes::new(db.app.clone())),
        providers: Arc::new(OidcProviders::default()),
        provider_links: Arc::new(PostgresProviderLinks::new(db.app.clone())),
        only_by_provider: false,
        passkeys: Arc::new(PostgresPasskeys::new(db.app.clone())),
        passkey_site: PasskeySite {
            origin: "https://books.example".to_owned(),
            rp_id: "books.example".to_owned(),
        },
        failures: Arc::new(PostgresSignInFailures::new(db.app.clone())),
        spent_challenges: Arc::new(PostgresSpentChallenges::new(db.app.clone())),
        mail: MailParts {
            outbox: Arc::new(PostgresMailOutbox::new(db.app.clone())),
            mailer: None,
            public_url: None,
            bell: Arc::default(),
        },
        passwords: Arc::new(Passwords::new()),
        vault: vault(db),
        door: door.clone(),
        clock: Arc::new(clock.clone()),
    })
}

fn by() -> Actor {
    Actor::system("tests").unwrap()
}

fn operator() -> By {
    By::command_line().unwrap()
}

pub(crate) fn profile() -> StaffProfile {
    let (name, email) = ("Ada Lovelace".to_owned(), "ada@example.org".to_owned());
    StaffProfile { name, email, phone: None }
}

pub(crate) fn grace() -> StaffProfile {
    let (name, email) = ("Grace Hopper".to_owned(), "grace@example.org".to_owned());
    StaffProfile { name, email, phone: Some("+49 30 9876501".to_owned()) }
}

/// The code of a refusal.
fn refusal<T>(answer: Result<T, AccessError>) -> String {
    answer.err().unwrap().code().to_owned()
}

pub(crate) fn not_valid<T>(answer: &Result<T, AccessError>) -> bool {
    matches!(answer, Err(AccessError::NotValid))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_signs_in_until_the_session_ends() {
    let gate = Gate::open().await;
    gate.admin().await;
    let signed = gate.sign_in("ADA@example.org", PASSWORD).await.unwrap();
    assert!(signed.identity.may(Permission::InvoicesWrite));
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
async fn what_a_member_of_staff_is_told_by_lies_nowhere_in_clear() {
    let gate = Gate::open().await;
    gate.admin().await;
    let held = Rights::full();
    let short = gate.hire("1", "grace@example.org", "short", held).await;
    assert!(matches!(short, Err(AccessError::Malformed { field: "/password", .. })));
    let bad = gate.hire("2", "grace", PASSWORD, held).await;
    assert_eq!(refusal(bad), "email.malformed");
    let taken = gate.hire("3", "ADA@example.org", PASSWORD, held).await;
    assert_eq!(refusal(taken), "staff_member.email_taken");
    gate.hire("4", "grace@example.org", PASSWORD, held).await.unwrap();
    let listed = colleagues(&gate.door, gate.tenant).await.unwrap();
    let profiles: Vec<_> = listed.into_iter().map(|colleague| colleague.profile).collect();
    assert_eq!(profiles.len(), 2);
    for known in [profile(), grace()] {
        assert!(profiles.contains(&Opened::Clear(known)));
    }
    let raw: String = sqlx::query_scalar(
        "select concat_ws(' ', (select string_agg(to_json(s)::text, ' ') from staff s), \
           (select string_agg(payload::text || coalesce(metadata::text, ''), ' ') from events))",
    )
    .fetch_one(&gate.db.owner)
    .await
    .unwrap();
    for text in ["grace", "Grace", "ada@", "Lovelace", "9876501", PASSWORD] {
        assert!(!raw.contains(text), "{text} lies in clear");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn adding_somebody_again_with_the_same_key_mends_a_sign_in_that_was_not_stored() {
    let gate = Gate::open().await;
    gate.admin().await;
    let held = Rights::full();
    let grace = gate.hire("1", "grace@example.org", PASSWORD, held).await.unwrap();
    let lost = "truncate staff, sign_in_directory";
    sqlx::query(lost).execute(&gate.db.owner).await.unwrap();
    let again = gate.hire("1", "grace@example.org", PASSWORD, held).await.unwrap();
    assert_eq!(again.answer, grace.answer);
    assert!(again.replayed);
    gate.sign_in("grace@example.org", PASSWORD).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_stopped_may_do_nothing_at_once_and_needs_roles_anew() {
    let gate = Gate::open().await;
    gate.admin().await;
    let grace = gate.hire("1", "grace@example.org", PASSWORD, Rights::full()).await.unwrap();
    let staff_id = grace.answer.staff_id;
    let sign_in =
        async |password: &Secret| gate.sign_in("grace@example.org", password.reveal()).await;
    let password = Secret::new(PASSWORD);
    let signed = sign_in(&password).await.unwrap();
    assert!(signed.identity.may(Permission::InvoicesRead));
    assert!(!signed.identity.may(Permission::InvoicesWrite));
    let changed = Secret::new("another long password");
    let known = gate.access.set_password(gate.tenant, &operator(), staff_id, &changed).await;
    assert!(known.unwrap());
    assert!(not_valid(&gate.access.session(&signed.token).await), "old sessions end");
    assert!(not_valid(&sign_in(&password).await));
    let signed = sign_in(&changed).await.unwrap();
    gate.stop(staff_id).await.unwrap();
    assert!(not_valid(&gate.access.session(&signed.token).await));
    assert!(not_valid(&sign_in(&changed).await));
    let resume = Ask::new(gate.tenant, by(), "resume", ResumeStaff { staff_id });
    gate.access.resume_staff(resume).await.unwrap();
    let signed = sign_in(&changed).await.unwrap();
    assert!(Permission::all().all(|permission| !signed.identity.may(permission)));
    let role_id = SystemRole::Finance.id(gate.tenant);
    let give = GiveRole { role_id, staff_id, held: Rights::full() };
    gate.door.execute(Ask::new(gate.tenant, by(), "give", give)).await.unwrap();
    let elsewhere = gate.elsewhere();
    assert!(elsewhere.session(&signed.token).await.unwrap().may(Permission::InvoicesWrite));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_of_somebody_who_may_do_more_is_out_of_reach() {
    let gate = Gate::open().await;
    gate.admin().await;
    let ada = colleagues(&gate.door, gate.tenant).await.unwrap()[0].staff_id;
    let permissions = [Permission::StaffRead, Permission::StaffWrite, Permission::RolesWrite];
    let held = Rights { permissions: permissions.into_iter().collect(), ..Rights::full() };
    let password = Secret::new("another long password");
    let less = By { held, ..operator() };
    let taken_over = gate.access.set_password(gate.tenant, &less, ada, &password).await;
    assert_eq!(refusal(taken_over), "staff_member.outranks");
    let profile = StaffProfile { email: "eve@example.org".to_owned(), ..profile() };
    let change = Ask::new(gate.tenant, by(), "1", ChangeStaff { staff_id: ada, profile });
    let moved = gate.access.change_staff(change, held).await;
    assert_eq!(refusal(moved), "staff_member.outranks");
    let stop = StopStaff { staff_id: ada, reason: "in my way".to_owned() };
    let stopped = gate.access.stop_staff(Ask::new(gate.tenant, by(), "2", stop), held).await;
    assert_eq!(refusal(stopped), "staff_member.outranks");
    let more = gate.hire("3", "grace@example.org", PASSWORD, held).await;
    let Err(AccessError::Door(error)) = more else { panic!("it was given") };
    let refused = error.refused().unwrap();
    assert_eq!((refused.code.as_str(), refused.kind), ("role.lacking", Kind::Forbidden));
    assert_eq!(refused.fields[0].pointer, "/roles/0");
    let people = colleagues(&gate.door, gate.tenant).await.unwrap();
    assert_eq!(people.len(), 1, "nothing is half done");
    assert_eq!(refusal(gate.stop(ada).await), "role.last_admin");
    gate.sign_in("ada@example.org", PASSWORD).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn another_address_is_the_one_to_sign_in_with() {
    let gate = Gate::open().await;
    gate.admin().await;
    let ada = colleagues(&gate.door, gate.tenant).await.unwrap()[0].staff_id;
    let profile = StaffProfile { email: "countess@example.org".to_owned(), ..profile() };
    let change = Ask::new(gate.tenant, by(), "1", ChangeStaff { staff_id: ada, profile });
    gate.access.change_staff(change, Rights::full()).await.unwrap();
    assert!(not_valid(&gate.sign_in("ada@example.org", PASSWORD).await));
    gate.sign_in("countess@example.org", PASSWORD).await.unwrap();
    gate.hire("2", "ada@example.org", PASSWORD, Rights::full()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_may_switch_between_the_sellers_their_password_opened() {
    let gate = Gate::open().await;
    gate.admin().await;
    let (other, third) =
        (TenantId::new(Uuid::from_u128(0xB2)), TenantId::new(Uuid::from_u128(0xC3)));
    let there = gate.admin_at(other, PASSWORD).await;
    gate.admin_at(third, "a different password").await;
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
    let changed = Secret::new("another long password");
    assert!(gate.access.set_password(other, &operator(), there, &changed).await.unwrap());
    let old = gate.access.session(&switched.token).await;
    assert!(not_valid(&old), "what the old password opened is closed everywhere");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_key_works_for_its_tenant_and_scopes_until_it_ends() {
    let gate = Gate::open().await;
    gate.admin().await;
    let by = By::command_line().unwrap();
    let new = ApiKeyTerms {
        name: "reports".to_owned(),
        scopes: Permissions::from_iter([Permission::LedgerRead]),
        expires_at: Some(gate.clock.now() + TimeDelta::days(1)),
    };
    let (id, secret) = gate.access.add_api_key(gate.tenant, &by, None, new.clone()).await.unwrap();
    assert!(secret.reveal().starts_with("bfk_"));
    let identity = gate.elsewhere().api_key(&secret).await.unwrap();
    assert_eq!((identity.tenant, identity.actor()), (gate.tenant, Actor::ApiKey(id)));
    assert!(identity.may(Permission::LedgerRead) && !identity.may(Permission::ClientsRead));
    assert_eq!(identity.csrf_token(), None);
    let mut forged = secret.reveal().to_owned();
    forged.replace_range(60..61, if forged.as_bytes()[60] == b'A' { "B" } else { "A" });
    assert!(not_valid(&gate.access.api_key(&Secret::new(forged)).await));
    gate.clock.advance_days(1);
    assert!(not_valid(&gate.elsewhere().api_key(&secret).await));
    let lasting = ApiKeyTerms { expires_at: None, ..new };
    let (id, secret) = gate.access.add_api_key(gate.tenant, &by, None, lasting).await.unwrap();
    gate.access.api_key(&secret).await.unwrap();
    assert!(gate.access.revoke_api_key(gate.tenant, &by, id).await.unwrap());
    assert!(not_valid(&gate.access.api_key(&secret).await));
    let listed = gate.access.list_api_keys(gate.tenant).await.unwrap();
    assert_eq!(listed.len(), 2);
    let other = gate.access.list_api_keys(TenantId::new(Uuid::from_u128(0xB2))).await.unwrap();
    assert_eq!(other.len(), 0);
}
