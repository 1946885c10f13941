//! Sets what goes back off against the invoices it was billed on: each is lowered by its own part,
//! as far as it is unpaid (INV-20).

use billfold_domain::credit_note::{Corrected, Offset};
use billfold_domain::invoice::{
    GivenBack, Invoice, InvoiceCommand, InvoiceEvent, Line, LineGivenBack, NewLine, TaxGroup,
    preview,
};
use billfold_domain::kernel::{Currency, InvoiceId, Money};

use crate::commands::dunning::end_if_over;
use crate::commands::{No, Table};
use crate::error::Refused;

/// What goes back of an invoice: which lines, and how they would stand on another one.
pub(super) struct Correction {
    pub(super) invoice_id: InvoiceId,
    pub(super) lines: Vec<(u32, NewLine)>,
}

impl Correction {
    /// What goes back, with tax, rounded like a document of its own; with the lines it is of.
    fn given_back(&self, currency: Currency) -> Result<(Money, GivenBack), No> {
        let lines: Vec<_> = self.lines.iter().map(|(_, line)| line.clone()).collect();
        let alone = preview(currency, &lines).map_err(|no| Refused::of(&no))?;
        let numbers = self.lines.iter().map(|(line_no, _)| *line_no);
        let back =
            |(line_no, line): (u32, &Line)| LineGivenBack { line_no, net: line.net.negate() };
        let lines = numbers.zip(&alone.lines).map(back).collect();
        let turned = |group: &TaxGroup| TaxGroup {
            base: group.base.negate(),
            tax: group.tax.negate(),
            ..*group
        };
        let tax_groups = alone.totals.tax_groups.iter().map(turned).collect();
        Ok((alone.totals.total.negate(), GivenBack { lines, tax_groups }))
    }
}

/// Sets a note off against the invoices it corrects, each by what the note gives back of it;
/// answers how the note must name them, and what lowered which.
pub(super) fn set_off(
    table: &mut Table<'_, '_>,
    corrected: &[Correction],
    number: &str,
    total: Money,
) -> Result<(Vec<Corrected>, Vec<Offset>), No> {
    let (mut corrects, mut offsets, mut left) = (Vec::new(), Vec::new(), total);
    for correction in corrected {
        let invoice_id = correction.invoice_id;
        let Some(document) = table.state::<Invoice>(invoice_id.uuid())?.document() else {
            continue;
        };
        corrects.push(Corrected {
            invoice_id,
            number: document.number.clone(),
            issue_date: document.issue_date,
        });
        let (gross, given_back) = correction.given_back(total.currency())?;
        let amount = if gross.minor() < left.minor() { gross } else { left };
        if !amount.is_positive() {
            continue;
        }
        left = left.checked_sub(amount).map_err(|no| Refused::of(&no))?;
        let credit_note = number.to_owned();
        let apply = InvoiceCommand::ApplyCreditNote { credit_note, amount, given_back };
        for event in table.decide::<Invoice>(invoice_id.uuid(), apply)? {
            let InvoiceEvent::CreditNoteApplied { offset, .. } = event else { continue };
            if offset.is_positive() {
                offsets.push(Offset { invoice_id, amount: offset });
            }
        }
        end_if_over(table, invoice_id)?;
    }
    Ok((corrects, offsets))
}
