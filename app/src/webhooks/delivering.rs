//! Tells one endpoint what it was not told yet.

use billfold_domain::kernel::Actor;
use billfold_domain::webhook_endpoint::PauseReason;
use billfold_projections::event_index::{self, Filter, Stored};
use billfold_projections::webhook_endpoint_list::{self, EndpointStatus, WebhookEndpointRow};
use billfold_projections::{Order, Wanted};
use chrono::{DateTime, TimeDelta, Utc};

use super::Webhooks;
use super::message::{body, wants};
use crate::commands::Ask;
use crate::commands::webhook_endpoints::{Turn, TurnEndpoint};
use crate::error::Error;
use crate::ports::{Delivery, EndpointRef, Lease, Sent, WebhookCursor, WebhookMessage};

/// Events read at a time.
const PAGE: u32 = 100;
/// How long a process has an endpoint for itself: longer than a message may take.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// How long the secret before the newest still signs.
const ROTATION: TimeDelta = TimeDelta::hours(24);
/// Seconds before the second attempt, the third and so on; after the last one it is paused.
const PAUSES: [i64; 9] = [5, 30, 120, 600, 3_600, 10_800, 21_600, 43_200, 86_400];
/// The status of an endpoint that is gone for good.
const GONE: u16 = 410;
/// What this acts as.
const ACTOR: &str = "webhooks";

/// How long to wait after so many failed attempts; nothing once it is enough.
pub(super) fn pause_before(attempts: u32) -> Option<TimeDelta> {
    let at = usize::try_from(attempts).ok()?.checked_sub(1)?;
    PAUSES.get(at).map(|seconds| TimeDelta::seconds(*seconds))
}

/// Why the endpoint is not told anything more now.
enum Rest {
    /// There is more.
    Goes,
    /// Nothing is due.
    Idle,
}

impl Webhooks {
    /// Tells an endpoint of everything that is due, and ends when nothing is.
    ///
    /// # Errors
    /// The database does not answer, or the log is damaged; nothing is lost by trying again.
    pub async fn deliver(&self, of: EndpointRef) -> Result<(), Error> {
        while let Rest::Goes = self.deliver_page(of).await? {}
        Ok(())
    }

    async fn deliver_page(&self, of: EndpointRef) -> Result<Rest, Error> {
        let Some(endpoint) = self.active(of).await? else { return Ok(Rest::Idle) };
        let seen = self.turned(of, &endpoint).await?;
        if seen.next_attempt_at.is_some_and(|due| due > self.now()) {
            return Ok(Rest::Idle);
        }
        let page = self.after(of, seen.position).await?;
        if page.is_empty() {
            return Ok(Rest::Idle);
        }
        let lease = self.lease();
        if !self.0.deliveries.claim(of, &lease).await? {
            return Ok(Rest::Idle);
        }
        // Whoever had the lease before may have moved on since.
        let mut cursor = self.turned(of, &endpoint).await?;
        if cursor != seen {
            return Ok(Rest::Goes);
        }
        let full = page.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
        for event in page {
            if !wants(&endpoint, &event) {
                cursor.position = event.position;
                continue;
            }
            if !self.tell(of, &endpoint, &event, &mut cursor).await? {
                return Ok(Rest::Idle);
            }
            // A pause, another address or a replay counts at once.
            let now = self.active(of).await?;
            if now.is_none_or(|now| now.last_position != endpoint.last_position) {
                return Ok(Rest::Goes);
            }
        }
        let kept = self.0.deliveries.keep(of, &self.lease(), &cursor, None).await?;
        Ok(if kept && full { Rest::Goes } else { Rest::Idle })
    }

    /// Sends one message and notes what became of it. False if sending rests now.
    async fn tell(
        &self,
        of: EndpointRef,
        endpoint: &WebhookEndpointRow,
        event: &Stored,
        cursor: &mut WebhookCursor,
    ) -> Result<bool, Error> {
        let message = self.message(of, endpoint, event).await?;
        let sent = self.0.channel.send(&message).await;
        let (now, attempt) = (self.now(), cursor.attempts.saturating_add(1));
        cursor.last_no += 1;
        let accepted = matches!(sent, Sent::Accepted(_));
        let next = pause_before(attempt).filter(|_| sent != Sent::Refused(GONE));
        if accepted {
            (cursor.position, cursor.attempts, cursor.next_attempt_at) = (event.position, 0, None);
        } else {
            cursor.attempts = attempt;
            // Where it is paused, it waits until it is resumed.
            cursor.next_attempt_at = Some(now + next.unwrap_or(TimeDelta::days(36_500)));
        }
        let delivery = delivery_of(event, cursor.last_no, attempt, now, sent);
        let kept = self.0.deliveries.keep(of, &self.lease(), cursor, Some(&delivery)).await?;
        if kept && !accepted && next.is_none() {
            let gone = sent == Sent::Refused(GONE);
            self.pause(of, cursor, if gone { PauseReason::Gone } else { PauseReason::Failing })
                .await?;
        }
        Ok(kept && accepted)
    }

    async fn message(
        &self,
        of: EndpointRef,
        endpoint: &WebhookEndpointRow,
        event: &Stored,
    ) -> Result<WebhookMessage, Error> {
        let now = self.now();
        let body = body(of.tenant, event).map_err(|error| Error::Bug(Box::new(error)))?;
        let newest = u32::try_from(endpoint.secret_no).unwrap_or(1);
        let mut secrets = vec![self.secret(of.tenant, of.id, newest).await?];
        let rotated = endpoint.secret_rotated_at.is_some_and(|at| now < at + ROTATION);
        if let Some(before) = newest.checked_sub(1).filter(|no| rotated && *no > 0) {
            secrets.push(self.secret(of.tenant, of.id, before).await?);
        }
        let (url, id) = (endpoint.url.clone(), event.event_id.to_string());
        Ok(WebhookMessage { url, id, timestamp: now.timestamp(), body, secrets })
    }

    async fn pause(
        &self,
        of: EndpointRef,
        cursor: &WebhookCursor,
        reason: PauseReason,
    ) -> Result<(), Error> {
        let actor = Actor::system(ACTOR).map_err(|error| Error::Bug(Box::new(error)))?;
        let key = format!("webhooks:{}:pause:{}", of.id, cursor.last_no);
        let pause = TurnEndpoint { webhook_endpoint_id: of.id, turn: Turn::Pause(reason) };
        self.0.door.execute(Ask::new(of.tenant, actor, key, pause)).await?;
        tracing::warn!(endpoint = %of.id, reason = reason.word(), "a webhook endpoint is paused");
        Ok(())
    }

    async fn active(&self, of: EndpointRef) -> Result<Option<WebhookEndpointRow>, Error> {
        let found = webhook_endpoint_list::find(&self.0.reads, of.tenant, of.id).await;
        let row = found.map_err(unread)?.value;
        Ok(row.filter(|row| row.status == EndpointStatus::Active))
    }

    async fn after(&self, of: EndpointRef, position: i64) -> Result<Vec<Stored>, Error> {
        let filter = Filter { order: Order::Ascending, ..Filter::default() };
        let wanted =
            Wanted { after: Some(event_index::after(position)), limit: PAGE, ..Wanted::default() };
        let page = event_index::page(&self.0.reads, of.tenant, &filter, &wanted).await;
        Ok(page.map_err(unread)?.value.rows)
    }

    /// Where the endpoint is, with the instructions followed that came since: a resumed one is
    /// tried at once, and a replay goes back.
    async fn turned(
        &self,
        of: EndpointRef,
        endpoint: &WebhookEndpointRow,
    ) -> Result<WebhookCursor, Error> {
        let mut cursor = match self.0.deliveries.cursor(of).await? {
            Some(cursor) => cursor,
            None => {
                let position = endpoint.registered_position;
                let first = WebhookCursor {
                    position,
                    turned_at: position,
                    attempts: 0,
                    next_attempt_at: None,
                    last_no: 0,
                };
                self.0.deliveries.begin(of, &first).await?;
                first
            }
        };
        if endpoint.turned_at > cursor.turned_at {
            if endpoint.replay_at > cursor.turned_at {
                cursor.position = cursor.position.min(endpoint.replay_after);
            }
            cursor.turned_at = endpoint.turned_at;
            (cursor.attempts, cursor.next_attempt_at) = (0, None);
        }
        Ok(cursor)
    }

    fn lease(&self) -> Lease {
        let now = self.now();
        Lease { owner: self.0.process.clone(), now, until: now + LEASE }
    }

    fn now(&self) -> DateTime<Utc> {
        self.0.door.clock().now()
    }
}

fn delivery_of(
    event: &Stored,
    no: i64,
    attempt: u32,
    attempted_at: DateTime<Utc>,
    sent: Sent,
) -> Delivery {
    let (outcome, status, failure) = match sent {
        Sent::Accepted(status) => ("accepted", Some(status), None),
        Sent::Refused(status) => ("refused", Some(status), None),
        Sent::Failed(why) => ("failed", None, Some(why.word().to_owned())),
    };
    Delivery {
        no,
        position: event.position,
        event_id: event.event_id.uuid(),
        event_type: event.event_type.clone(),
        attempt,
        attempted_at,
        outcome: outcome.to_owned(),
        status,
        failure,
    }
}

fn unread(error: billfold_projections::Error) -> Error {
    Error::Unavailable(Box::new(error))
}
