//! Over TLS a browser keeps our cookies under guarded names.
//!
//! Guarantees: what leaves is named `__Host-…` and marked `Secure`, so that a browser takes and
//! sends it for this very host over TLS alone; what arrives under the bare name was planted by
//! somebody else, a neighbour name or a connection in clear, and is dropped. Inside, cookies have
//! bare names (RFC 6265bis §4.1.3). Our cookies are for every address, as that prefix asks. Absent
//! on purpose: cookies of others, which pass as they are.

use axum::extract::Request;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

/// What the names of our cookies begin with.
const OURS: &str = "billfold_";
const PREFIX: &str = "__Host-";

/// The layer, for a server that browsers reach by TLS.
pub async fn guard_cookies(mut request: Request, next: Next) -> Response {
    bare(request.headers_mut());
    let mut response = next.run(request).await;
    guarded(response.headers_mut());
    response
}

fn bare(headers: &mut HeaderMap) {
    let texts: Vec<String> = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| Some(value.to_str().ok()?.to_owned()))
        .collect();
    headers.remove(COOKIE);
    let pairs = texts.iter().flat_map(|text| text.split(';')).map(str::trim);
    let known: Vec<&str> = pairs.filter_map(inside).collect();
    if let Ok(value) = HeaderValue::try_from(known.join("; "))
        && !known.is_empty()
    {
        headers.insert(COOKIE, value);
    }
}

/// A pair under the name that the rest of the program knows; nothing if it is not to be believed.
fn inside(pair: &str) -> Option<&str> {
    match pair.strip_prefix(PREFIX).filter(|own| own.starts_with(OURS)) {
        Some(own) => Some(own),
        None => (!pair.starts_with(OURS)).then_some(pair),
    }
}

fn guarded(headers: &mut HeaderMap) {
    let set: Vec<HeaderValue> = headers.get_all(SET_COOKIE).iter().cloned().collect();
    headers.remove(SET_COOKIE);
    for value in set {
        headers.append(SET_COOKIE, outside(&value).unwrap_or(value));
    }
}

/// The cookie under its guarded name; nothing for one that is not ours.
fn outside(value: &HeaderValue) -> Option<HeaderValue> {
    let text = value.to_str().ok().filter(|text| text.starts_with(OURS))?;
    let mut guarded = HeaderValue::try_from(format!("{PREFIX}{text}; Secure")).ok()?;
    guarded.set_sensitive(true);
    Some(guarded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &'static str) -> String {
        let mut headers = HeaderMap::from_iter([(SET_COOKIE, HeaderValue::from_static(text))]);
        guarded(&mut headers);
        headers[SET_COOKIE].to_str().unwrap().to_owned()
    }

    fn sent(text: &'static str) -> Option<String> {
        let mut headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_static(text))]);
        bare(&mut headers);
        Some(headers.get(COOKIE)?.to_str().unwrap().to_owned())
    }

    #[test]
    fn a_cookie_of_ours_leaves_under_a_guarded_name() {
        assert_eq!(
            set("billfold_session=a; Path=/; HttpOnly"),
            "__Host-billfold_session=a; Path=/; HttpOnly; Secure"
        );
        assert_eq!(set("other=a; Path=/"), "other=a; Path=/");
    }

    #[test]
    fn a_cookie_that_somebody_else_could_have_planted_is_not_believed() {
        assert_eq!(
            sent("__Host-billfold_session=a; x=1; __Host-billfold_sign_in=b").unwrap(),
            "billfold_session=a; x=1; billfold_sign_in=b"
        );
        assert_eq!(sent("billfold_session=planted"), None);
        assert_eq!(
            sent("billfold_session=planted; __Host-billfold_session=a").unwrap(),
            "billfold_session=a"
        );
    }
}
