//! Dunning in words.

use billfold_domain::dunning::{Condition, LateFee, StageAction};
use billfold_projections::dunning_case_list::CaseStatus;

use crate::show;
use crate::view::{Badge, Tone};

/// How a case stands.
pub(super) fn status(status: CaseStatus) -> Badge {
    match status {
        CaseStatus::Open => Badge::new(Tone::Red, "Open"),
        CaseStatus::Promised => Badge::new(Tone::Blue, "Promised"),
        CaseStatus::Disputed => Badge::new(Tone::Amber, "Disputed"),
        CaseStatus::Held => Badge::new(Tone::Amber, "Held"),
        CaseStatus::Stopped => Badge::new(Tone::Grey, "Stopped"),
    }
}

/// What a stage does.
pub(super) fn action(action: StageAction) -> &'static str {
    match action {
        StageAction::Remind => "Reminder",
        StageAction::Warn => "Last warning",
        StageAction::Block => "No new orders",
        StageAction::Suspend => "Suspension",
        StageAction::Terminate => "End of service",
    }
}

/// When a stage is in force.
pub(super) fn condition(when: &Condition) -> String {
    let days = when.days.map(|days| format!("day {days}"));
    let count = when.count.map(|count| format!("{count} invoices due"));
    let totals = when.totals.iter().map(|total| format!("{} due", show::money(total).plain()));
    days.into_iter().chain(count).chain(totals).collect::<Vec<_>>().join(", ")
}

/// A fee for paying late.
pub(super) fn late_fee(fee: Option<&LateFee>) -> String {
    match fee {
        None => "None".to_owned(),
        Some(LateFee::Percent { percent, .. }) => format!("{percent} % of what is open"),
        Some(LateFee::Fixed { amounts }) => {
            let amounts = amounts.iter().map(|amount| show::money(amount).plain());
            amounts.collect::<Vec<_>>().join(", ")
        }
    }
}
