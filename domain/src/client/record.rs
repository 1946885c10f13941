//! What is kept about a client besides how it is billed: further contacts, notes of staff, the
//! seller's own fields, and a picture.
//!
//! Guarantees that all of it is sealed under the key that erasing destroys. Absent on purpose: the
//! texts of notes in the state; only their numbers are needed to decide.

use crate::client::{ClientEvent, ClientRefusal, ContactCard, ContactKind, CustomValues, Profile};
use crate::kernel::text::is_deceptive;
use crate::kernel::{ImageHash, Invalid, KeyClass, Pii};

/// Contacts of a client at most.
const MOST_CONTACTS: usize = 50;
/// Notes about a client at most.
const MOST_NOTES: usize = 1_000;
/// Characters of a note at most.
const LONGEST_NOTE: usize = 4_000;

/// A request about what is kept about a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordCommand {
    /// Name a further contact.
    AddContact {
        /// What the person is asked about.
        kinds: Vec<ContactKind>,
        /// Who it is; the application checked and sealed it.
        person: Pii<ContactCard>,
    },
    /// Say anew who a contact is.
    ReviseContact {
        /// Which.
        no: u32,
        /// What the person is asked about.
        kinds: Vec<ContactKind>,
        /// Who it is; the application checked and sealed it.
        person: Pii<ContactCard>,
    },
    /// Name a contact no longer.
    RemoveContact {
        /// Which.
        no: u32,
    },
    /// Write a note for colleagues.
    AddNote {
        /// The text; the application checked and sealed it.
        text: Pii<String>,
    },
    /// Show a note no longer.
    RemoveNote {
        /// Which.
        no: u32,
    },
    /// Replace the values of the seller's own fields.
    SetCustomFields {
        /// All of them; the application checked and sealed them. Nothing if there are none.
        values: Option<Pii<CustomValues>>,
    },
    /// Show another picture beside the name, or none (CLI-04).
    SetAvatar {
        /// The picture, by the hash of its bytes; the application drew, sealed and stored them.
        avatar: Option<ImageHash>,
    },
}

/// Refuses a note that says nothing, or more than a note.
pub fn check_note(text: &str) -> Result<(), Invalid> {
    if text.trim().is_empty() {
        return Err(Invalid::one("text", "text.empty", "must not be empty"));
    }
    if text.chars().count() > LONGEST_NOTE {
        let detail = format!("must not be longer than {LONGEST_NOTE} characters");
        return Err(Invalid::one("text", "text.too_long", detail));
    }
    if text.chars().any(|c| is_deceptive(c) && c != '\n') {
        let detail = "must not hold control characters but line breaks, \
                      nor letters that turn its direction";
        return Err(Invalid::one("text", "text.control_character", detail));
    }
    Ok(())
}

pub(super) fn decide(
    known: &Profile,
    ask: &RecordCommand,
) -> Result<Vec<ClientEvent>, ClientRefusal> {
    use RecordCommand as Ask;
    let event = match ask {
        Ask::AddContact { kinds, person } => {
            check_key(known, person)?;
            if known.contacts.len() >= MOST_CONTACTS {
                return Err(ClientRefusal::TooManyContacts);
            }
            let no = known.last_contact.saturating_add(1);
            ClientEvent::ContactAdded { no, kinds: sorted(kinds)?, person: person.clone() }
        }
        Ask::ReviseContact { no, kinds, person } => {
            check_key(known, person)?;
            must_have(known, *no)?;
            let kinds = sorted(kinds)?;
            ClientEvent::ContactRevised { no: *no, kinds, person: person.clone() }
        }
        Ask::RemoveContact { no } => {
            must_have(known, *no)?;
            ClientEvent::ContactRemoved { no: *no }
        }
        Ask::AddNote { text } => {
            check_key(known, text)?;
            if known.notes.len() >= MOST_NOTES {
                return Err(ClientRefusal::TooManyNotes);
            }
            ClientEvent::NoteAdded { no: known.last_note.saturating_add(1), text: text.clone() }
        }
        Ask::RemoveNote { no } if known.notes.contains(no) => ClientEvent::NoteRemoved { no: *no },
        Ask::RemoveNote { .. } => return Err(ClientRefusal::NoSuchNote),
        Ask::SetCustomFields { values } => {
            if let Some(values) = values {
                check_key(known, values)?;
            } else if known.custom_fields.is_none() {
                return Ok(Vec::new());
            }
            ClientEvent::CustomFieldsSet { values: values.clone() }
        }
        Ask::SetAvatar { avatar } if known.avatar == *avatar => return Ok(Vec::new()),
        Ask::SetAvatar { avatar } => ClientEvent::AvatarSet { avatar: *avatar },
    };
    Ok(vec![event])
}

fn must_have(known: &Profile, no: u32) -> Result<(), ClientRefusal> {
    let found = known.contacts.iter().any(|contact| contact.no == no);
    if found { Ok(()) } else { Err(ClientRefusal::NoSuchContact) }
}

fn sorted(kinds: &[ContactKind]) -> Result<Vec<ContactKind>, ClientRefusal> {
    let mut kinds = kinds.to_vec();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.is_empty() {
        let detail = "must name at least one kind";
        return Err(Invalid::one("kinds", "contact.no_kind", detail).into());
    }
    Ok(kinds)
}

fn check_key<T>(known: &Profile, sealed: &Pii<T>) -> Result<(), ClientRefusal> {
    let own =
        sealed.class() == KeyClass::Operational && sealed.subject() == known.contact.subject();
    if own { Ok(()) } else { Err(ClientRefusal::WrongKey) }
}
