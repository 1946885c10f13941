//! The session cookie.
//!
//! Guarantees: scripts cannot read it (`HttpOnly`), other sites cannot make a browser change
//! something with it (`SameSite=Lax` and the CSRF token), and over TLS it never leaves it
//! (`Secure`).

use std::time::Duration;

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use billfold_app::access::Secret;

/// The cookie's name.
pub const SESSION_COOKIE: &str = "billfold_session";

/// How cookies are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CookiePolicy {
    /// Whether browsers reach the server by TLS; then they must not send the cookie otherwise.
    pub secure: bool,
}

impl CookiePolicy {
    /// The `Set-Cookie` that begins a session.
    #[must_use]
    pub fn begin(self, token: &Secret, lasts: Duration) -> Option<HeaderValue> {
        self.set(token.reveal(), lasts.as_secs())
    }

    /// The `Set-Cookie` that ends it.
    #[must_use]
    pub fn end(self) -> Option<HeaderValue> {
        self.set("", 0)
    }

    fn set(self, value: &str, max_age_s: u64) -> Option<HeaderValue> {
        let secure = if self.secure { "; Secure" } else { "" };
        let text = format!(
            "{SESSION_COOKIE}={value}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Lax{secure}"
        );
        let mut header = HeaderValue::try_from(text).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

/// The session token among the cookies of a request.
#[must_use]
pub fn session_token(headers: &HeaderMap) -> Option<Secret> {
    let pairs = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut values = pairs.flat_map(|text| text.split(';')).filter_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == SESSION_COOKIE && !value.is_empty()).then_some(value)
    });
    values.next().map(Secret::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_out_of_reach_for_scripts_and_other_sites() {
        let plain = CookiePolicy { secure: false };
        let cookie = plain.begin(&Secret::new("abc"), Duration::from_secs(60)).unwrap();
        let expected = "billfold_session=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax";
        assert_eq!(cookie.to_str().unwrap(), expected);
        assert!(CookiePolicy { secure: true }.end().unwrap().to_str().unwrap().ends_with("Secure"));
    }

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let mut headers = HeaderMap::new();
        assert!(session_token(&headers).is_none());
        headers.insert(COOKIE, HeaderValue::from_static("a=b; billfold_session=abc; c"));
        assert_eq!(session_token(&headers).unwrap().reveal(), "abc");
    }
}
