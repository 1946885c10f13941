//! The provider's interface.

use std::sync::Arc;

use axum::Router;
use axum::extract::{RawQuery, State as Of};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::Value;

use super::books::{Refund, Session, State};
use super::{Fault, Money, Operation, STORE_ID, STORE_PASSWD, Shared, answers};

const SESSION: &str = "/gwprocess/v4/api.php";
const VALIDATION: &str = "/validator/api/validationserverAPI.php";
const TRANSACTION: &str = "/validator/api/merchantTransIDvalidationAPI.php";

/// The members of a request.
type Members = Vec<(String, String)>;

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route(SESSION, post(session))
        .route(VALIDATION, get(validation))
        .route(TRANSACTION, get(transaction))
        .with_state(shared)
}

async fn session(Of(shared): Of<Arc<Shared>>, headers: HeaderMap, body: String) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let page = format!("http://{host}/EasyCheckOut/");
    let asked =
        Asked { operation: Operation::Session, method: "POST", place: SESSION, body: &body };
    answered(&shared, &asked, |state, members| open(state, members, &page)).await
}

async fn validation(Of(shared): Of<Arc<Shared>>, RawQuery(query): RawQuery) -> Response {
    let body = query.unwrap_or_default();
    let operation = Operation::Validate;
    let asked = Asked { operation, method: "GET", place: VALIDATION, body: &body };
    answered(&shared, &asked, validate).await
}

/// Four questions share one path; their members tell them apart.
async fn transaction(Of(shared): Of<Arc<Shared>>, RawQuery(query): RawQuery) -> Response {
    type Doing = fn(&mut State, &Members) -> Value;
    let body = query.unwrap_or_default();
    let members = read(&body);
    let (operation, which, doing): (_, _, Doing) = if has(&members, "tran_id") {
        (Operation::Tries, "tries", tries)
    } else if has(&members, "bank_tran_id") {
        (Operation::Refund, "refund", refund)
    } else if has(&members, "refund_ref_id") {
        (Operation::RefundStatus, "refund_status", refund_status)
    } else {
        (Operation::RefundStatus, "refund_by_our_id", refund_by_our_name)
    };
    let place = format!("{TRANSACTION}#{which}");
    let asked = Asked { operation, method: "GET", place: &place, body: &body };
    answered(&shared, &asked, doing).await
}

/// A request, as the contract is asked about it.
struct Asked<'a> {
    operation: Operation,
    method: &'a str,
    place: &'a str,
    body: &'a str,
}

/// Holds a request against the contract, does it, and answers as well as the faults let it.
async fn answered(
    shared: &Shared,
    asked: &Asked<'_>,
    doing: impl FnOnce(&mut State, &Members) -> Value,
) -> Response {
    let members = read(asked.body);
    shared.state().asked.push((asked.operation, members.clone()));
    let held = shared.contract.form(asked.method, asked.place, asked.body);
    let fault = shared.faults.take(asked.operation);
    match fault {
        Some(Fault::LoseRequest) => hang_up(),
        Some(Fault::RefuseBefore) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Some(Fault::TooMany(seconds)) => {
            let wait = [(header::RETRY_AFTER, seconds.to_string())];
            return (StatusCode::TOO_MANY_REQUESTS, wait).into_response();
        }
        Some(Fault::NotConnected) => {
            return axum::Json(serde_json::json!({"APIConnect": "FAILED"})).into_response();
        }
        _ => {}
    }
    let answer = match held {
        Err(broken) => answers::session_refused(&broken.join("; ")),
        Ok(_) if !is_let_in(&members) => not_let_in(asked.operation),
        Ok(_) => doing(&mut shared.state(), &members),
    };
    match fault {
        Some(Fault::LoseAnswer) => hang_up(),
        Some(Fault::BreakAfter) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Some(Fault::Garble) => return "<html>Please wait</html>".into_response(),
        Some(Fault::Delay(pause)) => tokio::time::sleep(pause).await,
        _ => {}
    }
    let strange = shared.state().strange.clone().filter(|_| asked.operation == Operation::Validate);
    let text =
        strange.map_or_else(|| answer.to_string(), |members| answers::strange(&answer, &members));
    // The provider calls its JSON a page.
    ([(header::CONTENT_TYPE, "text/html; charset=UTF-8")], text).into_response()
}

/// Ends the connection without a word: the task that serves it ends, and no panic is told of.
fn hang_up() {
    std::panic::resume_unwind(Box::new("the peer hangs up"));
}

fn open(state: &mut State, members: &Members, page: &str) -> Value {
    if let Some(text) = &state.refuses_with {
        return answers::session_refused(text);
    }
    let currency = of(members, "currency");
    let Some(asked) = Money::read(of(members, "total_amount"), currency) else {
        return answers::session_refused("Invalid Amount");
    };
    if !(1_000..=50_000_000).contains(&asked.in_taka()) {
        return answers::session_refused("Invalid Amount: 10.00 to 500000.00 BDT");
    }
    let number = state.number();
    let key = format!("F650E87F23DF2A8FCB40F19D5D0F{number:04X}");
    let session = Session {
        tran_id: of(members, "tran_id").to_owned(),
        asked,
        returns: ["success_url", "fail_url", "cancel_url"].map(|name| of(members, name).to_owned()),
        ipn_url: of(members, "ipn_url").to_owned(),
        value_a: of(members, "value_a").to_owned(),
    };
    state.sessions.push(session);
    answers::session(&key, &format!("{page}testcde{key}"))
}

fn validate(state: &mut State, members: &Members) -> Value {
    let val_id = of(members, "val_id");
    let found = state.tries.iter_mut().find(|one| one.val_id == val_id && one.is_known);
    let Some(one) = found else { return answers::example("/validate/invalid") };
    let answer = answers::validated(one);
    if one.status == "VALID" {
        one.status = "VALIDATED".to_owned();
    }
    answer
}

fn tries(state: &mut State, members: &Members) -> Value {
    let tran_id = of(members, "tran_id");
    let known = state.tries.iter().filter(|one| one.tran_id == tran_id && one.is_known);
    let known = known.filter(|_| !state.forgets_lists);
    answers::tries(&known.cloned().collect::<Vec<_>>())
}

/// There is no idempotency: asked again, it is done again.
fn refund(state: &mut State, members: &Members) -> Value {
    let bank_tran_id = of(members, "bank_tran_id");
    let Some((tran_id, left)) = state.refundable(bank_tran_id) else {
        return answers::refund_refused(bank_tran_id, "Invalid Bank Transaction ID");
    };
    let amount = Money::read(of(members, "refund_amount"), "BDT");
    let Some(amount) = amount.filter(|amount| (1..=left).contains(&amount.minor)) else {
        return answers::refund_refused(bank_tran_id, "Invalid Refund Amount");
    };
    let number = state.number();
    let made = Refund {
        name: format!("5e8c1d{number:02x}"),
        ours: of(members, "refund_trans_id").to_owned(),
        bank_tran_id: bank_tran_id.to_owned(),
        tran_id,
        taka: amount.minor,
        status: "processing".to_owned(),
    };
    let answer = answers::refund(&made);
    state.refunds.push(made);
    answer
}

fn refund_status(state: &mut State, members: &Members) -> Value {
    let name = of(members, "refund_ref_id");
    let found = state.refunds.iter().find(|refund| refund.name == name);
    found.map_or_else(|| answers::example("/validate/bad_store"), answers::refund_status)
}

fn refund_by_our_name(state: &mut State, members: &Members) -> Value {
    let ours = of(members, "refund_trans_id");
    let found = state.refunds.iter().find(|refund| refund.ours == ours);
    match found.filter(|_| state.finds_by_our_name) {
        Some(refund) => answers::refund_found(refund),
        None => answers::example("/validate/bad_store"),
    }
}

fn is_let_in(members: &Members) -> bool {
    of(members, "store_id") == STORE_ID && of(members, "store_passwd") == STORE_PASSWD
}

fn not_let_in(operation: Operation) -> Value {
    answers::example(match operation {
        Operation::Session => "/session/failure",
        Operation::Validate | Operation::Tries => "/validate/bad_store",
        Operation::Refund | Operation::RefundStatus => "/refund_initiate/bad_store",
    })
}

fn read(body: &str) -> Members {
    form_urlencoded::parse(body.as_bytes()).into_owned().collect()
}

fn has(members: &Members, name: &str) -> bool {
    members.iter().any(|(known, _)| known == name)
}

fn of<'m>(members: &'m Members, name: &str) -> &'m str {
    members.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}
