//! How many requests a minute one address and one caller may send.
//!
//! Guarantees: what is over a quota is answered with 429 and `Retry-After` before anybody is looked
//! up; every answer says with `RateLimit-Policy` and `RateLimit` what the quotas are and what is
//! left of them; memory is bounded, and whoever comes when it is full shares one quota. A quota
//! fills again bit by bit and not at the full minute, so that a burst is never allowed twice.
//! Absent on purpose: counts shared between processes; each process has quotas of its own.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::Limits;
use super::client_address::ClientAddress;
use crate::auth::session_token;
use crate::problem::{Kind, Problem};

/// What every quota is counted over.
const WINDOW: Duration = Duration::from_secs(60);
/// How many addresses, and how many callers, are told apart at most.
const MOST_TOLD_APART: usize = 100_000;
/// How often room is looked for when there is none.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Whom a quota belongs to: a network address or a digest of what lets a caller in.
type Owner = [u8; 16];

/// The quotas of one process.
#[derive(Clone)]
pub struct Rates(Arc<[Quota]>);

impl Rates {
    /// Full quotas of as many requests a minute as the limits name.
    #[must_use]
    pub fn of(limits: &Limits) -> Self {
        let address = Quota::of("address", limits.address_requests_a_minute, address_of);
        let caller = Quota::of("caller", limits.caller_requests_a_minute, caller_of);
        Self([address, caller].into_iter().flatten().collect())
    }

    /// Takes one request off the quotas it belongs to. Its [`ClientAddress`] must be known.
    #[must_use]
    pub fn count(&self, request: &Request) -> Counted<'_> {
        let now = Instant::now();
        let owned = self.0.iter().filter_map(|quota| Some((quota, (quota.owner)(request)?)));
        Counted(owned.map(|(quota, owner)| (quota, quota.take(owner, now))).collect())
    }
}

/// How a request stands with each quota it belongs to.
pub struct Counted<'a>(Vec<(&'a Quota, Standing)>);

impl Counted<'_> {
    /// Whose quota is spent, `address` or `caller`, and how long until one more is allowed: the
    /// longest such wait. None if the request may be answered.
    #[must_use]
    pub fn over(&self) -> Option<(&'static str, Duration)> {
        let waits =
            self.0.iter().filter_map(|(quota, standing)| Some((quota.name, standing.wait?)));
        waits.max_by_key(|(_, wait)| *wait)
    }

    /// Adds the fields of draft-ietf-httpapi-ratelimit-headers to an answer.
    pub fn tell(&self, headers: &mut HeaderMap) {
        let joined = |texts: Vec<String>| HeaderValue::try_from(texts.join(", "));
        let policies = self.0.iter().map(|(quota, _)| {
            format!("\"{}\";q={};w={}", quota.name, quota.requests, WINDOW.as_secs())
        });
        let left = self.0.iter().map(|(quota, standing)| {
            let whole = standing.full_in + Duration::from_nanos(999_999_999);
            format!("\"{}\";r={};t={}", quota.name, standing.left, whole.as_secs())
        });
        let fields =
            [(RATE_LIMIT_POLICY, joined(policies.collect())), (RATE_LIMIT, joined(left.collect()))];
        for (name, value) in fields {
            if let (false, Ok(value)) = (self.0.is_empty(), value) {
                headers.insert(name, value);
            }
        }
    }
}

/// Takes one request off the quotas it belongs to, or refuses it.
pub(super) async fn count(State(rates): State<Rates>, request: Request, next: Next) -> Response {
    let counted = rates.count(&request);
    let mut response = match counted.over() {
        None => next.run(request).await,
        Some((name, wait)) => refused(name, wait).into_response(),
    };
    counted.tell(response.headers_mut());
    response
}

fn refused(name: &str, wait: Duration) -> Problem {
    let detail = format!(
        "more requests a minute than one {name} may send; wait as Retry-After says, and see \
         RateLimit-Policy for the limits"
    );
    Problem::new(Kind::TooMany, "rate_limited", detail).retry_after(wait)
}

/// One quota for each owner.
struct Quota {
    name: &'static str,
    requests: u32,
    owner: fn(&Request) -> Option<Owner>,
    most_told_apart: usize,
    spent: Mutex<Spent>,
}

/// When each owner's quota is full again; who is not here has a full one.
struct Spent {
    full_at: HashMap<Owner, Instant>,
    swept: Option<Instant>,
}

/// How an owner stands after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Standing {
    /// Requests left now.
    left: u32,
    /// Until all of them are.
    full_in: Duration,
    /// Until this one is allowed, if it is not.
    wait: Option<Duration>,
}

impl Quota {
    fn of(name: &'static str, requests: u32, owner: fn(&Request) -> Option<Owner>) -> Option<Self> {
        let spent = Mutex::new(Spent { full_at: HashMap::new(), swept: None });
        let most_told_apart = MOST_TOLD_APART;
        (requests > 0).then_some(Self { name, requests, owner, most_told_apart, spent })
    }

    /// Takes one request off, if one is left.
    fn take(&self, owner: Owner, now: Instant) -> Standing {
        let one = WINDOW / self.requests;
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let owner = spent.place_of(owner, self.most_told_apart, now);
        let full_at = spent.full_at.get(&owner).map_or(now, |at| (*at).max(now));
        let after = full_at + one;
        let full_in = after.saturating_duration_since(now);
        if let Some(wait) = full_in.checked_sub(one * self.requests).filter(|it| !it.is_zero()) {
            let full_in = full_at.saturating_duration_since(now);
            return Standing { left: 0, full_in, wait: Some(wait) };
        }
        spent.full_at.insert(owner, after);
        let unspent = (one * self.requests).saturating_sub(full_in);
        let left = unspent.as_nanos() / one.as_nanos().max(1);
        Standing { left: u32::try_from(left).unwrap_or(self.requests), full_in, wait: None }
    }
}

impl Spent {
    /// The owner itself, or the one that all share for whom there is no place.
    fn place_of(&mut self, owner: Owner, most: usize, now: Instant) -> Owner {
        if self.full_at.len() < most || self.full_at.contains_key(&owner) {
            return owner;
        }
        if self.swept.is_none_or(|swept| now.saturating_duration_since(swept) >= SWEEP_EVERY) {
            self.swept = Some(now);
            self.full_at.retain(|_, full_at| *full_at > now);
        }
        if self.full_at.len() < most { owner } else { Owner::default() }
    }
}

/// The network that a request came from: the whole address, or the half of it that one subscriber
/// of a version 6 network has for itself.
fn address_of(request: &Request) -> Option<Owner> {
    let address = request.extensions().get::<ClientAddress>()?.0.to_canonical();
    Some(match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => {
            let mut network = address.octets();
            network[8..].fill(0);
            network
        }
    })
}

/// What lets the caller in, whether it does or not: a wrong key has a quota too.
fn caller_of(request: &Request) -> Option<Owner> {
    let headers = request.headers();
    let digest = match headers.get(AUTHORIZATION) {
        Some(value) => Sha256::digest(value.as_bytes()),
        None => Sha256::digest(session_token(headers)?.reveal().as_bytes()),
    };
    digest.first_chunk().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quota(requests: u32, most_told_apart: usize) -> Quota {
        Quota { most_told_apart, ..Quota::of("caller", requests, |_| None).unwrap() }
    }

    #[test]
    fn a_quota_is_spent_refused_and_fills_again_bit_by_bit() {
        let (quota, now) = (quota(3, 10), Instant::now());
        for left in [2, 1, 0] {
            let standing = quota.take([1; 16], now);
            assert_eq!((standing.left, standing.wait), (left, None));
        }
        let refused = quota.take([1; 16], now);
        assert_eq!(refused.wait, Some(Duration::from_secs(20)));
        assert_eq!(refused.full_in, Duration::from_secs(60));
        assert_eq!(quota.take([2; 16], now).left, 2);
        let later = now + Duration::from_secs(20);
        assert_eq!(quota.take([1; 16], later).wait, None);
        assert!(quota.take([1; 16], later).wait.is_some());
    }

    #[test]
    fn what_is_refused_costs_nothing() {
        let (quota, now) = (quota(1, 10), Instant::now());
        quota.take([1; 16], now);
        for _ in 0..100 {
            assert_eq!(quota.take([1; 16], now).wait, Some(WINDOW));
        }
    }

    #[test]
    fn memory_is_bounded_and_whoever_finds_no_place_shares_one() {
        let (quota, now) = (quota(1, 2), Instant::now());
        for owner in 1..=4 {
            quota.take([owner; 16], now);
        }
        assert!(quota.spent.lock().unwrap().full_at.len() <= 3);
        assert!(quota.take([5; 16], now).wait.is_some());
        assert_eq!(quota.take([6; 16], now + WINDOW + SWEEP_EVERY).wait, None);
        assert_eq!(quota.spent.lock().unwrap().full_at.len(), 1);
    }

    #[test]
    fn a_version_6_network_is_one_owner_and_a_mapped_address_is_its_own() {
        let owner = |address: &str| {
            let mut request = Request::new(axum::body::Body::empty());
            request.extensions_mut().insert(ClientAddress(address.parse().unwrap()));
            address_of(&request)
        };
        assert_eq!(owner("2001:db8::1"), owner("2001:db8::2"));
        assert_ne!(owner("2001:db8::1"), owner("2001:db8:0:1::1"));
        assert_eq!(owner("::ffff:192.0.2.1"), owner("192.0.2.1"));
        assert_ne!(owner("192.0.2.2"), owner("192.0.2.1"));
    }
}
