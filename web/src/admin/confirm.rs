//! Asks before a thing is done, on a page of its own or in a dialog; and the actions that lead
//! there.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};

use crate::error::PageError;
use crate::fields::REFUSED;
use crate::form::Field;
use crate::layout::Shell;
use crate::reach::Needs;
use crate::visitor::Visitor;

/// A thing that may be done; most open in a dialog where there is a script.
#[derive(Clone, Debug)]
pub(crate) struct Action {
    /// Where it is asked for.
    pub(crate) href: String,
    /// The verb.
    pub(crate) label: &'static str,
    /// Its icon.
    pub(crate) icon: &'static str,
    /// `primary`, `danger` or empty.
    pub(crate) class: &'static str,
    /// Whether it opens in a dialog; too large a form has a page of its own.
    pub(crate) sheet: bool,
    /// Who may do it; nothing where whoever sees it may.
    needs: Option<Needs>,
}

impl Action {
    /// An action that is confirmed in a dialog.
    pub(crate) fn new(href: String, label: &'static str, icon: &'static str) -> Action {
        Action { href, label, icon, class: "", sheet: true, needs: None }
    }

    /// The same action, for those who may do it.
    pub(crate) fn needs(self, needs: Needs) -> Action {
        Action { needs: Some(needs), ..self }
    }

    /// Those that somebody may do.
    pub(crate) fn open(actions: Vec<Action>, visitor: &Visitor) -> Vec<Action> {
        let open = |action: &Action| action.needs.is_none_or(|needs| visitor.meets(needs));
        actions.into_iter().filter(open).collect()
    }

    /// The same action in another class.
    pub(crate) fn class(self, class: &'static str) -> Action {
        Action { class, ..self }
    }

    /// The same action on a page of its own.
    pub(crate) fn on_a_page(self) -> Action {
        Action { sheet: false, ..self }
    }
}

/// The question.
#[derive(Debug, Template)]
#[template(path = "admin/confirm.html", blocks = ["confirm"])]
pub(crate) struct Confirm {
    /// The frame.
    pub(crate) shell: Shell,
    /// The question.
    pub(crate) title: String,
    /// What will happen.
    pub(crate) text: String,
    /// Where the answer goes.
    pub(crate) action: String,
    /// Where "no" goes.
    pub(crate) back: String,
    /// The verb on the button.
    pub(crate) verb: &'static str,
    /// Whether it cannot be taken back.
    pub(crate) danger: bool,
    /// The command's key, so that a second click is answered from the receipt.
    pub(crate) key: String,
    /// The version that was seen; a newer one refuses.
    pub(crate) version: String,
    /// What else is asked: a reason, a date.
    pub(crate) fields: Vec<Field>,
    /// What is wrong, if it was refused.
    pub(crate) error: String,
}

impl Confirm {
    /// The question as a page, or as a part of one.
    pub(crate) fn ask(&self, partial: bool) -> Result<Response, PageError> {
        let html = if partial { self.as_confirm().render()? } else { self.render()? };
        Ok(Html(html).into_response())
    }

    /// The question again, with what was wrong.
    pub(crate) fn again(&self) -> Result<Response, PageError> {
        Ok((REFUSED, Html(self.render()?)).into_response())
    }
}
