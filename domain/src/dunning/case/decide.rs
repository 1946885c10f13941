//! What may happen to a dunning case in which state.

use chrono::{Days, NaiveDate};

use crate::dunning::case::{
    CaseRefusal, DunningCase, DunningCaseCommand, DunningCaseEvent, OpenCase, OpenedCase,
    PauseReason, StopReason,
};
use crate::dunning::{
    Collection, Hold, InvoiceEnd, InvoiceFacts, Next, Over, Progress, StageAction, TakenStage,
    Wanted, next_step,
};
use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::text::check_line;
use crate::kernel::{Aggregate, Issued, Zone};

type Decided = Result<Vec<DunningCaseEvent>, CaseRefusal>;

impl Aggregate for DunningCase {
    const TYPE: &'static str = "dunning_case";
    type Command = DunningCaseCommand;
    type Event = DunningCaseEvent;
    type Refusal = CaseRefusal;

    fn decide(&self, ask: &Issued<DunningCaseCommand>) -> Decided {
        use DunningCaseCommand as Ask;
        let on = ask.effective_on;
        match (self, &ask.command) {
            (Self::Absent, Ask::Open(new)) => Ok(vec![open(new, on)]),
            (Self::Absent, _) => Err(CaseRefusal::Absent),
            (Self::Open(case), Ask::Open(new)) => open_again(case, new),
            (Self::Stopped { case, reason }, Ask::Open(new)) => reopen(case, reason, new, on),
            (Self::Open(case), Ask::Advance { facts, zone }) => Ok(advance(case, facts, *zone, on)),
            (Self::Open(case), Ask::Promise { pay_by }) => promise(case, *pay_by, on),
            (Self::Open(case), Ask::Hold) => Ok(hold(case, on)),
            (Self::Open(case), Ask::Release) => Ok(release(case, on)),
            (Self::Open(case), Ask::Stop { reason }) => {
                check_line("reason", reason, 500)?;
                let reason = StopReason::ByHand { reason: reason.clone() };
                Ok(vec![stopped(case, reason, on)])
            }
            // Over already: there is nothing to do and nothing to stop.
            (Self::Stopped { .. }, Ask::Advance { .. } | Ask::Stop { .. }) => Ok(Vec::new()),
            (Self::Stopped { .. }, Ask::Promise { .. } | Ask::Hold | Ask::Release) => {
                Err(CaseRefusal::Over)
            }
        }
    }

    fn apply(&mut self, event: &DunningCaseEvent) {
        self.take(event);
    }

    fn weight(&self) -> usize {
        let more = self.opened().map_or(0, |case| {
            let taken = case.progress.taken.len().saturating_mul(size_of::<TakenStage>());
            case.strategy.weight().saturating_add(taken)
        });
        size_of::<Self>().saturating_add(more)
    }
}

bridge_to_cqrs_es!(DunningCase);

fn open(new: &OpenCase, on: NaiveDate) -> DunningCaseEvent {
    DunningCaseEvent::Opened {
        invoice_id: new.invoice_id,
        client_id: new.client_id,
        due_date: Some(new.due_date),
        strategy_version: new.strategy_version,
        strategy: new.strategy.clone(),
        on,
    }
}

/// Whoever notices an unpaid invoice opens its case; the second to do so changes nothing.
fn open_again(case: &OpenedCase, new: &OpenCase) -> Decided {
    same_invoice(case, new)?;
    Ok(Vec::new())
}

fn reopen(case: &OpenedCase, reason: &StopReason, new: &OpenCase, on: NaiveDate) -> Decided {
    same_invoice(case, new)?;
    match reason {
        StopReason::Paid | StopReason::Voided | StopReason::WrittenOff => Ok(vec![open(new, on)]),
        StopReason::Terminated => Err(CaseRefusal::ServiceEnded),
        StopReason::ByHand { .. } => Err(CaseRefusal::StoppedByHand),
    }
}

fn same_invoice(case: &OpenedCase, new: &OpenCase) -> Result<(), CaseRefusal> {
    if case.invoice_id == new.invoice_id && case.client_id == new.client_id {
        return Ok(());
    }
    Err(CaseRefusal::OtherInvoice { invoice_id: case.invoice_id })
}

fn advance(
    case: &OpenedCase,
    facts: &InvoiceFacts,
    zone: Zone,
    on: NaiveDate,
) -> Vec<DunningCaseEvent> {
    match next_step(&case.strategy, facts, &case.progress, on, zone) {
        Next::Stop(over) => vec![stopped(case, reason(over), on)],
        _ if case.paused == Some(PauseReason::Held) => Vec::new(),
        Next::Hold(Hold::Disputed) => match case.paused {
            None => vec![DunningCaseEvent::Paused { reason: PauseReason::Disputed, on }],
            Some(_) => Vec::new(),
        },
        Next::Hold(Hold::PaymentUnderWay | Hold::Promised { .. }) => resumed(case, on).collect(),
        Next::Rest => resumed(case, on).chain(broken(&case.progress, on)).collect(),
        Next::Act(wanted) => {
            let before = resumed(case, on).chain(broken(&case.progress, on));
            before.chain(done(case, wanted, on)).collect()
        }
    }
}

fn reason(over: Over) -> StopReason {
    match over {
        Over::Ended(InvoiceEnd::Paid) => StopReason::Paid,
        Over::Ended(InvoiceEnd::Voided) => StopReason::Voided,
        Over::Ended(InvoiceEnd::WrittenOff) => StopReason::WrittenOff,
        Over::Terminated => StopReason::Terminated,
    }
}

fn resumed(case: &OpenedCase, on: NaiveDate) -> impl Iterator<Item = DunningCaseEvent> {
    case.paused.map(|_| DunningCaseEvent::Resumed { on }).into_iter()
}

/// A promise that no longer holds dunning up was not kept: the invoice would be paid.
fn broken(progress: &Progress, on: NaiveDate) -> impl Iterator<Item = DunningCaseEvent> {
    let pay_by = progress.promised_until;
    pay_by.map(|pay_by| DunningCaseEvent::PromiseBroken { pay_by, on }).into_iter()
}

fn done(case: &OpenedCase, wanted: Wanted, on: NaiveDate) -> Vec<DunningCaseEvent> {
    let mut events = Vec::new();
    match wanted.collection {
        Some(Collection::Retry { at }) => {
            events.push(DunningCaseEvent::RetryRequested { at, on });
        }
        Some(Collection::AskForMethod) => events.push(DunningCaseEvent::MethodRequested { on }),
        None => {}
    }
    if let Some(step) = wanted.step {
        let action = step.action;
        events.push(DunningCaseEvent::StepTaken {
            stage: step.no,
            name: step.name,
            action,
            late_fee: step.late_fee,
            on,
        });
        if action == StageAction::Terminate {
            events.push(stopped(case, StopReason::Terminated, on));
        }
    }
    events
}

fn stopped(case: &OpenedCase, reason: StopReason, on: NaiveDate) -> DunningCaseEvent {
    let lifts = match reason {
        StopReason::Paid | StopReason::Voided | StopReason::ByHand { .. } => case.holds_back(),
        StopReason::WrittenOff | StopReason::Terminated => false,
    };
    DunningCaseEvent::Stopped { reason, lifts, on }
}

fn hold(case: &OpenedCase, on: NaiveDate) -> Vec<DunningCaseEvent> {
    match case.paused {
        Some(PauseReason::Held) => Vec::new(),
        Some(PauseReason::Disputed) | None => {
            vec![DunningCaseEvent::Paused { reason: PauseReason::Held, on }]
        }
    }
}

/// A dispute holds dunning up whoever releases it.
fn release(case: &OpenedCase, on: NaiveDate) -> Vec<DunningCaseEvent> {
    let held = case.paused.filter(|reason| *reason == PauseReason::Held);
    let resumed = held.map(|_| DunningCaseEvent::Resumed { on });
    let promised = case.progress.promised_until;
    let released = promised.map(|pay_by| DunningCaseEvent::PromiseReleased { pay_by, on });
    resumed.into_iter().chain(released).collect()
}

fn promise(case: &OpenedCase, pay_by: NaiveDate, on: NaiveDate) -> Decided {
    if case.progress.promised_until == Some(pay_by) {
        return Ok(Vec::new());
    }
    let terms = case.strategy.terms().promises;
    if case.promises >= terms.most {
        return Err(CaseRefusal::TooManyPromises { most: terms.most });
    }
    let latest = on.checked_add_days(Days::new(u64::from(terms.longest_days)));
    let latest = latest.unwrap_or(NaiveDate::MAX);
    if pay_by < on || latest < pay_by {
        return Err(CaseRefusal::PromiseDay { earliest: on, latest });
    }
    Ok(vec![DunningCaseEvent::PromiseMade { pay_by, on }])
}
