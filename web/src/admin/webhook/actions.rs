//! What may be done with an endpoint: pause, go on, send again, delete; each asks first.

use axum::Router;
use billfold_app::commands::webhook_endpoints::{Turn, TurnEndpoint};
use billfold_domain::kernel::WebhookEndpointId;
use billfold_domain::role::Permission;
use billfold_domain::webhook_endpoint::{PauseReason, Standing, WebhookEndpoint};
use billfold_projections::Projection as _;
use billfold_projections::webhook_endpoint_list::WebhookEndpointList;

use super::PATH;
use crate::admin::confirm::Action;
use crate::admin::deed::{self, Asked, Deed, Question, Words};
use crate::admin::list::position;
use crate::error::PageError;
use crate::fields::Wrong;
use crate::form::Field;
use crate::state::{Seen, WebState};

pub(super) fn routes() -> Router<WebState> {
    deed::routes::<Verb>()
}

/// What may be done with an endpoint that stands so.
pub(super) fn actions(href: &str, standing: Standing) -> Vec<Action> {
    let action = |verb, label, icon| deed::action(verb, href, label, icon);
    let turn = match standing {
        Standing::Active => action(Verb::Pause, "Pause", "pause"),
        Standing::Paused(_) => action(Verb::Resume, "Go on", "play").class("primary"),
    };
    vec![
        Action::new(format!("{href}/edit"), "Change", "pencil").on_a_page(),
        Action::new(format!("{href}/rotate-secret"), "New secret", "key-round").on_a_page(),
        action(Verb::Replay, "Send again", "history"),
        action(Verb::Delete, "Delete", "trash-2").class("danger"),
        turn,
    ]
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Pause,
    Resume,
    Replay,
    Delete,
}

impl Deed for Verb {
    type Id = WebhookEndpointId;
    const PAGE: &'static str = PATH;
    const NEEDS: Permission = Permission::WebhooksWrite;
    const ALL: &'static [Verb] = &[Verb::Pause, Verb::Resume, Verb::Replay, Verb::Delete];

    fn words(self) -> Words {
        let (path, button, done) = match self {
            Verb::Pause => ("pause", "Pause", "webhook-paused"),
            Verb::Resume => ("resume", "Go on", "webhook-resumed"),
            Verb::Replay => ("replay", "Send again", "webhook-replay"),
            Verb::Delete => ("delete", "Delete", "webhook-deleted"),
        };
        Words { path, button, done, danger: self == Verb::Delete }
    }

    fn back(id: &WebhookEndpointId) -> String {
        format!("{PATH}/{id}")
    }

    async fn question(self, asked: &Asked<'_, Verb>) -> Result<Question, PageError> {
        let tenant = asked.visitor.tenant();
        let (endpoint, version) =
            asked.state.door().load::<WebhookEndpoint>(tenant, asked.id.uuid()).await?;
        let WebhookEndpoint::Registered { terms, .. } = endpoint else {
            return Err(PageError::NotFound);
        };
        let mut fields = Vec::new();
        let (title, text) = match self {
            Verb::Pause => ("Send nothing for now?", "Nothing is lost; it goes on where it was."),
            Verb::Resume => ("Go on?", "What happened meanwhile is sent first, in its order."),
            Verb::Replay => {
                let after = Field::input("after", "After position", "text").required();
                let after = after.with(asked.sent.one("after")).hint("0: from the beginning");
                fields.push(after.decimal().wrong(asked.wrong.of("after")));
                ("Send again?", "Everything it wants after a position, under the same ids.")
            }
            Verb::Delete => ("Delete this endpoint?", "Nothing is sent to it any more."),
        };
        let text = format!("{} {text}", terms.url);
        Ok(Question { title: title.to_owned(), text, version: Some(version), fields })
    }

    async fn act(self, asked: &Asked<'_, Verb>) -> Result<Result<Seen, Wrong>, PageError> {
        let turn = match self {
            Verb::Pause => Turn::Pause(PauseReason::Asked),
            Verb::Resume => Turn::Resume,
            Verb::Delete => Turn::Delete,
            Verb::Replay => match position(asked.sent.one("after"))? {
                Some(after) => Turn::Replay(after),
                None => {
                    let mut wrong = Wrong::default();
                    wrong.at("after", "say after which position");
                    return Ok(Err(wrong));
                }
            },
        };
        let turn = TurnEndpoint { webhook_endpoint_id: asked.id, turn };
        asked.command_on_seen(turn, &[WebhookEndpointList::NAME]).await
    }
}
