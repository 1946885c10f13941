//! Everything held about one person, opened, as one JSON document (Art. 15 and 20 GDPR).
//!
//! What is known of them now comes first, then every event that speaks of them, with its place in
//! the log.
//! Guarantees: the document is built part by part, so that it takes the same memory however long
//! the history; it ends at the position it began at; what was sealed is opened wherever it lies,
//! also in an event of tomorrow, and data of somebody else is left out. Absent on purpose: who may
//! ask, and the event that says who did ([`data_subjects`](crate::commands::data_subjects)).

mod held;
mod open;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use billfold_domain::kernel::{KeyClass, SubjectId, TenantId};
use billfold_projections::event_index::{EventIndex, Stored};
use billfold_projections::{Error as ReadError, Projection as _, Reads, subject_events};
use serde_json::{Value, json};

use crate::access::OwnSession;
use crate::commands::Door;
use crate::commands::data_subjects::Person;
use crate::error::Error;
use crate::origins;
use crate::vault::{KeyRing, VaultError};

/// What the document is, and which version of it.
const FORMAT: &str = "billfold personal data 1";

/// Why a document could not be built, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// There is no such seller or person, or the log does not answer.
    #[error(transparent)]
    App(#[from] Error),
    /// The read models do not answer.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The key table does not answer.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl From<serde_json::Error> for ExportError {
    fn from(error: serde_json::Error) -> Self {
        Self::App(Error::bug(error))
    }
}

/// A document that is being built.
pub struct SubjectExport {
    door: Door,
    reads: Reads,
    tenant: TenantId,
    person: Person,
    keys: KeyRing,
    /// What comes before the events; taken by the first part.
    head: Option<Vec<u8>>,
    after: i64,
    last: i64,
    /// Events that were told.
    told: u64,
    ended: bool,
}

impl SubjectExport {
    /// Begins the document about a person, with their sessions and their picture.
    ///
    /// # Errors
    /// The person is not known, or something does not answer.
    pub async fn begin(
        (door, reads): (&Door, &Reads),
        tenant: TenantId,
        person: Person,
        sessions: &[OwnSession],
        picture: Option<&[u8]>,
    ) -> Result<Self, ExportError> {
        let subject = SubjectId::new(person.uuid());
        let classes = [KeyClass::Operational, KeyClass::Fiscal].map(|class| (subject, class));
        let keys = door.vault().ring_to_open(tenant, classes).await?;
        let last = reads.position(EventIndex::NAME).await?;
        let mut known = held::of((door, reads), tenant, person).await?;
        open::open(&mut known, &keys, subject);
        let mut head = json!({
            "format": FORMAT,
            "exported_at": door.clock().now(),
            "as_of_position": last,
            "known": known,
        });
        head["sessions"] = sessions.iter().map(held::session).collect();
        head["picture"] = picture.map(|png| STANDARD.encode(png)).into();
        let mut head = serde_json::to_vec(&head)?;
        head.pop();
        head.extend_from_slice(b",\"events\":[\n");
        let (door, reads) = (door.clone(), reads.clone());
        let (told, ended, after) = (0, false, 0);
        Ok(Self { door, reads, tenant, person, keys, head: Some(head), after, last, told, ended })
    }

    /// The next part; nothing after the last.
    ///
    /// # Errors
    /// Something does not answer; the document is not whole then.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, ExportError> {
        if let Some(head) = self.head.take() {
            return Ok(Some(head));
        }
        if self.ended {
            return Ok(None);
        }
        if self.after >= self.last {
            self.ended = true;
            return Ok(Some(b"\n]}\n".to_vec()));
        }
        let actor = self.person.actor().to_string();
        let who = (self.person.uuid(), actor.as_str());
        let part =
            subject_events::next(&self.reads, self.tenant, who, self.after, self.last).await?;
        self.after = part.looked_up_to;
        let mut events = part.events;
        origins::reveal(self.door.vault(), self.tenant, &mut events).await?;
        let mut out = Vec::new();
        for event in events {
            if self.told > 0 {
                out.extend_from_slice(b",\n");
            }
            self.told += 1;
            serde_json::to_writer(&mut out, &self.event(&event, &actor))?;
        }
        Ok(Some(out))
    }

    /// An event as the person may see it: where they came from, and what speaks of them.
    fn event(&self, event: &Stored, actor: &str) -> Value {
        let subject = self.person.uuid();
        let theirs = event.actor == actor;
        let mut told = json!({
            "position": event.position,
            "type": event.event_type,
            "recorded_at": event.recorded_at,
            "by": if theirs { "the person" } else { event.actor.as_str() },
        });
        if theirs || event.aggregate_type == "sign_in" {
            for name in ["ip", "user_agent", origins::ORIGIN] {
                if let Some(text) = event.metadata.get(name) {
                    told[name] = text.as_str().into();
                }
            }
        }
        let of_them = event.aggregate_id == subject;
        if of_them || event.payload.contains(&subject.to_string()) {
            let mut payload = serde_json::from_str(&event.payload).unwrap_or(Value::Null);
            open::open(&mut payload, &self.keys, SubjectId::new(subject));
            told["payload"] = payload;
        }
        told
    }
}

impl std::fmt::Debug for SubjectExport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SubjectExport").field("person", &self.person).finish_non_exhaustive()
    }
}
