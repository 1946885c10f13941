//! What is known of a person now, sealed as it lies: the document opens it in one go.

use billfold_domain::client::Client;
use billfold_domain::kernel::{ClientId, StaffId, TenantId};
use billfold_domain::staff::StaffMember;
use billfold_projections::{Reads, client_note_list};
use serde_json::{Value, json};

use super::ExportError;
use crate::access::OwnSession;
use crate::commands::Door;
use crate::commands::data_subjects::Person;
use crate::commands::departments::{department_of, departments};
use crate::retention;

pub(super) async fn of(
    (door, reads): (&Door, &Reads),
    tenant: TenantId,
    person: Person,
) -> Result<Value, ExportError> {
    match person {
        Person::Client(id) => client((door, reads), tenant, id).await,
        Person::Staff(id) => staff(door, tenant, id).await,
    }
}

async fn client(
    (door, reads): (&Door, &Reads),
    tenant: TenantId,
    id: ClientId,
) -> Result<Value, ExportError> {
    let (state, _) = door.load::<Client>(tenant, id.uuid()).await?;
    let notes = client_note_list::of_client(reads, tenant, id).await?.value;
    let note = |row: client_note_list::NoteRow| {
        json!({ "no": row.note_no, "text": row.text.map(|text| text.0), "author": row.author,
            "written_at": row.written_at })
    };
    let kept = retention::kept(door, tenant, id).await?;
    let kept = kept.map(|kept| json!({ "until": kept.until, "law": kept.law.name }));
    Ok(json!({
        "kind": "client",
        "id": id.to_string(),
        "client": serde_json::to_value(&state)?,
        "notes": notes.into_iter().map(note).collect::<Vec<_>>(),
        "retained": kept,
    }))
}

async fn staff(door: &Door, tenant: TenantId, id: StaffId) -> Result<Value, ExportError> {
    let (state, _) = door.load::<StaffMember>(tenant, id.uuid()).await?;
    let member = serde_json::to_value(&state)?;
    let departments = departments(door, tenant).await?;
    let department = department_of(&departments, id).map(|found| &found.facts.terms.name);
    Ok(json!({ "kind": "staff", "id": id.to_string(), "staff_member": member,
        "department": department }))
}

/// A session, with where it began.
pub(super) fn session(session: &OwnSession) -> Value {
    let origin = session.origin.as_ref();
    json!({
        "id": session.id.to_string(),
        "address": origin.and_then(|origin| origin.address),
        "user_agent": origin.and_then(|origin| origin.user_agent.clone()),
        "created_at": session.created_at,
        "last_used_at": session.last_used_at,
        "expires_at": session.expires_at,
    })
}
