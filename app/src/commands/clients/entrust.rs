//! Says which reseller looks after a client, or that none does (RBA-11).

use async_trait::async_trait;
use billfold_domain::client::{Client, ClientCommand};
use billfold_domain::kernel::{ClientId, StaffId};
use billfold_domain::staff::{StaffMember, StaffRefusal};
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::{Error, Refused};

/// Give a client to a reseller; whoever had the client before has not any more.
#[derive(Clone, Debug, Serialize)]
pub struct EntrustClient {
    /// Whom.
    pub client_id: ClientId,
    /// The member of staff who looks after them from now on.
    pub reseller: StaffId,
}

#[async_trait]
impl UseCase for EntrustClient {
    const NAME: &'static str = "entrust_client";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (id, reseller) = (self.client_id.uuid(), self.reseller);
        let touches = Touches::new(room.tenant).main::<Client>(id);
        Ok(touches.reads::<StaffMember>(reseller.uuid()).decide(move |table| {
            table.decide::<Client>(id, ClientCommand::Entrust { reseller })?;
            must_be_active(table.state::<StaffMember>(reseller.uuid())?)?;
            Ok(())
        }))
    }
}

/// Refuses to give a client to nobody, or to somebody who may not sign in.
pub(super) fn must_be_active(reseller: &StaffMember) -> Result<(), Refused> {
    let refusal = match reseller {
        StaffMember::Active(_) => return Ok(()),
        StaffMember::Stopped(_) => StaffRefusal::Stopped,
        StaffMember::Erased => StaffRefusal::Erased,
        StaffMember::Absent => StaffRefusal::Absent,
    };
    Err(Refused::of(&refusal).at("/reseller_id"))
}

/// Take a client from the reseller who looks after them.
#[derive(Clone, Debug, Serialize)]
pub struct WithdrawClient {
    /// Whom.
    pub client_id: ClientId,
}

#[async_trait]
impl UseCase for WithdrawClient {
    const NAME: &'static str = "withdraw_client";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let id = self.client_id.uuid();
        Ok(Touches::new(room.tenant).main::<Client>(id).decide(move |table| {
            table.decide::<Client>(id, ClientCommand::WithdrawFromReseller)?;
            Ok(())
        }))
    }
}
