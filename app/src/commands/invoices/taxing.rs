//! Lines of a draft that are taxed by the seller's rates: when they are written, and again on the
//! day of issue, which is the tax point (TAX-02, TAX-03).

use billfold_domain::invoice::{Invoice, InvoiceCommand, InvoiceEvent, NewLine};
use billfold_domain::kernel::InvoiceId;
use billfold_domain::tax::{RateClass, TaxEvidence};
use chrono::NaiveDate;

use crate::commands::tax_rates::{AskedLine, AskedTax, Rates};
use crate::commands::{No, Table};

/// A line with its tax, and what was looked up for it as of a day.
pub(super) fn taxed(
    table: &Table<'_, '_>,
    asked: &AskedLine,
    rates: Option<&Rates>,
    on: NaiveDate,
) -> Result<(NewLine, Option<TaxEvidence>), No> {
    match asked.tax {
        AskedTax::Named(tax) => Ok((asked.taxed(tax), None)),
        AskedTax::Automatic(class) => {
            let evidence = look_up(table, rates, class, on)?;
            Ok((asked.taxed(evidence.treatment), Some(evidence)))
        }
    }
}

/// Adds a line to a draft; answers its number.
pub(super) fn add(
    table: &mut Table<'_, '_>,
    invoice_id: InvoiceId,
    (line, evidence): (NewLine, Option<TaxEvidence>),
) -> Result<u32, No> {
    let id = invoice_id.uuid();
    let added = table.decide::<Invoice>(id, InvoiceCommand::AddLine { line })?;
    let line_no = added.iter().find_map(|event| match event {
        InvoiceEvent::LineAdded { line } => Some(line.no),
        _ => None,
    });
    let line_no = line_no.unwrap_or_default();
    if let Some(evidence) = evidence {
        table.decide::<Invoice>(id, InvoiceCommand::TaxLine { line_no, evidence })?;
    }
    Ok(line_no)
}

/// Taxes the lines of a draft that the rates decide as of the day of issue.
pub(in crate::commands) fn tax_anew(
    table: &mut Table<'_, '_>,
    invoice_id: InvoiceId,
    rates: Option<&Rates>,
    on: NaiveDate,
) -> Result<(), No> {
    let Invoice::Draft(draft) = table.state::<Invoice>(invoice_id.uuid())? else {
        return Ok(());
    };
    let known: Vec<(u32, RateClass)> =
        draft.automatic.iter().map(|(line_no, evidence)| (*line_no, evidence.class)).collect();
    for (line_no, class) in known {
        let evidence = look_up(table, rates, class, on)?;
        let tax = InvoiceCommand::TaxLine { line_no, evidence };
        table.decide::<Invoice>(invoice_id.uuid(), tax)?;
    }
    Ok(())
}

fn look_up(
    table: &Table<'_, '_>,
    rates: Option<&Rates>,
    class: RateClass,
    on: NaiveDate,
) -> Result<TaxEvidence, No> {
    // A plan that saw nothing to look up has no rates; the next one will.
    rates.ok_or(No::Stale)?.tax(table, class, on)
}
