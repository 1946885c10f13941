//! How a balance comes about: its parts with their events, and the same as text for a ticket.

use askama::Template as _;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Response};
use billfold_projections::journal::Posted;
use billfold_projections::{Order, event_index};

use super::account::{self, KEPT};
use super::actions::parse;
use super::ledger::document;
use super::seen::{Seen, Wishes};
use super::{Explained, Head, PATH, Part};
use crate::error::PageError;
use crate::router::page;
use crate::show;
use crate::state::WebState;
use crate::view::{Amount, Day};
use crate::visitor::Visitor;

/// Parts that are listed; older ones are in the first sum.
const PARTS: usize = 60;

pub(super) async fn explain(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(wishes): Query<Wishes>,
) -> Result<Response, PageError> {
    let seen = Seen::of(&state, &visitor, parse(&id)?, &wishes).await?;
    let (code, label, more) = KEPT[0];
    let currency = seen.row.currency;
    let held = |position| {
        let sums = seen.account.balance(code, more, position);
        show::minor(sums.get(&currency).copied().unwrap_or_default(), currency)
    };
    let moved = |posted: &&Posted| {
        seen.account.own(posted).any(|one| one.account.as_str() == code && one.currency == currency)
    };
    let postings: Vec<&Posted> = seen.account.postings_up_to(seen.position).filter(moved).collect();
    let folded = postings.len().saturating_sub(PARTS);
    let positions: Vec<i64> = postings.iter().take(PARTS).map(|one| one.position()).collect();
    let order = Order::Ascending;
    let stored = event_index::at(state.reads(), seen.tenant, &positions, order).await?.value;
    let actors = state.names().actors(&visitor).await?;
    let parts: Vec<Part> = stored
        .iter()
        .zip(postings.iter().take(PARTS).rev())
        .map(|(event, posted)| {
            let own = seen.account.own(posted);
            let own = own.filter(|one| one.account.as_str() == code && one.currency == currency);
            let added: i64 = own.map(|one| account::signed(one, more)).sum();
            Part {
                day: Day(event.effective_at.date_naive()),
                what: document(event),
                href: show::stream_href(&event.aggregate_type, event.aggregate_id),
                amount: show::minor(added, currency),
                running: held(event.position),
                rule: format!("rule for {}", event.event_type),
                by: actors.name(&event.actor),
                position: event.position,
            }
        })
        .collect();
    let contact = state.names().contact(seen.tenant, &seen.row).await?;
    let head = super::head(&state, &seen, contact.as_ref()).await?;
    let total = held(seen.position);
    let explained = Explained {
        shell: visitor.shell(&state, PATH, seen.account.position).await?,
        text: as_text(&head, label, total, &parts),
        head,
        label: label.to_owned(),
        total,
        parts,
        folded: i64::try_from(folded).unwrap_or(i64::MAX),
        cut: seen.account.is_cut(),
    };
    if visitor.partial {
        return Ok(Html(explained.as_explained().render()?).into_response());
    }
    page(&explained)
}

/// The explanation as lines that can be pasted into a ticket.
fn as_text(head: &Head, label: &str, total: Amount, parts: &[Part]) -> String {
    let mut text = format!("{label} of {}: {}\n", head.id.0, total.plain());
    for part in parts {
        text.push_str(&format!(
            "{}  {}  {}  sum {}  event {}\n",
            part.day.plain(),
            part.what,
            part.amount.plain(),
            part.running.plain(),
            part.position
        ));
    }
    text
}
