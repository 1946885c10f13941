//! Calls of PayPal's API: the token, what is sent, and what an answer makes certain.
//!
//! Guarantees: a call whose token was refused is made once more with a new one; nothing of a call
//! happened while its token could not be had; no error holds the secret or the token.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use billfold_app::access::Secret;
use billfold_app::ports::driver::{Account, Call, CallFailure, Why};
use billfold_app::ports::gateway::Receiving;
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::{Method, RequestBuilder, Url};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::wire::{ErrorThere, Link};
use super::{LONGEST_CALL, PayPal, is_live};
use crate::outbound::Reply;

/// Tokens that are kept at most; the ones that end first go first.
const MOST_TOKENS: usize = 1024;
/// How long a notification may wait until it is known whose it is; PayPal waits for us meanwhile.
const LONGEST_CHECK: Duration = Duration::from_secs(10);
/// A token is not used in its last minute.
const TOKEN_MARGIN: TimeDelta = TimeDelta::seconds(60);

/// Tokens by what they were given for.
#[derive(Debug, Default)]
pub(super) struct Tokens(Mutex<BTreeMap<[u8; 32], Token>>);

#[derive(Clone, Debug)]
struct Token {
    text: Secret,
    until: DateTime<Utc>,
}

/// One call in the name of an account, side calls included.
pub(super) struct Api<'a> {
    driver: &'a PayPal,
    account: &'a Account,
    now: DateTime<Utc>,
    until: Instant,
}

/// What is sent.
pub(super) struct Asking {
    method: Method,
    path: String,
    key: Option<String>,
    body: Option<(&'static str, Vec<u8>)>,
}

/// What PayPal decided.
pub(super) enum Answer {
    /// It did it.
    Good(Reply),
    /// It refused; nothing happened.
    No(Problem),
}

/// Why PayPal refused.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) status: u16,
    issues: Vec<String>,
    text: String,
    debug_id: Option<String>,
    pub(super) links: Vec<Link>,
}

impl Asking {
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), key: None, body: None }
    }

    /// A POST of JSON.
    pub(super) fn post(path: impl Into<String>, body: Vec<u8>) -> Self {
        let body = Some(("application/json", body));
        Self { method: Method::POST, path: path.into(), key: None, body }
    }

    /// Once per key.
    pub(super) fn once(mut self, key: &str) -> Self {
        self.key = Some(key.to_owned());
        self
    }

    /// With a body of another kind.
    pub(super) fn of_kind(mut self, kind: &'static str) -> Self {
        self.body = self.body.map(|(_, body)| (kind, body));
        self
    }
}

impl Problem {
    /// Whether one of its reasons is one of these.
    pub(super) fn is(&self, issues: &[&str]) -> bool {
        self.issues.iter().any(|issue| issues.contains(&issue.as_str()))
    }

    pub(super) fn why(&self) -> Why {
        let code = self.issues.first().map_or("refused", String::as_str);
        Why::new(code, &self.text).status(self.status).request(self.debug_id.as_deref())
    }

    pub(super) fn rejected(&self) -> CallFailure {
        CallFailure::Rejected { why: self.why() }
    }
}

impl<'a> Api<'a> {
    pub(super) fn of(driver: &'a PayPal, call: &Call<'a>) -> Self {
        Self::at(driver, call.account(), call.now(), LONGEST_CALL)
    }

    pub(super) fn receiving(driver: &'a PayPal, desk: &Receiving<'a>) -> Self {
        Self::at(driver, desk.account(), desk.now(), LONGEST_CHECK)
    }

    fn at(driver: &'a PayPal, account: &'a Account, now: DateTime<Utc>, longest: Duration) -> Self {
        Self { driver, account, now, until: Instant::now() + longest }
    }

    /// Where the API is: as set, or by the mode.
    pub(super) fn base(&self) -> &'a str {
        let by_mode = match is_live(&self.account.settings) {
            true => "https://api-m.paypal.com",
            false => "https://api-m.sandbox.paypal.com",
        };
        self.account.settings.text("base_url").unwrap_or(by_mode).trim_end_matches('/')
    }

    /// Sends a request with a token, once more with a new one if the first is not taken.
    pub(super) async fn send(&self, asking: &Asking) -> Result<Answer, CallFailure> {
        let mut is_new = false;
        loop {
            let token = self.token(is_new).await?;
            let reply = self.driver.out.send(self.request(asking, &token), self.left()?).await?;
            if reply.status == 401 && !is_new {
                is_new = true;
                continue;
            }
            return self.sorted(reply, &token);
        }
    }

    /// What can be read of something that may not be there. A look that is refused says nothing
    /// about the thing.
    pub(super) async fn find<T: serde::de::DeserializeOwned>(
        &self,
        path: String,
    ) -> Result<Option<T>, CallFailure> {
        match self.send(&Asking::get(path)).await? {
            Answer::Good(reply) => reply.json().map(Some),
            Answer::No(problem) if problem.status == 404 => Ok(None),
            Answer::No(problem) => Err(CallFailure::Unknown { why: problem.why() }),
        }
    }

    /// The installation's clock.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// A certificate of PayPal's, in PEM: from its own address, or from where the API was said to
    /// be, so that a peer can stand in for all of PayPal.
    pub(super) async fn certificate(&self, address: &Url) -> Result<Vec<u8>, CallFailure> {
        let url = match self.account.settings.text("base_url") {
            Some(base) if !is_paypals(base) => format!("{}{}", self.base(), address.path()),
            _ => address.to_string(),
        };
        let request = self.driver.out.http().get(url);
        let reply = self.driver.out.send(request, self.left()?).await?.triage(self.now)?;
        if reply.status == 200 { Ok(reply.body) } else { Err(reply.unreadable()) }
    }

    /// Shows that the keys are taken, with a token that was not kept.
    pub(super) async fn sign_in(&self) -> Result<(), CallFailure> {
        self.token(true).await.map(|_| ())
    }

    fn request(&self, asking: &Asking, token: &Secret) -> RequestBuilder {
        let url = format!("{}{}", self.base(), asking.path);
        let mut request = self.driver.out.http().request(asking.method.clone(), url);
        request = request.bearer_auth(token.reveal()).header("Accept", "application/json");
        if asking.method == Method::POST {
            request = request.header("Prefer", "return=representation");
        }
        if let Some(key) = &asking.key {
            request = request.header("PayPal-Request-Id", key);
        }
        match &asking.body {
            Some((kind, body)) => request.header("Content-Type", *kind).body(body.clone()),
            None => request,
        }
    }

    /// What an answer makes certain: its status alone, where its body cannot be PayPal's.
    fn sorted(&self, reply: Reply, token: &Secret) -> Result<Answer, CallFailure> {
        if (200..=299).contains(&reply.status) {
            return Ok(Answer::Good(reply));
        }
        match (reply.status, self.problem(&reply, token)) {
            (401 | 403, Some(problem)) => Err(CallFailure::Misconfigured { why: problem.why() }),
            (409, Some(problem)) => Err(CallFailure::Unknown { why: problem.why() }),
            (400..=499, Some(problem)) if problem.is(UNDER_WAY) => {
                Err(CallFailure::Unknown { why: problem.why() })
            }
            (400..=499, Some(problem)) if problem.is(SELLER_IS_BARRED) => {
                Err(CallFailure::Misconfigured { why: problem.why() })
            }
            (400 | 404 | 422, Some(problem)) => Ok(Answer::No(problem)),
            _ => {
                let reply = reply.triage(self.now)?;
                Err(reply.unreadable())
            }
        }
    }

    /// What PayPal's error says, without what nobody may read.
    fn problem(&self, reply: &Reply, token: &Secret) -> Option<Problem> {
        let error: ErrorThere = serde_json::from_slice(&reply.body).ok()?;
        if error.name.is_empty() {
            return None;
        }
        let mut issues: Vec<String> = error.details.iter().map(|it| it.issue.clone()).collect();
        issues.retain(|issue| !issue.is_empty());
        issues.push(error.name);
        let said = error.details.into_iter().map(|it| it.description).find(|it| !it.is_empty());
        let text = said.unwrap_or(error.message);
        let hidden = [token.reveal(), self.account.settings.required("client_secret")];
        let is_plain = |text: &String| {
            !hidden.iter().any(|secret| !secret.is_empty() && text.contains(secret))
        };
        issues.retain(is_plain);
        let text = Some(text).filter(is_plain).unwrap_or_default();
        let debug_id = error.debug_id.filter(is_plain);
        Some(Problem { status: reply.status, issues, text, debug_id, links: error.links })
    }

    /// A token, kept or new. Whatever fails here, nothing of the call itself happened.
    async fn token(&self, is_new: bool) -> Result<Secret, CallFailure> {
        let place = self.place();
        if !is_new && let Some(kept) = self.driver.tokens.kept(&place, self.now) {
            return Ok(kept);
        }
        let settings = &self.account.settings;
        let (id, secret) = (settings.required("client_id"), settings.required("client_secret"));
        let request = self.driver.out.http().post(format!("{}/v1/oauth2/token", self.base()));
        let request = request
            .basic_auth(id, Some(secret))
            .header("Accept", "application/json")
            .form(&[("grant_type", "client_credentials")]);
        let reply = self.driver.out.send(request, self.left()?).await.map_err(not_sent)?;
        let given = self.given(reply).map_err(not_sent)?;
        let lasts = TimeDelta::seconds(given.expires_in.clamp(0, 31 * 24 * 3600));
        let token = Token { text: Secret::new(given.access_token), until: self.now + lasts };
        self.driver.tokens.keep(place, token.clone());
        Ok(token.text)
    }

    fn given(&self, reply: Reply) -> Result<Given, CallFailure> {
        if (400..=403).contains(&reply.status) {
            let refused: Refused = serde_json::from_slice(&reply.body).unwrap_or_default();
            let is_code = |code: &String| {
                code.len() <= 40 && code.bytes().all(|it| it.is_ascii_lowercase() || it == b'_')
            };
            let code = Some(refused.error).filter(is_code).filter(|code| !code.is_empty());
            let code = code.unwrap_or_else(|| "not_let_in".to_owned());
            let why = Why::new(code, "PayPal does not take the client ID and its secret");
            return Err(CallFailure::Misconfigured { why: why.status(reply.status) });
        }
        let reply = reply.triage(self.now)?;
        let given: Given = reply.json()?;
        if reply.status != 200 || given.access_token.is_empty() {
            return Err(reply.unreadable());
        }
        Ok(given)
    }

    /// What a token is given for; says nothing of the secret.
    fn place(&self) -> [u8; 32] {
        let settings = &self.account.settings;
        let mut hash = Sha256::new();
        for part in
            [self.base(), settings.required("client_id"), settings.required("client_secret")]
        {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        hash.finalize().into()
    }

    /// What is left of the time that one call may take.
    pub(super) fn left(&self) -> Result<Duration, CallFailure> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            let why = Why::new("no_time", "the time of this call was used up before it was sent");
            return Err(CallFailure::NotSent { why, after: None });
        }
        Ok(left)
    }
}

/// Issues that leave open what became of it.
const UNDER_WAY: &[&str] = &["PREVIOUS_REQUEST_IN_PROGRESS", "ORDER_COMPLETION_IN_PROGRESS"];

/// Issues of the seller's own account: nothing moves before a person sees to it.
const SELLER_IS_BARRED: &[&str] = &[
    "PAYEE_ACCOUNT_LOCKED_OR_CLOSED",
    "PAYEE_ACCOUNT_RESTRICTED",
    "PAYEE_ACCOUNT_NOT_VERIFIED",
    "PERMISSION_DENIED",
];

/// A look after an act: what fails now says nothing about the act.
pub(super) fn after_the_act(failure: CallFailure) -> CallFailure {
    match failure {
        CallFailure::NotSent { why, .. } => CallFailure::Unknown { why },
        other => other,
    }
}

/// A failure before the act: nothing happened, whatever it was.
fn not_sent(failure: CallFailure) -> CallFailure {
    match failure {
        CallFailure::Unknown { why } => CallFailure::NotSent { why, after: None },
        other => other,
    }
}

/// Whether an address is at PayPal itself.
fn is_paypals(base: &str) -> bool {
    let url = Url::parse(base).ok();
    let host = url.as_ref().and_then(Url::host_str);
    host.is_some_and(|host| host.ends_with(".paypal.com"))
}

#[derive(Deserialize)]
struct Given {
    access_token: String,
    #[serde(default)]
    expires_in: i64,
}

#[derive(Default, Deserialize)]
struct Refused {
    #[serde(default)]
    error: String,
}

impl Tokens {
    fn kept(&self, place: &[u8; 32], now: DateTime<Utc>) -> Option<Secret> {
        let tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let token = tokens.get(place).filter(|token| token.until > now + TOKEN_MARGIN)?;
        Some(token.text.clone())
    }

    fn keep(&self, place: [u8; 32], token: Token) {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tokens.len() >= MOST_TOKENS {
            let first = tokens.iter().min_by_key(|(_, token)| token.until);
            if let Some(place) = first.map(|(place, _)| *place) {
                tokens.remove(&place);
            }
        }
        tokens.insert(place, token);
    }
}

#[cfg(test)]
mod tests {
    use billfold_app::ports::driver::SettingValues;
    use billfold_domain::kernel::TenantId;
    use uuid::Uuid;

    use super::*;
    use crate::outbound::Outbound;

    #[test]
    fn the_mode_chooses_the_address() {
        let driver = PayPal::new(&Outbound::try_new(false).unwrap());
        for (mode, set, base) in [
            ("sandbox", "", "https://api-m.sandbox.paypal.com"),
            ("live", "", "https://api-m.paypal.com"),
            ("", "", "https://api-m.sandbox.paypal.com"),
            ("live", "https://proxy.example/paypal/", "https://proxy.example/paypal"),
        ] {
            let settings = [("mode", mode), ("base_url", set)]
                .map(|(name, value)| (name.to_owned(), Secret::new(value)));
            let settings = SettingValues::new(settings);
            let tenant = TenantId::new(Uuid::nil());
            let account = Account { tenant, key: "paypal".to_owned(), settings };
            let api = Api::at(&driver, &account, DateTime::UNIX_EPOCH, LONGEST_CALL);
            assert_eq!(api.base(), base);
        }
    }
}
