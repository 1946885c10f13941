//! Pays an open invoice from its client's credit, as far as that goes (INV-20).

use async_trait::async_trait;
use billfold_domain::credit::{CreditBalance, CreditRefusal};
use billfold_domain::invoice::Invoice;
use billfold_domain::kernel::{InvoiceId, Money};
use serde::{Deserialize, Serialize};

use crate::commands::credit::pay_from_credit;
use crate::commands::dunning::{end_if_over, owed_invoice};
use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::{Error, Refused};

/// Pay an invoice from credit.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ApplyClientCredit {
    /// Which.
    pub invoice_id: InvoiceId,
}

/// Credit paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditApplied {
    /// Which invoice.
    pub invoice_id: InvoiceId,
    /// How much.
    pub amount: Money,
    /// What is still owed.
    pub balance_due: Money,
}

#[async_trait]
impl UseCase for ApplyClientCredit {
    const NAME: &'static str = "apply_client_credit";
    type Answer = CreditApplied;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<CreditApplied>, Error> {
        let invoice_id = self.invoice_id;
        let known = room.load::<Invoice>(invoice_id.uuid()).await?;
        let touches = Touches::new(room.tenant).main::<Invoice>(invoice_id.uuid());
        let mut touches = owed_invoice(touches, invoice_id);
        if let Some(document) = known.state.0.document() {
            let credit = CreditBalance::id_of(document.client_id, document.total.currency());
            touches = touches.reads::<CreditBalance>(credit.uuid());
        }
        Ok(touches.decide(move |table| {
            let document = table.state::<Invoice>(invoice_id.uuid())?.issued();
            document.map_err(|no| Refused::of(&no))?;
            let amount = pay_from_credit(table, invoice_id)?;
            end_if_over(table, invoice_id)?;
            if amount.is_zero() {
                return Err(Refused::of(&CreditRefusal::NothingThere).into());
            }
            let document = table.state::<Invoice>(invoice_id.uuid())?.issued();
            let document = document.map_err(|no| Refused::of(&no))?;
            Ok(CreditApplied { invoice_id, amount, balance_due: document.balance_due })
        }))
    }
}
