//! Says where a seller is reached and paid (SET-01); documents already issued keep the old words.

use async_trait::async_trait;
use billfold_domain::invoice::Letterhead;
use billfold_domain::tenant::{Tenant, TenantCommand};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Set address, register and bank account.
#[derive(Clone, Debug, Serialize)]
pub struct SetLetterhead {
    /// All of it; what is missing is no longer said.
    pub letterhead: Letterhead,
}

#[async_trait]
impl UseCase for SetLetterhead {
    const NAME: &'static str = "set_letterhead";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (tenant, letterhead) = (room.tenant.uuid(), self.letterhead.clone());
        Ok(Touches::new(room.tenant).main::<Tenant>(tenant).decide(move |table| {
            let letterhead = letterhead.clone();
            table.decide::<Tenant>(tenant, TenantCommand::SetLetterhead { letterhead })?;
            Ok(())
        }))
    }
}
