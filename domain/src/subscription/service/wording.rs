//! How a plan reads on a document: one line each, in words and amounts of an invoice.
//!
//! Guarantees that a line's quantity times its price is the planned amount to the cent: a whole
//! period shows the list price and how many pieces, a part of one its prorated amount, and what
//! goes back is one piece taken back. Absent on purpose: the document itself.

use super::plan::{PlannedKind, PlannedLine};
use super::{Phase, Plan, Service};
use crate::invoice::{LineKind, NewLine};
use crate::kernel::{Invalid, Quantity, UnitPrice};
use crate::subscription::{BillingPeriod, SubscriptionRefusal};

impl Service {
    /// The lines of a plan of this service, as they stand on an invoice: what goes back is
    /// negative.
    ///
    /// # Errors
    /// The plan is not of this service, or an amount is no price.
    pub fn wording(&self, plan: &Plan) -> Result<Vec<NewLine>, SubscriptionRefusal> {
        let line = |planned: &PlannedLine| {
            let phase = self.phases.iter().find(|phase| phase.no == planned.phase);
            let phase = phase.ok_or(SubscriptionRefusal::NoSuchLine { line: planned.phase })?;
            Ok(word(phase, planned)?)
        };
        plan.lines.iter().map(line).collect()
    }
}

fn word(phase: &Phase, planned: &PlannedLine) -> Result<NewLine, Invalid> {
    let name = &phase.terms.name;
    let (kind, description, quantity, unit_price) = match (planned.kind, planned.terms) {
        (PlannedKind::Setup, _) => {
            let price = UnitPrice::try_from(planned.amount)?;
            (LineKind::SetupFee, format!("{name}, setup"), Quantity::ONE, price)
        }
        (PlannedKind::Unused, _) => {
            let price = UnitPrice::try_from(planned.amount.negate())?;
            let description = format!("{name}, not used{}", share(planned.period));
            (LineKind::Proration, description, Quantity::ONE.negate(), price)
        }
        (PlannedKind::Recurring, Some(terms))
            if planned.period.is_some_and(BillingPeriod::is_full) =>
        {
            (phase.terms.kind, name.clone(), terms.quantity, terms.price)
        }
        (PlannedKind::Recurring, terms) => {
            let pieces =
                terms.map(|terms| terms.quantity).filter(|pieces| *pieces != Quantity::ONE);
            let pieces = pieces.map(|pieces| format!("{pieces} × ")).unwrap_or_default();
            let description = format!("{pieces}{name}{}", share(planned.period));
            (phase.terms.kind, description, Quantity::ONE, UnitPrice::try_from(planned.amount)?)
        }
    };
    Ok(NewLine {
        kind,
        description,
        quantity,
        unit_price,
        tax: planned.tax,
        period: planned.period.map(BillingPeriod::span),
        product_id: Some(planned.product_id),
    })
}

/// Which part of a cycle a period is; nothing for all of it.
fn share(period: Option<BillingPeriod>) -> String {
    match period {
        Some(part) if !part.is_full() => {
            format!(", {} of {} days", part.span().days(), part.cycle().days())
        }
        _ => String::new(),
    }
}
