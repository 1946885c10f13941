//! Adds a line to a draft.

use async_trait::async_trait;
use billfold_domain::invoice::{Invoice, InvoiceCommand, InvoiceEvent, NewLine};
use billfold_domain::kernel::InvoiceId;
use serde::{Deserialize, Serialize};

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Add a line.
#[derive(Clone, Debug, Serialize)]
pub struct AddLine {
    /// To which draft.
    pub invoice_id: InvoiceId,
    /// The line.
    pub line: NewLine,
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
        let (id, line) = (self.invoice_id.uuid(), self.line.clone());
        Ok(Touches::new(room.tenant).main::<Invoice>(id).decide(move |table| {
            let line = line.clone();
            let events = table.decide::<Invoice>(id, InvoiceCommand::AddLine { line })?;
            let number = events.iter().find_map(|event| match event {
                InvoiceEvent::LineAdded { line } => Some(line.no),
                _ => None,
            });
            Ok(LineAdded { line_no: number.unwrap_or_default() })
        }))
    }
}
