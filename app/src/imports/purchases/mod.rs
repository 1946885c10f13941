//! The import of a purchase log: one purchase a line, years of them, dated as they happened.
//!
//! Steps: `parse` (every line checked before anything is written), `run` (in order of date and
//! line, in batches, with progress, to be interrupted and resumed at will), `Sums` (what the file
//! says against what the ledger says).
//! Guarantees: the identity of a row is format, customer, date, number of CDs, amount and
//! occurrence; a row that is in the books already, from this file or another, adds nothing.

mod parse;
mod row;
mod run;
mod sums;

use billfold_domain::kernel::{Country, Currency, Invalid, TenantId};
use uuid::Uuid;

use crate::commands::tenants::OpenTenant;

pub use parse::{FileRefusal, LineRefusal, Parsed, parse};
pub use row::{Row, SOURCE, client_id};
pub use run::{Control, Outcome, Progress, RowRefusal, run};
pub use sums::{Difference, LedgerPurchase, Month, Sums};

/// Namespace of the seller that purchases are imported for unless another is named.
const SELLERS: Uuid = Uuid::from_u128(0x1c9a_44d8_6e0f_5b22_8d31_90aa_37f5_c604);

/// The seller that purchases are imported for unless another is named, and how its books are
/// opened.
///
/// # Errors
/// Never for the built-in values.
pub fn seller() -> Result<(TenantId, OpenTenant), Invalid> {
    let open = OpenTenant {
        name: "CDNOW".to_owned(),
        country: Country::parse("US")?,
        currency: Currency::parse("USD")?,
        time_zone: "America/New_York".to_owned(),
        invoice_numbers: None,
        credit_note_numbers: None,
        payment_term_days: Some(0),
        vat_id: None,
        test_clock: None,
    };
    Ok((TenantId::derive(SELLERS, SOURCE), open))
}
