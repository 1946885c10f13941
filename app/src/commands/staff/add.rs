//! Adds a member of staff with the roles they begin with. How they sign in is not in the log.

use async_trait::async_trait;
use billfold_domain::kernel::{RoleId, StaffId};
use billfold_domain::role::{Rights, Role, RoleRefusal};
use billfold_domain::staff::{StaffCommand, StaffEvent, StaffMember, StaffProfile};
use serde::{Deserialize, Serialize};

use super::seal_profile;
use crate::commands::roles::{give, system_role};
use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::{Error, Refused};

/// Add a member of staff.
#[derive(Clone, Debug, Serialize)]
pub struct AddStaff {
    /// Who it is.
    pub profile: StaffProfile,
    /// What they may do.
    pub roles: Vec<RoleId>,
    /// What the actor may do, as an auth check found it.
    #[serde(skip)]
    pub held: Rights,
}

/// Somebody works here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffAdded {
    /// Their id.
    pub staff_id: StaffId,
}

#[async_trait]
impl UseCase for AddStaff {
    const NAME: &'static str = "add_staff";
    type Answer = StaffAdded;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<StaffAdded>, Error> {
        self.must_name_roles(room).await?;
        let staff_id = StaffId::new(room.mint());
        let (profile, email_index) = seal_profile(room, staff_id, &self.profile).await?;
        let (roles, held) = (self.roles.clone(), self.held);
        let mut touches = Touches::new(room.tenant)
            .begins::<StaffMember>(staff_id.uuid())
            .claims(StaffEvent::EMAIL_SCOPE, Some(email_index.as_str()));
        for role in &roles {
            touches = touches.reads::<Role>(role.uuid());
        }
        Ok(touches.decide(move |table| {
            let (profile, email_index) = (profile.clone(), email_index.clone());
            let add = StaffCommand::Add { profile, email_index };
            table.decide::<StaffMember>(staff_id.uuid(), add)?;
            for (at, role) in roles.iter().enumerate() {
                let blamed = format!("/roles/{at}");
                let given = give(table, *role, staff_id, held);
                given.map_err(|no| no.under("/permissions", &blamed))?;
            }
            Ok(StaffAdded { staff_id })
        }))
    }
}

impl AddStaff {
    /// Refuses a role that is none before a key is made for somebody who is not added.
    async fn must_name_roles(&self, room: &Room<'_>) -> Result<(), Error> {
        for (at, role) in self.roles.iter().enumerate() {
            let built_in = system_role(room.tenant, *role).is_some();
            if !built_in && room.load::<Role>(role.uuid()).await?.state.0 == Role::Absent {
                return Err(Refused::of(&RoleRefusal::Absent).at(&format!("/roles/{at}")).into());
            }
        }
        Ok(())
    }
}
