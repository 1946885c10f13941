//! The rules of making a service: attempt by attempt, on one server at a time.
//!
//! Guarantees that no attempt begins before the one before has an outcome, and that an outcome
//! counts only for the attempt under way: that of another means an account nobody knows of, which
//! a person has to look at (SVC-18).

use chrono::NaiveDate;

use crate::kernel::text::{check_key, check_line, one_line};
use crate::kernel::{Invalid, SecretsRef, ServerId};
use crate::service::decide::{Decision, LONGEST_REASON};
use crate::service::{
    Actual, Call, Drift, LiveService, ProvisionedAccount, RequestProvisioning, ServiceEvent,
    ServiceRefusal,
};

pub(super) fn request(known: &LiveService, asked: &RequestProvisioning, on: NaiveDate) -> Decision {
    check_key("driver", &asked.driver)?;
    if known.ending.is_some() {
        return Err(ServiceRefusal::Ending);
    }
    let same_server = known.server_id == Some(asked.server_id);
    match known.actual {
        Actual::Creating { .. } if same_server => return Ok(Vec::new()),
        Actual::Creating { attempt, .. } => {
            return Err(ServiceRefusal::ProvisioningUnderWay { attempt });
        }
        _ if known.actual.is_there() && known.drift != Some(Drift::Missing) => {
            return Err(ServiceRefusal::AlreadyProvisioned);
        }
        _ if known.reference.is_some() && !same_server => return Err(ServiceRefusal::ServerFixed),
        _ => {}
    }
    Ok(vec![ServiceEvent::ProvisioningRequested {
        attempt: known.attempt.saturating_add(1),
        server_id: asked.server_id,
        server_group_id: asked.server_group_id,
        driver: asked.driver.clone(),
        spec: known.wanted_spec().clone(),
        pick: asked.pick.clone(),
        on,
    }])
}

pub(super) fn accepted(known: &LiveService, attempt: u32, reference: &str) -> Decision {
    check_line("reference", reference, 200)?;
    let accepted = ServiceEvent::CreationAccepted { attempt, reference: reference.to_owned() };
    match &known.actual {
        Actual::Creating { attempt: current, reference: met } if *current == attempt => {
            same_account(met.as_deref(), reference)?;
            Ok(if met.is_none() { vec![accepted] } else { Vec::new() })
        }
        // The answer that it was made came first.
        _ if known.actual.is_there() && known.attempt == attempt => {
            same_account(known.reference.as_deref(), reference)?;
            Ok(Vec::new())
        }
        _ => Err(not_this(known, attempt)),
    }
}

/// An attempt that was given up as failed may turn out to have made it, as long as no other
/// followed.
pub(super) fn provisioned(
    known: &LiveService,
    account: &ProvisionedAccount,
    on: NaiveDate,
) -> Decision {
    check_account(account)?;
    if account.attempt != known.attempt || account.attempt == 0 {
        return Err(not_this(known, account.attempt));
    }
    match &known.actual {
        Actual::Creating { reference: met, .. } => {
            same_account(met.as_deref(), &account.reference)?
        }
        Actual::None => {}
        Actual::Running | Actual::Suspended | Actual::Gone => {
            same_account(known.reference.as_deref(), &account.reference)?;
            return Ok(Vec::new());
        }
    }
    Ok(vec![ServiceEvent::Provisioned {
        attempt: account.attempt,
        reference: account.reference.clone(),
        name: account.name.as_deref().map(|name| one_line(name, 200)),
        address: account.address.as_deref().map(|address| one_line(address, 300)),
        secrets: account.secrets.clone(),
        on,
    }])
}

/// The same failure told again, as it is while no server has room, is no news.
pub(super) fn failed(
    known: &LiveService,
    attempt: u32,
    (code, reason): (&str, &str),
    on: NaiveDate,
) -> Decision {
    check_key("code", code)?;
    if attempt != known.attempt {
        return Err(not_this(known, attempt));
    }
    if known.actual.is_there() {
        return Err(ServiceRefusal::AlreadyProvisioned);
    }
    let last = known.last_failure.as_ref();
    let told = last.is_some_and(|last| (last.call, last.code.as_str()) == (Call::Create, code));
    if known.actual == Actual::None && told {
        return Ok(Vec::new());
    }
    let (code, reason) = (code.to_owned(), one_line(reason, LONGEST_REASON));
    Ok(vec![ServiceEvent::ProvisioningFailed { attempt, code, reason, on }])
}

pub(super) fn adopt(
    known: &LiveService,
    server_id: ServerId,
    (driver, reference): (&str, &str),
    on: NaiveDate,
) -> Decision {
    Invalid::gather([check_key("driver", driver), check_line("reference", reference, 200)])?;
    if known.ending.is_some() {
        return Err(ServiceRefusal::Ending);
    }
    let same_server = known.server_id == Some(server_id);
    match known.actual {
        Actual::Creating { attempt, .. } => {
            return Err(ServiceRefusal::ProvisioningUnderWay { attempt });
        }
        _ if known.reference.is_some() && !same_server => return Err(ServiceRefusal::ServerFixed),
        _ if known.actual.is_there() && known.reference.as_deref() == Some(reference) => {
            return Ok(Vec::new());
        }
        _ if known.actual.is_there() && known.drift != Some(Drift::Missing) => {
            return Err(ServiceRefusal::AlreadyProvisioned);
        }
        _ => {}
    }
    let (driver, reference) = (driver.to_owned(), reference.to_owned());
    Ok(vec![ServiceEvent::Adopted { server_id, driver, reference, on }])
}

/// One attempt makes one account.
fn same_account(known: Option<&str>, reference: &str) -> Result<(), ServiceRefusal> {
    match known {
        Some(known) if known != reference => {
            Err(ServiceRefusal::AnotherAccount { known: known.to_owned() })
        }
        _ => Ok(()),
    }
}

fn not_this(known: &LiveService, attempt: u32) -> ServiceRefusal {
    ServiceRefusal::NotThisAttempt { attempt, current: known.attempt }
}

fn check_account(account: &ProvisionedAccount) -> Result<(), Invalid> {
    let secrets = account.secrets.as_ref().map_or(Ok(()), SecretsRef::check);
    let secrets = secrets.map_err(|invalid| invalid.under("secrets"));
    Invalid::gather([check_line("reference", &account.reference, 200), secrets])
}
