//! The account that signs in, whoever holds it: sessions, second steps and passwords are the same
//! for staff and for clients.

use billfold_domain::client::Client;
use billfold_domain::kernel::{BlindIndex, ClientId, TenantId};

use super::{Access, AccessError};
use crate::commands::staff::colleague;
use crate::ports::{ClientAccountRow, Holder, StaffRow};
use crate::vault::field;

/// An account.
#[derive(Clone, Debug)]
pub(super) struct Owner {
    /// The seller.
    pub(super) tenant: TenantId,
    /// Whose it is.
    pub(super) holder: Holder,
    /// The keyed hash of its address.
    pub(super) email_index: BlindIndex,
    /// What `PasswordHashing::hash` made.
    pub(super) password_hash: String,
}

impl From<StaffRow> for Owner {
    fn from(row: StaffRow) -> Self {
        Self {
            tenant: row.tenant,
            holder: Holder::Staff(row.id),
            email_index: row.email_index,
            password_hash: row.password_hash,
        }
    }
}

impl From<&StaffRow> for Owner {
    fn from(row: &StaffRow) -> Self {
        row.clone().into()
    }
}

impl From<&Owner> for Owner {
    fn from(owner: &Owner) -> Self {
        owner.clone()
    }
}

impl From<ClientAccountRow> for Owner {
    fn from(row: ClientAccountRow) -> Self {
        Self {
            tenant: row.tenant,
            holder: Holder::Client(row.client),
            email_index: row.email_index,
            password_hash: row.password_hash,
        }
    }
}

impl Access {
    /// An account, whether it may sign in or not.
    pub(super) async fn owner(
        &self,
        tenant: TenantId,
        holder: Holder,
    ) -> Result<Option<Owner>, AccessError> {
        Ok(match holder {
            Holder::Staff(staff) => self.parts.staff.find(tenant, staff).await?.map(Owner::from),
            Holder::Client(client) => {
                self.parts.clients.find(tenant, client).await?.map(Owner::from)
            }
        })
    }

    /// An account at the address it has now: the contact of a client may have another one since
    /// the last sign-in, which nobody proved.
    pub(super) async fn owner_now(
        &self,
        tenant: TenantId,
        holder: Holder,
    ) -> Result<Option<Owner>, AccessError> {
        let Some(owner) = self.owner(tenant, holder).await? else { return Ok(None) };
        let Holder::Client(client) = holder else { return Ok(Some(owner)) };
        match self.index_of_client(tenant, client).await? {
            Some(index) if index != owner.email_index => {
                self.parts.clients.move_to(tenant, client, &index).await?;
                Ok(Some(Owner { email_index: index, ..owner }))
            }
            _ => Ok(Some(owner)),
        }
    }

    /// The keyed hash of the address that a client's contact has, as the log says now.
    pub(super) async fn index_of_client(
        &self,
        tenant: TenantId,
        client: ClientId,
    ) -> Result<Option<BlindIndex>, AccessError> {
        let (client, _) = self.parts.door.load::<Client>(tenant, client.uuid()).await?;
        Ok(client.profile().and_then(|profile| profile.email_index.clone()))
    }

    /// An account that may sign in.
    pub(super) async fn live_owner(
        &self,
        tenant: TenantId,
        holder: Holder,
    ) -> Result<Option<Owner>, AccessError> {
        match holder {
            Holder::Staff(staff) => {
                let row = self.parts.staff.find(tenant, staff).await?;
                Ok(row.filter(|row| row.disabled_at.is_none()).map(Owner::from))
            }
            Holder::Client(client) if !self.is_active(tenant, client).await? => Ok(None),
            Holder::Client(_) => self.owner(tenant, holder).await,
        }
    }

    /// The mail address of whoever holds an account; nothing once they are erased.
    pub(super) async fn address_of(
        &self,
        tenant: TenantId,
        holder: Holder,
    ) -> Result<Option<String>, AccessError> {
        match holder {
            Holder::Staff(staff) => {
                let person = colleague(&self.parts.door, tenant, staff).await?;
                Ok(person.and_then(|person| person.profile.clear()).map(|profile| profile.email))
            }
            Holder::Client(client) => {
                let (client, _) = self.parts.door.load::<Client>(tenant, client.uuid()).await?;
                let Some(profile) = client.profile() else { return Ok(None) };
                let (vault, what) = (&self.parts.vault, field::CLIENT_CONTACT);
                let card = vault.open(tenant, what, &profile.contact).await?;
                Ok(card.clear().and_then(|card| card.email))
            }
        }
    }

    /// Whether a client may sign in: neither suspended, inactive nor erased, as the log says now.
    pub(super) async fn is_active(
        &self,
        tenant: TenantId,
        client: ClientId,
    ) -> Result<bool, AccessError> {
        let (client, _) = self.parts.door.load::<Client>(tenant, client.uuid()).await?;
        Ok(matches!(client, Client::Active(_)))
    }

    pub(super) async fn set_hash(&self, owner: &Owner, hash: &str) -> Result<bool, AccessError> {
        Ok(match owner.holder {
            Holder::Staff(staff) => {
                self.parts.staff.set_password(owner.tenant, staff, hash).await?
            }
            Holder::Client(client) => {
                self.parts.clients.set_password(owner.tenant, client, hash).await?
            }
        })
    }

    /// Puts a better hash of the same password in place of the one that was read.
    pub(super) async fn set_better_hash(
        &self,
        owner: &Owner,
        better: &str,
    ) -> Result<(), AccessError> {
        let (tenant, old) = (owner.tenant, &owner.password_hash);
        match owner.holder {
            Holder::Staff(staff) => {
                self.parts.staff.upgrade_password(tenant, staff, old, better).await?;
            }
            Holder::Client(client) => {
                self.parts.clients.upgrade_password(tenant, client, old, better).await?;
            }
        }
        Ok(())
    }
}
