//! Products: what is sold, at which price in force; and the form for a new one.

use askama::Template;

use super::list::Pager;
use crate::form::Field;
use crate::layout::Shell;
use crate::view::{Amount, Badge, Day, Ident};

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/products.html")]
pub(crate) struct Products {
    /// The frame.
    pub(crate) shell: Shell,
    /// By code.
    pub(crate) rows: Vec<ProductRow>,
    /// Neighbouring pages.
    pub(crate) pager: Pager,
}

/// One product.
#[derive(Clone, Debug)]
pub(crate) struct ProductRow {
    /// What orders call it.
    pub(crate) code: Ident,
    /// What people call it.
    pub(crate) name: String,
    /// Hosting, VPS, domain.
    pub(crate) kind: String,
    /// On sale or retired.
    pub(crate) status: Badge,
    /// The prices in force: amount, cycle, since when.
    pub(crate) prices: Vec<(Amount, String, Day)>,
    /// The newest event about it.
    pub(crate) position: i64,
}

/// The form for a new product.
#[derive(Debug, Template)]
#[template(path = "admin/product_form.html")]
pub(crate) struct NewProduct {
    /// The frame.
    pub(crate) shell: Shell,
    /// The command's key.
    pub(crate) key: String,
    /// What is wrong with the whole, if anything.
    pub(crate) error: String,
    /// Code, name, kind.
    pub(crate) what: Vec<Field>,
    /// Price, currency, cycle, setup fee, from when.
    pub(crate) price: Vec<Field>,
}
