//! How a request is answered: who asks, under which key, and what goes wrong on purpose.

use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::routes::{Route, route};
use super::{CONTRACT, Faults, OPENAPI, Seen, VERSION, World};

/// How long a key is kept.
const KEPT: TimeDelta = TimeDelta::hours(24);

/// An outcome that is repeated under its key.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    fingerprint: String,
    at: DateTime<Utc>,
    answer: Answer,
}

/// What is answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Answer {
    /// What was asked for.
    pub(crate) fn yes(body: Value) -> Self {
        Self { status: 200, body }
    }

    /// A refusal.
    pub(crate) fn no(status: u16, kind: &str, code: &str, message: &str) -> Self {
        let body = json!({"error": {"type": kind, "code": code, "message": message}});
        Self { status, body }
    }

    /// A request that makes no sense.
    pub(crate) fn invalid(code: &str, message: &str) -> Self {
        Self::no(400, "invalid_request_error", code, message)
    }

    /// Something that is not there.
    pub(crate) fn missing(what: &str) -> Self {
        Self::no(404, "invalid_request_error", "resource_missing", &format!("No such {what}"))
    }
}

type Shared = Arc<Mutex<World>>;

/// Everything under one handler: what is asked for, the path says.
pub(super) fn router(world: Shared) -> Router {
    Router::new().fallback(handle).with_state(world)
}

fn locked(world: &Shared) -> MutexGuard<'_, World> {
    world.lock().expect("no request panicked inside")
}

/// A request, read.
struct Asked {
    route: Route,
    method: Method,
    path: String,
    text: String,
    key: Option<String>,
}

async fn handle(
    State(world): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let asked = match read(&world, &method, &uri, &headers, &body) {
        Ok(asked) => asked,
        Err(answer) => return told(&world, &answer, &[]),
    };
    let faults = on_purpose(&world, &asked);
    if faults.rate_limited > 0 {
        let answer =
            Answer::no(429, "invalid_request_error", "rate_limit", "Too many requests, slowly");
        let after = faults.retry_after.to_string();
        return told(&world, &answer, &[("retry-after", &after)]);
    }
    if faults.lost > 0 {
        hang_up();
    }
    if let Some((answer, header)) = known_key(&world, &asked) {
        return told(&world, &answer, &header);
    }
    if let Some(delay) = faults.delay {
        tokio::time::sleep(delay).await;
    }
    let answer = if faults.failing_before > 0 {
        failed()
    } else {
        let answer = done(&world, &asked);
        if faults.failing_after > 0 { failed() } else { answer }
    };
    keep(&world, &asked, &answer);
    if faults.dropped > 0 {
        hang_up();
    }
    let retry = faults.should_retry.map(|again| again.to_string());
    match &retry {
        Some(again) if answer.status >= 400 => {
            told(&world, &answer, &[("stripe-should-retry", again)])
        }
        _ => told(&world, &answer, &[]),
    }
}

/// Ends the task of this connection without a word, and without a panic's noise.
fn hang_up() -> ! {
    std::panic::resume_unwind(Box::new("the connection is cut on purpose"))
}

/// Looks at everything that can be seen before a request is understood.
fn read(
    world: &Shared,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<Asked, Answer> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let text = match *method {
        Method::POST => String::from_utf8_lossy(body).into_owned(),
        _ => uri.query().unwrap_or_default().to_owned(),
    };
    let (path, key) = (uri.path().to_owned(), header("idempotency-key").map(str::to_owned));
    let mut world = locked(world);
    world.seen.push(Seen {
        method: method.to_string(),
        path: path.clone(),
        form: text.clone(),
        key: key.clone(),
        version: header("stripe-version").map(str::to_owned),
    });
    let place = format!("{method} {path}");
    if header("stripe-version") != Some(VERSION) {
        world.broken.push(format!("{place}: another version than {VERSION}"));
    }
    let media = header("content-type").unwrap_or_default();
    if *method == Method::POST && !media.starts_with("application/x-www-form-urlencoded") {
        world.broken.push(format!("{place}: {media} is no form"));
    }
    match (method, &key) {
        (&Method::POST, None) => world.broken.push(format!("{place}: no idempotency key")),
        (_, Some(key)) if key.len() > 255 => world.broken.push(format!("{place}: a long key")),
        _ => {}
    }
    if header("authorization") != Some(&format!("Bearer {}", world.secret_key)) {
        return Err(Answer::no(401, "invalid_request_error", "", "Invalid API Key provided"));
    }
    let Some(route) = route(method.as_str(), &path) else {
        world.broken.push(format!("{place}: Stripe has no such path"));
        return Err(Answer::no(404, "invalid_request_error", "", "Unrecognized request URL"));
    };
    Ok(Asked { route, method: method.clone(), path, text, key })
}

/// What goes wrong with this request: counters are used up by the requests they are for.
fn on_purpose(world: &Shared, asked: &Asked) -> Faults {
    let mut world = locked(world);
    let place = format!("{} {}", asked.method, asked.path);
    if world.faults.only.is_some_and(|only| !place.starts_with(only)) {
        return Faults::default();
    }
    let now = world.faults.clone();
    let faults = &mut world.faults;
    let use_up = |counter: &mut u32| *counter = counter.saturating_sub(1);
    if now.rate_limited > 0 {
        use_up(&mut faults.rate_limited);
        return now;
    }
    if now.lost > 0 {
        use_up(&mut faults.lost);
        return now;
    }
    use_up(&mut faults.failing_before);
    use_up(&mut faults.failing_after);
    use_up(&mut faults.dropped);
    now
}

type Headers = Vec<(&'static str, &'static str)>;

/// What an idempotency key already has an answer for; a key that has none is running from now on.
fn known_key(world: &Shared, asked: &Asked) -> Option<(Answer, Headers)> {
    let key = asked.key.as_ref().filter(|_| asked.method == Method::POST)?;
    let mut world = locked(world);
    if let Some(kept) = world.outcomes.get(key) {
        if kept.fingerprint == fingerprint(asked) {
            return Some((kept.answer.clone(), vec![("idempotent-replayed", "true")]));
        }
        let says = "Keys for idempotent requests can only be used with the same parameters";
        world.broken.push(format!("{}: a key with other parameters", asked.path));
        return Some((Answer::no(400, "idempotency_error", "", says), Vec::new()));
    }
    if !world.running.insert(key.clone()) {
        let says = "There is currently another in-progress request using this key";
        let answer = Answer::no(409, "idempotency_error", "idempotency_key_in_use", says);
        return Some((answer, Vec::new()));
    }
    None
}

fn fingerprint(asked: &Asked) -> String {
    format!("{} {}", asked.path, asked.text)
}

/// Keeps what came of a key. A request that made no sense leaves nothing behind.
fn keep(world: &Shared, asked: &Asked, answer: &Answer) {
    let Some(key) = asked.key.as_ref().filter(|_| asked.method == Method::POST) else { return };
    let mut world = locked(world);
    world.running.remove(key);
    let at = world.now;
    if !matches!(answer.status, 400 | 404) {
        let kept = Kept { fingerprint: fingerprint(asked), at, answer: answer.clone() };
        world.outcomes.insert(key.clone(), kept);
    }
}

/// Holds a request against the contract and does it.
fn done(world: &Shared, asked: &Asked) -> Answer {
    let template = asked.route.template;
    if asked.method != Method::POST {
        let unknown = unknown_parameters(template, &asked.text);
        let mut world = locked(world);
        world.broken.extend(unknown.iter().map(|name| format!("GET {template}: {name}?")));
        return world.perform(&asked.route, &query(&asked.text));
    }
    match CONTRACT.form("POST", template, &asked.text) {
        Ok(form) => locked(world).perform(&asked.route, &form),
        Err(errors) => {
            locked(world).broken.push(format!("POST {template}: {}", errors.join("; ")));
            Answer::invalid("parameter_unknown", &errors.join("; "))
        }
    }
}

fn failed() -> Answer {
    Answer::no(500, "api_error", "", "An unknown error occurred")
}

fn told(world: &Shared, answer: &Answer, headers: &[(&'static str, &str)]) -> Response {
    let number = locked(world).seen.len();
    let status = StatusCode::from_u16(answer.status).expect("a status");
    let mut response = (status, axum::Json(answer.body.clone())).into_response();
    let named = format!("req_{number:06}");
    for (name, value) in headers.iter().copied().chain([("request-id", named.as_str())]) {
        response.headers_mut().insert(name, value.parse().expect("a header's value"));
    }
    response
}

fn query(text: &str) -> Value {
    form_urlencoded::parse(text.as_bytes()).map(|(name, value)| (name, json!(value))).collect()
}

/// Parameters of a query that the contract does not know.
fn unknown_parameters(template: &str, text: &str) -> Vec<String> {
    static DOCUMENT: std::sync::LazyLock<Value> =
        std::sync::LazyLock::new(|| serde_json::from_str(OPENAPI).expect("a contract in JSON"));
    let known = &DOCUMENT["paths"][template]["get"]["parameters"];
    let known = known.as_array().cloned().unwrap_or_default();
    let is_known = |name: &str| known.iter().any(|parameter| parameter["name"] == *name);
    form_urlencoded::parse(text.as_bytes())
        .map(|(name, _)| name.split('[').next().unwrap_or_default().to_owned())
        .filter(|name| !is_known(name))
        .collect()
}

impl World {
    /// Keys older than a day are as good as new.
    pub(super) fn forget_old_keys(&mut self) {
        let now = self.now;
        self.outcomes.retain(|_, kept| now - kept.at < KEPT);
    }
}
