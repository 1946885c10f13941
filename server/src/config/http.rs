//! What is served, and where.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

use serde::{Deserialize, Serialize};

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
    /// How long requests that run may take to end when the program is stopped, in seconds.
    pub shutdown_seconds: u64,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 8420)),
            public_url: None,
            trusted_proxies: 0,
            shutdown_seconds: 20,
        }
    }
}
