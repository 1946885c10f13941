//! Saves a draft as it was written anew: its lines, and its due date.
//!
//! Guarantees: all of it is done or nothing; lines that stay as they were keep their numbers and
//! cost no event. Absent on purpose: client and currency, which a draft keeps.

use async_trait::async_trait;
use billfold_domain::invoice::{Invoice, InvoiceCommand, InvoiceRefusal, Line, NewLine};
use billfold_domain::kernel::InvoiceId;
use chrono::NaiveDate;
use serde::Serialize;

use crate::commands::{No, Plan, Room, Table, Touches, UseCase};
use crate::error::{Error, Refused};

/// Replace the lines of a draft.
#[derive(Clone, Debug, Serialize)]
pub struct ReviseDraft {
    /// Which draft.
    pub invoice_id: InvoiceId,
    /// Every line that it has from now on, in order.
    pub lines: Vec<NewLine>,
    /// Last day to pay without being late; as it is unless given.
    pub due_date: Option<NaiveDate>,
}

#[async_trait]
impl UseCase for ReviseDraft {
    const NAME: &'static str = "revise_draft";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let ask = self.clone();
        let touches = Touches::new(room.tenant).main::<Invoice>(self.invoice_id.uuid());
        Ok(touches.decide(move |table| ask.revise(table)))
    }
}

impl ReviseDraft {
    fn revise(&self, table: &mut Table<'_, '_>) -> Result<(), No> {
        let id = self.invoice_id.uuid();
        let present = match table.state::<Invoice>(id)? {
            Invoice::Absent => return Err(Refused::of(&InvoiceRefusal::Absent).into()),
            Invoice::Draft(draft) => draft.lines.as_slice(),
            // The aggregate refuses the first thing that is asked of it, and says why.
            _ => &[],
        };
        let (removed, kept) = self.difference(present);
        for line_no in removed {
            table.decide::<Invoice>(id, InvoiceCommand::RemoveLine { line_no })?;
        }
        for (at, line) in self.lines.iter().enumerate().skip(kept) {
            let added = InvoiceCommand::AddLine { line: line.clone() };
            let added = table.decide::<Invoice>(id, added);
            added.map_err(|no| no.under("/line", &format!("/lines/{at}")))?;
        }
        if let Some(due_date) = self.due_date {
            table.decide::<Invoice>(id, InvoiceCommand::SetDueDate { due_date })?;
        }
        Ok(())
    }

    /// The numbers of the lines to remove, and how many of the wanted ones are there without them.
    /// Lines are only ever added at the end, so the wanted ones from the first new one on are all
    /// added.
    fn difference(&self, present: &[Line]) -> (Vec<u32>, usize) {
        let (mut removed, mut kept) = (Vec::new(), 0);
        for line in present {
            let wanted = self.lines.get(kept).and_then(|wanted| wanted.priced(line.no).ok());
            if wanted.as_ref() == Some(line) {
                kept += 1;
            } else {
                removed.push(line.no);
            }
        }
        (removed, kept)
    }
}
