//! Sends messages to webhook endpoints over HTTPS, to public addresses only.
//!
//! Guarantees: the address that is connected to is the one that was looked at, since it is checked
//! where names become addresses; a private, loopback, link-local or otherwise reserved one is never
//! connected to, whatever a name server says and whatever the address looks like in the URL; no
//! redirect is followed, no proxy of the environment used, no cookie kept, and of an answer nothing
//! is read but its status. Absent on purpose: trying again, which the sender decides.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use billfold_app::ports::{
    AddressRefusal, LONGEST_SEND, SendFailure, Sent, WebhookChannel, WebhookMessage,
};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use reqwest::{Client, Url, redirect};

use super::signature::{
    ID_HEADER, SIGNATURE_HEADER, SignatureScheme, SigningKey, TIMESTAMP_HEADER,
};
use crate::addresses::{PublicOnly, is_public, is_refused_address};
use crate::tls;

/// How long connecting may take.
const LONGEST_CONNECT: Duration = Duration::from_secs(5);
/// Connections kept open to one endpoint.
const KEPT_OPEN: usize = 1;

/// The way to webhook endpoints.
pub struct HttpsChannel {
    http: Client,
    private_allowed: bool,
}

/// Why the way out could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the client for webhooks cannot be made")]
pub struct NoChannel(#[source] Box<dyn std::error::Error + Send + Sync>);

impl HttpsChannel {
    /// To public addresses, over TLS.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub fn try_new() -> Result<Self, NoChannel> {
        Self::of(false)
    }

    /// To every address, and in clear: for tests, whose endpoints are on this machine.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub fn to_private_addresses_for_tests() -> Result<Self, NoChannel> {
        Self::of(true)
    }

    fn of(private_allowed: bool) -> Result<Self, NoChannel> {
        let http = Client::builder()
            .tls_backend_preconfigured(tls::client().map_err(|error| NoChannel(error.into()))?)
            .https_only(!private_allowed)
            .dns_resolver(Arc::new(PublicOnly { private_allowed }))
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(LONGEST_CONNECT)
            .timeout(LONGEST_SEND)
            .pool_max_idle_per_host(KEPT_OPEN)
            .build()
            .map_err(|error| NoChannel(error.into()))?;
        Ok(Self { http, private_allowed })
    }

    fn look_at(&self, url: &str) -> Result<Url, AddressRefusal> {
        let url = Url::parse(url).map_err(|_| AddressRefusal::Malformed)?;
        let host = url.host_str().ok_or(AddressRefusal::Malformed)?;
        if self.private_allowed {
            return Ok(url);
        }
        if url.scheme() != "https" {
            return Err(AddressRefusal::NotEncrypted);
        }
        // An address in the URL is asked of no name server.
        let literal: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
        let local = host.trim_end_matches('.').rsplit('.').next();
        let local = local.is_some_and(|top| matches!(top, "localhost" | "local" | "internal"));
        if local || literal.is_some_and(|address| !is_public(address)) {
            return Err(AddressRefusal::NotPublic);
        }
        Ok(url)
    }
}

#[async_trait]
impl WebhookChannel for HttpsChannel {
    async fn check(&self, url: &str) -> Result<(), AddressRefusal> {
        let url = self.look_at(url)?;
        let (Some(host), false) = (url.domain(), self.private_allowed) else { return Ok(()) };
        let port = url.port_or_known_default().unwrap_or(443);
        // A name that nobody knows now may be known when something is sent.
        let Ok(found) = tokio::net::lookup_host((host, port)).await else { return Ok(()) };
        let all: Vec<SocketAddr> = found.collect();
        let public = all.is_empty() || all.iter().any(|address| is_public(address.ip()));
        if public { Ok(()) } else { Err(AddressRefusal::NotPublic) }
    }

    async fn send(&self, message: &WebhookMessage) -> Sent {
        let Ok(url) = self.look_at(&message.url) else {
            return Sent::Failed(SendFailure::Address);
        };
        let Some(headers) = signed(message) else {
            return Sent::Failed(SendFailure::Connection);
        };
        let request = self.http.post(url).headers(headers).body(message.body.clone());
        match request.send().await {
            Ok(answer) if answer.status().is_success() => Sent::Accepted(answer.status().as_u16()),
            Ok(answer) => Sent::Refused(answer.status().as_u16()),
            Err(error) if is_refused_address(&error) => Sent::Failed(SendFailure::Address),
            Err(error) if error.is_timeout() => Sent::Failed(SendFailure::Timeout),
            Err(_) => Sent::Failed(SendFailure::Connection),
        }
    }
}

/// The headers of Standard Webhooks, with a signature by each secret.
fn signed(message: &WebhookMessage) -> Option<HeaderMap> {
    let timestamp = message.timestamp.to_string();
    let mut signatures = Vec::with_capacity(message.secrets.len());
    for secret in &message.secrets {
        let key = SigningKey::try_new(
            SignatureScheme::Standard,
            secret.reveal(),
            SigningKey::TOLERANCE_SECONDS,
        );
        let key = key.ok()?;
        signatures.push(key.sign_standard(&message.id, &timestamp, message.body.as_bytes()));
    }
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(USER_AGENT, HeaderValue::from_static("Billfold"));
    headers.insert(ID_HEADER, HeaderValue::try_from(&message.id).ok()?);
    headers.insert(TIMESTAMP_HEADER, HeaderValue::try_from(timestamp).ok()?);
    headers.insert(SIGNATURE_HEADER, HeaderValue::try_from(signatures.join(" ")).ok()?);
    Some(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_in_clear_a_local_name_and_a_disguised_number_are_not_called() {
        let channel = HttpsChannel::try_new().unwrap();
        for (url, refusal) in [
            ("nonsense", AddressRefusal::Malformed),
            ("http://shop.example/", AddressRefusal::NotEncrypted),
            ("https://localhost/", AddressRefusal::NotPublic),
            ("https://db.internal./", AddressRefusal::NotPublic),
            ("https://127.0.0.1/", AddressRefusal::NotPublic),
            ("https://2130706433/", AddressRefusal::NotPublic),
            ("https://0x7f.1/", AddressRefusal::NotPublic),
            ("https://[::1]/", AddressRefusal::NotPublic),
            ("https://[::ffff:169.254.169.254]/", AddressRefusal::NotPublic),
        ] {
            assert_eq!(channel.check(url).await, Err(refusal), "{url}");
            let secrets = Vec::new();
            let (url, id, body) = (url.to_owned(), "evt_1".to_owned(), "{}".to_owned());
            let message = WebhookMessage { url, id, timestamp: 0, body, secrets };
            assert_eq!(channel.send(&message).await, Sent::Failed(SendFailure::Address));
        }
        assert_eq!(channel.check("https://8.8.8.8/hooks").await, Ok(()));
    }
}
