//! The event explorer: the log itself, filtered; one event with its payload, causes and effects.

use askama::Template;

use super::list::{Chip, Pager};
use super::trial_balance::AccountLine;
use crate::layout::Shell;
use crate::view::{Day, Ident, Moment};

/// The list.
#[derive(Debug, Template)]
#[template(path = "admin/events.html")]
pub(crate) struct Events {
    /// The frame.
    pub(crate) shell: Shell,
    /// One per aggregate.
    pub(crate) chips: Vec<Chip>,
    /// The aggregate in force.
    pub(crate) aggregate: String,
    /// The event type in force.
    pub(crate) kind: String,
    /// The actor in force.
    pub(crate) actor: String,
    /// The first position to show, counted down from.
    pub(crate) before: String,
    /// Newest first.
    pub(crate) rows: Vec<EventRow>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
}

/// One event in a list.
#[derive(Clone, Debug)]
pub(crate) struct EventRow {
    /// Where in the log.
    pub(crate) position: i64,
    /// The class of its dot.
    pub(crate) aggregate: String,
    /// `invoice.issued`.
    pub(crate) kind: String,
    /// The stream's identifier, shortened, with the number in it.
    pub(crate) stream: Ident,
    /// The page of what the stream is about.
    pub(crate) stream_href: Option<String>,
    /// Who.
    pub(crate) by: String,
    /// The day it counts for.
    pub(crate) effective: Day,
    /// When it was recorded.
    pub(crate) at: Moment,
}

/// One event.
#[derive(Debug, Template)]
#[template(path = "admin/event.html")]
pub(crate) struct Event {
    /// The frame.
    pub(crate) shell: Shell,
    /// Where in the log.
    pub(crate) position: i64,
    /// `invoice.issued`.
    pub(crate) kind: String,
    /// What it is about, with its page.
    pub(crate) subject: Option<(String, String)>,
    /// Name and value of every header, in the order of the log's columns.
    pub(crate) headers: Vec<(&'static str, Ident)>,
    /// When it was recorded.
    pub(crate) at: Moment,
    /// The day it counts for.
    pub(crate) effective: Day,
    /// Who.
    pub(crate) by: String,
    /// The payload as it lies in the log, with markup for keys and values.
    pub(crate) payload: String,
    /// What came along: address, agent, request, reason.
    pub(crate) metadata: Vec<(String, String)>,
    /// What led to it and what it led to, in order of the log.
    pub(crate) chain: Vec<EventRow>,
    /// What it posted to the ledger.
    pub(crate) posted: Vec<AccountLine>,
    /// The event before this one, if there is one.
    pub(crate) previous: Option<i64>,
    /// The event after this one, if there is one.
    pub(crate) next: Option<i64>,
}
