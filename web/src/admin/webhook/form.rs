//! Where an endpoint is and what it is told: a new one, or another address or choice.

use std::collections::BTreeSet;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use billfold_app::commands::Ask;
use billfold_app::commands::webhook_endpoints::{RegisterEndpoint, Turn, TurnEndpoint};
use billfold_domain::kernel::WebhookEndpointId;
use billfold_domain::role::Permission;
use billfold_domain::schema::event_types;
use billfold_domain::webhook_endpoint::{WebhookEndpoint, WebhookTerms};
use billfold_projections::Projection as _;
use billfold_projections::webhook_endpoint_list::WebhookEndpointList;

use super::{PATH, secret};
use crate::admin::list::address;
use crate::admin::staff::Tick;
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::form::Field;
use crate::layout::Shell;
use crate::router::{go, page, refused};
use crate::show;
use crate::state::WebState;
use crate::visitor::{Posted, Visitor};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/webhook/form.html")]
pub(crate) struct EndpointForm {
    /// The frame.
    pub(crate) shell: Shell,
    /// On top.
    pub(crate) title: &'static str,
    /// Where it is sent.
    pub(crate) action: String,
    /// Where "no" goes.
    pub(crate) back: String,
    /// The command's key.
    pub(crate) key: String,
    /// The version that was seen; empty for a new one.
    pub(crate) version: String,
    /// What is wrong with the whole, if anything.
    pub(crate) error: String,
    /// Address and description.
    pub(crate) fields: Vec<Field>,
    /// Everything that happens to a kind of thing, by kind.
    pub(crate) ticks: Vec<Tick>,
    /// Single types of events.
    pub(crate) single: Field,
}

pub(super) fn routes() -> Router<WebState> {
    Router::new()
        .route("/admin/webhooks/new", get(blank).post(register))
        .route("/admin/webhooks/{id}/edit", get(edit).post(set))
}

async fn blank(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    page(&form(&state, &visitor, None, &Fields::default(), &Wrong::default()).await?)
}

async fn edit(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let id = id.parse().map_err(|_| PageError::NotFound)?;
    let (terms, version) = known(&state, &visitor, id).await?;
    let sent = as_sent(&terms);
    let at = Some((id, version));
    page(&form(&state, &visitor, at, &sent, &Wrong::default()).await?)
}

async fn register(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Permission::WebhooksWrite)?;
    let wrong = match terms(&state, &fields).await {
        Ok(terms) => {
            let ask = visitor.ask(&fields.key()?, RegisterEndpoint { terms });
            match state.command(ask, &[WebhookEndpointList::NAME]).await {
                Ok((done, _)) => {
                    let id = done.answer.webhook_endpoint_id;
                    return secret::tell(&state, &visitor, id, 1).await;
                }
                Err(error) => Wrong::from_error(error)?,
            }
        }
        Err(wrong) => wrong,
    };
    refused(&form(&state, &visitor, None, &fields, &wrong).await?)
}

async fn set(
    State(state): State<WebState>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Permission::WebhooksWrite)?;
    let id: WebhookEndpointId = id.parse().map_err(|_| PageError::NotFound)?;
    let wrong = match terms(&state, &fields).await {
        Ok(terms) => {
            let turn = TurnEndpoint { webhook_endpoint_id: id, turn: Turn::Set(terms) };
            let ask = visitor.ask(&fields.key()?, turn);
            let ask = Ask { expect: fields.one("version").parse().ok(), ..ask };
            match state.command(ask, &[WebhookEndpointList::NAME]).await {
                Ok((_, seen)) => {
                    let to = format!("{PATH}/{id}");
                    return Ok(go(&address(&to, &[("done", seen.word("webhook-set"))])));
                }
                Err(error) => Wrong::from_error(error)?,
            }
        }
        Err(wrong) => wrong,
    };
    let (_, version) = known(&state, &visitor, id).await?;
    refused(&form(&state, &visitor, Some((id, version)), &fields, &wrong).await?)
}

async fn known(
    state: &WebState,
    visitor: &Visitor,
    id: WebhookEndpointId,
) -> Result<(WebhookTerms, i64), PageError> {
    let (endpoint, version) =
        state.door().load::<WebhookEndpoint>(visitor.tenant(), id.uuid()).await?;
    match endpoint {
        WebhookEndpoint::Registered { terms, .. } => Ok((terms, version)),
        WebhookEndpoint::Absent | WebhookEndpoint::Deleted => Err(PageError::NotFound),
    }
}

/// What was sent, if the address may be called.
async fn terms(state: &WebState, sent: &Fields) -> Result<WebhookTerms, Wrong> {
    let url = sent.one("url").to_owned();
    if let Err(refusal) = state.webhooks().check(&url).await {
        let mut wrong = Wrong::default();
        wrong.at("url", refusal.to_string());
        return Err(wrong);
    }
    let groups = sent.all("event_types").into_iter();
    let single = sent.one("single").split([',', ' ', '\n']).map(str::trim);
    let names = groups.chain(single).filter(|name| !name.is_empty());
    let event_types = names.map(str::to_owned).collect::<BTreeSet<_>>();
    let event_types = event_types.into_iter().collect();
    Ok(WebhookTerms { url, description: sent.some("description"), event_types })
}

/// What is known, as if it had been sent.
fn as_sent(terms: &WebhookTerms) -> Fields {
    let (groups, single): (Vec<_>, Vec<_>) =
        terms.event_types.iter().cloned().partition(|name| name.ends_with(".*"));
    let pair = |name: &str, value: String| (name.to_owned(), value);
    let mut pairs = vec![
        pair("url", terms.url.clone()),
        pair("description", terms.description.clone().unwrap_or_default()),
        pair("single", single.join(", ")),
    ];
    pairs.extend(groups.into_iter().map(|group| pair("event_types", group)));
    Fields::from_pairs(pairs)
}

async fn form(
    state: &WebState,
    visitor: &Visitor,
    of: Option<(WebhookEndpointId, i64)>,
    sent: &Fields,
    wrong: &Wrong,
) -> Result<EndpointForm, PageError> {
    state.must(visitor, Permission::WebhooksWrite)?;
    let head = *state.operations().head().borrow();
    let text = |name: &'static str, label: &'static str, kind: &'static str| {
        Field::input(name, label, kind).with(sent.one(name)).wrong(wrong.of(name))
    };
    let (action, back) = match of {
        Some((id, _)) => (format!("{PATH}/{id}/edit"), format!("{PATH}/{id}")),
        None => (format!("{PATH}/new"), PATH.to_owned()),
    };
    let wrong_type = wrong.clone().gathered("event_types", |_, detail| detail.to_owned());
    Ok(EndpointForm {
        shell: visitor.shell(state, PATH, head).await?,
        title: if of.is_some() { "Change the endpoint" } else { "New endpoint" },
        action,
        back,
        key: new_key(),
        version: of.map_or_else(String::new, |(_, version)| version.to_string()),
        error: wrong.whole.clone(),
        fields: vec![
            text("url", "Address", "url").required().hint("HTTPS, in the public internet"),
            text("description", "Description", "text").hint("What you call it; no personal data"),
        ],
        ticks: groups(&sent.all("event_types")),
        single: Field::input("single", "Single types of events", "text")
            .with(sent.one("single"))
            .hint("Such as invoice.issued, payment.settled")
            .wrong(wrong_type.of("event_types")),
    })
}

/// Every kind of thing that something can happen to.
fn groups(chosen: &[&str]) -> Vec<Tick> {
    let nouns: BTreeSet<&str> =
        event_types().filter_map(|(name, _)| name.split_once('.')).map(|(noun, _)| noun).collect();
    let tick = |noun: &str| {
        let value = format!("{noun}.*");
        let on = chosen.contains(&value.as_str());
        Tick { label: show::words(noun), hint: String::new(), on, value }
    };
    nouns.into_iter().map(tick).collect()
}
