//! One client's account: ledger, invoices and events as they stand, or as they stood at a version
//! or on a day.

use askama::Template;

use super::events::EventRow;
use super::invoices::InvoiceRow;
use crate::layout::Shell;
use crate::view::{Amount, Badge, Day, Ident, Moment};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/client.html")]
pub(crate) struct Client {
    /// The frame.
    pub(crate) shell: Shell,
    /// Name, state, facts.
    pub(crate) head: Head,
    /// Which version is shown.
    pub(crate) as_of: AsOf,
    /// `ledger`, `invoices` or `events`.
    pub(crate) tab: &'static str,
    /// For the ledger tab, newest first.
    pub(crate) ledger: Vec<Entry>,
    /// For the invoices tab.
    pub(crate) invoices: Vec<InvoiceRow>,
    /// For the events tab.
    pub(crate) events: Vec<EventRow>,
    /// Below the list: what is shown, and where the rest is.
    pub(crate) pager: super::list::Pager,
    /// Balances at the shown version.
    pub(crate) balances: Vec<Balance>,
    /// What happened, newest first; later than the shown version is struck through.
    pub(crate) timeline: Vec<Happened>,
}

/// Who the account belongs to.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    /// Its page.
    pub(crate) href: String,
    /// Name or company.
    pub(crate) name: String,
    /// The identifier.
    pub(crate) id: Ident,
    /// Active, suspended, erased.
    pub(crate) status: Badge,
    /// Since when, country, currency, terms.
    pub(crate) facts: Vec<String>,
    /// Contact lines, if the reader may see them and they were not erased.
    pub(crate) contact: Vec<String>,
}

/// The version that is shown.
#[derive(Clone, Debug)]
pub(crate) struct AsOf {
    /// Whether it is not the newest.
    pub(crate) past: bool,
    /// Which one, counted in events of this account from 1.
    pub(crate) version: i64,
    /// How many there are.
    pub(crate) versions: i64,
    /// The day in the date field, `YYYY-MM-DD`.
    pub(crate) date: String,
    /// When the shown version was recorded.
    pub(crate) at: Option<Moment>,
    /// Whether the balances stand beside those of now.
    pub(crate) compare: bool,
}

/// One posting, seen from the account: what moved the receivable, and its other legs.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The effective day.
    pub(crate) day: Day,
    /// `Invoice INV-2026-000041`.
    pub(crate) what: String,
    /// The document's page.
    pub(crate) href: Option<String>,
    /// The account it moved.
    pub(crate) account: String,
    /// On the debit side.
    pub(crate) debit: Option<Amount>,
    /// On the credit side.
    pub(crate) credit: Option<Amount>,
    /// The receivable after it.
    pub(crate) running: Amount,
    /// The event that was posted.
    pub(crate) position: i64,
    /// The other side.
    pub(crate) legs: Vec<Leg>,
}

/// One other entry of the same posting.
#[derive(Clone, Debug)]
pub(crate) struct Leg {
    /// The detail: product kind, tax rate, gateway.
    pub(crate) what: String,
    /// The account's name.
    pub(crate) account: String,
    /// On the debit side.
    pub(crate) debit: Option<Amount>,
    /// On the credit side.
    pub(crate) credit: Option<Amount>,
}

/// One balance of the account.
#[derive(Clone, Debug)]
pub(crate) struct Balance {
    /// `Receivable`, `Customer credit`, `Unapplied`.
    pub(crate) label: &'static str,
    /// At the shown version.
    pub(crate) amount: Amount,
    /// Now, when comparing.
    pub(crate) now: Option<Amount>,
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub(crate) struct Happened {
    /// `Payment of € 388.40 settled`.
    pub(crate) what: String,
    /// When it was recorded.
    pub(crate) at: Moment,
    /// By whom or through what.
    pub(crate) by: String,
    /// Its event.
    pub(crate) position: i64,
    /// The class of its dot: empty, `green`, `red`, `grey`.
    pub(crate) tone: &'static str,
    /// Whether it came after the shown version.
    pub(crate) later: bool,
}

/// How a balance comes about: its parts, each with its event, and a text to copy.
#[derive(Debug, Template)]
#[template(path = "admin/client/balance.html", blocks = ["explained"])]
pub(crate) struct Explained {
    /// The frame.
    pub(crate) shell: Shell,
    /// Name, state, facts.
    pub(crate) head: Head,
    /// The account that is explained: `Receivable`.
    pub(crate) label: String,
    /// The balance.
    pub(crate) total: Amount,
    /// What it adds up from, oldest first.
    pub(crate) parts: Vec<Part>,
    /// How many older parts are folded into the first line.
    pub(crate) folded: i64,
    /// The same as text.
    pub(crate) text: String,
}

/// One part of a balance.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// The effective day.
    pub(crate) day: Day,
    /// The document or fact.
    pub(crate) what: String,
    /// The document's page.
    pub(crate) href: Option<String>,
    /// Signed: what it added.
    pub(crate) amount: Amount,
    /// The sum so far.
    pub(crate) running: Amount,
    /// The posting rule that applied.
    pub(crate) rule: String,
    /// Who did it.
    pub(crate) by: String,
    /// Its event.
    pub(crate) position: i64,
}
