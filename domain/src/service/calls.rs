//! The rules of what is done with an account that is there: resized, operated, compared.

use chrono::NaiveDate;

use crate::kernel::text::{check_key, one_line};
use crate::kernel::{Invalid, SecretsRef};
use crate::service::decide::{Decision, LONGEST_REASON};
use crate::service::{
    Actual, Call, Drift, LiveService, Operation, ServiceEvent, ServiceRefusal, ServiceSpec, Wanted,
};

/// How many fields of a package a server may leave as they are.
const MOST_NOT_CHANGED: usize = 100;

/// Asking again for what was given up is asking.
pub(super) fn resize(known: &LiveService, spec: &ServiceSpec, on: NaiveDate) -> Decision {
    spec.check().map_err(|invalid| invalid.under("spec"))?;
    if known.ending.is_some() {
        return Err(ServiceRefusal::Ending);
    }
    let given_up = known.resize.is_some() && !known.asked.contains(&Call::Resize);
    if known.wanted_spec() == spec && !given_up {
        return Ok(Vec::new());
    }
    Ok(vec![ServiceEvent::ResizeRequested { spec: spec.clone(), on }])
}

pub(super) fn resized(
    known: &LiveService,
    spec: &ServiceSpec,
    not_changed: &[String],
    on: NaiveDate,
) -> Decision {
    spec.check().map_err(|invalid| invalid.under("spec"))?;
    if not_changed.len() > MOST_NOT_CHANGED {
        let detail = format!("must not be more than {MOST_NOT_CHANGED}");
        return Err(Invalid::one("not_changed", "list.too_long", detail).into());
    }
    Invalid::gather(not_changed.iter().map(|field| check_key("not_changed", field)))?;
    if !known.actual.is_there() {
        return Err(ServiceRefusal::NotProvisioned);
    }
    if known.spec == *spec && known.resize.is_none() {
        return Ok(Vec::new());
    }
    let (spec, not_changed) = (spec.clone(), not_changed.to_vec());
    Ok(vec![ServiceEvent::Resized { spec, not_changed, on }])
}

pub(super) fn operate(known: &LiveService, operation: Operation, on: NaiveDate) -> Decision {
    if known.actual != Actual::Running || known.wanted() != Wanted::Running {
        return Err(ServiceRefusal::NotRunning);
    }
    match known.operation {
        Some((_, under_way)) if under_way == operation => Ok(Vec::new()),
        Some((_, operation)) => Err(ServiceRefusal::OperationUnderWay { operation }),
        None => {
            let no = known.operations.saturating_add(1);
            Ok(vec![ServiceEvent::OperationRequested { no, operation, on }])
        }
    }
}

pub(super) fn operated(
    known: &LiveService,
    no: u32,
    secrets: Option<&SecretsRef>,
    on: NaiveDate,
) -> Decision {
    secrets.map_or(Ok(()), SecretsRef::check).map_err(|invalid| invalid.under("secrets"))?;
    let secrets = secrets.cloned();
    let performed = |operation| ServiceEvent::OperationPerformed { no, operation, secrets, on };
    Ok(under_way(known, no)?.map(performed).into_iter().collect())
}

pub(super) fn not_operated(
    known: &LiveService,
    no: u32,
    (code, reason): (&str, &str),
    on: NaiveDate,
) -> Decision {
    check_key("code", code)?;
    let (code, reason) = (code.to_owned(), one_line(reason, LONGEST_REASON));
    let failed = |operation| ServiceEvent::OperationFailed { no, operation, code, reason, on };
    Ok(under_way(known, no)?.map(failed).into_iter().collect())
}

/// The operation with a number; nothing for one that is over.
fn under_way(known: &LiveService, no: u32) -> Result<Option<Operation>, ServiceRefusal> {
    if no == 0 || no > known.operations {
        return Err(ServiceRefusal::NoSuchOperation { no });
    }
    Ok(known.operation.filter(|(at, _)| *at == no).map(|(_, operation)| operation))
}

/// What is not waited for cannot be given up.
pub(super) fn given_up(
    known: &LiveService,
    wanted: Call,
    (code, reason): (&str, &str),
    on: NaiveDate,
) -> Decision {
    check_key("code", code)?;
    if !known.asked.contains(&wanted) {
        return Ok(Vec::new());
    }
    let (code, reason) = (code.to_owned(), one_line(reason, LONGEST_REASON));
    Ok(vec![ServiceEvent::CallFailed { wanted, code, reason, on }])
}

/// What is being changed right now is no drift.
pub(super) fn drifted(known: &LiveService, drift: Option<&Drift>, on: NaiveDate) -> Decision {
    if known.ending.is_some() {
        return Err(ServiceRefusal::Ending);
    }
    if !known.actual.is_there() {
        return Err(ServiceRefusal::NotProvisioned);
    }
    let is_asked = |call| known.asked.contains(&call);
    let under_way = match drift {
        Some(Drift::WrongState { there }) => {
            check_key("there", there)?;
            is_asked(Call::Suspend) || is_asked(Call::Unsuspend)
        }
        Some(Drift::WrongLimits) => is_asked(Call::Resize),
        Some(Drift::Missing) | None => false,
    };
    if under_way || known.drift.as_ref() == drift {
        return Ok(Vec::new());
    }
    Ok(vec![match drift {
        Some(drift) => ServiceEvent::DriftFound { drift: drift.clone(), on },
        None => ServiceEvent::DriftCleared { on },
    }])
}
