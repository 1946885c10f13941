//! Events as they happen, pushed as server-sent events or over a WebSocket.
//!
//! Guarantees: every event of the caller's seller that fits the filters is sent, in the order of
//! the log and with its position as id, so that whoever was cut off goes on where it stopped; a
//! connection ends after a while and is let in anew, so that a key that was taken back ends with
//! it; how many are open at a time is bounded, and a slow reader holds back nobody but itself.
//! Absent on purpose: personal data in clear, and from where somebody worked.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use billfold_domain::kernel::TenantId;
use billfold_projections::event_index::{self, EventIndex, Filter as Which, Stored};
use billfold_projections::{Order, Projection as _, Wanted};
use futures_util::stream::{self, Stream};
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, watch};
use utoipa::IntoParams;
use uuid::Uuid;

use super::events::{WireEvent, which_events};
use crate::auth::{Caller, EventsRead, May};
use crate::problem::{FieldError, Kind, Problem};
use crate::receive::Filter;
use crate::state::ApiState;

/// Events read at a time.
const PAGE: u32 = 100;
/// How long nothing is said at most.
const SILENCE: Duration = Duration::from_secs(15);
/// How long one connection lasts.
const LIFETIME: Duration = Duration::from_secs(15 * 60);
/// How long the read side may take to see what the log has.
const CATCH_UP: Duration = Duration::from_secs(2);
/// How long to wait for a read side that stands still.
const PAUSE: Duration = Duration::from_secs(1);
/// How soon a browser connects again.
const RETRY: Duration = Duration::from_secs(2);
/// Nothing that is sent to us is looked at.
const LARGEST_MESSAGE: usize = 1024;
const LAST_EVENT_ID: &str = "last-event-id";
/// The close code of RFC 6455's registry for "come again".
const COME_AGAIN: u16 = 1012;
/// The close code for a fault on our side.
const FAULT: u16 = 1011;

/// Sends events as they happen: an event at a time, with its log position as id.
///
/// It begins after `Last-Event-ID`, or else after `after`, or else with what happens from now on.
/// As server-sent events, `data` is an `Event`; a message without data only moves the id on. With
/// `Upgrade: websocket` each message is an `Event`, or `{"as_of_position": …}` where nothing
/// happened that fits. Both end after some minutes; connect again with the last id. `metadata` is
/// without address and program.
#[utoipa::path(
    get, path = "/feed", tag = "history",
    params(FollowEvents, ("Last-Event-ID" = Option<i64>, Header, minimum = 0, example = 1842)),
    responses(
        (status = 200, content_type = "text/event-stream", body = String),
        (status = 101, description = "The same over a WebSocket"),
    ),
)]
pub(super) async fn follow_events(
    State(state): State<ApiState>,
    May(caller, _): May<EventsRead>,
    Filter(query): Filter<FollowEvents>,
    headers: HeaderMap,
    socket: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let which = query.read()?;
    let after = last_event_id(&headers)?.or(query.after);
    if socket.is_ok() {
        own_pages_only(&caller, &headers)?;
    }
    let at = match after {
        Some(after) => after,
        None => state.oversight().head().await?.position,
    };
    let head = state.head();
    let place = state.feed_place()?;
    let follow = Follow {
        state,
        tenant: caller.tenant,
        which,
        head,
        at,
        waiting: VecDeque::new(),
        phase: Phase::Begins,
        ends: Instant::now() + LIFETIME,
        _place: place,
    };
    Ok(match socket {
        Ok(upgrade) => upgrade
            .max_message_size(LARGEST_MESSAGE)
            .on_upgrade(|socket| over_socket(follow, socket))
            .into_response(),
        Err(_) => Sse::new(as_messages(follow))
            .keep_alive(KeepAlive::new().interval(SILENCE * 2))
            .into_response(),
    })
}

/// Where the feed begins and what it shows; each condition given must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct FollowEvents {
    /// The log position after which it begins.
    #[param(minimum = 0, example = 1842)]
    after: Option<i64>,
    /// What happened: one type, or several with commas between.
    #[param(example = "invoice.issued,invoice.voided", max_length = 400)]
    event_type: Option<String>,
    /// Kind of thing.
    #[param(example = "invoice", pattern = "^[a-z_]{1,40}$")]
    aggregate_type: Option<String>,
    /// Which thing, as UUID; needs its kind.
    aggregate_id: Option<Uuid>,
}

impl FollowEvents {
    fn read(&self) -> Result<Which, Problem> {
        if self.after.is_some_and(|after| after < 0) {
            let detail = "must not be negative";
            return Err(Problem::field(FieldError::query("after", "position.negative", detail)));
        }
        let (types, kind) = (self.event_type.as_deref(), self.aggregate_type.as_deref());
        let which = which_events(types, kind, self.aggregate_id)?;
        Ok(Which { order: Order::Ascending, ..which })
    }
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(value) = headers.get(LAST_EVENT_ID) else { return Ok(None) };
    let position = value.to_str().ok().and_then(|text| text.trim().parse().ok());
    match position.filter(|position: &i64| *position >= 0) {
        Some(position) => Ok(Some(position)),
        None => Err(Problem::field(FieldError::header(
            LAST_EVENT_ID,
            "position.malformed",
            "must be the id of an event of this feed",
        ))),
    }
}

/// A browser opens a socket for any page, with the visitor's session: only our own may have it.
fn own_pages_only(caller: &Caller, headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let of_session = caller.identity.csrf_token().is_some();
    let own = |origin: &str| origin.split_once("://").map(|(_, host)| host) == text(HOST);
    if of_session && text(ORIGIN).is_some_and(|origin| !own(origin)) {
        let detail = "a browser session is for pages of this server only; use an API key";
        return Err(Problem::new(Kind::Forbidden, "origin", detail));
    }
    Ok(())
}

/// What a reader of the feed is told.
enum Told {
    /// An event.
    Event(Box<WireEvent>),
    /// Nothing more that fits up to here.
    Reached(i64),
    /// It ends here.
    Failed(Problem),
}

#[derive(PartialEq, Eq)]
enum Phase {
    Begins,
    Goes,
    Over,
}

/// One connection.
struct Follow {
    state: ApiState,
    tenant: TenantId,
    which: Which,
    head: watch::Receiver<i64>,
    /// All that fits up to here was sent or waits.
    at: i64,
    waiting: VecDeque<Stored>,
    phase: Phase,
    ends: Instant,
    _place: OwnedSemaphorePermit,
}

impl Follow {
    /// What comes next; nothing once it is over. Dropping it half-way loses nothing.
    async fn next(&mut self) -> Option<Told> {
        if self.phase == Phase::Begins {
            self.phase = Phase::Goes;
            return Some(Told::Reached(self.at));
        }
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(Told::Event(Box::new(WireEvent::from(event).without_origin())));
            }
            let left = self.ends.saturating_duration_since(Instant::now());
            if self.phase == Phase::Over || left.is_zero() {
                return None;
            }
            let at = self.at;
            let news = self.head.wait_for(|head| *head > at);
            let head = match tokio::time::timeout(SILENCE.min(left), news).await {
                Err(_) => return Some(Told::Reached(self.at)),
                // The node stops.
                Ok(Err(_)) => return None,
                Ok(Ok(head)) => *head,
            };
            match self.read(head).await {
                Ok(()) if self.at > at => {}
                Ok(()) => tokio::time::sleep(PAUSE).await,
                Err(problem) => {
                    self.phase = Phase::Over;
                    return Some(Told::Failed(problem));
                }
            }
        }
    }

    /// Reads on, as far as the read side is.
    async fn read(&mut self, head: i64) -> Result<(), Problem> {
        let reads = self.state.reads();
        // Where it stands still, what it knows is sent and the rest is waited for.
        let _ = reads.wait(EventIndex::NAME, head, CATCH_UP).await;
        let wanted =
            Wanted { after: Some(event_index::after(self.at)), limit: PAGE, ..Wanted::default() };
        let page = event_index::page(reads, self.tenant, &self.which, &wanted).await?;
        let last = page.value.rows.last().map(|event| event.position);
        self.at = match page.value.next {
            Some(_) => last.unwrap_or(self.at),
            None => page.as_of_position.max(self.at),
        };
        self.waiting.extend(page.value.rows);
        Ok(())
    }
}

fn as_messages(follow: Follow) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(follow, |mut follow| async {
        let event = match follow.next().await? {
            Told::Event(event) => {
                Event::default().id(event.position().to_string()).data(text_of(&event))
            }
            Told::Reached(position) => Event::default().id(position.to_string()).retry(RETRY),
            Told::Failed(problem) => Event::default().event("problem").data(problem.text()),
        };
        Some((Ok(event), follow))
    })
}

async fn over_socket(mut follow: Follow, mut socket: WebSocket) {
    loop {
        let told = tokio::select! {
            told = follow.next() => told,
            heard = socket.recv() => match heard {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => continue,
            },
        };
        let (text, end) = match told {
            Some(Told::Event(event)) => (text_of(&event), None),
            Some(Told::Reached(position)) => {
                (serde_json::json!({ "as_of_position": position }).to_string(), None)
            }
            Some(Told::Failed(problem)) => (problem.text(), Some((FAULT, "see the last message"))),
            None => (String::new(), Some((COME_AGAIN, "connect again"))),
        };
        if !text.is_empty() && socket.send(Message::Text(text.into())).await.is_err() {
            return;
        }
        if let Some((code, reason)) = end {
            let frame = CloseFrame { code, reason: reason.into() };
            // Whoever is gone need not be told.
            let _ = socket.send(Message::Close(Some(frame))).await;
            return;
        }
    }
}

fn text_of(event: &WireEvent) -> String {
    serde_json::to_string(event).unwrap_or_default()
}
