//! What is noted about the data of somebody in which state.

use chrono::TimeDelta;

use crate::data_subject::{DataSubject, DataSubjectCommand, DataSubjectEvent};
use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::text::check_line;
use crate::kernel::{Aggregate, Invalid, Issued};

/// How long what was asked for may be fetched.
const FETCHED_WITHIN: TimeDelta = TimeDelta::days(1);

impl Aggregate for DataSubject {
    const TYPE: &'static str = "data_subject";
    type Command = DataSubjectCommand;
    type Event = DataSubjectEvent;
    type Refusal = Invalid;

    fn decide(&self, ask: &Issued<DataSubjectCommand>) -> Result<Vec<DataSubjectEvent>, Invalid> {
        match &ask.command {
            DataSubjectCommand::Export { kind, reason } => {
                check_line("reason", reason, 500)?;
                let no = self.exported.map_or(0, |export| export.no).saturating_add(1);
                let until = ask.at.checked_add_signed(FETCHED_WITHIN).unwrap_or(ask.at);
                let (kind, reason) = (*kind, reason.clone());
                Ok(vec![DataSubjectEvent::Exported { no, kind, reason, until }])
            }
            DataSubjectCommand::EndRetention { class, .. } if self.erased.contains(class) => {
                Ok(Vec::new())
            }
            DataSubjectCommand::EndRetention { kind, class, kept_until } => {
                let (kind, class, kept_until) = (*kind, *class, *kept_until);
                Ok(vec![DataSubjectEvent::Erased { kind, class, kept_until }])
            }
        }
    }

    fn apply(&mut self, event: &DataSubjectEvent) {
        self.take(event);
    }
}

bridge_to_cqrs_es!(DataSubject);
