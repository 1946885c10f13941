//! Use case about sign-ins: note how one went, or that sessions ended (AUT-08).

use async_trait::async_trait;
use billfold_domain::kernel::SignInId;
use billfold_domain::sign_in::{SignIn, SignInCommand};
use serde::Serialize;

use crate::commands::data_subjects::{Person, must_be_known};
use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Note something about an address at a seller. Asked by `access` alone, which knows what is true.
#[derive(Clone, Debug, Serialize)]
pub struct NoteSignIn {
    /// The address, as [`SignIn::id_of`] names it.
    pub sign_in_id: SignInId,
    /// What happened.
    pub what: SignInCommand,
}

#[async_trait]
impl UseCase for NoteSignIn {
    const NAME: &'static str = "note_sign_in";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (id, what) = (self.sign_in_id.uuid(), self.what.clone());
        if let Some(person) = person(&what) {
            must_be_known(room, person).await?;
        }
        // Whoever may read closed books has to come in.
        let touches = Touches::new(room.tenant).reads::<SignIn>(id).at_rest();
        Ok(touches.decide(move |table| {
            table.decide::<SignIn>(id, what.clone())?;
            Ok(())
        }))
    }
}

/// Whose account it is about; none if the address belongs to nobody.
fn person(what: &SignInCommand) -> Option<Person> {
    match what {
        SignInCommand::Succeed { staff_id, .. } | SignInCommand::ChangeMeans { staff_id, .. } => {
            Some(Person::Staff(*staff_id))
        }
        SignInCommand::SucceedClient { client_id, .. }
        | SignInCommand::ChangeClientMeans { client_id, .. } => Some(Person::Client(*client_id)),
        SignInCommand::Refuse { staff_id, client_id, .. }
        | SignInCommand::AskReset { staff_id, client_id } => {
            staff_id.map(Person::Staff).or_else(|| client_id.map(Person::Client))
        }
        SignInCommand::End { .. } => None,
    }
}
