//! Tax by group: the sum of the bases times the rate, rounded once.
//!
//! This is the model of EN 16931 (BR-CO-17) and the only place where a group's tax is made.
//! Guarantees groups in the order their first line brings them up. Absent on purpose: what makes
//! a group, which differs between an invoice (treatment) and a list of taxes (code and rate).

use crate::kernel::{Currency, Money, MoneyRefusal, Percent, Rounding, Unrounded};

/// Bases summed up by what they have in common.
#[derive(Clone, Debug)]
pub struct Groups<K> {
    currency: Currency,
    bases: Vec<(K, Unrounded)>,
}

impl<K: PartialEq> Groups<K> {
    /// No groups yet.
    pub fn new(currency: Currency) -> Self {
        Self { currency, bases: Vec::new() }
    }

    /// Adds a base to its group. Refuses another currency.
    pub fn add(&mut self, key: K, base: Unrounded) -> Result<(), MoneyRefusal> {
        match self.bases.iter_mut().find(|(known, _)| *known == key) {
            Some((_, sum)) => *sum = sum.checked_add(base)?,
            None => self.bases.push((key, Unrounded::zero(self.currency).checked_add(base)?)),
        }
        Ok(())
    }
}

impl<K> IntoIterator for Groups<K> {
    type Item = (K, Unrounded);
    type IntoIter = std::vec::IntoIter<(K, Unrounded)>;

    fn into_iter(self) -> Self::IntoIter {
        self.bases.into_iter()
    }
}

/// The tax on a base: base times rate, rounded once, half away from zero, so that a credit note
/// mirrors its invoice.
pub fn tax_on(base: Unrounded, rate: Percent) -> Result<Money, MoneyRefusal> {
    base.round_percent(rate, Rounding::HalfAwayFromZero)
}
