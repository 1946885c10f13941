//! What the credit notes of an invoice say.
//!
//! A note gives back part of lines as they were billed. The coupon that came off such a part is
//! taken back with it, exactly, and the tax is the invoice's, on what then remains. Guarantees
//! that each note rounds its own coupon and tax, never above what is left of all, and that the
//! note which uses up the invoice takes what is left of both. Case family `credit_note.compute`.

use crate::credit_note::CreditNoteRefusal;
use crate::kernel::{Currency, Money, MoneyRefusal, Rounding, Unrounded};
use crate::tax::{Tax, TaxRules, TaxSum, TaxableLine, compute};

/// A line of an invoice, as far as it can be credited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditableLine {
    /// Its name within the invoice.
    pub id: String,
    /// What it bills, before coupons and tax.
    pub amount: Money,
    /// What coupons took off it, exactly.
    pub coupon: Unrounded,
    /// Its taxes, as they were issued.
    pub taxes: Vec<Tax>,
}

/// Part of a line to be given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteItem {
    /// The line.
    pub line: String,
    /// How much of it, before coupons and tax.
    pub amount: Money,
}

/// The amounts of a note, or of the invoice itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteAmounts {
    /// What the lines come to before coupons and tax.
    pub items: Money,
    /// What coupons took off that.
    pub coupon: Money,
    /// Items less coupons.
    pub subtotal: Money,
    /// Each tax, unless only their sum is rounded.
    pub taxes: Vec<TaxSum>,
    /// All taxes.
    pub tax: Money,
    /// Subtotal and tax.
    pub total: Money,
}

/// An invoice and what its notes have given back so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Creditable {
    rules: TaxRules,
    lines: Vec<Credited>,
    invoice: NoteAmounts,
    noted: NoteAmounts,
}

/// A line with what notes took of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Credited {
    line: CreditableLine,
    credited: Money,
}

/// Spreads a coupon over the lines of an invoice by their amounts, exactly, on top of what they
/// carry already. Refuses a coupon on lines that sum to nothing.
pub fn spread_coupon(coupon: Money, lines: &mut [CreditableLine]) -> Result<(), MoneyRefusal> {
    if coupon.is_zero() {
        return Ok(());
    }
    let whole = Money::sum(coupon.currency(), lines.iter().map(|line| line.amount))?;
    for line in lines {
        let share = Unrounded::from(coupon).in_proportion(line.amount.into(), whole.into())?;
        line.coupon = line.coupon.checked_add(share)?;
    }
    Ok(())
}

impl Creditable {
    /// An invoice of which nothing was given back.
    pub fn new(
        currency: Currency,
        lines: Vec<CreditableLine>,
        rules: TaxRules,
    ) -> Result<Self, MoneyRefusal> {
        let whole: Vec<_> = lines.iter().map(|line| (line, line.amount)).collect();
        let invoice = amounts(currency, &whole, rules)?;
        let noted = amounts(currency, &[], rules)?;
        let credited = Money::zero(currency);
        let lines = lines.into_iter().map(|line| Credited { line, credited }).collect();
        Ok(Self { rules, lines, invoice, noted })
    }

    /// The invoice.
    pub fn invoice(&self) -> &NoteAmounts {
        &self.invoice
    }

    /// What all notes so far sum to.
    pub fn noted(&self) -> &NoteAmounts {
        &self.noted
    }

    /// Writes a note. A refused one changes nothing.
    pub fn credit(&mut self, items: &[NoteItem]) -> Result<NoteAmounts, CreditNoteRefusal> {
        let mut lines = self.lines.clone();
        for item in items {
            take(&mut lines, item)?;
        }
        let parts =
            self.lines.iter().zip(&lines).map(|(before, after)| {
                Ok((&after.line, after.credited.checked_sub(before.credited)?))
            });
        let parts = parts.collect::<Result<Vec<_>, MoneyRefusal>>()?;
        let own = amounts(self.invoice.items.currency(), &parts, self.rules)?;
        let is_last = lines.iter().all(|line| line.credited == line.line.amount);
        let note = self.within_what_is_left(own, is_last)?;
        self.noted = sum(&self.noted, &note)?;
        self.lines = lines;
        Ok(note)
    }

    fn within_what_is_left(
        &self,
        own: NoteAmounts,
        is_last: bool,
    ) -> Result<NoteAmounts, MoneyRefusal> {
        let coupon = bounded(own.coupon, self.invoice.coupon, self.noted.coupon, is_last)?;
        let bound = bounded(own.tax, self.invoice.tax, self.noted.tax, is_last)?;
        // Each note rounds for itself, so a rate may run ahead of the invoice by a cent as long
        // as all rates together do not.
        let (tax, taxes) = if bound == own.tax && !is_last || self.invoice.taxes.is_empty() {
            (bound, own.taxes)
        } else {
            let taxes = self.rates_within_what_is_left(&own.taxes, bound, is_last)?;
            (Money::sum(bound.currency(), taxes.iter().map(|tax| tax.amount))?, taxes)
        };
        let subtotal = own.items.checked_sub(coupon)?;
        let total = subtotal.checked_add(tax)?;
        Ok(NoteAmounts { items: own.items, coupon, subtotal, taxes, tax, total })
    }

    fn rates_within_what_is_left(
        &self,
        own: &[TaxSum],
        bound: Money,
        is_last: bool,
    ) -> Result<Vec<TaxSum>, MoneyRefusal> {
        let (mut taxes, mut unspent) = (Vec::new(), bound);
        for whole in &self.invoice.taxes {
            let nothing = Money::zero(whole.amount.currency());
            let (base, amount) =
                same(own, whole).map_or((nothing, nothing), |tax| (tax.base, tax.amount));
            let noted = same(&self.noted.taxes, whole).map_or(nothing, |tax| tax.amount);
            let mut amount = bounded(amount, whole.amount, noted, is_last)?;
            if !is_last {
                // Another rate may have run ahead, so that less than its own share is left.
                amount = at_most(amount, unspent);
                unspent = unspent.checked_sub(amount)?;
            }
            if !amount.is_zero() || !base.is_zero() {
                taxes.push(TaxSum { base, amount, ..whole.clone() });
            }
        }
        Ok(taxes)
    }
}

/// A note's own amount, at most what earlier notes left of the whole, and all of that in the
/// last.
fn bounded(own: Money, whole: Money, noted: Money, is_last: bool) -> Result<Money, MoneyRefusal> {
    let left = whole.checked_sub(noted)?;
    Ok(if is_last { left } else { at_most(own, left) })
}

/// An amount cut to what is left, and never turned into the other direction.
fn at_most(own: Money, left: Money) -> Money {
    let opposed = own.is_negative() != left.is_negative();
    match own {
        _ if opposed || left.is_zero() => Money::zero(own.currency()),
        _ if left.abs().minor() < own.abs().minor() => left,
        _ => own,
    }
}

/// Takes an item off its line.
fn take(lines: &mut [Credited], item: &NoteItem) -> Result<(), CreditNoteRefusal> {
    let (line, amount) = (item.line.clone(), item.amount);
    let Some(found) = lines.iter_mut().find(|found| found.line.id == line) else {
        return Err(CreditNoteRefusal::NoSuchLine { line });
    };
    // A discount line goes back with its sign; any other sign would be a charge.
    let is_discount = found.line.amount.is_negative();
    if amount.is_negative() != is_discount && !amount.is_zero() {
        return Err(CreditNoteRefusal::Negative { line, amount });
    }
    let left = found.line.amount.checked_sub(found.credited)?;
    if left.abs().minor() < amount.abs().minor() {
        return Err(CreditNoteRefusal::OverCredit { line, left });
    }
    found.credited = found.credited.checked_add(amount)?;
    Ok(())
}

/// Parts of lines with their coupon and their tax, each rounded once.
fn amounts(
    currency: Currency,
    parts: &[(&CreditableLine, Money)],
    rules: TaxRules,
) -> Result<NoteAmounts, MoneyRefusal> {
    let items = Money::sum(currency, parts.iter().map(|(_, amount)| *amount))?;
    let mut coupons = Unrounded::zero(currency);
    let mut taxable = Vec::with_capacity(parts.len());
    for (line, amount) in parts.iter().filter(|(_, amount)| !amount.is_zero()) {
        let coupon = line.coupon.in_proportion((*amount).into(), line.amount.into())?;
        coupons = coupons.checked_add(coupon)?;
        let amount = Unrounded::from(*amount).checked_sub(coupon)?;
        taxable.push(TaxableLine { amount, taxes: line.taxes.clone() });
    }
    let coupon = coupons.round(Rounding::HalfAwayFromZero)?;
    let taxed = compute(currency, &taxable, rules)?;
    let subtotal = items.checked_sub(coupon)?;
    let total = subtotal.checked_add(taxed.tax)?;
    Ok(NoteAmounts { items, coupon, subtotal, taxes: taxed.taxes, tax: taxed.tax, total })
}

/// The tax of the same code and rate.
fn same<'a>(taxes: &'a [TaxSum], like: &TaxSum) -> Option<&'a TaxSum> {
    taxes.iter().find(|tax| tax.code == like.code && tax.rate == like.rate)
}

fn sum(one: &NoteAmounts, two: &NoteAmounts) -> Result<NoteAmounts, MoneyRefusal> {
    let mut taxes = one.taxes.clone();
    for tax in &two.taxes {
        match taxes.iter_mut().find(|known| known.code == tax.code && known.rate == tax.rate) {
            Some(known) => {
                known.base = known.base.checked_add(tax.base)?;
                known.amount = known.amount.checked_add(tax.amount)?;
            }
            None => taxes.push(tax.clone()),
        }
    }
    Ok(NoteAmounts {
        items: one.items.checked_add(two.items)?,
        coupon: one.coupon.checked_add(two.coupon)?,
        subtotal: one.subtotal.checked_add(two.subtotal)?,
        taxes,
        tax: one.tax.checked_add(two.tax)?,
        total: one.total.checked_add(two.total)?,
    })
}
