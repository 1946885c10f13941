//! What is asked before it is done: the question at `PAGE/{id}/{verb}`, the answer by a form that
//! is sent to the same address.
//!
//! Guarantees: who lacks the scope is neither asked nor obeyed; a refusal leads back to the
//! question with what was typed; an unknown verb or id is not found. Absent on purpose: forms that
//! need more than a few fields, which have pages of their own.

use std::fmt::Display;
use std::str::FromStr;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::{Ask, UseCase};
use billfold_domain::role::Permission;

use super::confirm::{Action, Confirm};
use super::list::address;
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::form::Field;
use crate::reach::Needs;
use crate::router::go;
use crate::state::{Seen, WebState};
use crate::visitor::{Posted, Visitor};

/// Everything that may be done with one kind of thing.
pub(crate) trait Deed: Copy + Send + Sync + 'static {
    /// Names a thing in its address.
    type Id: FromStr + Display + Send + Sync;

    /// The place in the navigation; addresses are below it.
    const PAGE: &'static str;
    /// What one must be allowed.
    const NEEDS: Permission;
    /// Every one of them.
    const ALL: &'static [Self];

    /// How it is called.
    fn words(self) -> Words;

    /// What this one needs: [`Deed::NEEDS`] for every client of the seller, unless it says so.
    fn needs(self) -> Needs {
        Needs::of_all(Self::NEEDS)
    }

    /// Refuses whoever may not do it with this thing. A deed that a narrower reach is enough for
    /// says whose the thing is.
    fn must(
        self,
        state: &WebState,
        visitor: &Visitor,
        _: &Self::Id,
    ) -> impl Future<Output = Result<(), PageError>> + Send {
        async move { state.must_scope(visitor, self.needs()).map(drop) }
    }

    /// Where "no" leads.
    fn back(id: &Self::Id) -> String {
        format!("{}/{id}", Self::PAGE)
    }

    /// Where the deed leads once it is done.
    fn after(self, id: &Self::Id) -> String {
        Self::back(id)
    }

    /// What is asked about the thing as it is now.
    fn question(
        self,
        asked: &Asked<'_, Self>,
    ) -> impl Future<Output = Result<Question, PageError>> + Send;

    /// Does it, or says why not.
    fn act(
        self,
        asked: &Asked<'_, Self>,
    ) -> impl Future<Output = Result<Result<Seen, Wrong>, PageError>> + Send;
}

/// How a deed is called.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words {
    /// In the address: `write-off`.
    pub(crate) path: &'static str,
    /// On the button of the question.
    pub(crate) button: &'static str,
    /// In the address afterwards, for the sentence that says that it was done.
    pub(crate) done: &'static str,
    /// Whether it cannot be taken back.
    pub(crate) danger: bool,
}

/// What is asked.
#[derive(Debug)]
pub(crate) struct Question {
    /// The question.
    pub(crate) title: String,
    /// What will happen.
    pub(crate) text: String,
    /// The version that is seen, if there is one.
    pub(crate) version: Option<i64>,
    /// What else has to be said: a reason, a date.
    pub(crate) fields: Vec<Field>,
}

/// Who asks for a deed, about what, and what was typed.
pub(crate) struct Asked<'a, D: Deed> {
    /// What the page stands on.
    pub(crate) state: &'a WebState,
    /// Who.
    pub(crate) visitor: &'a Visitor,
    /// About what.
    pub(crate) id: D::Id,
    /// The sent form; empty while nothing was sent.
    pub(crate) sent: &'a Fields,
    /// What was wrong with it.
    pub(crate) wrong: Wrong,
}

/// The addresses of every deed with one kind of thing.
pub(crate) fn routes<D: Deed>() -> Router<WebState> {
    let path = format!("{}/{{id}}/{{verb}}", D::PAGE);
    Router::new().route(&path, get(question::<D>).post(answer::<D>))
}

/// A deed as a link on the page of the thing.
pub(crate) fn action<D: Deed>(
    deed: D,
    back: &str,
    label: &'static str,
    icon: &'static str,
) -> Action {
    Action::new(format!("{back}/{}", deed.words().path), label, icon).needs(deed.needs())
}

/// The reason that the audit log keeps.
pub(crate) fn reason<D: Deed>(asked: &Asked<'_, D>, hint: &'static str) -> Field {
    let field = Field::input("reason", "Reason", "text").with(asked.sent.one("reason"));
    field.hint(hint).required().wrong(asked.wrong.of("reason"))
}

async fn question<D: Deed>(
    State(state): State<WebState>,
    visitor: Visitor,
    Path((id, verb)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let (deed, sent) = (find::<D>(&verb)?, Fields::default());
    let asked = Asked::<D>::of(&state, &visitor, &id, &sent)?;
    deed.must(&state, &visitor, &asked.id).await?;
    asked.confirm(deed).await?.ask(visitor.partial)
}

async fn answer<D: Deed>(
    State(state): State<WebState>,
    Path((id, verb)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    let deed = find::<D>(&verb)?;
    let mut asked = Asked::<D>::of(&state, &visitor, &id, &fields)?;
    deed.must(&state, &visitor, &asked.id).await?;
    let done = match deed.act(&asked).await {
        // Whom it waits for is not for whoever looks after own clients only to see.
        Err(PageError::Waits(_)) if visitor.is_of_own_clients() => {
            return Ok(go(&address(&D::back(&asked.id), &[("done", "approval-asked")])));
        }
        done => done?,
    };
    match done {
        Ok(seen) => {
            Ok(go(&address(&deed.after(&asked.id), &[("done", seen.word(deed.words().done))])))
        }
        Err(wrong) => {
            asked.wrong = wrong;
            asked.confirm(deed).await?.again()
        }
    }
}

fn find<D: Deed>(verb: &str) -> Result<D, PageError> {
    let deed = D::ALL.iter().find(|deed| deed.words().path == verb);
    deed.copied().ok_or(PageError::NotFound)
}

impl<'a, D: Deed> Asked<'a, D> {
    fn of(
        state: &'a WebState,
        visitor: &'a Visitor,
        id: &str,
        sent: &'a Fields,
    ) -> Result<Self, PageError> {
        let id = id.parse().map_err(|_| PageError::NotFound)?;
        Ok(Self { state, visitor, id, sent, wrong: Wrong::default() })
    }

    /// Has a command done with the reason that was typed, and waits briefly until `projections`
    /// show it.
    pub(crate) async fn command<U: UseCase>(
        &self,
        command: U,
        projections: &[&'static str],
    ) -> Result<Result<Seen, Wrong>, PageError> {
        self.execute(None, command, projections).await
    }

    /// The same, unless the thing has changed since it was shown.
    pub(crate) async fn command_on_seen<U: UseCase>(
        &self,
        command: U,
        projections: &[&'static str],
    ) -> Result<Result<Seen, Wrong>, PageError> {
        self.execute(self.sent.one("version").parse().ok(), command, projections).await
    }

    async fn execute<U: UseCase>(
        &self,
        expect: Option<i64>,
        command: U,
        projections: &[&'static str],
    ) -> Result<Result<Seen, Wrong>, PageError> {
        let ask = self.visitor.ask(&self.sent.key()?, command);
        let ask = Ask { expect, reason: self.sent.some("reason"), ..ask };
        match self.state.command(ask, projections).await {
            Ok((_, seen)) => Ok(Ok(seen)),
            Err(error) => Wrong::from_error(error).map(Err),
        }
    }

    async fn confirm(&self, deed: D) -> Result<Confirm, PageError> {
        let Question { title, text, version, fields } = deed.question(self).await?;
        let Words { path, button, danger, .. } = deed.words();
        let head = *self.state.operations().head().borrow();
        Ok(Confirm {
            shell: self.visitor.shell(self.state, D::PAGE, head).await?,
            title,
            text,
            action: format!("{}/{}/{path}", D::PAGE, self.id),
            back: D::back(&self.id),
            verb: button,
            danger,
            key: new_key(),
            version: version.map_or_else(String::new, |version| version.to_string()),
            fields,
            error: self.wrong.whole.clone(),
        })
    }
}
