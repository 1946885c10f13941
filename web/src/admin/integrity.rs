//! Integrity: the head of the hash chain, the last verification, the signed checkpoints outside the
//! database.

use askama::Template;

use crate::layout::Shell;
use crate::view::{Ident, Moment};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/integrity.html", blocks = ["proof"])]
pub(crate) struct Integrity {
    /// The frame.
    pub(crate) shell: Shell,
    /// The newest position.
    pub(crate) position: i64,
    /// Batches in the chain.
    pub(crate) batches: i64,
    /// The hash of the newest batch.
    pub(crate) head: Ident,
    /// When the newest batch was recorded.
    pub(crate) recorded: Option<Moment>,
    /// The last verification of this process.
    pub(crate) proof: Proof,
    /// Newest first.
    pub(crate) anchors: Vec<Anchor>,
}

/// What is known about the whole log.
#[derive(Clone, Debug)]
pub(crate) enum Proof {
    /// Nobody asked since the server started.
    NotRun,
    /// Under way: events read, and share in thousandths.
    Running { events: i64, thousandths: i64 },
    /// Every hash, link, sequence and sum held.
    Whole { at: Moment, events: i64, up_to: i64, seconds: i64 },
    /// Something did not hold; the first bad position and what it was.
    Broken { at: Moment, position: i64, what: String },
}

/// One signed checkpoint.
#[derive(Clone, Debug)]
pub(crate) struct Anchor {
    /// Up to where.
    pub(crate) position: i64,
    /// Its batch.
    pub(crate) batch: i64,
    /// The hash that was signed.
    pub(crate) hash: Ident,
    /// Which key.
    pub(crate) key: Ident,
    /// When.
    pub(crate) at: Moment,
}
