//! Identity providers that vouch for staff: OpenID Connect, authorization code with PKCE.
//!
//! Guarantees: a provider is found by discovery at its issuer, over TLS unless it is this machine;
//! no redirect is followed; an answer is read up to a limit. Absent on purpose: other flows, user
//! info endpoints and sign-out at the provider.
//!
//! The crates of the field bring an implementation of RSA with an open advisory; what is needed of
//! them here is one request and one signature, which `ring` checks.

mod id_token;
mod provider;

pub use provider::{OidcProvider, OidcProviders, ProviderSettings, Unusable};
