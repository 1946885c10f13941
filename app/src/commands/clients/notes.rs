//! Writes a note about a client for colleagues, and takes one away (CLI-10). The text is sealed
//! before it reaches the event; who wrote it and when stand beside it.

use async_trait::async_trait;
use billfold_domain::client::{Client, ClientCommand, RecordCommand, check_note};
use billfold_domain::kernel::ClientId;
use serde::{Deserialize, Serialize};

use super::seal_for;
use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::{Error, Refused};
use crate::vault::field;

/// Write a note.
#[derive(Clone, Debug, Serialize)]
pub struct AddClientNote {
    /// About whom.
    pub client_id: ClientId,
    /// What, 1 to 4,000 characters; line breaks are kept.
    pub text: String,
}

/// Take a note away.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RemoveClientNote {
    /// About whom.
    pub client_id: ClientId,
    /// Which.
    pub no: u32,
}

/// The note is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteWritten {
    /// Counted per client from 1.
    pub no: u32,
}

#[async_trait]
impl UseCase for AddClientNote {
    const NAME: &'static str = "add_client_note";
    type Answer = NoteWritten;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<NoteWritten>, Error> {
        let text = self.text.replace("\r\n", "\n");
        check_note(&text).map_err(|invalid| Refused::of(&invalid))?;
        let text = seal_for(room, self.client_id, field::CLIENT_NOTE, &text).await?;
        let id = self.client_id.uuid();
        Ok(Touches::new(room.tenant).main::<Client>(id).decide(move |table| {
            let ask = RecordCommand::AddNote { text: text.clone() };
            table.decide::<Client>(id, ClientCommand::Record(ask))?;
            let profile = table.state::<Client>(id)?.profile();
            Ok(NoteWritten { no: profile.map_or(0, |profile| profile.last_note) })
        }))
    }
}

#[async_trait]
impl UseCase for RemoveClientNote {
    const NAME: &'static str = "remove_client_note";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (id, no) = (self.client_id.uuid(), self.no);
        Ok(Touches::new(room.tenant).main::<Client>(id).decide(move |table| {
            let ask = RecordCommand::RemoveNote { no };
            table.decide::<Client>(id, ClientCommand::Record(ask))?;
            Ok(())
        }))
    }
}
