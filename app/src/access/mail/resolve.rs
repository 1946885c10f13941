//! From what happened to the letters it leads to: the work that must not show in the time of an
//! answer.

use billfold_domain::kernel::{StaffId, TenantId};
use billfold_domain::sign_in::SignInCommand;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::letter::{Head, Letter};
use super::{Errand, letter};
use crate::access::{Access, AccessError, token};
use crate::commands::RequestOrigin;
use crate::commands::staff::colleague;
use crate::ports::{AddressCodeRow, Holder, ResetCodeRow, StaffRow};

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
                self.proof_letter(TenantId::new(tenant), StaffId::new(staff)).await?
            }
            Errand::PasswordChanged { tenant, staff, at } => {
                self.news_letter(TenantId::new(tenant), StaffId::new(staff), at).await?
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

    /// A code for each account of an address that may sign in; the asking is noted, also where
    /// there is none.
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
            let what = SignInCommand::AskReset { staff_id };
            self.note_once(id, row.tenant, &address, origin, what).await?;
            let (code, code_hash) = token::new_reset_code(row.tenant);
            let expires_at = at + RESET;
            let (tenant, holder) = (row.tenant, Holder::Staff(row.id));
            let stored = ResetCodeRow { tenant, holder, code_hash, created_at: at, expires_at };
            self.parts.reset_codes.put(&stored).await?;
            letters
                .extend(self.written(&row, |head| letter::reset(head, &code, expires_at)).await?);
        }
        if letters.is_empty()
            && let Some(tenant) = self.place_of_unknown(named).await?
        {
            let what = SignInCommand::AskReset { staff_id: None };
            self.note_once(id, tenant, &address, origin, what).await?;
        }
        Ok(letters)
    }

    async fn proof_letter(
        &self,
        tenant: TenantId,
        staff: StaffId,
    ) -> Result<Vec<Letter>, AccessError> {
        let Some(row) = self.parts.staff.find(tenant, staff).await? else { return Ok(Vec::new()) };
        let now = self.parts.clock.now();
        let (code, code_hash) = token::new_address_code(tenant);
        let (email_index, expires_at) = (row.email_index.clone(), now + PROVE);
        let stored =
            AddressCodeRow { tenant, staff, email_index, code_hash, created_at: now, expires_at };
        self.parts.address_codes.put(&stored).await?;
        self.written(&row, |head| letter::prove(head, &code, expires_at)).await
    }

    async fn news_letter(
        &self,
        tenant: TenantId,
        staff: StaffId,
        at: DateTime<Utc>,
    ) -> Result<Vec<Letter>, AccessError> {
        let Some(row) = self.parts.staff.find(tenant, staff).await? else { return Ok(Vec::new()) };
        self.written(&row, |head| letter::password_changed(head, at)).await
    }

    /// A letter to the owner of an account; none once they are erased.
    async fn written(
        &self,
        row: &StaffRow,
        write: impl FnOnce(&Head<'_>) -> Letter,
    ) -> Result<Vec<Letter>, AccessError> {
        let person = colleague(&self.parts.door, row.tenant, row.id).await?;
        let profile = person.and_then(|person| person.profile.clear());
        let Some(profile) = profile else { return Ok(Vec::new()) };
        let settings = self.parts.door.settings(row.tenant).await?;
        let public_url = self.parts.mail.public_url.as_deref();
        Ok(vec![write(&Head { to: &profile.email, seller: &settings.name, public_url })])
    }
}
