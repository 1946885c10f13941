//! What did colleagues note about a client, who, and when?
//!
//! Guarantees: texts stay sealed as they lie in the log; a note that was taken away keeps its line
//! and loses its text, and so do all of them once the client is erased. Absent on purpose: opening
//! anything.

use billfold_domain::client::ClientEvent;
use billfold_domain::kernel::{ClientId, Pii, TenantId};
use billfold_domain::schema::Event;
use chrono::{DateTime, Utc};

use crate::error::Error;
use crate::fact::Fact;
use crate::list::{rows, select};
use crate::projection::{FoldError, Projection};
use crate::reader::{Answer, Reads};
use crate::row::{Json, row};
use crate::table::Replaced;

/// Notes of an erased client that are looked for at a time.
const AT_ONCE: usize = 64;

row! {
    /// One note.
    pub struct NoteRow in "" {
        key {
            /// The seller.
            tenant_id: TenantId,
            /// About whom.
            client_id: ClientId,
            /// Counted per client from 1.
            note_no: i64,
        }
        replaced {
            /// The text, sealed; nothing once it was taken away.
            text: Option<Json<Pii<String>>>,
            /// Who wrote it, as stored: `staff:<uuid>`.
            author: String,
            /// When.
            written_at: DateTime<Utc>,
            /// When it was taken away.
            removed_at: Option<DateTime<Utc>>,
        }
    }
    check "(text is null) = (removed_at is not null)";
}

/// The projection.
#[derive(Debug)]
pub struct ClientNoteList;

impl Projection for ClientNoteList {
    const NAME: &'static str = "client_note_list";
    const VERSION: u32 = 2;
    const STREAMS: &'static [&'static str] = &["client"];
    type Rows = Replaced<NoteRow>;

    fn apply(rows: &mut Self::Rows, fact: &Fact<'_>) -> Result<(), FoldError> {
        let client_id = ClientId::new(fact.aggregate_id);
        match fact.event()? {
            Event::Client(ClientEvent::NoteAdded { no, text }) => {
                rows.put(NoteRow {
                    tenant_id: fact.tenant(),
                    client_id,
                    note_no: i64::from(*no),
                    text: Some(Json(text.clone())),
                    author: fact.actor.to_owned(),
                    written_at: fact.recorded_at,
                    removed_at: None,
                    last_position: fact.position,
                });
                Ok(())
            }
            Event::Client(ClientEvent::NoteRemoved { no }) => {
                let key = (fact.tenant(), client_id, i64::from(*no));
                rows.change(key, fact.position, |row| {
                    row.text = None;
                    row.removed_at = Some(fact.recorded_at);
                    Ok(())
                })
            }
            Event::Client(ClientEvent::Erased { .. }) => forget(rows, fact, client_id),
            _ => Ok(()),
        }
    }
}

/// Takes the texts of all notes about a client away. Numbers have no gap, so that the first that is
/// missing is behind the last.
fn forget(
    rows: &mut Replaced<NoteRow>,
    fact: &Fact<'_>,
    client_id: ClientId,
) -> Result<(), FoldError> {
    for first in (1..).step_by(AT_ONCE) {
        let mut ended = false;
        for note_no in (first..).take(AT_ONCE) {
            let key = (fact.tenant(), client_id, note_no);
            let Some(row) = rows.look(&key) else {
                ended = true;
                continue;
            };
            if row.text.is_some() {
                rows.change(key, fact.position, |row| {
                    row.text = None;
                    row.removed_at = Some(fact.recorded_at);
                    Ok(())
                })?;
            }
        }
        if ended {
            break;
        }
    }
    Ok(())
}

/// The notes about a client that were not taken away, newest first; 1,000 at most.
///
/// # Errors
/// The database is away, or the list is not built.
pub async fn of_client(
    reads: &Reads,
    tenant: TenantId,
    client: ClientId,
) -> Result<Answer<Vec<NoteRow>>, Error> {
    let mut query = select::<NoteRow>(ClientNoteList::NAME, tenant);
    query.push(" and client_id = ").push_bind(client.uuid());
    query.push(" and removed_at is null order by note_no desc limit 1000");
    rows(reads, tenant, ClientNoteList::NAME, query).await
}
