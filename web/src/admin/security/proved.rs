//! Taking a way in away: asked for once more, with the password.

use axum::response::Response;
use billfold_app::access::AccessError;

use super::{PATH, secret, told};
use crate::admin::confirm::Confirm;
use crate::admin::list::address;
use crate::error::PageError;
use crate::router::go;
use crate::state::WebState;
use crate::visitor::Visitor;

/// A way in that is to go.
pub(super) struct Removal {
    /// The question.
    pub(super) title: String,
    /// Where the answer goes.
    pub(super) action: String,
    /// What the page says once it is done.
    pub(super) done: &'static str,
    /// The verb on the button.
    pub(super) verb: &'static str,
}

impl Removal {
    /// The question.
    pub(super) async fn ask(
        self,
        state: &WebState,
        visitor: &Visitor,
    ) -> Result<Response, PageError> {
        let partial = visitor.partial;
        self.form(state, visitor, String::new()).await?.ask(partial)
    }

    /// Where it leads when it was tried. One that is gone already is what was asked for.
    pub(super) async fn answer(
        self,
        state: &WebState,
        visitor: &Visitor,
        tried: Result<bool, AccessError>,
    ) -> Result<Response, PageError> {
        match tried {
            Ok(_) => Ok(go(&address(PATH, &[("done", self.done)]))),
            Err(error) => self.form(state, visitor, told(error)?).await?.again(),
        }
    }

    async fn form(
        self,
        state: &WebState,
        visitor: &Visitor,
        error: String,
    ) -> Result<Confirm, PageError> {
        let head = *state.operations().head().borrow();
        Ok(Confirm {
            shell: visitor.shell(state, PATH, head).await?,
            title: self.title,
            text: "It opens your account no longer. Other ways in stay as they are.".to_owned(),
            action: self.action,
            back: PATH.to_owned(),
            verb: self.verb,
            danger: true,
            key: String::new(),
            version: String::new(),
            fields: vec![secret("proof", "Your password", "current-password")],
            error,
        })
    }
}
