//! Identity providers and the site of passkeys, made from the settings.

use std::fs;
use std::sync::Arc;

use anyhow::Context as _;
use billfold_adapters::identity::{OidcProvider, OidcProviders, ProviderSettings};
use billfold_app::access::{PasskeySite, Secret};
use billfold_app::ports::IdentityProviders;

use crate::cli::Context;
use crate::config::{Http, Provider};

/// The providers of the settings; none is asked for anything yet.
///
/// # Errors
/// A provider that cannot be used, or whose password cannot be read.
pub(super) fn providers(context: &Context) -> anyhow::Result<Arc<dyn IdentityProviders>> {
    let public_url = context.config.http.public_url.as_deref().unwrap_or_default();
    let mut providers = Vec::new();
    for provider in &context.config.identity.providers {
        let made = OidcProvider::try_new(settings(provider, public_url.trim_end_matches('/'))?);
        providers.push(made.with_context(|| format!("identity.providers {}", provider.key))?);
    }
    Ok(Arc::new(OidcProviders::new(providers)))
}

fn settings(provider: &Provider, public_url: &str) -> anyhow::Result<ProviderSettings> {
    let client_secret = match &provider.client_secret_file {
        Some(file) => {
            let unread =
                || format!("identity.providers.client_secret_file: cannot read {}", file.display());
            let secret = fs::read_to_string(file).with_context(unread)?;
            Some(Secret::new(secret.trim_end_matches(['\r', '\n'])))
        }
        None => None,
    };
    Ok(ProviderSettings {
        key: provider.key.clone(),
        name: provider.name.clone(),
        issuer: provider.issuer.clone(),
        client_id: provider.client_id.clone(),
        client_secret,
        redirect: format!("{public_url}/admin/sign-in/with/{}/back", provider.key),
    })
}

/// The origin that people see, and the host in it; this machine, if nothing is said.
pub(super) fn passkey_site(http: &Http) -> PasskeySite {
    let here = || format!("http://localhost:{}", http.listen.port());
    let origin = http.public_url.clone().unwrap_or_else(here);
    let (scheme, rest) = origin.split_once("://").unwrap_or(("https", origin.as_str()));
    let authority = rest.split('/').next().unwrap_or_default();
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    PasskeySite { origin: format!("{scheme}://{authority}"), rp_id: host.to_owned() }
}
