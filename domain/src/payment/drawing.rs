//! From where money is taken that leaves a payment again, and where it goes if it comes back.
//!
//! Guarantees that never more is taken than lies there, and that what comes back pays the
//! invoices it had paid before anything else, as far as they still ask for it. Scope id PAY-16.
//! Absent on purpose: whether an invoice was voided since, which only the caller sees.

use crate::kernel::{InvoiceId, Money, MoneyRefusal};
use crate::payment::{
    Allocation, Drawn, GiveBack, PaymentRefusal, RefundFrom, Reversal, SettledPayment, Share,
    Source,
};

impl SettledPayment {
    /// What refunds and disputes have not taken: what arrived less what they took.
    pub fn refundable(&self) -> Result<Money, MoneyRefusal> {
        let allocated = self.allocations.iter().map(|part| self.left_of(part));
        let allocated = allocated.collect::<Result<Vec<_>, _>>()?;
        Money::sum(
            self.amount.currency(),
            allocated.into_iter().chain([self.credit, self.unapplied]),
        )
    }

    /// What of an allocation still pays its invoice.
    pub fn left_of(&self, allocation: &Allocation) -> Result<Money, MoneyRefusal> {
        let own = |reversal: &&Reversal| reversal.allocation_no == allocation.no;
        let reversed = self.reversals.iter().filter(own).map(|reversal| reversal.amount);
        allocation.amount.checked_sub(Money::sum(self.amount.currency(), reversed)?)
    }

    /// Takes an amount, or refuses if the places asked for do not hold it. `voided` names the
    /// invoices that a credit note took back.
    pub(super) fn draw(
        &self,
        amount: Money,
        from: RefundFrom,
        voided: &[InvoiceId],
    ) -> Result<Drawn, PaymentRefusal> {
        let zero = Money::zero(self.amount.currency());
        let mut missing = zero.checked_add(amount)?;
        let mut drawn = Drawn { reversals: Vec::new(), credit: zero, unapplied: zero };
        let first = self.next_reversal_no();
        for allocation in self.allocations.iter().rev().filter(|part| from.takes(part)) {
            let part = smaller(self.left_of(allocation)?, missing);
            if !part.is_positive() {
                continue;
            }
            missing = missing.checked_sub(part)?;
            let count = u32::try_from(drawn.reversals.len()).unwrap_or(u32::MAX);
            drawn.reversals.push(Reversal {
                no: first.saturating_add(count),
                allocation_no: allocation.no,
                invoice_id: allocation.invoice_id,
                amount: part,
                reopens: !voided.contains(&allocation.invoice_id),
            });
        }
        if matches!(from, RefundFrom::Anywhere | RefundFrom::Place(Source::Credit)) {
            drawn.credit = smaller(self.credit, missing);
            missing = missing.checked_sub(drawn.credit)?;
        }
        if matches!(from, RefundFrom::Anywhere | RefundFrom::Place(Source::Unapplied)) {
            drawn.unapplied = smaller(self.unapplied, missing);
            missing = missing.checked_sub(drawn.unapplied)?;
        }
        if missing.is_positive() {
            let left = amount.checked_sub(missing)?;
            return Err(PaymentRefusal::MoreThanRefundable { amount, left });
        }
        Ok(drawn)
    }

    pub(super) fn next_reversal_no(&self) -> u32 {
        let last = self.reversals.iter().map(|reversal| reversal.no).max();
        last.unwrap_or(0).saturating_add(1)
    }
}

impl RefundFrom {
    fn takes(self, allocation: &Allocation) -> bool {
        match self {
            Self::Anywhere => true,
            Self::Invoice(invoice) => invoice == allocation.invoice_id,
            Self::Place(_) => false,
        }
    }
}

impl Drawn {
    /// Where an amount of it goes that came back: to the invoices it had paid, as far as
    /// `owed` says that they ask for it, then to where nobody had matched it, the rest to credit.
    pub fn give_back(
        &self,
        amount: Money,
        mut owed: impl FnMut(InvoiceId) -> Money,
    ) -> Result<GiveBack, MoneyRefusal> {
        let mut rest = amount;
        let mut allocations: Vec<Share> = Vec::new();
        for reversal in self.reversals.iter().filter(|reversal| reversal.reopens) {
            let known = allocations.iter().position(|it| it.invoice_id == reversal.invoice_id);
            let known = known.and_then(|at| allocations.get_mut(at));
            let had = known.as_ref().map_or(Money::zero(amount.currency()), |share| share.amount);
            let open = owed(reversal.invoice_id).checked_sub(had)?;
            let part = smaller(smaller(open, reversal.amount), rest);
            if !part.is_positive() {
                continue;
            }
            rest = rest.checked_sub(part)?;
            match known {
                Some(share) => share.amount = share.amount.checked_add(part)?,
                None => {
                    let invoice_id = reversal.invoice_id;
                    allocations.push(Share { invoice_id, amount: part });
                }
            }
        }
        let to_credit = rest.checked_sub(smaller(self.unapplied, rest))?;
        Ok(GiveBack { allocations, to_credit })
    }
}

/// How an amount is taken out of several payments, oldest first: all of one if one fits exactly
/// or holds enough, the newest such; else the newest first, as far as they hold. Each share
/// stands at the place of its payment.
pub fn spread(amount: Money, refundable: &[Money]) -> Result<Vec<Money>, MoneyRefusal> {
    let zero = Money::zero(amount.currency());
    let fits = |left: &Money| left.minor() == amount.minor();
    let enough = |left: &Money| left.minor() >= amount.minor();
    let one = refundable.iter().rposition(fits).or(refundable.iter().rposition(enough));
    let mut missing = amount;
    let mut shares = Vec::with_capacity(refundable.len());
    for (at, left) in refundable.iter().enumerate().rev() {
        let share = match one {
            Some(one) if one == at => amount,
            Some(_) => zero,
            None => smaller(*left, missing),
        };
        missing = missing.checked_sub(share)?;
        shares.push(share);
    }
    shares.reverse();
    Ok(shares)
}

/// The smaller of two amounts of one currency.
pub(super) fn smaller(one: Money, two: Money) -> Money {
    if two.minor() < one.minor() { two } else { one }
}
