//! TLS for everything that calls out: rustls with ring, and the roots that browsers know.
//!
//! Absent on purpose: certificates of the machine, so that every one of ours trusts the same.

use std::sync::{Arc, LazyLock};

use rustls::crypto::CryptoProvider;
use rustls::{ClientConfig, RootCertStore};

static PROVIDER: LazyLock<Arc<CryptoProvider>> =
    LazyLock::new(|| Arc::new(rustls::crypto::ring::default_provider()));

/// Makes ring what a client of this process uses that does not say otherwise; without it such a
/// client cannot be made. A repeat changes nothing.
pub fn provide() {
    // Somebody else of this process was faster.
    let _ = PROVIDER.as_ref().clone().install_default();
}

/// The settings of a client.
///
/// # Errors
/// The protocol versions do not fit the provider.
pub(crate) fn client() -> Result<ClientConfig, rustls::Error> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    Ok(ClientConfig::builder_with_provider(Arc::clone(&PROVIDER))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}
