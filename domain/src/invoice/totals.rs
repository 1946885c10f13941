//! What lines sum to: net, tax by group, total. The same code previews a draft and issues it.
//!
//! Guarantees the model of EN 16931: each line's net is rounded once; lines are grouped by
//! category, rate and country; each group's tax is its base times its rate, rounded once.

use crate::invoice::{InvoiceRefusal, Line, NewLine, TaxGroup, TaxTreatment};
use crate::kernel::{Currency, Invalid, Money, MoneyRefusal, Rounding};
use crate::tax::{Groups, tax_on};

/// How many lines an invoice may have.
pub const LINE_LIMIT: usize = 1_000;

/// The sums of an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totals {
    /// Tax by category, rate and country, in the order the lines bring them up.
    pub tax_groups: Vec<TaxGroup>,
    /// Sum of the lines.
    pub net: Money,
    /// Sum of the groups' taxes.
    pub tax: Money,
    /// Net and tax; may be negative while a draft is being written.
    pub total: Money,
}

/// Lines as they would be issued, with their sums.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The lines, numbered from 1.
    pub lines: Vec<Line>,
    /// Their sums.
    pub totals: Totals,
}

/// Checks and prices lines and sums them up, exactly as issuing them would.
pub fn preview(currency: Currency, lines: &[NewLine]) -> Result<Preview, InvoiceRefusal> {
    check_count(lines.len())?;
    let checks = lines
        .iter()
        .enumerate()
        .map(|(at, line)| line.check().map_err(|invalid| invalid.under(&format!("lines/{at}"))));
    Invalid::gather(checks)?;
    let lines =
        (1..).zip(lines).map(|(no, line)| line.priced(no)).collect::<Result<Vec<_>, _>>()?;
    let totals = Totals::of(currency, &lines)?;
    Ok(Preview { lines, totals })
}

impl Totals {
    /// Sums lines up. Refuses a line in another currency and sums past the limit of money.
    pub fn of(currency: Currency, lines: &[Line]) -> Result<Self, MoneyRefusal> {
        let net = Money::sum(currency, lines.iter().map(|line| line.net))?;
        let tax_groups = tax_groups(currency, lines)?;
        let tax = Money::sum(currency, tax_groups.iter().map(|group| group.tax))?;
        let total = net.checked_add(tax)?;
        Ok(Self { tax_groups, net, tax, total })
    }
}

pub(super) fn check_count(found: usize) -> Result<(), InvoiceRefusal> {
    if (1..=LINE_LIMIT).contains(&found) {
        return Ok(());
    }
    Err(InvoiceRefusal::LineCount { limit: LINE_LIMIT, found })
}

fn tax_groups(currency: Currency, lines: &[Line]) -> Result<Vec<TaxGroup>, MoneyRefusal> {
    let mut groups = Groups::new(currency);
    for line in lines {
        groups.add(line.tax, line.net.into())?;
    }
    let group = |(treatment, base)| {
        let TaxTreatment { category, rate, country } = treatment;
        let tax = tax_on(base, rate)?;
        // A sum of whole cents: rounding it only gives it back its type.
        let base = base.round(Rounding::HalfAwayFromZero)?;
        Ok(TaxGroup { category, rate, country, base, tax })
    };
    groups.into_iter().map(group).collect()
}
