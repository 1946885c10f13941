//! Says which reseller looks after a client, or that none does (RBA-11).

use async_trait::async_trait;
use billfold_domain::client::{Client, ClientCommand};
use billfold_domain::kernel::{ClientId, StaffId};
use billfold_domain::staff::StaffMember;
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::{Error, Kind, Refused};

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
            if !matches!(table.state::<StaffMember>(reseller.uuid())?, StaffMember::Active(_)) {
                let detail = "nobody of the staff has this id who may sign in";
                let refused = Refused::new("client.no_such_reseller", Kind::Rule, detail);
                return Err(refused.at("/reseller_id").into());
            }
            Ok(())
        }))
    }
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
