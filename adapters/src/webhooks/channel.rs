//! Sends messages to webhook endpoints over HTTPS, to public addresses only.
//!
//! Guarantees: the address that is connected to is the one that was looked at, since it is checked
//! where names become addresses; a private, loopback, link-local or otherwise reserved one is never
//! connected to, whatever a name server says and whatever the address looks like in the URL; no
//! redirect is followed, no proxy of the environment used, no cookie kept, and of an answer nothing
//! is read but its status. Absent on purpose: trying again, which the sender decides.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use billfold_app::ports::{
    AddressRefusal, LONGEST_SEND, SendFailure, Sent, WebhookChannel, WebhookMessage,
};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use reqwest::{Client, Url, redirect};

use super::signature::{
    ID_HEADER, SIGNATURE_HEADER, SignatureScheme, SigningKey, TIMESTAMP_HEADER,
};
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

/// Names to addresses, without those that are not public.
struct PublicOnly {
    private_allowed: bool,
}

/// The name leads to no public address.
#[derive(Debug, thiserror::Error)]
#[error("the name leads to no public address")]
struct NotPublic;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let private_allowed = self.private_allowed;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> =
                found.filter(|address| private_allowed || is_public(address.ip())).collect();
            if allowed.is_empty() {
                return Err(NotPublic.into());
            }
            let addresses: Addrs = Box::new(allowed.into_iter());
            Ok(addresses)
        })
    }
}

fn is_refused_address(error: &reqwest::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<NotPublic>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Whether an address is one of the public internet: not private, loopback, link-local, shared,
/// reserved, for documentation or for many.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// The special purposes of RFC 6890 and its register.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    let shared = first == 100 && (64..128).contains(&second);
    let protocol = first == 192 && second == 0 && third == 0;
    let relay = first == 192 && second == 88 && third == 99;
    let benchmark = first == 198 && (18..20).contains(&second);
    !(first == 0
        || first >= 240
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        || shared
        || protocol
        || relay
        || benchmark)
}

/// Global unicast (2000::/3) without what carries a version 4 address, tunnels or stands in books.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let special = first == 0x2001 && second < 0x0200;
    let book = first == 0x2001 && second == 0x0db8 || first == 0x3fff && second < 0x1000;
    let sixth_to_fourth = first == 0x2002;
    (0x2000..0x4000).contains(&first) && !special && !book && !sixth_to_fourth
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_public_internet_are_public() {
        for address in ["8.8.8.8", "100.63.0.1", "198.20.0.1", "2606:4700::1111", "2a00:1450::1"] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
        for address in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "127.8.8.8",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "203.0.113.7",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2001:db8::1",
            "2001::1",
            "2002:7f00:1::",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

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

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_is_refused_where_it_is_connected() {
        let resolver = PublicOnly { private_allowed: false };
        let refused = resolver.resolve("localhost".parse().unwrap()).await.err().unwrap();
        assert!(refused.is::<NotPublic>(), "{refused}");
    }
}
