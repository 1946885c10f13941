//! Saves a draft as it was written anew: its lines, and its due date.
//!
//! Guarantees: all of it is done or nothing; lines that stay as they were keep their numbers and
//! cost no event. Absent on purpose: client and currency, which a draft keeps.

use async_trait::async_trait;
use billfold_domain::invoice::{Invoice, InvoiceCommand, InvoiceRefusal, Line, NewLine};
use billfold_domain::kernel::InvoiceId;
use billfold_domain::tax::TaxEvidence;
use chrono::NaiveDate;
use serde::Serialize;

use super::products::{check_products, name_products};
use super::taxing::{add, taxed};
use crate::commands::tax_rates::{AskedLine, Rates};
use crate::commands::{No, Plan, Room, Table, Touches, UseCase};
use crate::error::{Error, Refused};

/// Replace the lines of a draft.
#[derive(Clone, Debug, Serialize)]
pub struct ReviseDraft {
    /// Which draft.
    pub invoice_id: InvoiceId,
    /// Every line that it has from now on, in order.
    pub lines: Vec<AskedLine>,
    /// Last day to pay without being late; as it is unless given.
    pub due_date: Option<NaiveDate>,
}

#[async_trait]
impl UseCase for ReviseDraft {
    const NAME: &'static str = "revise_draft";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let ask = self.clone();
        let id = self.invoice_id.uuid();
        let touches = Touches::new(room.tenant).main::<Invoice>(id);
        let mut touches = name_products(touches, &self.lines);
        let mut rates = None;
        if self.lines.iter().any(|line| line.tax.automatic().is_some()) {
            let known = room.load::<Invoice>(id).await?;
            if let Invoice::Draft(draft) = &known.state.0 {
                let (more, found) = Rates::of(room, touches, draft.client_id).await?;
                (touches, rates) = (more, Some(found));
            }
        }
        Ok(touches.decide(move |table| ask.revise(table, rates.as_ref())))
    }
}

impl ReviseDraft {
    fn revise(&self, table: &mut Table<'_, '_>, rates: Option<&Rates>) -> Result<(), No> {
        let id = self.invoice_id.uuid();
        let present = match table.state::<Invoice>(id)? {
            Invoice::Absent => return Err(Refused::of(&InvoiceRefusal::Absent).into()),
            Invoice::Draft(draft) => draft.lines.clone(),
            // The aggregate refuses the first thing that is asked of it, and says why.
            _ => Vec::new(),
        };
        check_products(table, &self.lines)?;
        let mut wanted = Vec::with_capacity(self.lines.len());
        for (at, line) in self.lines.iter().enumerate() {
            let line = taxed(table, line, rates, table.today());
            wanted.push(
                line.map_err(|no| no.under("/tax_class", &format!("/lines/{at}/tax_class")))?,
            );
        }
        let (removed, kept) = difference(&wanted, &present);
        for line_no in removed {
            table.decide::<Invoice>(id, InvoiceCommand::RemoveLine { line_no })?;
        }
        for (at, line) in wanted.into_iter().enumerate().skip(kept) {
            let added = add(table, self.invoice_id, line);
            added.map_err(|no| no.under("/line", &format!("/lines/{at}")))?;
        }
        if let Some(due_date) = self.due_date {
            table.decide::<Invoice>(id, InvoiceCommand::SetDueDate { due_date })?;
        }
        Ok(())
    }
}

/// The numbers of the lines to remove, and how many of the wanted ones are there without them.
/// Lines are only ever added at the end, so the wanted ones from the first new one on are all
/// added. A line whose tax is looked up is always written anew.
fn difference(wanted: &[(NewLine, Option<TaxEvidence>)], present: &[Line]) -> (Vec<u32>, usize) {
    let (mut removed, mut kept) = (Vec::new(), 0);
    for line in present {
        let stays = wanted.get(kept).filter(|(_, evidence)| evidence.is_none());
        if stays.and_then(|(wanted, _)| wanted.priced(line.no).ok()).as_ref() == Some(line) {
            kept += 1;
        } else {
            removed.push(line.no);
        }
    }
    (removed, kept)
}
