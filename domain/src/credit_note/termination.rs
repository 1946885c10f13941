//! What is given back when a service ends before the days paid for do.
//!
//! Guarantees the exact share of the unused days, and that share and tax are each rounded once.
//! Case family `credit_note.termination`. Absent on purpose: which days are unused.

use crate::credit_note::CreditNoteRefusal;
use crate::kernel::{Money, Unrounded};
use crate::tax::{Tax, TaxRules, TaxableLine, Taxed, compute};

/// The unused days of a price, with their taxes. Refuses more unused days than there are.
pub fn termination(
    price: Money,
    unused: u64,
    cycle: u64,
    taxes: Vec<Tax>,
    rules: TaxRules,
) -> Result<Taxed, CreditNoteRefusal> {
    if unused > cycle {
        return Err(CreditNoteRefusal::Days { unused, cycle });
    }
    let amount = Unrounded::from(price).portion(unused, cycle)?;
    Ok(compute(price.currency(), &[TaxableLine { amount, taxes }], rules)?)
}
