//! Adds a line to a draft.

use std::slice;

use async_trait::async_trait;
use billfold_domain::invoice::Invoice;
use billfold_domain::kernel::InvoiceId;
use serde::{Deserialize, Serialize};

use super::products::{check_products, name_products};
use super::taxing::{add, taxed};
use crate::commands::tax_rates::{AskedLine, Rates};
use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Add a line.
#[derive(Clone, Debug, Serialize)]
pub struct AddLine {
    /// To which draft.
    pub invoice_id: InvoiceId,
    /// The line.
    pub line: AskedLine,
}

/// The line was added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineAdded {
    /// Its number within the draft.
    pub line_no: u32,
}

#[async_trait]
impl UseCase for AddLine {
    const NAME: &'static str = "add_line";
    type Answer = LineAdded;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<LineAdded>, Error> {
        let ask = self.clone();
        let id = self.invoice_id.uuid();
        let touches = Touches::new(room.tenant).main::<Invoice>(id);
        let mut touches = name_products(touches, slice::from_ref(&self.line));
        let mut rates = None;
        if self.line.tax.automatic().is_some() {
            let known = room.load::<Invoice>(id).await?;
            if let Invoice::Draft(draft) = &known.state.0 {
                let (more, found) = Rates::of(room, touches, draft.client_id).await?;
                (touches, rates) = (more, Some(found));
            }
        }
        Ok(touches.decide(move |table| {
            let line = match (&rates, table.state::<Invoice>(id)?) {
                // The aggregate refuses, and says why.
                (None, state) if !matches!(state, Invoice::Draft(_)) => {
                    let tax = ask.line.tax.for_now(table.settings()?.country);
                    (ask.line.taxed(tax), None)
                }
                (rates, _) => {
                    let known = check_products(table, slice::from_ref(&ask.line));
                    known.map_err(|no| no.under("/lines/0", "/line"))?;
                    taxed(table, &ask.line, rates.as_ref(), table.today())?
                }
            };
            Ok(LineAdded { line_no: add(table, ask.invoice_id, line)? })
        }))
    }
}
