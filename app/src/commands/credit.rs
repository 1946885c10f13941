//! The two ways of a client's credit: in from what gave it, out to an invoice.
//!
//! Guarantees that the balance and the invoice move together. Absent on purpose: where credit comes
//! from, which posts it.

use billfold_domain::credit::{
    CreditBalance, CreditCommand, CreditEvent, CreditSource, GrantCredit, SpendCredit,
};
use billfold_domain::invoice::{ApplyCredit, Invoice, InvoiceCommand};
use billfold_domain::kernel::{ClientId, InvoiceId, Money};

use super::table::{No, Table};
use crate::error::Refused;

/// Makes an amount credit of a client; nothing for an amount of nothing. The plan must name the
/// client's balance.
pub(super) fn keep_as_credit(
    table: &mut Table<'_, '_>,
    client_id: ClientId,
    amount: Money,
    source: CreditSource,
) -> Result<(), No> {
    if amount.is_zero() {
        return Ok(());
    }
    let balance = CreditBalance::id_of(client_id, amount.currency()).uuid();
    let grant = GrantCredit { client_id, amount, source, expires_on: None };
    table.decide::<CreditBalance>(balance, CreditCommand::Grant(grant))?;
    Ok(())
}

/// Pays an invoice from its client's credit as far as that goes; answers how far. The plan must
/// name the client's balance.
pub(super) fn pay_from_credit(
    table: &mut Table<'_, '_>,
    invoice_id: InvoiceId,
) -> Result<Money, No> {
    let document = table.state::<Invoice>(invoice_id.uuid())?.document();
    let document = document.ok_or_else(|| No::Broken("no invoice to pay".to_owned()))?;
    let (client_id, owed) = (document.client_id, document.balance_due);
    let nothing = Money::zero(owed.currency());
    let credit_id = CreditBalance::id_of(client_id, owed.currency());
    let held = table.state::<CreditBalance>(credit_id.uuid())?.held();
    let usable = held.map_or(Ok(nothing), |held| held.usable(table.today()));
    if !owed.is_positive() || !usable.map_err(|no| Refused::of(&no))?.is_positive() {
        return Ok(nothing);
    }
    let spend = CreditCommand::Spend(SpendCredit { invoice_id, up_to: owed });
    let events = table.decide::<CreditBalance>(credit_id.uuid(), spend)?;
    let mut used = nothing;
    for event in events {
        let CreditEvent::Spent { no, amount, .. } = event else { continue };
        let apply = ApplyCredit { credit_id, no, client_id, amount };
        table.decide::<Invoice>(invoice_id.uuid(), InvoiceCommand::ApplyCredit(apply))?;
        used = amount;
    }
    Ok(used)
}
