//! Clients: who owes what, newest or largest first; and the form for a new one.

use askama::Template;

use super::list::{Chip, Pager};
use crate::form::Field;
use crate::layout::Shell;
use crate::view::{Amount, Badge, Day, Ident};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/clients.html")]
pub(crate) struct Clients {
    /// The frame.
    pub(crate) shell: Shell,
    /// One per state.
    pub(crate) chips: Vec<Chip>,
    /// The state in force.
    pub(crate) status: String,
    /// The text in force.
    pub(crate) q: String,
    /// The rows.
    pub(crate) rows: Vec<ClientRow>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
}

/// One client in the list.
#[derive(Clone, Debug)]
pub(crate) struct ClientRow {
    /// Its page.
    pub(crate) href: String,
    /// Name or company; the origin's id where an import brought no name.
    pub(crate) name: String,
    /// The identifier, shortened.
    pub(crate) id: Ident,
    /// Active, suspended, erased.
    pub(crate) status: Badge,
    /// Two letters, or empty.
    pub(crate) country: String,
    /// What is owed.
    pub(crate) receivable: Amount,
    /// What was paid ahead.
    pub(crate) credit: Amount,
    /// How many invoices were issued.
    pub(crate) invoices: i64,
    /// Registered on.
    pub(crate) since: Day,
    /// The newest event of the account.
    pub(crate) position: i64,
}

/// The form for a new client.
#[derive(Debug, Template)]
#[template(path = "admin/client/new.html")]
pub(crate) struct NewClient {
    /// The frame.
    pub(crate) shell: Shell,
    /// Goes along as `key`, so that a second click is answered from the receipt.
    pub(crate) key: String,
    /// What is wrong with the whole, if anything.
    pub(crate) error: String,
    /// Name, company, mail, phone.
    pub(crate) who: Vec<Field>,
    /// Lines, city, state, postal code, country.
    pub(crate) address: Vec<Field>,
    /// Currency of the account.
    pub(crate) books: Vec<Field>,
}
