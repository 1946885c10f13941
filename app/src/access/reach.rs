//! Whose things a caller may ask for: of the whole seller, of the clients they look after, or of
//! their own account (RBA-09, RBA-11, SEC-08).
//!
//! Guarantees: answered from the log, so that a client who was taken from a reseller is out of
//! reach at once; what does not exist and what lies outside cannot be told apart.

use async_trait::async_trait;
use billfold_domain::client::Client;
use billfold_domain::credit_note::CreditNote;
use billfold_domain::invoice::Invoice;
use billfold_domain::kernel::{
    ClientId, CreditNoteId, InvoiceId, OrderId, PaymentId, SubscriptionId, TenantId,
};
use billfold_domain::order::Order;
use billfold_domain::payment::Payment;
use billfold_domain::subscription::Subscription;
use billfold_projections::Scope;

use crate::commands::Door;
use crate::error::Error;

/// Whose a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Belonging {
    /// The client.
    pub client: ClientId,
    /// Whether the client may know of it, too: a draft is not told.
    pub told: bool,
}

/// A thing that belongs to a client.
#[async_trait]
pub trait Belongs: Copy + Send + Sync {
    /// Whose it is; nothing if there is no such thing.
    ///
    /// # Errors
    /// The database does not answer.
    async fn belonging(self, door: &Door, tenant: TenantId) -> Result<Option<Belonging>, Error>;
}

/// Whether a thing lies within a scope. Of the whole seller everything does, whether it exists or
/// not: that is for whoever looks for it to say.
///
/// # Errors
/// The database does not answer.
pub async fn holds<I: Belongs>(
    door: &Door,
    tenant: TenantId,
    scope: Scope,
    thing: I,
) -> Result<bool, Error> {
    if scope == Scope::Seller {
        return Ok(true);
    }
    let Some(owner) = thing.belonging(door, tenant).await? else { return Ok(false) };
    match scope {
        Scope::Seller => Ok(true),
        Scope::Only(client) => Ok(owner.told && owner.client == client),
        Scope::ClientsOf(reseller) => {
            let (client, _) = door.load::<Client>(tenant, owner.client.uuid()).await?;
            Ok(client.profile().is_some_and(|profile| profile.reseller == Some(reseller)))
        }
    }
}

fn told(client: ClientId) -> Belonging {
    Belonging { client, told: true }
}

#[async_trait]
impl Belongs for ClientId {
    async fn belonging(self, _: &Door, _: TenantId) -> Result<Option<Belonging>, Error> {
        Ok(Some(told(self)))
    }
}

#[async_trait]
impl Belongs for InvoiceId {
    async fn belonging(self, door: &Door, tenant: TenantId) -> Result<Option<Belonging>, Error> {
        let (invoice, _) = door.load::<Invoice>(tenant, self.uuid()).await?;
        if let Invoice::Draft(draft) = &invoice {
            return Ok(Some(Belonging { client: draft.client_id, told: false }));
        }
        Ok(invoice.document().map(|document| told(document.client_id)))
    }
}

#[async_trait]
impl Belongs for CreditNoteId {
    async fn belonging(self, door: &Door, tenant: TenantId) -> Result<Option<Belonging>, Error> {
        let (note, _) = door.load::<CreditNote>(tenant, self.uuid()).await?;
        Ok(note.issued().map(|note| told(note.client_id)))
    }
}

#[async_trait]
impl Belongs for PaymentId {
    async fn belonging(self, door: &Door, tenant: TenantId) -> Result<Option<Belonging>, Error> {
        let (payment, _) = door.load::<Payment>(tenant, self.uuid()).await?;
        Ok(payment.client().map(told))
    }
}

#[async_trait]
impl Belongs for OrderId {
    async fn belonging(self, door: &Door, tenant: TenantId) -> Result<Option<Belonging>, Error> {
        let (order, _) = door.load::<Order>(tenant, self.uuid()).await?;
        Ok(order.placed().map(|placed| told(placed.client_id)))
    }
}

#[async_trait]
impl Belongs for SubscriptionId {
    async fn belonging(self, door: &Door, tenant: TenantId) -> Result<Option<Belonging>, Error> {
        let (subscription, _) = door.load::<Subscription>(tenant, self.uuid()).await?;
        Ok(subscription.contract().map(|contract| told(contract.client_id)))
    }
}
