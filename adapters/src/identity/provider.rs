//! A provider: found by discovery, visited by browsers, asked for what a code stands for.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use billfold_app::access::Secret;
use billfold_app::ports::{
    IdentityProviders, ProviderFailure, ProviderName, ProviderReturn, ProviderVisit, Vouched,
};
use reqwest::{Client, RequestBuilder, Url, redirect};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;

use super::id_token::{Expected, Keys, Refusal, read};
use crate::mail::smtp::is_here;
use crate::tls;

/// How long a request may take.
const LONGEST: Duration = Duration::from_secs(10);
/// Bytes of an answer at most.
const LARGEST: usize = 256 * 1024;
/// How long what was discovered is used.
const FRESH: Duration = Duration::from_secs(3600);
/// How old keys must be before others are asked for, because a token names one that is not there.
const OLD_ENOUGH: Duration = Duration::from_secs(30);

/// What is known of a provider beforehand.
#[derive(Clone, Debug)]
pub struct ProviderSettings {
    /// Its key in addresses: small letters, digits and hyphens.
    pub key: String,
    /// What its button says.
    pub name: String,
    /// Its issuer, exactly as it names itself.
    pub issuer: String,
    /// Our name with it.
    pub client_id: String,
    /// Our password with it; none for a public client.
    pub client_secret: Option<Secret>,
    /// Where it sends browsers back to.
    pub redirect: String,
}

/// A provider that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// Its issuer is no address, or one in clear that is not this machine.
    #[error("{issuer} is no issuer: give its address, beginning with https://")]
    Issuer {
        /// What was given.
        issuer: String,
    },
    /// TLS cannot be set up.
    #[error("the client for identity providers cannot be made")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The providers of the settings.
#[derive(Default)]
pub struct OidcProviders(Vec<OidcProvider>);

/// One of them.
pub struct OidcProvider {
    settings: ProviderSettings,
    http: Client,
    known: Mutex<Option<Arc<Known>>>,
}

#[derive(Deserialize)]
struct Discovered {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
}

struct Known {
    at: Instant,
    discovered: Discovered,
    keys: Keys,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

impl OidcProviders {
    /// All of them; nothing is asked of one before somebody visits it.
    #[must_use]
    pub fn new(providers: Vec<OidcProvider>) -> Self {
        Self(providers)
    }

    fn find(&self, key: &str) -> Result<&OidcProvider, ProviderFailure> {
        let found = self.0.iter().find(|provider| provider.settings.key == key);
        found.ok_or(ProviderFailure::Unknown)
    }
}

#[async_trait]
impl IdentityProviders for OidcProviders {
    fn names(&self) -> Vec<ProviderName> {
        let name = |provider: &OidcProvider| ProviderName {
            key: provider.settings.key.clone(),
            name: provider.settings.name.clone(),
        };
        self.0.iter().map(name).collect()
    }

    async fn address(
        &self,
        key: &str,
        visit: ProviderVisit<'_>,
    ) -> Result<String, ProviderFailure> {
        self.find(key)?.address(visit).await
    }

    async fn redeem(
        &self,
        key: &str,
        back: ProviderReturn<'_>,
    ) -> Result<Vouched, ProviderFailure> {
        self.find(key)?.redeem(back).await
    }
}

impl OidcProvider {
    /// A provider by its settings.
    ///
    /// # Errors
    /// Its issuer is no address that may be used, or TLS cannot be set up.
    pub fn try_new(settings: ProviderSettings) -> Result<Self, Unusable> {
        if !usable(&settings.issuer) {
            return Err(Unusable::Issuer { issuer: settings.issuer });
        }
        let http = Client::builder()
            .tls_backend_preconfigured(
                tls::client().map_err(|error| Unusable::Client(error.into()))?,
            )
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(LONGEST)
            .timeout(LONGEST)
            .build()
            .map_err(|error| Unusable::Client(error.into()))?;
        Ok(Self { settings, http, known: Mutex::new(None) })
    }

    async fn address(&self, visit: ProviderVisit<'_>) -> Result<String, ProviderFailure> {
        let known = self.known(FRESH).await?;
        let endpoint = &known.discovered.authorization_endpoint;
        let mut url = Url::parse(endpoint).map_err(|_| broken("its address for browsers"))?;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("scope", "openid email")
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("redirect_uri", &self.settings.redirect)
            .append_pair("state", visit.state)
            .append_pair("nonce", visit.nonce)
            .append_pair("code_challenge", visit.challenge)
            .append_pair("code_challenge_method", "S256");
        Ok(url.into())
    }

    async fn redeem(&self, back: ProviderReturn<'_>) -> Result<Vouched, ProviderFailure> {
        let known = self.known(FRESH).await?;
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", back.code.reveal()),
            ("redirect_uri", &self.settings.redirect),
            ("code_verifier", back.verifier.reveal()),
        ];
        let mut request = self.http.post(&known.discovered.token_endpoint);
        match &self.settings.client_secret {
            Some(secret) => {
                let escape = |text: &str| {
                    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>()
                };
                let (name, secret) = (escape(&self.settings.client_id), escape(secret.reveal()));
                request = request.basic_auth(name, Some(secret));
            }
            None => form.push(("client_id", &self.settings.client_id)),
        }
        let tokens: Tokens = answer(request.form(&form), "the code").await?;
        let expected = Expected {
            issuer: &self.settings.issuer,
            client_id: &self.settings.client_id,
            nonce: back.nonce,
            now: back.now,
        };
        let mut read_by = read(&tokens.id_token, &known.keys, expected);
        if matches!(read_by, Err(Refusal::UnknownKey)) {
            // The issuer may have changed its keys since.
            let newer = self.known(OLD_ENOUGH).await?;
            read_by = read(&tokens.id_token, &newer.keys, expected);
        }
        read_by.map_err(|refusal| match refusal {
            Refusal::UnknownKey => ProviderFailure::NotValid("no key signed the token".to_owned()),
            Refusal::NotValid(why) => ProviderFailure::NotValid(why.to_owned()),
        })
    }

    /// What is known of the provider, found out anew when it is older than `at_most`.
    async fn known(&self, at_most: Duration) -> Result<Arc<Known>, ProviderFailure> {
        let mut known = self.known.lock().await;
        if let Some(known) = known.as_ref().filter(|known| known.at.elapsed() < at_most) {
            return Ok(Arc::clone(known));
        }
        let issuer = self.settings.issuer.trim_end_matches('/');
        let place = format!("{issuer}/.well-known/openid-configuration");
        let discovered: Discovered = answer(self.http.get(place), "its configuration").await?;
        if discovered.issuer != self.settings.issuer {
            return Err(broken("the issuer in its configuration"));
        }
        let endpoints =
            [&discovered.authorization_endpoint, &discovered.token_endpoint, &discovered.jwks_uri];
        if !endpoints.into_iter().all(|address| usable(address)) {
            return Err(broken("an address in its configuration"));
        }
        let keys: Keys = answer(self.http.get(&discovered.jwks_uri), "its keys").await?;
        let found = Arc::new(Known { at: Instant::now(), discovered, keys });
        *known = Some(Arc::clone(&found));
        Ok(found)
    }
}

/// Over TLS, or this machine itself.
fn usable(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    let host = url.host_str().map(|host| host.trim_matches(['[', ']']));
    match url.scheme() {
        "https" => host.is_some(),
        "http" => host.is_some_and(is_here),
        _ => false,
    }
}

fn broken(what: &str) -> ProviderFailure {
    ProviderFailure::NotValid(format!("{what} cannot be used"))
}

async fn answer<T: DeserializeOwned>(
    request: RequestBuilder,
    what: &str,
) -> Result<T, ProviderFailure> {
    let away =
        |error: reqwest::Error| ProviderFailure::Unavailable(error.without_url().to_string());
    let mut answer = request.send().await.map_err(away)?;
    let status = answer.status();
    if status.is_server_error() {
        return Err(ProviderFailure::Unavailable(format!("asked for {what}, it said {status}")));
    }
    if !status.is_success() {
        return Err(ProviderFailure::NotValid(format!("asked for {what}, it said {status}")));
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(away)? {
        if body.len() + chunk.len() > LARGEST {
            return Err(broken("an answer that is too long"));
        }
        body.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&body).map_err(|_| broken(what))
}
