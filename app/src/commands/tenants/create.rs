//! Notes in the operator's books that its staff open those of another seller, and under which id:
//! the same request opens the same books, however often it is sent.

use async_trait::async_trait;
use billfold_domain::kernel::{Aggregate, Issued, TenantId};
use billfold_domain::tenant::{Tenant, TenantCommand};
use serde::{Deserialize, Serialize};

use super::OpenTenant;
use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::{Error, Refused};

/// Note that another seller's books are about to be opened. [`tenancy::create`] opens them then.
///
/// [`tenancy::create`]: crate::tenancy::create
#[derive(Clone, Debug, Serialize)]
pub struct CreateTenant {
    /// What the books begin with.
    pub books: OpenTenant,
}

/// Which books may be opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantCreated {
    /// The new seller.
    pub tenant_id: TenantId,
}

#[async_trait]
impl UseCase for CreateTenant {
    const NAME: &'static str = "create_tenant";
    type Answer = TenantCreated;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<TenantCreated>, Error> {
        let (operator, tenant_id) = (room.tenant.uuid(), TenantId::new(room.mint()));
        // What would be refused is refused before anything is noted.
        let ask = Issued {
            command: TenantCommand::Open(self.books.books()?),
            tenant: tenant_id,
            actor: room.actor.clone(),
            at: room.now,
            effective_on: room.now.date_naive(),
        };
        Tenant::Absent.decide(&ask).map_err(|no| Error::from(Refused::of(&no)))?;
        Ok(Touches::new(room.tenant).main::<Tenant>(operator).decide(move |table| {
            table.decide::<Tenant>(operator, TenantCommand::NoteCreated { tenant_id })?;
            Ok(TenantCreated { tenant_id })
        }))
    }
}
