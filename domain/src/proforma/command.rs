//! What may be asked of a proforma.

use chrono::NaiveDate;

use crate::client::ContactCard;
use crate::invoice::{NewLine, Seller};
use crate::kernel::{ClientId, Currency, DocumentNumber, InvoiceId, OrderId, Pii};

/// A request about a proforma.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProformaCommand {
    /// Issue it, dated the day the request counts for.
    Issue(Box<IssueProforma>),
    /// It became an invoice.
    Convert {
        /// The invoice.
        invoice_id: InvoiceId,
        /// Its number as printed.
        invoice_number: String,
    },
    /// Nobody is to pay it any more.
    Withdraw {
        /// Why, 1 to 500 characters.
        reason: String,
    },
}

/// A whole proforma.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueProforma {
    /// Its number, taken from the series of its date.
    pub number: DocumentNumber,
    /// Who would be billed.
    pub client_id: ClientId,
    /// The order it is about, if any.
    pub order_id: Option<OrderId>,
    /// Currency of all lines.
    pub currency: Currency,
    /// What would be billed, 1 to [`LINE_LIMIT`](crate::invoice::LINE_LIMIT) lines.
    pub lines: Vec<NewLine>,
    /// The last day on which it is meant to be paid, if there is one.
    pub valid_until: Option<NaiveDate>,
    /// Who would bill.
    pub seller: Seller,
    /// Who would be billed, sealed under the fiscal key.
    pub buyer: Option<Pii<ContactCard>>,
}
