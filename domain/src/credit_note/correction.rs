//! What goes back of an issued invoice when staff correct it: all of it, whole lines, amounts of a
//! line, or days of a line's service (INV-27, billing-rules.md §3 on correction).
//!
//! Guarantees that no line goes back twice, that no tax group and no invoice gives back more than
//! it billed, and that several notes close each tax group to exactly zero: a note's tax is the tax
//! on all that went back of the group so far, less what earlier notes took of it, so that cents
//! never add up. The lines keep their tax, their kind and their product. What a coupon took off a
//! line goes back with it: at most what was charged for a line goes back, days as their share of
//! that, and the discount is no line of its own. Absent on purpose: when a note may be written, and
//! what becomes of it.

use serde::{Deserialize, Serialize};

use crate::credit_note::CreditNoteRefusal;
use crate::invoice::{
    Document, GivenBack, Invoice, Line, LineGivenBack, NewLine, TaxGroup, TaxTreatment,
};
use crate::kernel::{Invalid, Money, Period, Quantity, Rounding, UnitPrice, Unrounded};
use crate::subscription::proration::Ruler;
use crate::tax::tax_on;

/// What of an invoice goes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreditScope {
    /// Everything that is left.
    Everything,
    /// Parts of lines, each line once.
    Parts(Vec<CreditPart>),
}

/// What of a line goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditPart {
    /// The line's number on the invoice.
    pub line_no: u32,
    /// How much of it.
    pub how_much: HowMuch,
}

/// How much of a line goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HowMuch {
    /// All that is left of it.
    Rest,
    /// An amount without tax.
    Net(Money),
    /// An amount with tax.
    Gross(Money),
    /// The share of these days in the days the line is for, at most what is left of it.
    Days(Period),
}

/// At most so much of a line is left by another account of it, such as the subscription's whose
/// line it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// The line's number on the invoice.
    pub line_no: u32,
    /// What is left of it, without tax.
    pub net: Money,
}

/// What a note over a part of an invoice says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// The note's lines; what goes back is positive.
    pub lines: Vec<NewLine>,
    /// Which lines of the invoice they are, in the same order, and the tax of the note.
    pub given_back: GivenBack,
    /// Sum of the lines.
    pub net: Money,
    /// Sum of the groups' taxes.
    pub tax: Money,
    /// Net and tax.
    pub total: Money,
}

impl Correction {
    /// Decides what goes back of an issued invoice. `ruler` measures days by the seller's
    /// convention; `elsewhere` says what other accounts leave of lines.
    ///
    /// # Errors
    /// The invoice is not issued or does not stand any more, a line is unknown or named twice, or
    /// more is asked for than is left.
    pub fn of(
        invoice: &Invoice,
        scope: &CreditScope,
        elsewhere: &[Left],
        ruler: Ruler,
    ) -> Result<Self, CreditNoteRefusal> {
        let document = creditable(invoice)?;
        let mut work = Work::on(document, elsewhere, ruler)?;
        match scope {
            CreditScope::Everything => work.take_everything()?,
            CreditScope::Parts(parts) => {
                for (at, part) in parts.iter().enumerate() {
                    let taken = work.take_part(*part);
                    taken.map_err(|because| CreditNoteRefusal::InPart {
                        field: format!("/lines/{at}"),
                        because: Box::new(because),
                    })?;
                }
            }
        }
        work.close()
    }
}

/// The document, if parts of it may go back.
fn creditable(invoice: &Invoice) -> Result<&Document, CreditNoteRefusal> {
    let no = |status| Err(CreditNoteRefusal::NotCreditable { status });
    match invoice {
        Invoice::Open(document) | Invoice::Settled { document, .. } => {
            // Nobody paid what was given up, so nobody gets it back.
            if document.written_off_on.is_some() { no("written off") } else { Ok(document) }
        }
        Invoice::Uncollectible { .. } => no("written off"),
        Invoice::Void { .. } => no("void"),
        Invoice::Absent | Invoice::Draft(_) | Invoice::Discarded => no("not issued"),
    }
}

/// A note being written.
struct Work<'a> {
    document: &'a Document,
    elsewhere: &'a [Left],
    ruler: Ruler,
    groups: Vec<Group>,
    lines: Vec<NewLine>,
    taken: Vec<LineGivenBack>,
}

/// A tax of the invoice: what earlier notes took of it, and what this one does.
struct Group {
    treatment: TaxTreatment,
    /// What went back before.
    before: TaxGroup,
    /// What is left, with its tax.
    left: TaxGroup,
    /// What this note takes, without tax.
    base: Money,
    /// The tax of the parts that were asked for with tax.
    told_tax: Money,
    /// Whether every part was asked for with tax.
    all_told: bool,
    /// Whether any part was taken.
    used: bool,
}

impl<'a> Work<'a> {
    fn on(
        document: &'a Document,
        elsewhere: &'a [Left],
        ruler: Ruler,
    ) -> Result<Self, CreditNoteRefusal> {
        let known = &document.given_back.tax_groups;
        let group = |whole: &TaxGroup| {
            let zero = Money::zero(whole.base.currency());
            let treatment = whole.treatment();
            let before = known.iter().find(|group| group.treatment() == treatment);
            let before = before.copied().unwrap_or(TaxGroup { base: zero, tax: zero, ..*whole });
            let base = whole.base.checked_sub(before.base)?;
            let tax = whole.tax.checked_sub(before.tax)?;
            Ok(Group {
                treatment,
                before,
                left: TaxGroup { base, tax, ..*whole },
                base: zero,
                told_tax: zero,
                all_told: true,
                used: false,
            })
        };
        let groups = document.tax_groups.iter().map(group);
        let groups = groups.collect::<Result<Vec<_>, CreditNoteRefusal>>()?;
        let (lines, taken) = (Vec::new(), Vec::new());
        Ok(Self { document, elsewhere, ruler, groups, lines, taken })
    }

    /// What was charged for a line, after coupons; nothing for what a coupon took off.
    fn charged(&self, line: &Line) -> Result<Money, CreditNoteRefusal> {
        let lowerings = &self.document.lowerings;
        if lowerings.iter().any(|lowering| lowering.line_no == line.no) {
            return Ok(Money::zero(line.net.currency()));
        }
        let mut charged = line.net;
        for lowering in lowerings.iter().filter(|lowering| lowering.of == line.no) {
            let off = self.document.lines.iter().find(|off| off.no == lowering.line_no);
            charged = off.map_or(Ok(charged), |off| charged.checked_add(off.net))?;
        }
        Ok(charged)
    }

    /// What is left of a line after earlier notes, here and elsewhere.
    fn left_of(&self, line: &Line) -> Result<Money, CreditNoteRefusal> {
        let known = self.document.given_back.lines.iter().find(|known| known.line_no == line.no);
        let charged = self.charged(line)?;
        let left = known.map_or(Ok(charged), |known| charged.checked_sub(known.net))?;
        let elsewhere = self.elsewhere.iter().find(|known| known.line_no == line.no);
        Ok(elsewhere.map_or(left, |known| within(known.net, left)))
    }

    fn take_everything(&mut self) -> Result<(), CreditNoteRefusal> {
        for line in &self.document.lines {
            let left = self.left_of(line)?;
            if !left.is_zero() {
                self.take(line, left, line.period, None)?;
            }
        }
        if self.taken.is_empty() { Err(CreditNoteRefusal::NothingLeft) } else { Ok(()) }
    }

    fn take_part(&mut self, part: CreditPart) -> Result<(), CreditNoteRefusal> {
        let CreditPart { line_no, how_much } = part;
        let name = || line_no.to_string();
        let found = self.document.lines.iter().find(|line| line.no == line_no);
        let line = found.ok_or_else(|| CreditNoteRefusal::NoSuchLine { line: name() })?;
        if self.taken.iter().any(|taken| taken.line_no == line_no) {
            let invalid = Invalid::one("line_no", "credit_note.line_twice", "name each line once");
            return Err(invalid.into());
        }
        let left = self.left_of(line)?;
        match how_much {
            HowMuch::Rest => self.take(line, left, line.period, None),
            HowMuch::Net(net) => self.take(line, net, line.period, None),
            HowMuch::Gross(gross) => {
                let (net, tax) = self.split_gross(line, left, gross)?;
                self.take(line, net, line.period, Some(tax))
            }
            HowMuch::Days(days) => {
                let period = line.period.ok_or(CreditNoteRefusal::NoPeriod { line: name() })?;
                if days.overlap(period) != Some(days) {
                    let (from, to) = (period.from(), period.to());
                    return Err(CreditNoteRefusal::OtherDays { line: name(), from, to });
                }
                let share = self.ruler.share(days, period);
                let net = share.of_money(self.charged(line)?, Rounding::HalfAwayFromZero)?;
                self.take(line, within(net, left), Some(days), None)
            }
        }
    }

    /// Splits an amount with tax so that it is met to the cent: the tax may lie one minor unit
    /// beside the computed one, as a rounding would put it.
    fn split_gross(
        &self,
        line: &Line,
        left: Money,
        gross: Money,
    ) -> Result<(Money, Money), CreditNoteRefusal> {
        let currency = gross.currency();
        let hundred = Money::try_new(100, currency)?;
        let whole = Unrounded::from(hundred);
        let with_tax = whole.checked_add(whole.percent(line.tax.rate)?)?;
        let near = Unrounded::from(gross).in_proportion(whole, with_tax)?;
        let near = near.round(Rounding::HalfAwayFromZero)?;
        for step in [0, -1, 1] {
            let net = near.checked_add(Money::try_new(step, currency)?)?;
            let tax = gross.checked_sub(net)?;
            if within(net, left) == net && self.group(line).is_some_and(|it| it.fits(net, tax)) {
                return Ok((net, tax));
            }
        }
        Err(CreditNoteRefusal::OverCredit { line: line.no.to_string(), left })
    }

    fn group(&self, line: &Line) -> Option<&Group> {
        self.groups.iter().find(|group| group.treatment == line.tax)
    }

    fn take(
        &mut self,
        line: &Line,
        net: Money,
        period: Option<Period>,
        told_tax: Option<Money>,
    ) -> Result<(), CreditNoteRefusal> {
        let left = self.left_of(line)?;
        let name = || line.no.to_string();
        // Comparing amounts of two currencies would compare numbers.
        left.checked_sub(net)?;
        if net.is_zero() || left.is_zero() {
            return Err(CreditNoteRefusal::OverCredit { line: name(), left });
        }
        if net.is_negative() != line.net.is_negative() {
            return Err(CreditNoteRefusal::Negative { line: name(), amount: net });
        }
        if within(net, left) != net {
            return Err(CreditNoteRefusal::OverCredit { line: name(), left });
        }
        for group in self.groups.iter_mut().filter(|group| group.treatment == line.tax) {
            group.base = group.base.checked_add(net)?;
            group.used = true;
            match told_tax {
                Some(tax) => group.told_tax = group.told_tax.checked_add(tax)?,
                None => group.all_told = false,
            }
        }
        self.lines.push(worded(line, net, period)?);
        self.taken.push(LineGivenBack { line_no: line.no, net });
        Ok(())
    }

    fn close(self) -> Result<Correction, CreditNoteRefusal> {
        let currency = self.document.total.currency();
        let mut tax_groups = Vec::new();
        // In the order in which the note's own lines bring them up.
        for line in &self.lines {
            let Some(group) = self.groups.iter().find(|group| group.treatment == line.tax) else {
                continue;
            };
            let TaxTreatment { category, rate, country } = group.treatment;
            if tax_groups.iter().any(|known: &TaxGroup| known.treatment() == group.treatment) {
                continue;
            }
            let tax = group.tax()?;
            tax_groups.push(TaxGroup { category, rate, country, base: group.base, tax });
        }
        let net = Money::sum(currency, self.taken.iter().map(|line| line.net))?;
        let tax = Money::sum(currency, tax_groups.iter().map(|group| group.tax))?;
        let total = net.checked_add(tax)?;
        let noted = self.document.credit_notes.iter().map(|note| note.amount);
        let left = self.document.total.checked_sub(Money::sum(currency, noted)?)?;
        if left.checked_sub(total)?.is_negative() {
            return Err(CreditNoteRefusal::BeyondInvoice { left });
        }
        if !total.is_positive() {
            return Err(CreditNoteRefusal::NothingToCredit { total });
        }
        let given_back = GivenBack { lines: self.taken, tax_groups };
        Ok(Correction { lines: self.lines, given_back, net, tax, total })
    }
}

impl Group {
    /// Whether a part with this tax told fits into what is left, at most a minor unit beside the
    /// computed tax.
    fn fits(&self, net: Money, tax: Money) -> bool {
        let fits = || {
            let base = self.base.checked_add(net).ok()?;
            let told = self.told_tax.checked_add(tax).ok()?;
            let beside = told.checked_sub(self.computed(base).ok()?).ok()?;
            let closes = base == self.left.base;
            let exact = !closes || told == self.left.tax;
            Some(within(told, self.left.tax) == told && exact && beside.abs().minor() <= 1)
        };
        fits().unwrap_or(false)
    }

    /// The tax of this note: what all notes come to, less what earlier ones took.
    fn computed(&self, base: Money) -> Result<Money, CreditNoteRefusal> {
        if base == self.left.base {
            return Ok(self.left.tax);
        }
        let so_far = self.before.base.checked_add(base)?;
        let all = tax_on(so_far.into(), self.treatment.rate)?;
        Ok(within(all.checked_sub(self.before.tax)?, self.left.tax))
    }

    fn tax(&self) -> Result<Money, CreditNoteRefusal> {
        if within(self.base, self.left.base) != self.base {
            let (rate, left) = (self.treatment.rate, self.left.base);
            return Err(CreditNoteRefusal::BeyondTaxGroup { rate, left });
        }
        if self.used && self.all_told {
            return Ok(self.told_tax);
        }
        self.computed(self.base)
    }
}

/// An amount cut to what is left, and never turned into the other direction.
fn within(amount: Money, left: Money) -> Money {
    let opposed = amount.is_negative() != left.is_negative();
    match amount {
        _ if amount.is_zero() || left.is_zero() || opposed => Money::zero(amount.currency()),
        _ if left.abs().minor() < amount.abs().minor() => left,
        _ => amount,
    }
}

/// A line of the invoice as the note has it: whole as it was billed, or one piece at an amount.
fn worded(line: &Line, net: Money, period: Option<Period>) -> Result<NewLine, CreditNoteRefusal> {
    let whole = net == line.net;
    let (quantity, unit_price) = if whole {
        (line.quantity, line.unit_price)
    } else {
        let one = if net.is_negative() { Quantity::ONE.negate() } else { Quantity::ONE };
        (one, UnitPrice::try_from(net.abs())?)
    };
    Ok(NewLine {
        kind: line.kind,
        description: line.description.clone(),
        quantity,
        unit_price,
        tax: line.tax,
        period,
        product_id: line.product_id,
    })
}
