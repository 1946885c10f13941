//! The one way out for drivers.
//!
//! Guarantees: what a failed call means is told as certain as it is ([`CallFailure`]): nothing
//! happened where no connection was made, anything may have happened where one broke off; no
//! redirect is followed, no proxy of the environment used, no cookie kept; an answer of more than
//! [`LARGEST`] bytes is not read; private addresses are called only where the installation allows
//! it; no error holds a query, a header or a body, because secrets travel in them.

use std::sync::Arc;
use std::time::Duration;

use billfold_app::ports::driver::{CallFailure, Why};
use chrono::{DateTime, Utc};
use reqwest::header::HeaderMap;
use reqwest::{Client, RequestBuilder, Url, redirect};
use serde::de::DeserializeOwned;

use crate::addresses::{PublicOnly, is_public, is_refused_address};
use crate::tls;

/// How long connecting may take.
const LONGEST_CONNECT: Duration = Duration::from_secs(5);
/// Bytes of an answer at most.
const LARGEST: usize = 2 * 1024 * 1024;
/// How long a provider may ask us to wait.
const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 3600);

/// The way out. A clone shares its connections.
#[derive(Clone, Debug)]
pub struct Outbound {
    http: Client,
    private_allowed: bool,
}

/// Why the way out could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the client for drivers cannot be made")]
pub struct NoOutbound(#[source] Box<dyn std::error::Error + Send + Sync>);

/// What a provider answered.
#[derive(Debug)]
pub(crate) struct Reply {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The headers.
    pub(crate) headers: HeaderMap,
    /// The body.
    pub(crate) body: Vec<u8>,
    /// Host and path that answered, for errors.
    place: String,
}

impl Outbound {
    /// To public addresses over TLS, or, where the installation allows it, to every address, and
    /// in clear to those that are not public.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub fn try_new(private_allowed: bool) -> Result<Self, NoOutbound> {
        let http = Client::builder()
            .tls_backend_preconfigured(tls::client().map_err(|error| NoOutbound(error.into()))?)
            .dns_resolver(Arc::new(PublicOnly { private_allowed }))
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(LONGEST_CONNECT)
            .user_agent("Billfold")
            .build()
            .map_err(|error| NoOutbound(error.into()))?;
        Ok(Self { http, private_allowed })
    }

    /// To begin a request with; [`Outbound::send`] sends it.
    pub(crate) fn http(&self) -> &Client {
        &self.http
    }

    /// Sends a request and reads the answer, whatever its status.
    pub(crate) async fn send(
        &self,
        request: RequestBuilder,
        longest: Duration,
    ) -> Result<Reply, CallFailure> {
        let request = request.timeout(longest).build().map_err(|_| misconfigured("address"))?;
        self.look_at(request.url())?;
        let place = place(request.url());
        let mut answer =
            self.http.execute(request).await.map_err(|error| failure(&error, &place))?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| failure(&error, &place))? {
            if body.len() + chunk.len() > LARGEST {
                let why = Why::new("too_long", format!("{place} answered more than 2 MiB"));
                return Err(CallFailure::Unknown { why: why.status(status) });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Reply { status, headers, body, place })
    }

    fn look_at(&self, url: &Url) -> Result<(), CallFailure> {
        let host = url.host_str().ok_or_else(|| misconfigured("address"))?;
        if self.private_allowed {
            return Ok(());
        }
        if url.scheme() != "https" {
            return Err(misconfigured("not_encrypted"));
        }
        // An address in the URL is asked of no name server.
        let literal: Option<std::net::IpAddr> = host.trim_matches(['[', ']']).parse().ok();
        if literal.is_some_and(|address| !is_public(address)) {
            return Err(misconfigured("not_public"));
        }
        Ok(())
    }
}

impl Reply {
    /// The answer, unless its status alone says that there is none: a redirect leads to a page to
    /// sign in at, 401 and 403 mean wrong settings, 429 that nothing was done, 5xx that anything
    /// may have been. A driver that knows better looks first.
    pub(crate) fn triage(self, now: DateTime<Utc>) -> Result<Self, CallFailure> {
        match self.status {
            300..=399 => Err(CallFailure::Misconfigured { why: self.why("redirected", "") }),
            401 | 403 => Err(CallFailure::Misconfigured { why: self.why("not_let_in", "") }),
            429 => {
                let after = self.pause(now);
                Err(CallFailure::NotSent { why: self.why("too_many_requests", ""), after })
            }
            500.. => Err(CallFailure::Unknown { why: self.why("server_error", "") }),
            _ => Ok(self),
        }
    }

    /// The body as JSON; what cannot be read leaves the outcome unknown.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, CallFailure> {
        serde_json::from_slice(&self.body).map_err(|_| self.unreadable())
    }

    /// The answer says nothing that is understood.
    pub(crate) fn unreadable(&self) -> CallFailure {
        CallFailure::Unknown { why: self.why("unreadable", "its answer cannot be read") }
    }

    /// What happened, with the status. The text must hold neither secrets nor personal data.
    pub(crate) fn why(&self, code: &str, text: &str) -> Why {
        let text = match text {
            "" => format!("{} answered {}", self.place, self.status),
            text => text.to_owned(),
        };
        Why::new(code, text).status(self.status).request(self.header("request-id"))
    }

    /// A header in readable letters.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// How long `Retry-After` asks to wait: in seconds, or until a date (RFC 9110 §10.2.3).
    pub(crate) fn pause(&self, now: DateTime<Utc>) -> Option<Duration> {
        let text = self.header("retry-after")?.trim();
        let asked = match text.parse::<u64>() {
            Ok(seconds) => Duration::from_secs(seconds),
            Err(_) => {
                let until = DateTime::parse_from_rfc2822(text).ok()?;
                (until.with_timezone(&Utc) - now).to_std().unwrap_or_default()
            }
        };
        Some(asked.min(LONGEST_PAUSE))
    }
}

/// Host and path: a query may hold secrets.
fn place(url: &Url) -> String {
    format!("{}{}", url.host_str().unwrap_or_default(), url.path())
}

fn misconfigured(code: &'static str) -> CallFailure {
    let says = match code {
        "not_encrypted" => "the address of the provider must begin with https://",
        "not_public" => "the address of the provider is not public; the installation refuses it",
        _ => "the address of the provider is not an address",
    };
    CallFailure::Misconfigured { why: Why::new(code, says) }
}

fn failure(error: &reqwest::Error, place: &str) -> CallFailure {
    if is_refused_address(error) {
        return misconfigured("not_public");
    }
    if error.is_connect() {
        let why = Why::new("no_connection", format!("{place} cannot be reached"));
        return CallFailure::NotSent { why, after: None };
    }
    let why = if error.is_timeout() {
        Why::new("timeout", format!("{place} did not answer in time"))
    } else {
        Why::new("cut_off", format!("the connection to {place} broke off"))
    };
    CallFailure::Unknown { why }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use chrono::TimeZone;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    const LONGEST: Duration = Duration::from_millis(400);

    /// Answers the first request with these bytes, then closes; nothing for none.
    async fn peer(answer: Option<&'static str>) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = [0_u8; 2048];
            let _ = stream.read(&mut asked).await.unwrap();
            match answer {
                Some(answer) => stream.write_all(answer.as_bytes()).await.unwrap(),
                None => std::future::pending().await,
            }
        });
        address
    }

    async fn ask(address: SocketAddr) -> Result<Reply, CallFailure> {
        let out = Outbound::try_new(true).unwrap();
        let url = format!("http://{address}/charge?store_passwd=hunter2");
        let request = out.http().post(url).bearer_auth("sk_live_x").body("card=4242");
        out.send(request, LONGEST).await
    }

    fn now() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 24, 12, 0, 0).unwrap()
    }

    #[tokio::test]
    async fn a_refused_connection_was_not_sent() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        assert!(matches!(ask(address).await, Err(CallFailure::NotSent { .. })));
    }

    #[tokio::test]
    async fn a_cut_connection_a_silent_peer_and_an_unreadable_answer_leave_it_unknown() {
        for answer in [Some(""), Some("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{\"id\""), None]
        {
            let failed = ask(peer(answer).await).await.err();
            assert!(matches!(failed, Some(CallFailure::Unknown { .. })), "{answer:?}: {failed:?}");
        }
        let reply =
            ask(peer(Some("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n<html")).await).await;
        let read = reply.unwrap().json::<serde_json::Value>();
        assert!(matches!(read, Err(CallFailure::Unknown { .. })));
    }

    #[tokio::test]
    async fn the_status_says_what_is_certain() {
        let of = async |answer| ask(peer(Some(answer)).await).await.unwrap().triage(now());
        let redirect = "HTTP/1.1 302 Found\r\nlocation: /login\r\ncontent-length: 0\r\n\r\n";
        assert!(matches!(of(redirect).await, Err(CallFailure::Misconfigured { .. })));
        let stranger = "HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n";
        assert!(matches!(of(stranger).await, Err(CallFailure::Misconfigured { .. })));
        let broken = "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n";
        assert!(matches!(of(broken).await, Err(CallFailure::Unknown { .. })));
        let declined = "HTTP/1.1 402 Payment Required\r\ncontent-length: 0\r\n\r\n";
        assert_eq!(of(declined).await.unwrap().status, 402);
    }

    #[tokio::test]
    async fn a_pause_is_asked_for_in_seconds_or_by_a_date() {
        for (header, seconds) in
            [("7", 7), ("Tue, 24 Nov 2026 12:01:30 GMT", 90), ("99999999999", 24 * 3600)]
        {
            let status = "HTTP/1.1 429 Too Many Requests";
            let answer = format!("{status}\r\nretry-after: {header}\r\ncontent-length: 0\r\n\r\n");
            let reply = ask(peer(Some(answer.leak())).await).await.unwrap();
            let failed = reply.triage(now()).err();
            let Some(CallFailure::NotSent { after, .. }) = failed else { panic!("{failed:?}") };
            assert_eq!(after, Some(Duration::from_secs(seconds)));
        }
    }

    #[tokio::test]
    async fn no_error_holds_a_query_a_header_or_a_body() {
        for answer in [None, Some(""), Some("HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n")] {
            let failed = match ask(peer(answer).await).await {
                Ok(reply) => reply.triage(now()).err().unwrap(),
                Err(failed) => failed,
            };
            let says = format!("{failed} {failed:?}");
            assert!(says.contains("/charge"), "{says}");
            for secret in ["hunter2", "sk_live", "4242"] {
                assert!(!says.contains(secret), "{says}");
            }
        }
    }

    #[tokio::test]
    async fn private_addresses_and_such_in_clear_are_called_only_where_that_is_allowed() {
        let out = Outbound::try_new(false).unwrap();
        for url in ["http://shop.example/", "https://127.0.0.1/", "https://[::1]/"] {
            let failed = out.send(out.http().get(url), LONGEST).await.err();
            assert!(matches!(failed, Some(CallFailure::Misconfigured { .. })), "{url}");
        }
    }
}
