//! Second steps, and programs that renew their access.

use billfold_app::access::{AccessError, Attempt, ProgramTokens, Secret, SignedIn};
use billfold_domain::kernel::TenantId;
use chrono::TimeDelta;
use totp_rs::{Builder, Totp};
use uuid::Uuid;

use crate::access::{Gate, PASSWORD, attempt, grace, not_valid, nowhere};

const ADA: &str = "ada@example.org";

impl Gate {
    /// Sets the second step up; what makes its codes, and the recovery codes.
    async fn second_step_of(&self, signed: &SignedIn) -> (Totp, Vec<Secret>) {
        let (who, password) = (&signed.identity, Secret::new(PASSWORD));
        let made = self.access.enrol_second_factor(who, &password, &nowhere()).await.unwrap();
        let secret = totp_rs::Secret::try_from_base32(made.secret.reveal()).unwrap();
        let totp = Builder::new().with_secret(secret).build().unwrap();
        assert!(self.access.second_factor(who).await.unwrap().is_none(), "it is not confirmed");
        self.sign_in(ADA, PASSWORD).await.unwrap();
        let code = self.code(&totp);
        let codes = self.access.confirm_second_factor(who, &code, &nowhere()).await.unwrap();
        (totp, codes)
    }

    fn code(&self, totp: &Totp) -> Secret {
        let now = u64::try_from(self.clock.now().timestamp()).unwrap();
        Secret::new(totp.generate(now).to_string())
    }

    async fn sign_in_with(&self, code: &Secret) -> Result<SignedIn, AccessError> {
        let ask = Attempt { code: Some(code.clone()), ..attempt(ADA, PASSWORD, None) };
        self.access.sign_in(&ask).await
    }

    async fn challenge(&self) -> Secret {
        match self.sign_in(ADA, PASSWORD).await {
            Err(AccessError::CodeNeeded { challenge }) => challenge,
            other => panic!("a second step, not {other:?}"),
        }
    }

    fn minute(&self) {
        self.clock.advance(TimeDelta::minutes(1));
    }

    async fn program(&self) -> ProgramTokens {
        self.access.sign_in_program(&attempt(ADA, PASSWORD, None)).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_step_is_asked_for_once_it_is_confirmed_and_each_code_opens_once() {
    let gate = Gate::open().await;
    gate.admin().await;
    let signed = gate.sign_in(ADA, PASSWORD).await.unwrap();
    let (totp, _) = gate.second_step_of(&signed).await;
    let wrong_password = gate.sign_in(ADA, "wrong horse battery").await;
    assert!(not_valid(&wrong_password), "nobody learns of a second step without the password");
    gate.challenge().await;
    let used = gate.code(&totp);
    let refused = gate.sign_in_with(&used).await;
    assert!(matches!(refused, Err(AccessError::WrongCode)), "it confirmed the second step");
    gate.minute();
    let code = gate.code(&totp);
    let twice = tokio::join!(gate.sign_in_with(&code), gate.sign_in_with(&code));
    assert_eq!([twice.0.is_ok(), twice.1.is_ok()].iter().filter(|ok| **ok).count(), 1);
    gate.minute();
    let (challenge, code) = (gate.challenge().await, gate.code(&totp));
    let signed = gate.access.second_step(&challenge, &code, &nowhere()).await.unwrap();
    gate.access.session(&signed.token).await.unwrap();
    let late = gate.challenge().await;
    gate.clock.advance(TimeDelta::minutes(5));
    let late = gate.access.second_step(&late, &gate.code(&totp), &nowhere()).await;
    assert!(not_valid(&late), "the first step was too long ago");
    let forged = gate.access.second_step(&Secret::new("x.y.z"), &code, &nowhere()).await;
    assert!(not_valid(&forged));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_code_takes_the_place_of_one_code_once() {
    let gate = Gate::open().await;
    gate.admin().await;
    let signed = gate.sign_in(ADA, PASSWORD).await.unwrap();
    let (_, codes) = gate.second_step_of(&signed).await;
    assert_eq!(codes.len(), 10);
    let typed = Secret::new(codes[0].reveal().to_uppercase().replace('-', " "));
    gate.sign_in_with(&typed).await.unwrap();
    assert!(matches!(gate.sign_in_with(&codes[0]).await, Err(AccessError::WrongCode)));
    let left = gate.access.second_factor(&signed.identity).await.unwrap().unwrap();
    assert_eq!(left.codes_left, 9);
    let stored: String = sqlx::query_scalar(
        "select concat_ws(' ', (select string_agg(secret::text, ' ') from second_factors),
           (select string_agg(encode(code_hash, 'escape'), ' ') from recovery_codes))",
    )
    .fetch_one(&gate.db.owner)
    .await
    .unwrap();
    assert!(codes.iter().all(|code| !stored.contains(code.reveal())));
    let told: Vec<String> = sqlx::query_scalar(
        "select payload #>> '{succeeded,method}' from events
         where event_type = 'sign_in.succeeded' order by position",
    )
    .fetch_all(&gate.db.feed)
    .await
    .unwrap();
    assert_eq!(told.last().unwrap(), "password_and_recovery_code");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_step_is_set_up_with_the_password_and_taken_away_with_a_code() {
    let gate = Gate::open().await;
    gate.admin().await;
    let signed = gate.sign_in(ADA, PASSWORD).await.unwrap();
    let (who, right) = (&signed.identity, Secret::new(PASSWORD));
    let wrong = Secret::new("wrong horse battery");
    let enrol = gate.access.enrol_second_factor(who, &wrong, &nowhere()).await;
    assert!(matches!(enrol, Err(AccessError::WrongPassword)));
    let nothing = gate.access.confirm_second_factor(who, &wrong, &nowhere()).await;
    assert!(matches!(nothing, Err(AccessError::NoSecondFactor)));
    let (_, codes) = gate.second_step_of(&signed).await;
    let again = gate.access.enrol_second_factor(who, &right, &nowhere()).await;
    assert!(matches!(again, Err(AccessError::SecondFactorExists)));
    let refused = gate.access.remove_second_factor(who, &wrong, &nowhere()).await;
    assert!(matches!(refused, Err(AccessError::WrongCode)));
    gate.access.remove_second_factor(who, &codes[3], &nowhere()).await.unwrap();
    gate.sign_in(ADA, PASSWORD).await.unwrap();
    assert!(gate.access.second_factor(who).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_codes_is_slowed_and_told() {
    let gate = Gate::open().await;
    gate.admin().await;
    let signed = gate.sign_in(ADA, PASSWORD).await.unwrap();
    let (totp, _) = gate.second_step_of(&signed).await;
    for _ in 0..5 {
        let guess = gate.sign_in_with(&Secret::new("000000")).await;
        assert!(matches!(guess, Err(AccessError::WrongCode)));
    }
    gate.clock.advance(TimeDelta::seconds(1));
    let slowed = gate.sign_in_with(&gate.code(&totp)).await;
    assert!(matches!(slowed, Err(AccessError::Slowed { .. })));
    let told: Vec<String> = sqlx::query_scalar(
        "select coalesce(payload #>> '{refused,reason}', event_type) from events
         where event_type in ('sign_in.refused', 'sign_in.slowed') order by position",
    )
    .fetch_all(&gate.db.feed)
    .await
    .unwrap();
    let mut expected = vec!["wrong_code"; 5];
    expected.push("sign_in.slowed");
    assert_eq!(told, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_switches_into_an_account_with_a_second_step() {
    let gate = Gate::open().await;
    gate.admin().await;
    let other = TenantId::new(Uuid::from_u128(0xB2));
    gate.admin_at(other, PASSWORD).await;
    let there = gate.access.sign_in(&attempt(ADA, PASSWORD, Some(other))).await.unwrap();
    let before = gate.access.sign_in(&attempt(ADA, PASSWORD, Some(gate.tenant))).await.unwrap();
    let (who, password) = (&there.identity, Secret::new(PASSWORD));
    let made = gate.access.enrol_second_factor(who, &password, &nowhere()).await.unwrap();
    let secret = totp_rs::Secret::try_from_base32(made.secret.reveal()).unwrap();
    let totp = Builder::new().with_secret(secret).build().unwrap();
    let code = gate.code(&totp);
    gate.access.confirm_second_factor(who, &code, &nowhere()).await.unwrap();
    let after = gate.access.sign_in(&attempt(ADA, PASSWORD, Some(gate.tenant))).await.unwrap();
    for signed in [before, after] {
        let switched = gate.access.switch(&signed.token, &signed.identity, other, &nowhere()).await;
        assert!(not_valid(&switched));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_lasts_ten_minutes_and_a_refresh_token_one_use() {
    let gate = Gate::open().await;
    gate.admin().await;
    let tokens = gate.program().await;
    let who = gate.elsewhere().access_token(&tokens.access).await.unwrap();
    assert_eq!((who.tenant, who.csrf_token()), (gate.tenant, None));
    assert!(not_valid(&gate.access.session(&tokens.refresh).await));
    assert!(not_valid(&gate.access.access_token(&tokens.refresh).await));
    gate.clock.advance(TimeDelta::minutes(10));
    assert!(not_valid(&gate.access.access_token(&tokens.access).await));
    let next = gate.access.refresh(&tokens.refresh, &nowhere()).await.unwrap();
    let same = gate.access.access_token(&next.access).await.unwrap();
    assert_eq!(same.person(), who.person(), "it is the same session");
    let own = gate.access.own_sessions(&same).await.unwrap();
    assert_eq!(own[0].last_used_at, gate.clock.now());
    gate.clock.advance_days(30);
    assert!(not_valid(&gate.access.refresh(&next.refresh, &nowhere()).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spent_refresh_token_ends_the_session_for_everybody() {
    let gate = Gate::open().await;
    gate.admin().await;
    let stolen = gate.program().await;
    let next = gate.access.refresh(&stolen.refresh, &nowhere()).await.unwrap();
    gate.access.access_token(&next.access).await.unwrap();
    assert!(not_valid(&gate.access.refresh(&stolen.refresh, &nowhere()).await));
    assert!(not_valid(&gate.access.access_token(&next.access).await));
    assert!(not_valid(&gate.access.refresh(&next.refresh, &nowhere()).await));
    let how: Vec<String> = sqlx::query_scalar(
        "select payload #>> '{ended,how}' from events where event_type = 'sign_in.ended'",
    )
    .fetch_all(&gate.db.feed)
    .await
    .unwrap();
    assert_eq!(how, ["token_reused"]);
    let raced = gate.program().await;
    let elsewhere = gate.elsewhere();
    let (origin, token) = (nowhere(), &raced.refresh);
    let both = tokio::join!(gate.access.refresh(token, &origin), elsewhere.refresh(token, &origin));
    let came: Vec<_> = [both.0, both.1].into_iter().flatten().collect();
    assert!(came.len() <= 1, "a token was spent twice");
    for tokens in came {
        assert!(not_valid(&gate.elsewhere().access_token(&tokens.access).await));
        assert!(not_valid(&gate.access.refresh(&tokens.refresh, &origin).await));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_is_let_in_no_longer_than_its_person() {
    let gate = Gate::open().await;
    gate.admin().await;
    let tokens = gate.program().await;
    let (staff, _) = gate.access.access_token(&tokens.access).await.unwrap().person().unwrap();
    gate.access.add_admin(gate.tenant, grace(), &Secret::new(PASSWORD)).await.unwrap();
    gate.stop(staff).await.unwrap();
    assert!(not_valid(&gate.access.access_token(&tokens.access).await));
    assert!(not_valid(&gate.access.refresh(&tokens.refresh, &nowhere()).await));
}
