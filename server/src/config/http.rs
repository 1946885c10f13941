//! What is served, and where.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

use serde::{Deserialize, Serialize};

use super::ConfigError;

/// What is served, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// Address and port to listen on; only this machine by default.
    pub listen: SocketAddr,
    /// The address users see, when a proxy stands in front; it decides whether cookies are
    /// `Secure`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// Proxies in front of the program that tell the client's address truly.
    pub trusted_proxies: u8,
    /// Requests a minute of one address to the API; 0 for no limit.
    pub address_requests_a_minute: u32,
    /// Requests a minute of one key or session to the API; 0 for no limit.
    pub caller_requests_a_minute: u32,
    /// Requests to the API being answered at a time; one more is answered "busy".
    pub requests_at_once: usize,
    /// Connections that follow events at a time; one more is answered "busy".
    pub feeds_at_once: usize,
    /// How long one request to the API may take, in seconds.
    pub request_seconds: u64,
    /// How large the body of a request to the API may be, in KiB.
    pub largest_body_kib: usize,
    /// Origins whose pages may call the API from a browser, each exactly as the browser names it,
    /// such as `https://app.example`; with commas between in the environment.
    pub cors_origins: Vec<String>,
    /// How long requests that run may take to end when the program is stopped, in seconds.
    pub shutdown_seconds: u64,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 8420)),
            public_url: None,
            trusted_proxies: 0,
            address_requests_a_minute: 12_000,
            caller_requests_a_minute: 6_000,
            requests_at_once: 1024,
            feeds_at_once: 256,
            request_seconds: 30,
            largest_body_kib: 1024,
            cors_origins: Vec::new(),
            shutdown_seconds: 20,
        }
    }
}

impl Http {
    /// Whether every origin is one: `*` and addresses of pages are not.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        match self.cors_origins.iter().find(|origin| !is_origin(origin)) {
            None => Ok(()),
            Some(origin) => Err(ConfigError::Origin { origin: origin.clone() }),
        }
    }
}

/// `https://app.example` or `http://localhost:3000`: scheme, host and port as a browser sends them.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| {
        let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-:[]".contains(&b);
        !host.is_empty() && host.bytes().all(legal)
    })
}
