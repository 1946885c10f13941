//! `GET /admin/stream`: what the log gains, pushed to an open page.
//!
//! Guarantees: every message carries the log position it is built from as its id, and the stream
//! starts after the position the page was built from, so a page that was hidden or cut off misses
//! nothing but what no longer fits. Absent on purpose: a second way to draw; a message is the
//! fragment that the page itself is made of.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use billfold_domain::kernel::TenantId;
use billfold_domain::role::Permission;
use billfold_projections::event_index::{self, EventIndex, Stored};
use billfold_projections::{Projection as _, Wanted};
use futures_util::stream::{self, Stream};
use serde::Deserialize;
use tokio::sync::watch;

use crate::admin::overview::FeedItem;
use crate::state::WebState;
use crate::view::{ClockTime, Position};
use crate::visitor::{Visitor, health};

/// Events that fit into the list on the overview; what is older is not sent.
const NEWEST: u32 = 14;
/// How long events are gathered into one message.
const GATHER: Duration = Duration::from_millis(250);
/// How long the read side may take to see what the log has.
const CATCH_UP: Duration = Duration::from_secs(2);

/// Where a stream begins and what it shows.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    after: Option<i64>,
    feed: Option<u8>,
}

struct Watcher {
    state: WebState,
    tenant: TenantId,
    head: watch::Receiver<i64>,
    seen: i64,
    /// Whether whoever looks may see events.
    leads: bool,
    feed: bool,
}

/// The stream of one page.
pub(crate) async fn events(
    State(state): State<WebState>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let resumed = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse().ok());
    let head = state.operations().head();
    let may = |permission| visitor.caller.identity.may(permission);
    let (leads, sees_all) = (may(Permission::EventsRead), may(Permission::InvoicesRead));
    let watcher = Watcher {
        seen: resumed.or(asked.after).unwrap_or_else(|| *head.borrow()),
        leads,
        // The list on the overview is of the whole seller, too.
        feed: sees_all && asked.feed.is_some(),
        tenant: visitor.tenant(),
        state,
        head,
    };
    let messages = stream::unfold(watcher, |mut watcher| async {
        let message = watcher.next().await?;
        Some((Ok(message), watcher))
    });
    Sse::new(messages).keep_alive(KeepAlive::new().interval(Duration::from_secs(20)))
}

impl Watcher {
    /// The next message; none when the node stops.
    async fn next(&mut self) -> Option<Event> {
        let seen = self.seen;
        let head = *self.head.wait_for(|head| *head > seen).await.ok()?;
        tokio::time::sleep(GATHER).await;
        // What the read side cannot show yet is shown by the next message.
        let reached = self.state.reads().wait(EventIndex::NAME, head, CATCH_UP).await;
        let reached = match reached {
            Ok(position) => position.max(head),
            Err(_) => head,
        };
        let events = self.newest().await;
        self.seen = reached;
        Some(Event::default().id(reached.to_string()).data(self.fragment(reached, &events)))
    }

    async fn newest(&self) -> Vec<Stored> {
        if !self.feed {
            return Vec::new();
        }
        let wanted = Wanted { limit: NEWEST, ..Wanted::default() };
        let filter = event_index::Filter::default();
        let page = event_index::page(self.state.reads(), self.tenant, &filter, &wanted).await;
        let rows = page.map(|page| page.value.rows).unwrap_or_default();
        rows.into_iter().filter(|event| event.position > self.seen).collect()
    }

    fn fragment(&self, position: i64, events: &[Stored]) -> String {
        let mut html = format!(
            r##"<hx-partial hx-target="#log-position" hx-swap="innerHTML">{}</hx-partial>"##,
            Position { at: position, leads: self.leads }
        );
        let health = health(*self.head.borrow(), position);
        html.push_str(&format!(
            r##"<hx-partial hx-target="#health" hx-swap="innerHTML">{health}</hx-partial>"##
        ));
        if events.is_empty() {
            return html;
        }
        html.push_str(r##"<hx-partial hx-target="#stream" hx-swap="afterbegin">"##);
        for event in events {
            html.push_str(&feed_item(event, true).to_string());
        }
        html.push_str("</hx-partial>");
        html
    }
}

/// One event as the list on the overview shows it.
pub(crate) fn feed_item(event: &Stored, fresh: bool) -> FeedItem {
    FeedItem {
        position: event.position,
        aggregate: event.aggregate_type.clone(),
        kind: event.event_type.clone(),
        at: ClockTime(event.recorded_at),
        fresh,
    }
}
