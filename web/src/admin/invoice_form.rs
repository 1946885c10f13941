//! A draft as it is written: client, dates, lines; totals come from the code that later issues the
//! invoice.

use askama::Template;

use crate::form::Field;
use crate::layout::Shell;
use crate::view::Amount;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/invoice/form.html", blocks = ["editor"])]
pub(crate) struct InvoiceForm {
    /// The frame.
    pub(crate) shell: Shell,
    /// `New invoice` or the draft's name.
    pub(crate) title: String,
    /// Where the form goes; its preview is below it, at `/lines`.
    pub(crate) action: String,
    /// Where "cancel" goes.
    pub(crate) back: String,
    /// The command's key.
    pub(crate) key: String,
    /// The version that was seen, for a saved draft.
    pub(crate) version: String,
    /// What is wrong with the whole, if anything.
    pub(crate) error: String,
    /// Client, currency, due date.
    pub(crate) head: Vec<Field>,
    /// At least one.
    pub(crate) lines: Vec<LineFields>,
    /// Totals of the lines that are complete.
    pub(crate) totals: Option<Totals>,
}

/// One line as typed.
#[derive(Clone, Debug)]
pub(crate) struct LineFields {
    /// Its place, from 0; part of the field names.
    pub(crate) index: usize,
    /// Kinds as value, label and whether it is the chosen one.
    pub(crate) kinds: Vec<(String, String, bool)>,
    /// What is sold.
    pub(crate) description: Cell,
    /// How much.
    pub(crate) quantity: Cell,
    /// For how much each.
    pub(crate) unit_price: Cell,
    /// Tax rate in percent.
    pub(crate) tax_rate: Cell,
    /// Without tax, once it can be computed.
    pub(crate) net: Option<Amount>,
}

/// One value as typed, with what is wrong with it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    /// As typed.
    pub(crate) value: String,
    /// Empty when nothing is wrong.
    pub(crate) error: String,
}

/// What the lines add up to.
#[derive(Clone, Debug)]
pub(crate) struct Totals {
    /// Without tax.
    pub(crate) net: Amount,
    /// Tax by category and rate.
    pub(crate) taxes: Vec<super::invoice::Tax>,
    /// With tax.
    pub(crate) total: Amount,
}
