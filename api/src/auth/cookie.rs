//! The session cookie.
//!
//! Guarantees: scripts cannot read it (`HttpOnly`), other sites cannot make a browser change
//! something with it (`SameSite=Lax` and the CSRF token). Over TLS the layers guard its name.

use std::time::Duration;

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use billfold_app::access::{Access, Secret, SignedIn};
use billfold_app::commands::RequestOrigin;

/// The cookie's name.
pub const SESSION_COOKIE: &str = "billfold_session";
/// That of clients, who sign in apart from staff.
pub const CLIENT_COOKIE: &str = "billfold_client";

/// The `Set-Cookie` of somebody who just signed in. The session that their browser had so far, as
/// staff or as client alike, ends: nobody is left signed in behind whoever comes (ASVS 7.2.4).
pub async fn comes_in(
    access: &Access,
    headers: &HeaderMap,
    signed_in: &SignedIn,
    origin: &RequestOrigin,
) -> Option<HeaderValue> {
    let client = signed_in.identity.client().is_some();
    let earlier = if client { client_token(headers) } else { session_token(headers) };
    if let Some(token) = earlier
        && let Err(error) = access.sign_out(&token, origin).await
    {
        tracing::warn!(%error, "the earlier session of a browser goes on until its end");
    }
    begins(client, &signed_in.token, signed_in.lasts)
}

/// What a browser is told when somebody leaves, a client or staff: to forget the cookie, and what
/// pages kept (ASVS 14.3.1). Caches hold no page of anybody, so they may stay.
#[must_use]
pub fn leaves(client: bool) -> HeaderMap {
    let mut told = HeaderMap::new();
    told.insert("clear-site-data", HeaderValue::from_static("\"storage\""));
    if let Some(cookie) = begins(client, &Secret::new(""), Duration::ZERO) {
        told.insert(SET_COOKIE, cookie);
    }
    told
}

fn begins(client: bool, token: &Secret, lasts: Duration) -> Option<HeaderValue> {
    let name = if client { CLIENT_COOKIE } else { SESSION_COOKIE };
    set(name, token.reveal(), lasts.as_secs())
}

fn set(name: &str, value: &str, max_age_s: u64) -> Option<HeaderValue> {
    let text = format!("{name}={value}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Lax");
    let mut header = HeaderValue::try_from(text).ok()?;
    header.set_sensitive(true);
    Some(header)
}

/// The session token among the cookies of a request.
#[must_use]
pub fn session_token(headers: &HeaderMap) -> Option<Secret> {
    cookie(headers, SESSION_COOKIE)
}

/// The same of a client.
#[must_use]
pub fn client_token(headers: &HeaderMap) -> Option<Secret> {
    cookie(headers, CLIENT_COOKIE)
}

fn cookie(headers: &HeaderMap, wanted: &str) -> Option<Secret> {
    let pairs = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut values = pairs.flat_map(|text| text.split(';')).filter_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == wanted && !value.is_empty()).then_some(value)
    });
    values.next().map(Secret::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_out_of_reach_for_scripts_and_other_sites() {
        let cookie = begins(false, &Secret::new("abc"), Duration::from_secs(60)).unwrap();
        let expected = "billfold_session=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax";
        assert_eq!(cookie.to_str().unwrap(), expected);
        let left = leaves(false);
        assert!(left[SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
    }

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let mut headers = HeaderMap::new();
        assert!(session_token(&headers).is_none());
        headers.insert(COOKIE, HeaderValue::from_static("a=b; billfold_session=abc; c"));
        assert_eq!(session_token(&headers).unwrap().reveal(), "abc");
    }
}
