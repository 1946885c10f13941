//! Use case about everything held about somebody: it is to be handed out.
//!
//! Guarantee: who asked for it and why is an event before anything is read.

use async_trait::async_trait;
use billfold_domain::client::{Client, ClientRefusal};
use billfold_domain::data_subject::{DataSubject, DataSubjectCommand, DataSubjectKind};
use billfold_domain::kernel::{Actor, ClientId, StaffId};
use billfold_domain::staff::{StaffMember, StaffRefusal};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::{Error, Kind, Refused};

/// Somebody about whom something is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Person {
    /// A client.
    Client(ClientId),
    /// A member of staff.
    Staff(StaffId),
}

impl Person {
    /// Their id: that of their stream, and of their keys.
    #[must_use]
    pub fn uuid(self) -> Uuid {
        match self {
            Self::Client(id) => id.uuid(),
            Self::Staff(id) => id.uuid(),
        }
    }

    /// What events name them by that they caused.
    #[must_use]
    pub fn actor(self) -> Actor {
        match self {
            Self::Client(id) => Actor::Client(id),
            Self::Staff(id) => Actor::Staff(id),
        }
    }

    fn kind(self) -> DataSubjectKind {
        match self {
            Self::Client(_) => DataSubjectKind::Client,
            Self::Staff(_) => DataSubjectKind::Staff,
        }
    }
}

/// Ask for everything held about somebody.
#[derive(Clone, Debug, Serialize)]
pub struct AskForExport {
    /// About whom.
    pub person: Person,
    /// Why, 1 to 500 characters; no personal data.
    pub reason: String,
}

/// It may be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataAskedFor {
    /// Counted per person from 1.
    pub no: u32,
    /// Until when.
    pub until: DateTime<Utc>,
}

#[async_trait]
impl UseCase for AskForExport {
    const NAME: &'static str = "ask_for_data";
    type Answer = DataAskedFor;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<DataAskedFor>, Error> {
        must_be_known(room, self.person).await?;
        let (id, kind, reason) = (self.person.uuid(), self.person.kind(), self.reason.clone());
        Ok(Touches::new(room.tenant).reads::<DataSubject>(id).decide(move |table| {
            let export = DataSubjectCommand::Export { kind, reason: reason.clone() };
            table.decide::<DataSubject>(id, export)?;
            let exported = table.state::<DataSubject>(id)?.exported();
            let exported = exported.ok_or_else(|| {
                let detail = "the export was not noted, ask again";
                Refused::new("data_subject.not_noted", Kind::State, detail)
            })?;
            Ok(DataAskedFor { no: exported.no, until: exported.until })
        }))
    }
}

pub(super) async fn must_be_known(room: &Room<'_>, person: Person) -> Result<(), Error> {
    match person {
        Person::Client(id) => match room.load::<Client>(id.uuid()).await?.state.0 {
            Client::Absent => Err(Refused::of(&ClientRefusal::Absent).into()),
            Client::Active(_) | Client::Suspended(_) | Client::Inactive(_) | Client::Erased => {
                Ok(())
            }
        },
        Person::Staff(id) => match room.load::<StaffMember>(id.uuid()).await?.state.0 {
            StaffMember::Absent => Err(Refused::of(&StaffRefusal::Absent).into()),
            StaffMember::Active(_) | StaffMember::Stopped(_) | StaffMember::Erased => Ok(()),
        },
    }
}
