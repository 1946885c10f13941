//! Payments: what came in, through which gateway, where it went; and the form that records one by
//! hand.

use askama::Template;

use super::list::{Chip, Pager};
use crate::form::Field;
use crate::layout::Shell;
use crate::view::{Amount, Badge, Day, Ident};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/payments.html")]
pub(crate) struct Payments {
    /// The frame.
    pub(crate) shell: Shell,
    /// One per state.
    pub(crate) chips: Vec<Chip>,
    /// Newest first.
    pub(crate) rows: Vec<PaymentRow>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
}

/// One payment.
#[derive(Clone, Debug)]
pub(crate) struct PaymentRow {
    /// The day it was received or refused.
    pub(crate) day: Day,
    /// Whose, with the page.
    pub(crate) client: (String, String),
    /// Settled, declined, partly unapplied.
    pub(crate) status: Badge,
    /// Through what.
    pub(crate) gateway: String,
    /// The bank's or gateway's reference.
    pub(crate) reference: Ident,
    /// How much.
    pub(crate) amount: Amount,
    /// Of it, on invoices.
    pub(crate) allocated: Amount,
    /// Of it, kept for the client: credit and unapplied.
    pub(crate) kept: Amount,
    /// The event.
    pub(crate) position: i64,
}

/// The form that records a payment by hand.
#[derive(Debug, Template)]
#[template(path = "admin/payment_form.html", blocks = ["record"])]
pub(crate) struct NewPayment {
    /// The frame.
    pub(crate) shell: Shell,
    /// The command's key.
    pub(crate) key: String,
    /// What is wrong with the whole, if anything.
    pub(crate) error: String,
    /// Client or invoice, amount, day, way, reference.
    pub(crate) fields: Vec<Field>,
    /// Where "cancel" goes.
    pub(crate) back: String,
    /// What the amount is for: the invoice's number and balance, if one was named.
    pub(crate) invoice: Option<(String, Amount)>,
}
