//! What may be asked of a credit note.

use chrono::NaiveDate;

use crate::client::ContactCard;
use crate::credit_note::Offset;
use crate::invoice::{Corrected, NewLine, Seller, TaxGroup};
use crate::kernel::{ClientId, Currency, DocumentNumber, Pii};

/// A request about a credit note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CreditNoteCommand {
    /// Issue it, dated the day the request counts for.
    Issue(Box<IssueCreditNote>),
}

/// A whole credit note. Amounts count in favour of the client: what goes back is positive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueCreditNote {
    /// Its number, taken from the series of its date.
    pub number: DocumentNumber,
    /// Whose it is.
    pub client_id: ClientId,
    /// Currency of all lines.
    pub currency: Currency,
    /// What goes back, 1 to [`LINE_LIMIT`](crate::invoice::LINE_LIMIT) lines; a line that is
    /// charged instead is negative.
    pub lines: Vec<NewLine>,
    /// Their taxes, where an invoice that is given back leaves other cents than a document of its
    /// own would have.
    pub tax_groups: Option<Vec<TaxGroup>>,
    /// The invoices it corrects.
    pub corrects: Vec<Corrected>,
    /// What of it lowers which unpaid invoice; the rest becomes the client's credit.
    pub offsets: Vec<Offset>,
    /// Why, 1 to 500 characters.
    pub reason: String,
    /// Who credits.
    pub seller: Seller,
    /// Who is credited, sealed under the fiscal key.
    pub buyer: Option<Pii<ContactCard>>,
    /// The last day of the credit it becomes, if it has one.
    pub expires_on: Option<NaiveDate>,
}
