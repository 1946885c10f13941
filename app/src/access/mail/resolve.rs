//! From what happened to the letters it leads to: the work that must not show in the time of an
//! answer.

use billfold_domain::kernel::{BlindIndex, ClientId, StaffId, TenantId};
use billfold_domain::sign_in::SignInCommand;
use billfold_domain::tenant::HostName;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::letter::{Head, Letter, Reader};
use super::{Errand, letter};
use crate::access::{Access, AccessError, Secret, token};
use crate::commands::RequestOrigin;
use crate::ports::{AddressCodeRow, Holder, ResetCodeRow};

/// How long a code lasts that was asked for by address.
const RESET: TimeDelta = TimeDelta::minutes(30);
/// How long a code lasts that proves an address.
const PROVE: TimeDelta = TimeDelta::hours(24);

/// Mails, sealed, with their ids.
type Sealed = Vec<(Uuid, Vec<u8>)>;

impl Access {
    /// The letters that something leads to. Asked twice, it leads to the same ones: newer codes
    /// take the place of older ones that nobody was sent.
    pub(super) async fn resolve(&self, id: Uuid, errand: Errand) -> Result<Sealed, AccessError> {
        let letters = match errand {
            Errand::ResetAsked { email, tenant, ip, user_agent, at } => {
                let origin = RequestOrigin { ip, user_agent, request_id: None };
                let named = tenant.map(TenantId::new);
                self.reset_letters(id, &email, named, &origin, at).await?
            }
            Errand::ProveAddress { tenant, staff } => {
                let holder = Holder::Staff(StaffId::new(staff));
                self.proof_letter(TenantId::new(tenant), holder).await?
            }
            Errand::ProveClientAddress { tenant, client } => {
                let holder = Holder::Client(ClientId::new(client));
                self.proof_letter(TenantId::new(tenant), holder).await?
            }
            Errand::PasswordChanged { tenant, staff, at } => {
                let holder = Holder::Staff(StaffId::new(staff));
                self.news_letter(TenantId::new(tenant), holder, at).await?
            }
            Errand::ClientPasswordChanged { tenant, client, at } => {
                let holder = Holder::Client(ClientId::new(client));
                self.news_letter(TenantId::new(tenant), holder, at).await?
            }
            Errand::Letter(letter) => vec![letter],
        };
        let mut sealed = Vec::with_capacity(letters.len());
        for (nth, letter) in letters.into_iter().enumerate() {
            let next = Uuid::new_v5(&id, nth.to_string().as_bytes());
            sealed.push((next, self.seal_errand(next, &Errand::Letter(letter)).await?));
        }
        Ok(sealed)
    }

    /// A code for each account of an address that may sign in: of staff, and of a client where
    /// clients of that address would sign in. The asking is noted, also where there is none.
    async fn reset_letters(
        &self,
        id: Uuid,
        email: &str,
        named: Option<TenantId>,
        origin: &RequestOrigin,
        at: DateTime<Utc>,
    ) -> Result<Vec<Letter>, AccessError> {
        let address = self.parts.vault.sign_in_index(email, at).await?;
        let mut letters = Vec::new();
        for account in self.parts.staff.accounts_of(&address).await? {
            if named.is_some_and(|tenant| tenant != account.tenant) {
                continue;
            }
            let row = self.parts.staff.find(account.tenant, account.staff).await?;
            let Some(row) = row.filter(|row| row.disabled_at.is_none()) else { continue };
            let staff_id = Some(row.id);
            let what = SignInCommand::AskReset { staff_id, client_id: None };
            self.note_once(id, row.tenant, &address, origin, what).await?;
            letters
                .extend(self.code_letter(row.tenant, Holder::Staff(row.id), &address, at).await?);
        }
        let place = self.place_of_unknown(named).await?;
        if let Some(tenant) = place.filter(|place| named.is_none_or(|named| named == *place)) {
            letters.extend(self.client_letter(id, email, tenant, origin, at).await?);
        }
        if letters.is_empty()
            && let Some(tenant) = place
        {
            let what = SignInCommand::AskReset { staff_id: None, client_id: None };
            self.note_once(id, tenant, &address, origin, what).await?;
        }
        Ok(letters)
    }

    /// A code for the client of an address at a seller, who may sign in.
    async fn client_letter(
        &self,
        id: Uuid,
        email: &str,
        tenant: TenantId,
        origin: &RequestOrigin,
        at: DateTime<Utc>,
    ) -> Result<Vec<Letter>, AccessError> {
        let address = self.parts.vault.email_index(tenant, email, at).await?;
        let Some(row) = self.client_account(tenant, &address).await? else {
            return Ok(Vec::new());
        };
        if !self.is_active(tenant, row.client).await? {
            return Ok(Vec::new());
        }
        let client_id = Some(row.client);
        let what = SignInCommand::AskReset { staff_id: None, client_id };
        // The same asking may be noted for somebody of the staff.
        let id = Uuid::new_v5(&id, b"client");
        self.note_once(id, tenant, &address, origin, what).await?;
        self.code_letter(tenant, Holder::Client(row.client), &address, at).await
    }

    /// A new code for an account, in place of the one before.
    async fn code_letter(
        &self,
        tenant: TenantId,
        holder: Holder,
        address: &BlindIndex,
        at: DateTime<Utc>,
    ) -> Result<Vec<Letter>, AccessError> {
        let (code, code_hash) = token::new_reset_code(tenant);
        let (mailed_to, expires_at) = (Some(address.clone()), at + RESET);
        let stored =
            ResetCodeRow { tenant, holder, mailed_to, code_hash, created_at: at, expires_at };
        self.parts.reset_codes.put(&stored).await?;
        self.written(tenant, holder, |head| letter::reset(head, &code, expires_at)).await
    }

    /// Queues the invitation of a client; nothing where no mail is sent.
    pub(in crate::access) async fn mail_invitation(
        &self,
        tenant: TenantId,
        client: ClientId,
        code: &Secret,
        end: DateTime<Utc>,
    ) -> Result<(), AccessError> {
        if !self.sends_mail() {
            return Ok(());
        }
        let write = |head: &Head<'_>| letter::invitation(head, code, end);
        for letter in self.written(tenant, Holder::Client(client), write).await? {
            self.mail_if_possible(&Errand::Letter(letter)).await;
        }
        Ok(())
    }

    async fn proof_letter(
        &self,
        tenant: TenantId,
        holder: Holder,
    ) -> Result<Vec<Letter>, AccessError> {
        let Some(row) = self.owner_now(tenant, holder).await? else { return Ok(Vec::new()) };
        let now = self.parts.clock.now();
        let (code, code_hash) = token::new_address_code(tenant);
        let (email_index, expires_at) = (row.email_index.clone(), now + PROVE);
        let stored =
            AddressCodeRow { tenant, holder, email_index, code_hash, created_at: now, expires_at };
        self.parts.address_codes.put(&stored).await?;
        self.written(tenant, holder, |head| letter::prove(head, &code, expires_at)).await
    }

    async fn news_letter(
        &self,
        tenant: TenantId,
        holder: Holder,
        at: DateTime<Utc>,
    ) -> Result<Vec<Letter>, AccessError> {
        self.written(tenant, holder, |head| letter::password_changed(head, at)).await
    }

    /// A letter to the owner of an account; none once they are erased.
    async fn written(
        &self,
        tenant: TenantId,
        holder: Holder,
        write: impl FnOnce(&Head<'_>) -> Letter,
    ) -> Result<Vec<Letter>, AccessError> {
        let Some(to) = self.address_of(tenant, holder).await? else { return Ok(Vec::new()) };
        let settings = self.parts.door.settings(tenant).await?;
        let named = settings.host_name.as_ref().map(HostName::as_str);
        let public_url = self.parts.mail.public_url.as_deref();
        let public_url = public_url.map(|url| letter::pages_of(url, named));
        let public_url = public_url.as_deref();
        let reader = match holder {
            Holder::Staff(_) => Reader::Staff,
            Holder::Client(_) => Reader::Client(tenant),
        };
        Ok(vec![write(&Head { to: &to, seller: &settings.name, public_url, reader })])
    }
}
