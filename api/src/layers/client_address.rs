//! Where a request came from.
//!
//! Guarantees: what a client claims is never believed; only what as many proxies as are trusted
//! have added at the end of `X-Forwarded-For`.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use axum::http::HeaderMap;

/// The header to which each proxy adds the address it was called from.
const FORWARDED: &str = "x-forwarded-for";

/// The address of the client, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// The address behind `proxies` trusted ones; none if the connection's is not known.
    #[must_use]
    pub fn of(request: &Request, proxies: u8) -> Option<Self> {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        match proxies {
            0 => peer.map(Self),
            proxies => forwarded(request.headers(), usize::from(proxies)).or(peer).map(Self),
        }
    }
}

/// The address that the outermost of the trusted proxies was called from.
fn forwarded(headers: &HeaderMap, proxies: usize) -> Option<IpAddr> {
    let texts = headers.get_all(FORWARDED).iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = texts.flat_map(|text| text.split(',')).map(str::trim).collect();
    hops.len().checked_sub(proxies).and_then(|at| hops.get(at)?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn behind(proxies: u8, header: Option<&str>) -> Option<String> {
        let mut request = Request::new(axum::body::Body::empty());
        let peer: SocketAddr = "10.0.0.1:4000".parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        if let Some(header) = header {
            request.headers_mut().insert(FORWARDED, header.parse().unwrap());
        }
        ClientAddress::of(&request, proxies).map(|address| address.0.to_string())
    }

    #[test]
    fn only_what_trusted_proxies_added_is_believed() {
        let header = Some("6.6.6.6, 203.0.113.7, 10.0.0.9");
        assert_eq!(behind(0, header).as_deref(), Some("10.0.0.1"));
        assert_eq!(behind(1, header).as_deref(), Some("10.0.0.9"));
        assert_eq!(behind(2, header).as_deref(), Some("203.0.113.7"));
        assert_eq!(behind(2, None).as_deref(), Some("10.0.0.1"));
        assert_eq!(behind(1, Some("nonsense")).as_deref(), Some("10.0.0.1"));
    }
}
