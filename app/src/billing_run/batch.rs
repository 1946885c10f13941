//! One batch of a run: many accounts prepared together and appended in one transaction.
//!
//! Guarantee: each account is a command of its own, with a key of its own; what a rule refuses, or
//! what changed while it was prepared, does not touch its neighbours.

use billfold_domain::invoice::LINE_LIMIT;
use billfold_domain::kernel::{ClientId, Currency, Money, SubscriptionId};
use uuid::Uuid;

use super::run::{Answer, BillingRun};
use crate::commands::subscriptions::{AccountBilled, BillAccount, Prepared, prepare};
use crate::commands::{Ask, Done, Door, Plan};
use crate::error::{Error, Kind, Refused};
use crate::ports::DueAccount;

/// An account, and how it was answered.
pub(super) struct Answered {
    pub(super) client_id: ClientId,
    pub(super) currency: Currency,
    pub(super) answer: Answer,
}

impl Answered {
    fn of((client_id, currency): (ClientId, Currency), answer: Answer) -> Self {
        Self { client_id, currency, answer }
    }
}

/// Bills accounts; one answer per document, in any order, and one for an account without.
pub(super) async fn bill(
    door: &Door,
    run: &BillingRun,
    accounts: Vec<DueAccount>,
) -> Result<Vec<Answered>, Error> {
    let bills: Vec<BillAccount> = accounts.into_iter().flat_map(|due| bills(run, due)).collect();
    let foresee = run.rehearse || !run.bounds.largest.is_empty();
    let prepared = prepare(door, run.tenant, &bills, foresee).await?;
    let mut answered = Vec::with_capacity(bills.len());
    let mut begun = Vec::with_capacity(bills.len());
    let mut planned = Vec::with_capacity(bills.len());
    for (bill, prepared) in bills.into_iter().zip(prepared) {
        let of = (bill.client_id, bill.currency);
        match before(run, bill.currency, prepared) {
            Ok(plan) => {
                let key = key(run, &bill);
                planned.push(door.planned(&ask(run, key.clone(), &bill), plan)?);
                begun.push((key, bill));
            }
            Err(answers) => answered.extend(answers.into_iter().map(|it| Answered::of(of, it))),
        }
    }
    let done = door.execute_planned(planned).await;
    for ((key, bill), done) in begun.into_iter().zip(done) {
        let answers = to_its_end(door, run, (key, &bill), done).await?;
        let of = (bill.client_id, bill.currency);
        answered.extend(answers.into_iter().map(|answer| Answered::of(of, answer)));
    }
    Ok(answered)
}

/// The answers to a bill of which the first part is done: what does not fit on one document is
/// billed on further ones.
async fn to_its_end(
    door: &Door,
    run: &BillingRun,
    (key, bill): (String, &BillAccount),
    first: Result<Done<AccountBilled>, Error>,
) -> Result<Vec<Answer>, Error> {
    let mut done = match first {
        // It changed while the batch was prepared: alone it is planned until it holds.
        Err(Error::Refused(no)) if no.is_contention() => {
            door.execute(ask(run, key.clone(), bill)).await
        }
        done => done,
    };
    let mut answers = Vec::with_capacity(1);
    for part in 2_u32.. {
        match done {
            Ok(Done { answer: AccountBilled { billing, more }, .. }) => {
                answers.extend(billing.map(|billing| Answer::Issued(billing.total)));
                if !more {
                    break;
                }
            }
            // A refusal is about the account; anything else is about the ledger.
            Err(Error::Refused(no) | Error::NotFound(no)) => {
                answers.push(Answer::Refused(no));
                break;
            }
            Err(error) => return Err(error),
        }
        done = door.execute(ask(run, format!("{key}/{part}"), bill)).await;
    }
    if answers.is_empty() {
        answers.push(Answer::Nothing);
    }
    Ok(answers)
}

fn ask(run: &BillingRun, key: String, bill: &BillAccount) -> Ask<BillAccount> {
    let ask = Ask::new(run.tenant, run.actor.clone(), key, bill.clone());
    Ask { cause: run.cause, ..ask }
}

/// The idempotency key of a bill in a run: the same subscriptions get the answer they got before.
/// Others of the same account, due since, are another question.
fn key(run: &BillingRun, bill: &BillAccount) -> String {
    let BillAccount { client_id, currency, subscriptions, .. } = bill;
    let bytes: Vec<u8> = subscriptions.iter().flat_map(|id| id.uuid().into_bytes()).collect();
    let which = Uuid::new_v5(&client_id.uuid(), &bytes).simple();
    format!("{}/{client_id}/{currency}/{which}", run.name)
}

/// What is asked of an account; no more subscriptions at once than a document has lines.
fn bills(run: &BillingRun, due: DueAccount) -> Vec<BillAccount> {
    let DueAccount { client_id, currency, subscriptions } = due;
    let through = Some(run.through);
    let bill = |some: &[SubscriptionId]| BillAccount {
        client_id,
        currency,
        subscriptions: some.to_vec(),
        through,
    };
    subscriptions.chunks(LINE_LIMIT).map(bill).collect()
}

/// The plan of an account, unless it is answered without one.
fn before(
    run: &BillingRun,
    currency: Currency,
    prepared: Result<Prepared, Refused>,
) -> Result<Plan<AccountBilled>, Vec<Answer>> {
    let Prepared { plan, foreseen } = prepared.map_err(|no| vec![Answer::Refused(no)])?;
    let bound = run.bounds.largest.iter().find(|most| most.currency() == currency);
    let beyond = |most: &Money| {
        let total = foreseen.iter().find(|total| total.abs().minor() > most.minor())?;
        Some(Answer::Refused(beyond(*total, *most)))
    };
    if let Some(refused) = bound.and_then(beyond) {
        return Err(vec![refused]);
    }
    match (run.rehearse, foreseen.is_empty()) {
        (true, true) => Err(vec![Answer::Nothing]),
        (true, false) => Err(foreseen.into_iter().map(Answer::Issued).collect()),
        (false, _) => Ok(plan),
    }
}

fn beyond(total: Money, most: Money) -> Refused {
    let detail = format!("the document would come to {total}, more than the bound of {most}");
    Refused::new("billing_run.beyond_bound", Kind::Rule, detail)
}
