//! One invoice: lines, tax, totals, payments, its events with the state before and after, and what
//! may be done now.

use askama::Template;

use super::list::Chip;
use crate::form::Field;
use crate::layout::Shell;
use crate::view::{Amount, Badge, Day, Moment};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/invoice.html")]
pub(crate) struct Invoice {
    /// The frame.
    pub(crate) shell: Shell,
    /// Its page.
    pub(crate) href: String,
    /// Its number, or `Draft`.
    pub(crate) number: String,
    /// The payment status.
    pub(crate) status: Badge,
    /// Whose, with the page.
    pub(crate) client: (String, String),
    /// Issue date, due date, currency, order.
    pub(crate) facts: Vec<String>,
    /// The seller's lines.
    pub(crate) seller: Vec<String>,
    /// The buyer's lines; empty when erased or sealed from this reader.
    pub(crate) buyer: Vec<String>,
    /// Label and value of the dates.
    pub(crate) dates: Vec<(&'static str, Day)>,
    /// `lines`, `payments` or `events`.
    pub(crate) tab: &'static str,
    /// What was sold.
    pub(crate) lines: Vec<Line>,
    /// Tax by category and rate.
    pub(crate) taxes: Vec<Tax>,
    /// Without tax.
    pub(crate) net: Amount,
    /// With tax.
    pub(crate) total: Amount,
    /// Received, and offset by credit notes.
    pub(crate) settled: Vec<(String, Amount)>,
    /// What is still owed.
    pub(crate) balance: Amount,
    /// What paid it.
    pub(crate) payments: Vec<PaidBy>,
    /// What happened to it.
    pub(crate) history: Vec<Change>,
    /// Days at which it can be seen as it stood.
    pub(crate) versions: Vec<Chip>,
    /// Set when an older version is shown.
    pub(crate) as_of: Option<Moment>,
    /// What may be done now: address, label, icon, class.
    pub(crate) actions: Vec<Action>,
    /// The newest event about it.
    pub(crate) position: i64,
}

/// A thing that may be done; asks for confirmation on its own page or in a dialog.
#[derive(Clone, Debug)]
pub(crate) struct Action {
    /// The confirmation.
    pub(crate) href: String,
    /// The verb.
    pub(crate) label: &'static str,
    /// Its icon.
    pub(crate) icon: &'static str,
    /// `primary`, `danger` or empty.
    pub(crate) class: &'static str,
    /// Whether it opens in a dialog where there is a script.
    pub(crate) sheet: bool,
}

/// One line.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// Its number.
    pub(crate) no: u32,
    /// What was sold.
    pub(crate) description: String,
    /// Its kind.
    pub(crate) kind: String,
    /// The days it covers: `1 Nov to 30 Nov 2026`.
    pub(crate) period: String,
    /// How much.
    pub(crate) quantity: String,
    /// For how much each, up to twelve decimals.
    pub(crate) unit_price: String,
    /// `DE 19 %`.
    pub(crate) tax: String,
    /// Without tax.
    pub(crate) net: Amount,
}

/// Tax of one category and rate.
#[derive(Clone, Debug)]
pub(crate) struct Tax {
    /// `DE 19 % of € 300.00`.
    pub(crate) label: String,
    /// The tax.
    pub(crate) amount: Amount,
}

/// One payment's part in it.
#[derive(Clone, Debug)]
pub(crate) struct PaidBy {
    /// The day it was received.
    pub(crate) day: Day,
    /// Gateway and reference.
    pub(crate) through: String,
    /// What of it went here.
    pub(crate) amount: Amount,
    /// The event.
    pub(crate) position: i64,
}

/// One event of it, with the fields it changed.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    /// Where in the log.
    pub(crate) position: i64,
    /// The class of its dot.
    pub(crate) tone: &'static str,
    /// A sentence.
    pub(crate) what: String,
    /// When it was recorded.
    pub(crate) at: Moment,
    /// Who.
    pub(crate) by: String,
    /// From where and why, as far as noted.
    pub(crate) with: String,
    /// Field, value before, value after.
    pub(crate) fields: Vec<(String, String, String)>,
}

/// Asks before a thing is done: on a page of its own, or in a dialog.
#[derive(Debug, Template)]
#[template(path = "admin/confirm.html", blocks = ["confirm"])]
pub(crate) struct Confirm {
    /// The frame.
    pub(crate) shell: Shell,
    /// The question.
    pub(crate) title: String,
    /// What will happen.
    pub(crate) text: String,
    /// Where the answer goes.
    pub(crate) action: String,
    /// Where "no" goes.
    pub(crate) back: String,
    /// The verb on the button.
    pub(crate) verb: &'static str,
    /// Whether it cannot be taken back.
    pub(crate) danger: bool,
    /// The command's key, so that a second click is answered from the receipt.
    pub(crate) key: String,
    /// The version that was seen; a newer one refuses.
    pub(crate) version: String,
    /// What else is asked: a reason, a date.
    pub(crate) fields: Vec<Field>,
    /// What is wrong, if it was refused.
    pub(crate) error: String,
}
