//! One call of Stripe: headers, and what an answer makes certain.
//!
//! | answer                                | means                                             |
//! | ------------------------------------- | ------------------------------------------------- |
//! | 2xx that can be read                  | said                                              |
//! | 400, 402, 404 with Stripe's error     | refused; nothing happened but what it says        |
//! | the same with `Stripe-Should-Retry`   | unknown: Stripe itself is not sure                |
//! | 401, 403, a redirect                  | the settings are wrong                            |
//! | an object of the other mode           | the settings are wrong                            |
//! | 409                                   | unknown: a twin with the same key runs            |
//! | 429                                   | not sent                                          |
//! | 5xx, also a stored one that is replayed | unknown                                         |
//!
//! Stripe's messages are not kept: they repeat what was sent, mail addresses among it. Its codes
//! say enough.

use std::time::{Duration, Instant};

use billfold_app::ports::driver::{Account, Call, CallFailure, Why};
use serde::de::DeserializeOwned;

use super::form::Form;
use super::wire::{ApiError, ErrorBody, List};
use super::{settings, wire};
use crate::outbound::{Outbound, Reply};

/// The version every call names: the account's own would change shapes under us (STR-08).
pub(super) const VERSION: &str = "2023-08-16";
/// What a stored failure is called that Stripe replays: its key is of no use any more.
const STORED_FAILURE: &str = "stored_failure";
/// How long one request may take; all of a call take no longer than its description says.
const LONGEST_REQUEST: Duration = Duration::from_secs(25);
/// Less than this is not worth beginning a request with.
const SHORTEST_REQUEST: Duration = Duration::from_secs(2);
/// Pages of a list that are read at most; what is not found in them cannot be told.
const MOST_PAGES: usize = 20;

/// What Stripe decided.
#[derive(Debug)]
pub(super) enum Said<T> {
    /// It did, or found, what was asked for.
    Yes(T),
    /// It refused; nothing happened but what the refusal itself says.
    No(Box<Refusal>),
}

/// A refusal.
#[derive(Debug)]
pub(super) struct Refusal {
    /// The HTTP status.
    pub(super) status: u16,
    /// Stripe's error.
    pub(super) error: ApiError,
    /// The same in our words.
    pub(super) why: Why,
}

impl Refusal {
    /// Whether Stripe does not have what was named.
    pub(super) fn is_missing(&self) -> bool {
        self.status == 404
    }

    /// Whether a code is Stripe's.
    pub(super) fn is(&self, code: &str) -> bool {
        self.error.code.as_deref() == Some(code)
    }

    /// As a failure of the call.
    pub(super) fn rejected(self) -> CallFailure {
        CallFailure::Rejected { why: self.why }
    }
}

impl<T> Said<T> {
    /// What was asked for; a refusal is one for good.
    pub(super) fn or_rejected(self) -> Result<T, CallFailure> {
        match self {
            Self::Yes(said) => Ok(said),
            Self::No(refusal) => Err(refusal.rejected()),
        }
    }
}

/// Calls Stripe for one effect.
#[derive(Clone, Copy)]
pub(super) struct Client<'a> {
    out: &'a Outbound,
    call: &'a Call<'a>,
    began: Instant,
}

impl<'a> Client<'a> {
    /// For a call.
    pub(super) fn new(out: &'a Outbound, call: &'a Call<'a>) -> Self {
        Self { out, call, began: Instant::now() }
    }

    /// In whose name.
    pub(super) fn account(&self) -> &'a Account {
        self.call.account()
    }

    /// Does something, once per key.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        key: &str,
        form: &Form,
    ) -> Result<Said<T>, CallFailure> {
        let request = self.out.http().post(self.address(path)).form(form.pairs());
        self.said(request.header("idempotency-key", key)).await
    }

    /// Reads something.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &Form,
    ) -> Result<Said<T>, CallFailure> {
        let mut address = self.address(path);
        if !query.pairs().is_empty() {
            address = format!("{address}?{}", query.encoded());
        }
        self.said(self.out.http().get(address)).await
    }

    /// Reads a list to its end, or until `wanted` makes something of an item. Nothing where the
    /// list goes on for longer than is read: then it cannot be told.
    pub(super) async fn search<T: DeserializeOwned + wire::Named, U>(
        &self,
        path: &str,
        query: impl Fn() -> Form,
        mut wanted: impl FnMut(T) -> Step<U>,
    ) -> Result<Searched<U>, CallFailure> {
        let mut after: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let query = query().with("limit", "100").with_some("starting_after", after.take());
            let list: List<T> = self.get(path, &query).await?.or_rejected()?;
            for item in list.data {
                after = Some(item.id().to_owned());
                match wanted(item) {
                    Step::On => {}
                    Step::Found(found) => return Ok(Searched::Found(found)),
                    Step::End => return Ok(Searched::Nothing),
                }
            }
            if !list.has_more || after.is_none() {
                return Ok(Searched::Nothing);
            }
        }
        Ok(Searched::TooLong)
    }

    /// How long the next request may take. One that is not begun was not sent.
    fn left(&self) -> Result<Duration, CallFailure> {
        let left = settings::LONGEST_CALL.saturating_sub(self.began.elapsed());
        if left < SHORTEST_REQUEST {
            let why = Why::new("out_of_time", "Stripe took too long over what came before");
            return Err(CallFailure::NotSent { why, after: None });
        }
        Ok(left.min(LONGEST_REQUEST))
    }

    fn address(&self, path: &str) -> String {
        let base = self.account().settings.text("base_url").unwrap_or(settings::BASE_URL);
        format!("{}{path}", base.trim_end_matches('/'))
    }

    async fn said<T: DeserializeOwned>(
        &self,
        request: reqwest::RequestBuilder,
    ) -> Result<Said<T>, CallFailure> {
        let request = request
            .bearer_auth(self.account().settings.required("secret_key"))
            .header("stripe-version", VERSION);
        let reply = self.out.send(request, self.left()?).await?;
        certain(&reply)?;
        let reply = reply.triage(self.call.now())?;
        if reply.status < 300 {
            return reply.json().map(Said::Yes);
        }
        let body: ErrorBody = reply.json()?;
        let why = why(&reply, &body.error);
        if reply.header("stripe-should-retry") == Some("true") {
            return Err(CallFailure::Unknown { why });
        }
        if body.error.is_of_other_mode() {
            return Err(CallFailure::Misconfigured { why });
        }
        let refusal = Refusal { status: reply.status, error: body.error, why };
        Ok(Said::No(Box::new(refusal)))
    }
}

/// What to do after an item of a list.
pub(super) enum Step<U> {
    /// Look at the next.
    On,
    /// This is it.
    Found(U),
    /// Nothing that follows can be it.
    End,
}

/// What a list held.
#[derive(Debug)]
pub(super) enum Searched<U> {
    /// It is there.
    Found(U),
    /// It is not there.
    Nothing,
    /// The list is longer than is read.
    TooLong,
}

/// What only Stripe's own headers tell apart.
fn certain(reply: &Reply) -> Result<(), CallFailure> {
    if reply.status == 409 {
        let why = reply.why("twin_runs", "a call with the same key is running at Stripe");
        return Err(CallFailure::Unknown { why });
    }
    if reply.status < 500 {
        return Ok(());
    }
    let is_replayed = reply.header("idempotent-replayed") == Some("true");
    let why = match (is_replayed, reply.header("stripe-should-retry")) {
        (true, _) => reply.why(STORED_FAILURE, "Stripe repeats a failure it stored for this key"),
        (false, Some("false")) => {
            reply.why("server_error", "Stripe failed, and asks not to be sent the same again")
        }
        (false, _) => reply.why("server_error", ""),
    };
    Err(CallFailure::Unknown { why })
}

fn why(reply: &Reply, error: &ApiError) -> Why {
    let mut text = format!("Stripe refuses it: {}", word(&error.kind));
    for part in [&error.code, &error.decline_code, &error.param].into_iter().flatten() {
        text.push_str(", ");
        text.push_str(&word(part));
    }
    reply.why(&error.word(), &text)
}

/// A word of Stripe's as it may be kept: letters, digits and brackets.
pub(super) fn word(text: &str) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || "_.-[]".contains(*c);
    text.chars().filter(plain).take(80).collect()
}

/// A path to one object of Stripe's. A name that is none would lead elsewhere.
pub(super) fn path_of(kind: &str, reference: &str) -> Result<String, CallFailure> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if reference.is_empty() || reference.len() > 255 || !reference.chars().all(is_name) {
        let why = Why::new("reference_not_theirs", "this is no reference of Stripe's");
        return Err(CallFailure::Rejected { why });
    }
    Ok(format!("/v1/{kind}/{reference}"))
}

/// A failure without a token that stands in its path.
pub(super) fn without_token(failure: CallFailure, token: &str) -> CallFailure {
    let hush = |mut why: Why| {
        why.text = why.text.replace(token, "…");
        why
    };
    match failure {
        CallFailure::NotSent { why, after } => CallFailure::NotSent { why: hush(why), after },
        CallFailure::Unknown { why } => CallFailure::Unknown { why: hush(why) },
        CallFailure::Misconfigured { why } => CallFailure::Misconfigured { why: hush(why) },
        CallFailure::Rejected { why } => CallFailure::Rejected { why: hush(why) },
    }
}
