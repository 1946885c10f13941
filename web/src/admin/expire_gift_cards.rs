//! What is left on gift cards whose last day is over is given up (GFT-01); how many they are and
//! what was left is shown before it is confirmed.

use std::ops::ControlFlow;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use billfold_app::expiry_run::{self, ExpiryRun};
use billfold_domain::role::Permission;
use billfold_projections::Projection as _;
use billfold_projections::gift_card_list::GiftCardList;

use super::confirm::Confirm;
use super::gift_cards::PATH as LIST;
use super::list::address;
use crate::error::PageError;
use crate::fields::{Fields, Wrong, new_key};
use crate::router::go;
use crate::show;
use crate::state::WebState;
use crate::visitor::{Posted, Visitor};

const PATH: &str = "/admin/gift-cards/expire";
/// Cards that a page has expire; `billfold expire` has any number.
const MOST: u64 = 1_000;

pub(crate) fn routes() -> Router<WebState> {
    Router::new().route(PATH, get(ask).post(expire))
}

async fn ask(State(state): State<WebState>, visitor: Visitor) -> Result<Response, PageError> {
    form(&state, &visitor, &Wrong::default()).await?.ask(visitor.partial)
}

async fn expire(State(state): State<WebState>, posted: Posted) -> Result<Response, PageError> {
    let Posted { visitor, fields } = posted;
    state.must(&visitor, Permission::PaymentsWrite)?;
    match expiry_run::run(state.door(), &run(&visitor, Some(&fields))?, enough).await {
        Ok(report) => {
            let seen = state.seen(report.position, &[GiftCardList::NAME]).await;
            Ok(go(&address(LIST, &[("done", seen.word("gift-cards-expired"))])))
        }
        Err(error) => form(&state, &visitor, &Wrong::from_error(error)?).await?.again(),
    }
}

async fn form(state: &WebState, visitor: &Visitor, wrong: &Wrong) -> Result<Confirm, PageError> {
    state.must(visitor, Permission::PaymentsWrite)?;
    let report = expiry_run::run(state.door(), &run(visitor, None)?, enough).await?;
    let left: Vec<String> =
        report.given_up.values().map(|left| show::money(*left).plain()).collect();
    let text = match (report.expired, report.interrupted) {
        (0, _) => "No card's last day is over. Nothing will be done.".to_owned(),
        (cards, more) => format!(
            "The last day of {}{cards} gift cards is over. {} on them is earned, and they are \
             worth nothing from then on.",
            if more { "more than " } else { "" },
            left.join(" and "),
        ),
    };
    let head = *state.operations().head().borrow();
    Ok(Confirm {
        shell: visitor.shell(state, LIST, head).await?,
        title: "Expire gift cards".to_owned(),
        text,
        action: PATH.to_owned(),
        back: LIST.to_owned(),
        verb: "Expire gift cards",
        danger: report.expired > 0,
        key: new_key(),
        version: String::new(),
        fields: Vec::new(),
        error: wrong.whole.clone(),
    })
}

/// What was asked for; without a form, what it would do.
fn run(visitor: &Visitor, sent: Option<&Fields>) -> Result<ExpiryRun, PageError> {
    Ok(ExpiryRun {
        tenant: visitor.tenant(),
        actor: visitor.caller.actor.clone(),
        name: sent.map(Fields::key).transpose()?.unwrap_or_default(),
        rehearse: sent.is_none(),
    })
}

fn enough(cards: u64) -> ControlFlow<()> {
    if cards < MOST { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
}
