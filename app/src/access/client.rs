//! Clients who sign in, apart from staff: invited by a code, or by registering where the seller
//! lets them (AUT-11, CLI-02, API-010).
//!
//! Guarantees: whose an address is, the log says: it is that of the client's own contact; a client
//! who was suspended or erased is not let in, and their sessions end when they are used next; what
//! a client may do follows from the built-in role, never from a role of staff. Absent on purpose:
//! keeping clients out whose address is not proved (`address_code` says how it is).

use billfold_domain::client::{Client, ClientEvent};
use billfold_domain::kernel::{Actor, BlindIndex, ClientId, TenantId};
use billfold_domain::role::{Rights, SystemRole};
use billfold_domain::sign_in::{EndOfSession, MeansChange, SignInCommand, SignInRefused};
use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

use super::by::By;
use super::identity::{Identity, Via};
use super::mail::Errand;
use super::owner::Owner;
use super::password::check_password;
use super::session::is_used_by_browser;
use super::sign_in::{Miss, Verified, taken};
use super::token::{self, Secret};
use super::{Access, AccessError, Attempt, ProgramTokens, SignedIn};
use crate::commands::clients::{ClientRegistered, RegisterClient};
use crate::commands::{Ask, Done, RequestOrigin};
use crate::error::{Error, Kind, Refused};
use crate::mint;
use crate::ports::{
    ClientAccountRow, Ending, Holder, ResetCodeRow, SessionKind, SessionRef, SessionRow,
};

/// How long an invitation lasts.
const INVITATION: TimeDelta = TimeDelta::days(7);

impl Access {
    /// Lets a client in, at the seller that is named or else at the oldest of the installation.
    ///
    /// # Errors
    /// As [`Access::sign_in`].
    pub async fn sign_in_client(&self, attempt: &Attempt) -> Result<SignedIn, AccessError> {
        let begun = Instant::now();
        let admitted = taken(begun, self.admit_client(attempt).await).await?;
        self.begin(&admitted.account, Vec::new(), admitted.method, &attempt.origin).await
    }

    /// The same for a program of a client.
    ///
    /// # Errors
    /// As [`Access::sign_in`].
    pub async fn sign_in_client_program(
        &self,
        attempt: &Attempt,
    ) -> Result<ProgramTokens, AccessError> {
        let begun = Instant::now();
        let admitted = taken(begun, self.admit_client(attempt).await).await?;
        self.begin_program(&admitted.account, admitted.method, &attempt.origin).await
    }

    /// Which client a session token belongs to.
    ///
    /// # Errors
    /// `NotValid` when it is unknown, ended, that of staff, or the client may not sign in.
    pub async fn client_session(&self, token: &Secret) -> Result<Identity, AccessError> {
        let (tenant, hash) = token::read_session(token.reveal()).ok_or(AccessError::NotValid)?;
        let now = self.parts.clock.now();
        let found = self.parts.sessions.find(tenant, SessionRef::Token(&hash), now).await?;
        let found = found.filter(|row| is_used_by_browser(row, now));
        let row = found.ok_or(AccessError::NotValid)?;
        let Holder::Client(client) = row.holder else { return Err(AccessError::NotValid) };
        let identity = self.client_of(&row, client, row.expires_at).await?;
        self.used(&row, now).await;
        Ok(identity)
    }

    /// Who a session of a client stands for. One that may not be there any more ends all of them.
    pub(super) async fn client_of(
        &self,
        row: &SessionRow,
        client: ClientId,
        expires_at: DateTime<Utc>,
    ) -> Result<Identity, AccessError> {
        if !self.is_active(row.tenant, client).await? {
            let (which, how) = (Ending::All(row.holder), EndOfSession::AccountStopped);
            self.end(row.tenant, which, how, &RequestOrigin::default()).await?;
            return Err(AccessError::NotValid);
        }
        let role = SystemRole::Client;
        let csrf_secret = (row.kind == SessionKind::Browser).then_some(row.csrf_secret);
        Ok(Identity {
            tenant: row.tenant,
            rights: Rights { permissions: role.permissions(), reach: role.reach() },
            via: Via::Client { client, session: row.id, csrf_secret, expires_at },
        })
    }

    /// Whether a client has a password to sign in with.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn knows_client(
        &self,
        tenant: TenantId,
        client: ClientId,
    ) -> Result<bool, AccessError> {
        Ok(self.parts.clients.find(tenant, client).await?.is_some())
    }

    /// Makes a code with which a client sets the first password, or another one. It works once,
    /// within a week, and a newer one takes its place. Where mail is sent, it goes to the client
    /// too.
    ///
    /// # Errors
    /// The client is unknown, may not sign in, or has no mail address.
    pub async fn invite_client(
        &self,
        tenant: TenantId,
        by: &By,
        client: ClientId,
    ) -> Result<(Secret, DateTime<Utc>), AccessError> {
        let index = self.address_to_sign_in(tenant, client).await?.map_err(Error::from)?;
        let now = self.parts.clock.now();
        let (code, code_hash) = token::new_reset_code(tenant);
        let expires_at = now + INVITATION;
        let holder = Holder::Client(client);
        // Whoever made it sees it too, so that its use proves no address.
        let mailed_to = None;
        let stored =
            ResetCodeRow { tenant, holder, mailed_to, code_hash, created_at: now, expires_at };
        self.parts.reset_codes.put(&stored).await?;
        let (client_id, what) = (client, MeansChange::ResetCodeMade);
        let what = SignInCommand::ChangeClientMeans { client_id, what };
        self.note(tenant, &index, Some(by.actor.clone()), &by.origin, what).await?;
        self.mail_invitation(tenant, client, &code, expires_at).await?;
        Ok((code, expires_at))
    }

    /// Registers a client who asks for it, with the password to sign in with; slowed like
    /// sign-ins. Without a seller it is at the oldest of the installation.
    ///
    /// # Errors
    /// The seller does not let clients register, a field breaks a rule, or the address belongs to
    /// another client.
    pub async fn register_client(
        &self,
        tenant: Option<TenantId>,
        mut register: RegisterClient,
        password: &Secret,
        origin: &RequestOrigin,
    ) -> Result<Done<ClientRegistered>, AccessError> {
        check_password(password.reveal(), &[])?;
        let now = self.parts.clock.now();
        let tenant = self.seller_of_clients(tenant).await?;
        if !self.parts.door.settings(tenant).await?.client_registration {
            let detail = "this seller registers clients itself; ask it for an invitation";
            return Err(Error::from(Refused::new(
                "client.registration_closed",
                Kind::Rule,
                detail,
            ))
            .into());
        }
        let Some(email) = register.contact.email.clone() else {
            let detail = "give the mail address to sign in with";
            return Err(AccessError::Malformed { field: "/contact/email", detail });
        };
        let index = self.parts.vault.email_index(tenant, &email, now).await?;
        // Each try counts: whether an address is taken must not be asked at will.
        let begun = self.client_throttle.begin(&index, origin.ip, now);
        begun.map_err(|retry_after| AccessError::Slowed { retry_after })?;
        let client = ClientId::new(mint::uuid_v7(now));
        register.client_id = Some(client);
        let key = format!("registration:{}", client.uuid());
        let ask = Ask::new(tenant, Actor::Client(client), key, register);
        let hash = self.parts.passwords.hash(password.reveal()).await?;
        let done = self.parts.door.execute(ask.from_origin(origin.clone())).await?;
        self.keep(tenant, client, index, hash).await?;
        self.mail_if_possible(&Errand::prove_address(tenant, client)).await;
        Ok(done)
    }

    /// Sets the password of a client whose code was right.
    pub(super) async fn accept(
        &self,
        tenant: TenantId,
        client: ClientId,
        password: &Secret,
    ) -> Result<Owner, AccessError> {
        let index = self.address_to_sign_in(tenant, client).await?;
        let index = index.map_err(|_| AccessError::NotValid)?;
        let hash = self.parts.passwords.hash(password.reveal()).await?;
        self.keep(tenant, client, index, hash).await.map(Owner::from)
    }

    pub(super) async fn verify_client(
        &self,
        tenant: TenantId,
        attempt: &Attempt,
        address: &BlindIndex,
    ) -> Result<Verified, AccessError> {
        let password = attempt.password.reveal();
        let found = self.client_account(tenant, address).await?;
        let holder = found.as_ref().map(|row| Holder::Client(row.client));
        let refused = |reason| Ok(Err(vec![Miss { tenant, holder, reason }]));
        let Some(row) = found else {
            self.parts.passwords.verify_nobody(password).await;
            return refused(SignInRefused::UnknownAddress);
        };
        if !self.is_active(tenant, row.client).await? {
            self.parts.passwords.verify_nobody(password).await;
            return refused(SignInRefused::AccountStopped);
        }
        if !self.parts.passwords.verify(password, &row.password_hash).await? {
            return refused(SignInRefused::WrongPassword);
        }
        if row.email_index != *address {
            // The contact has another address by now.
            self.parts.clients.move_to(tenant, row.client, address).await?;
        }
        let owner = Owner { email_index: address.clone(), ..Owner::from(row) };
        self.upgrade(&owner, password).await;
        Ok(Ok((owner, Vec::new())))
    }

    /// The account of the client whose contact has an address, whether it may sign in or not.
    pub(super) async fn client_account(
        &self,
        tenant: TenantId,
        address: &BlindIndex,
    ) -> Result<Option<ClientAccountRow>, AccessError> {
        let Some(client) = self.client_with_address(tenant, address).await? else {
            return Ok(None);
        };
        Ok(self.parts.clients.find(tenant, client).await?)
    }

    /// The client whose contact has an address.
    pub(super) async fn client_with_address(
        &self,
        tenant: TenantId,
        address: &BlindIndex,
    ) -> Result<Option<ClientId>, AccessError> {
        let scope = ClientEvent::EMAIL_SCOPE;
        let holders = self.parts.door.holders(tenant, scope, address.as_str()).await?;
        Ok(holders.first().copied().map(ClientId::new))
    }

    /// Where a client wants to sign in or register.
    pub(super) async fn seller_of_clients(
        &self,
        named: Option<TenantId>,
    ) -> Result<TenantId, AccessError> {
        let found = self.place_of_unknown(named).await?;
        let meant = |found: &TenantId| named.is_none_or(|named| named == *found);
        found.filter(meant).ok_or(AccessError::NotValid)
    }

    async fn keep(
        &self,
        tenant: TenantId,
        client: ClientId,
        email_index: BlindIndex,
        password_hash: String,
    ) -> Result<ClientAccountRow, AccessError> {
        let known = self.parts.clients.find(tenant, client).await?;
        let created_at = known.as_ref().map_or_else(|| self.parts.clock.now(), |k| k.created_at);
        let same = known.filter(|known| known.email_index == email_index);
        let email_verified_at = same.and_then(|known| known.email_verified_at);
        let row = ClientAccountRow {
            tenant,
            client,
            email_index,
            password_hash,
            created_at,
            email_verified_at,
        };
        self.parts.clients.put(&row).await?;
        Ok(row)
    }

    /// The address of a client who may sign in, or why there is none.
    async fn address_to_sign_in(
        &self,
        tenant: TenantId,
        client: ClientId,
    ) -> Result<Result<BlindIndex, Refused>, AccessError> {
        let (found, _) = self.parts.door.load::<Client>(tenant, client.uuid()).await?;
        let no = |code, kind, detail: &str| Ok(Err(Refused::new(code, kind, detail)));
        match found {
            Client::Active(profile) => match profile.email_index {
                Some(index) => Ok(Ok(index)),
                None => {
                    let detail = "the client has no mail address to sign in with, set one first";
                    no("client.no_address", Kind::Rule, detail)
                }
            },
            Client::Inactive(_) => {
                let detail = "the client is inactive, activate it first";
                no("client.inactive", Kind::State, detail)
            }
            Client::Suspended(_) => {
                let detail = "the client is suspended, activate it first";
                no("client.suspended", Kind::State, detail)
            }
            Client::Erased => no("client.erased", Kind::State, "the client was erased"),
            Client::Absent => no("client.absent", Kind::Missing, "there is no such client"),
        }
    }
}
