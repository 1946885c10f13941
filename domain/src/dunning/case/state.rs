//! What is known of a dunning case.

use serde::{Deserialize, Serialize};

use crate::dunning::{
    DunningCaseEvent, PauseReason, Progress, StageAction, StopReason, Strategy, TakenStage,
};
use crate::kernel::{ClientId, DunningCaseId, InvoiceId};

/// Dunning for one invoice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DunningCase {
    /// Nobody was ever late with it.
    #[default]
    Absent,
    /// Goes on.
    Open(OpenedCase),
    /// Is over.
    Stopped {
        /// What happened.
        case: OpenedCase,
        /// Why it is over.
        reason: StopReason,
    },
}

/// The particulars of a dunning case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedCase {
    /// The invoice.
    pub invoice_id: InvoiceId,
    /// Who owes it.
    pub client_id: ClientId,
    /// What the strategy says.
    pub strategy: Strategy,
    /// How far it is.
    pub progress: Progress,
    /// How many promises were made.
    pub promises: u32,
    /// Why it rests, if it does.
    pub paused: Option<PauseReason>,
}

impl OpenedCase {
    /// Whether something was taken away that can be given back.
    pub fn holds_back(&self) -> bool {
        let given_back = |action| matches!(action, StageAction::Block | StageAction::Suspend);
        self.progress.taken.iter().any(|taken| given_back(taken.action))
    }
}

impl DunningCase {
    /// The case of an invoice: there is one for each.
    pub fn id_of(invoice: InvoiceId) -> DunningCaseId {
        DunningCaseId::derive(invoice.uuid(), "dunning")
    }

    /// The particulars, once the case was opened.
    pub fn opened(&self) -> Option<&OpenedCase> {
        match self {
            Self::Absent => None,
            Self::Open(case) | Self::Stopped { case, .. } => Some(case),
        }
    }

    pub(super) fn take(&mut self, event: &DunningCaseEvent) {
        use DunningCaseEvent as Fact;
        match event {
            Fact::Opened { invoice_id, client_id, strategy, .. } => {
                *self = Self::Open(OpenedCase {
                    invoice_id: *invoice_id,
                    client_id: *client_id,
                    strategy: strategy.clone(),
                    progress: Progress::default(),
                    promises: 0,
                    paused: None,
                });
            }
            Fact::StepTaken { stage, action, on, .. } => self.change(|case| {
                let taken = TakenStage { no: *stage, action: *action, on: *on };
                case.progress.taken.push(taken);
            }),
            Fact::RetryRequested { on, .. } => {
                self.change(|case| case.progress.retried_on = Some(*on));
            }
            Fact::MethodRequested { on } => {
                self.change(|case| case.progress.method_asked_on = Some(*on));
            }
            Fact::PromiseMade { pay_by, .. } => self.change(|case| {
                case.progress.promised_until = Some(*pay_by);
                case.promises = case.promises.saturating_add(1);
            }),
            Fact::PromiseBroken { .. } => {
                self.change(|case| case.progress.promised_until = None);
            }
            Fact::Paused { reason, .. } => self.change(|case| case.paused = Some(*reason)),
            Fact::Resumed { .. } => self.change(|case| case.paused = None),
            Fact::Stopped { reason, .. } => {
                if let Self::Open(case) = self {
                    *self = Self::Stopped { case: case.clone(), reason: reason.clone() };
                }
            }
        }
    }

    fn change(&mut self, change: impl FnOnce(&mut OpenedCase)) {
        if let Self::Open(case) = self {
            change(case);
        }
    }
}
