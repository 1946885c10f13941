//! What can have happened to a dunning case.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::dunning::{StageAction, Strategy, StrategyVersion};
use crate::kernel::aggregate::name_events;
use crate::kernel::{ClientId, EventBody, InvoiceId, Money};

/// A fact about a dunning case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DunningCaseEvent {
    /// Dunning began; what happened in the case before is over.
    Opened {
        /// For which invoice.
        invoice_id: InvoiceId,
        /// Who owes it.
        client_id: ClientId,
        /// Its last day to be paid in time; unknown for cases that did not say it.
        due_date: Option<NaiveDate>,
        /// The seller's own strategy and its version, unless it is a built-in one.
        strategy_version: Option<StrategyVersion>,
        /// What the strategy says; the case keeps to it.
        strategy: Strategy,
        /// The day.
        on: NaiveDate,
    },
    /// A stage was taken: whoever is meant does what it says.
    StepTaken {
        /// Its number in the strategy, from 1.
        stage: u32,
        /// Its name.
        name: String,
        /// What it does.
        action: StageAction,
        /// The fee it charges, to be billed as a line of an invoice.
        late_fee: Option<Money>,
        /// The day.
        on: NaiveDate,
    },
    /// A declined payment is to be tried again.
    RetryRequested {
        /// When.
        at: DateTime<Utc>,
        /// The day.
        on: NaiveDate,
    },
    /// The client is to give another way to pay: the last one was declined for good.
    MethodRequested {
        /// The day.
        on: NaiveDate,
    },
    /// The client promised to pay: nothing happens until then.
    PromiseMade {
        /// The last day of the promise.
        pay_by: NaiveDate,
        /// The day it was made.
        on: NaiveDate,
    },
    /// The day of a promise has passed and the invoice is still owed.
    PromiseBroken {
        /// The last day of the promise.
        pay_by: NaiveDate,
        /// The day it was noted.
        on: NaiveDate,
    },
    /// Somebody decided not to wait for a promise any longer; it was neither kept nor broken.
    PromiseReleased {
        /// The last day of the promise.
        pay_by: NaiveDate,
        /// The day it was released.
        on: NaiveDate,
    },
    /// Dunning rests.
    Paused {
        /// Why.
        reason: PauseReason,
        /// The day.
        on: NaiveDate,
    },
    /// Dunning goes on.
    Resumed {
        /// The day.
        on: NaiveDate,
    },
    /// Dunning is over.
    Stopped {
        /// Why.
        reason: StopReason,
        /// Whether something that was blocked or suspended is to be lifted.
        lifts: bool,
        /// The day.
        on: NaiveDate,
    },
}

/// Why dunning rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseReason {
    /// A dispute about a payment is open.
    Disputed,
    /// Somebody decided so; it rests until it is released.
    Held,
}

/// Why dunning is over.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// The invoice was paid.
    Paid,
    /// The invoice was taken back.
    Voided,
    /// The invoice was given up.
    WrittenOff,
    /// The last stage ended the service.
    Terminated,
    /// Somebody decided so.
    ByHand {
        /// Why.
        reason: String,
    },
}

name_events!(DunningCaseEvent {
    Opened => "dunning_case.opened" v "2",
    StepTaken => "dunning_case.step_taken" v "1",
    RetryRequested => "dunning_case.retry_requested" v "1",
    MethodRequested => "dunning_case.method_requested" v "1",
    PromiseMade => "dunning_case.promise_made" v "1",
    PromiseBroken => "dunning_case.promise_broken" v "1",
    PromiseReleased => "dunning_case.promise_released" v "1",
    Paused => "dunning_case.paused" v "1",
    Resumed => "dunning_case.resumed" v "1",
    Stopped => "dunning_case.stopped" v "1",
});

impl EventBody for DunningCaseEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }

    fn effective_on(&self) -> Option<NaiveDate> {
        match self {
            Self::Opened { on, .. }
            | Self::StepTaken { on, .. }
            | Self::RetryRequested { on, .. }
            | Self::MethodRequested { on }
            | Self::PromiseMade { on, .. }
            | Self::PromiseBroken { on, .. }
            | Self::PromiseReleased { on, .. }
            | Self::Paused { on, .. }
            | Self::Resumed { on }
            | Self::Stopped { on, .. } => Some(*on),
        }
    }
}
