//! Payment terms: an invoice that falls due in instalments.
//!
//! Guarantees that money and credit notes are set against instalments in the order they fall due,
//! each in full before the next, and that nothing is lost: what is left of the instalments, less
//! what was too much, is what is owed. Case family `ar.terms`. Absent on purpose: the days, which
//! follow from the invoice's.

use crate::kernel::{Currency, Money, MoneyRefusal};

/// A part of an invoice with a due date of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instalment {
    /// Days after the invoice on which it falls due.
    pub due_after_days: u32,
    /// How much.
    pub amount: Money,
}

/// What allocations left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allocated {
    /// What is open of each instalment, in the order given.
    pub open: Vec<Money>,
    /// What is left of the allocations once every instalment is paid.
    pub rest: Money,
}

/// Sets allocations against the instalments that fall due first. A negative one takes an earlier
/// one back; of several instalments that fall due together the first is paid first. Refuses
/// amounts in several currencies.
pub fn allocate(
    currency: Currency,
    instalments: &[Instalment],
    allocations: &[Money],
) -> Result<Allocated, MoneyRefusal> {
    Money::sum(currency, instalments.iter().map(|part| part.amount))?;
    let mut rest = Money::sum(currency, allocations.iter().copied())?;
    let mut open: Vec<Money> = instalments.iter().map(|part| part.amount).collect();
    let mut turns: Vec<(u32, &mut Money)> =
        instalments.iter().map(|part| part.due_after_days).zip(&mut open).collect();
    turns.sort_by_key(|(due_after_days, _)| *due_after_days);
    for (_, open) in turns {
        if !rest.is_positive() || !open.is_positive() {
            continue;
        }
        let used = if rest.minor() < open.minor() { rest } else { *open };
        *open = open.checked_sub(used)?;
        rest = rest.checked_sub(used)?;
    }
    Ok(Allocated { open, rest })
}
