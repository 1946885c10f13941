//! Totals as a document states them, and whether they agree with each other.
//!
//! Guarantees exact comparison: `200` and `200.00` are one amount, and nothing is rounded before
//! it is compared. A rule is tested only where the terms it is about are stated; an allowance, a
//! charge, a prepaid or a rounding amount that is not stated is nothing. Rules BR-CO-10 to
//! BR-CO-16; case family `einvoice.validate`. Absent on purpose: whether a total had to be
//! stated, which [`check`](crate::einvoice::check) asks.

use rust_decimal::Decimal;

use crate::einvoice::{Rule, Totals};
use crate::kernel::{Money, power_of_ten};

/// Amounts as a document states them, with the decimals they came with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stated {
    /// Net of each line (BT-131).
    pub lines: Option<Vec<Decimal>>,
    /// Each allowance on the document (BT-92).
    pub allowances: Option<Vec<Decimal>>,
    /// Each charge on the document (BT-99).
    pub charges: Option<Vec<Decimal>>,
    /// Tax of each category and rate (BT-117).
    pub tax_subtotals: Option<Vec<Decimal>>,
    /// The totals.
    pub totals: StatedTotals,
}

/// A document's totals (BG-22).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatedTotals {
    /// Sum of the lines (BT-106).
    pub line_total: Option<Decimal>,
    /// Sum of the allowances on the document (BT-107).
    pub allowance_total: Option<Decimal>,
    /// Sum of the charges on the document (BT-108).
    pub charge_total: Option<Decimal>,
    /// Without tax (BT-109).
    pub tax_exclusive: Option<Decimal>,
    /// The tax (BT-110).
    pub tax_total: Option<Decimal>,
    /// With tax (BT-112).
    pub tax_inclusive: Option<Decimal>,
    /// Paid before (BT-113).
    pub prepaid: Option<Decimal>,
    /// Rounding of the amount due (BT-114).
    pub rounding: Option<Decimal>,
    /// The amount due (BT-115).
    pub payable: Option<Decimal>,
}

impl Stated {
    /// The rules that the amounts break, in the order of their ids.
    pub fn broken(&self) -> Vec<Rule> {
        let totals = &self.totals;
        let listed = |list: &Option<Vec<Decimal>>| {
            list.as_ref().map(|list| list.iter().map(|amount| Term::Plus(*amount)).collect())
        };
        let tests = [
            (Rule::BrCo10, totals.line_total, listed(&self.lines)),
            (Rule::BrCo11, totals.allowance_total, listed(&self.allowances)),
            (Rule::BrCo12, totals.charge_total, listed(&self.charges)),
            (Rule::BrCo13, totals.tax_exclusive, totals.without_tax()),
            (Rule::BrCo14, totals.tax_total, listed(&self.tax_subtotals)),
            (Rule::BrCo15, totals.tax_inclusive, totals.with_tax()),
            (Rule::BrCo16, totals.payable, totals.due()),
        ];
        let broken = |(rule, total, terms): (Rule, Option<Decimal>, Option<Vec<Term>>)| {
            (!agree(total?, &terms?)).then_some(rule)
        };
        tests.into_iter().filter_map(broken).collect()
    }
}

impl StatedTotals {
    fn without_tax(&self) -> Option<Vec<Term>> {
        let allowances = Term::Less(self.allowance_total.unwrap_or_default());
        let charges = Term::Plus(self.charge_total.unwrap_or_default());
        Some(vec![Term::Plus(self.line_total?), allowances, charges])
    }

    fn with_tax(&self) -> Option<Vec<Term>> {
        Some(vec![Term::Plus(self.tax_exclusive?), Term::Plus(self.tax_total?)])
    }

    fn due(&self) -> Option<Vec<Term>> {
        let prepaid = Term::Less(self.prepaid.unwrap_or_default());
        let rounding = Term::Plus(self.rounding.unwrap_or_default());
        Some(vec![Term::Plus(self.tax_inclusive?), prepaid, rounding])
    }
}

impl From<&Totals> for StatedTotals {
    fn from(totals: &Totals) -> Self {
        let stated = |amount: Money| Some(amount.to_decimal());
        Self {
            line_total: stated(totals.line_total),
            allowance_total: stated(totals.allowance_total),
            charge_total: stated(totals.charge_total),
            tax_exclusive: stated(totals.tax_exclusive),
            tax_total: stated(totals.tax_total),
            tax_inclusive: stated(totals.tax_inclusive),
            prepaid: stated(totals.prepaid),
            rounding: stated(totals.rounding),
            payable: stated(totals.payable),
        }
    }
}

/// An amount that a total is made of.
#[derive(Clone, Copy)]
pub(super) enum Term {
    /// It is added.
    Plus(Decimal),
    /// It is taken off.
    Less(Decimal),
}

impl Term {
    fn amount(self) -> Decimal {
        match self {
            Self::Plus(amount) | Self::Less(amount) => amount,
        }
    }
}

/// Whether a total is exactly what its terms come to. Amounts too large to be added exactly do
/// not agree: nobody could show that they do.
pub(super) fn agree(total: Decimal, terms: &[Term]) -> bool {
    let amounts = terms.iter().map(|term| term.amount()).chain([total]);
    let scale = amounts.map(|amount| amount.normalize().scale()).max().unwrap_or_default();
    let whole = |amount: Decimal| {
        let amount = amount.normalize();
        let missing = scale.checked_sub(amount.scale())?;
        amount.mantissa().checked_mul(power_of_ten(missing)?)
    };
    let sum = terms.iter().try_fold(0_i128, |sum, term| match term {
        Term::Plus(amount) => sum.checked_add(whole(*amount)?),
        Term::Less(amount) => sum.checked_sub(whole(*amount)?),
    });
    sum.is_some() && sum == whole(total)
}
