//! What a use case may use while it plans: the vault, gateways, states that may be a moment old.

use std::sync::Arc;

use billfold_domain::kernel::{Actor, TenantId};
use billfold_event_store::{ClaimKey, Loaded};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::door::Inner;
use super::held::{Held, Stored};
use super::plan::stream;
use crate::error::Error;
use crate::mint;
use crate::ports::{Arrears, Deferrals, InlineGateways, OpenInvoices};
use crate::retention::Law;
use crate::settings::Settings;
use crate::vault::Vault;

/// The surroundings of one plan.
pub struct Room<'a> {
    pub(super) inner: &'a Inner,
    /// The seller.
    pub tenant: TenantId,
    /// Who asks.
    pub actor: &'a Actor,
    /// The idempotency key of the command.
    pub key: &'a str,
    /// The present.
    pub now: DateTime<Utc>,
}

impl Room<'_> {
    /// Seals and opens personal data.
    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.inner.vault
    }

    /// The payment gateways.
    #[must_use]
    pub fn gateways(&self) -> &InlineGateways {
        &self.inner.gateways
    }

    /// Finds a client's unpaid invoices.
    #[must_use]
    pub fn open_invoices(&self) -> &dyn OpenInvoices {
        self.inner.open_invoices.as_ref()
    }

    /// Finds who is late with what.
    #[must_use]
    pub fn arrears(&self) -> &dyn Arrears {
        self.inner.arrears.as_ref()
    }

    /// Knows what was billed ahead of its service.
    #[must_use]
    pub fn deferrals(&self) -> &dyn Deferrals {
        self.inner.deferrals.as_ref()
    }

    /// The law by which the seller keeps records.
    ///
    /// # Errors
    /// There is no such seller, or the database does not answer.
    pub async fn law(&self) -> Result<Law, Error> {
        let settings = self.settings().await?;
        Ok(self.inner.retention.law(settings.country))
    }

    /// The seller's settings, perhaps a moment old.
    ///
    /// # Errors
    /// There is no such seller, or the database does not answer.
    pub async fn settings(&self) -> Result<Arc<Settings>, Error> {
        self.inner.settings.get(self.tenant).await
    }

    /// The committed state of an aggregate, with its version.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn load<A: Stored>(&self, id: Uuid) -> Result<Loaded<Held<A>>, Error> {
        Ok(self.inner.store.load::<Held<A>>(&stream::<A>(self.tenant, id)).await?)
    }

    /// The committed states of many aggregates, in their order, in two questions.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn load_many<A: Stored>(
        &self,
        ids: Vec<Uuid>,
    ) -> Result<Vec<Loaded<Held<A>>>, Error> {
        let streams: Vec<_> = ids.into_iter().map(|id| stream::<A>(self.tenant, id)).collect();
        Ok(self.inner.store.load_many::<Held<A>>(&streams).await?)
    }

    /// The streams that hold claims of a scope whose keys begin so, as committed a moment ago.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn holders(&self, scope: &str, beginning: &str) -> Result<Vec<Uuid>, Error> {
        Ok(self.inner.store.holders(self.tenant.uuid(), scope, beginning).await?)
    }

    /// The aggregate that holds something unique, perhaps a moment ago; [`Table::holder`] says it
    /// under the lock.
    ///
    /// [`Table::holder`]: super::Table::holder
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn holder(&self, scope: &'static str, key: &str) -> Result<Option<Uuid>, Error> {
        let claim = ClaimKey { scope, key: key.to_owned() };
        Ok(self.inner.store.holder(self.tenant.uuid(), &claim).await?)
    }

    /// Drops a state from the log's cache, because what it seals was shredded.
    pub fn forget<A: Stored>(&self, id: Uuid) {
        self.inner.store.forget(&[stream::<A>(self.tenant, id)]);
    }

    /// A new identity.
    #[must_use]
    pub fn mint(&self) -> Uuid {
        mint::uuid_v7(self.now)
    }
}
