//! The signature of a notification, checked here.
//!
//! PayPal signs the id and time of a transmission, the webhook it is meant for and the CRC-32 of
//! its body, and names the address of its certificate. Guarantees: nothing is fetched from an
//! address that is not PayPal's; a certificate counts that leads to a trusted root and is valid
//! now; the signature is over the bytes as they came. The CRC alone would not bind a body: whoever
//! can choose a body can meet a CRC, so TLS and the unique id of a notification stay necessary.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use billfold_app::ports::driver::{CallFailure, Why};
use billfold_app::ports::gateway::{RawNote, Unverified};
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Url;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::EndEntityCert;

use super::client::Api;

/// How long a certificate is kept before it is fetched again.
const KEPT: TimeDelta = TimeDelta::hours(24);
/// Certificates that are kept at most.
const MOST_KEPT: usize = 64;
/// Bytes of a certificate and those above it at most.
const LARGEST: usize = 64 * 1024;
/// Certificates of a chain at most.
const LONGEST_CHAIN: usize = 8;
/// Where PayPal keeps its certificates.
const HOSTS: [&str; 2] = ["api.paypal.com", "api.sandbox.paypal.com"];
/// The only algorithm that PayPal signs with.
const ALGORITHM: &str = "SHA256withRSA";

/// Which roots certificates must lead to.
#[derive(Clone)]
pub struct Trust(Arc<[TrustAnchor<'static>]>);

/// A root cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no root certificate can be read from this text")]
pub struct NoTrust;

impl Trust {
    /// The roots that browsers trust.
    #[must_use]
    pub fn browsers() -> Self {
        Self(webpki_roots::TLS_SERVER_ROOTS.into())
    }

    /// One root of one's own.
    ///
    /// # Errors
    /// The text holds no certificate in PEM.
    pub fn root(pem: &str) -> Result<Self, NoTrust> {
        let root = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| NoTrust)?;
        let anchor = webpki::anchor_from_trusted_cert(&root).map_err(|_| NoTrust)?;
        Ok(Self(vec![anchor.to_owned()].into()))
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trust").field("roots", &self.0.len()).finish()
    }
}

/// Certificates by address, and what they must lead to.
#[derive(Debug)]
pub(super) struct Certificates {
    trust: Trust,
    kept: Mutex<BTreeMap<String, Kept>>,
}

#[derive(Clone, Debug)]
struct Kept {
    chain: Arc<[CertificateDer<'static>]>,
    since: DateTime<Utc>,
}

/// What PayPal sends beside a notification.
pub(super) struct Transmission<'a> {
    pub(super) id: &'a str,
    pub(super) time: &'a str,
    pub(super) algorithm: &'a str,
    pub(super) signature: &'a str,
    pub(super) certificate: Url,
    /// The address of the certificate as it was written.
    pub(super) address: &'a str,
}

impl<'a> Transmission<'a> {
    /// What the headers of a notification say, if PayPal can have sent them.
    pub(super) fn of(note: &RawNote<'a>) -> Result<Self, Unverified> {
        let header = |name| header(note, name);
        let algorithm = header("paypal-auth-algo")?;
        if !algorithm.eq_ignore_ascii_case(ALGORITHM) {
            return Err(Unverified::Forged("its algorithm is not PayPal's"));
        }
        let address = header("paypal-cert-url")?;
        Ok(Self {
            id: header("paypal-transmission-id")?,
            time: header("paypal-transmission-time")?,
            algorithm,
            signature: header("paypal-transmission-sig")?,
            certificate: paypals(address)?,
            address,
        })
    }

    /// What is signed of it.
    fn signed(&self, webhook_id: &str, body: &[u8]) -> String {
        let sum = crc32fast::hash(body);
        format!("{}|{}|{webhook_id}|{sum}", self.id, self.time)
    }
}

fn header<'a>(note: &RawNote<'a>, name: &str) -> Result<&'a str, Unverified> {
    let found = note.headers.iter().find(|(header, _)| header == name);
    let text = found.map(|(_, value)| value.as_str()).filter(|text| !text.is_empty());
    let text = text.ok_or(Unverified::Forged("a header of its signature is missing"))?;
    match text.len() <= 1000 && text.is_ascii() {
        true => Ok(text),
        false => Err(Unverified::Forged("a header of its signature cannot be PayPal's")),
    }
}

/// The address of a certificate, if it is PayPal's: decided on the parsed host, before any fetch.
fn paypals(address: &str) -> Result<Url, Unverified> {
    let forged = || Unverified::Forged("the address of its certificate is not PayPal's");
    let url = Url::parse(address).map_err(|_| forged())?;
    let is_plain = url.scheme() == "https"
        && url.username().is_empty()
        && url.password().is_none()
        && url.port().is_none();
    let is_theirs = url.host_str().is_some_and(|host| HOSTS.contains(&host));
    if is_plain && is_theirs { Ok(url) } else { Err(forged()) }
}

impl Certificates {
    pub(super) fn trusting(trust: Trust) -> Self {
        Self { trust, kept: Mutex::default() }
    }

    /// Whether PayPal signed this body for this webhook.
    pub(super) async fn verify(
        &self,
        api: &Api<'_>,
        transmission: &Transmission<'_>,
        webhook_id: &str,
        body: &[u8],
    ) -> Result<(), Unverified> {
        let chain = self.chain(api, transmission).await?;
        let signed = transmission.signed(webhook_id, body);
        self.holds(&chain, signed.as_bytes(), transmission.signature, api.now())
    }

    async fn chain(
        &self,
        api: &Api<'_>,
        transmission: &Transmission<'_>,
    ) -> Result<Arc<[CertificateDer<'static>]>, Unverified> {
        let address = transmission.certificate.as_str();
        if let Some(chain) = self.kept(address, api.now()) {
            return Ok(chain);
        }
        let pem = api.certificate(&transmission.certificate).await.map_err(cannot_tell)?;
        let chain = read(&pem).ok_or_else(|| {
            let why = Why::new("no_certificate", "PayPal's certificate cannot be read");
            Unverified::CannotTell(why)
        })?;
        self.keep(address, Kept { chain: chain.clone(), since: api.now() });
        Ok(chain)
    }

    fn holds(
        &self,
        chain: &[CertificateDer<'static>],
        signed: &[u8],
        signature: &str,
        now: DateTime<Utc>,
    ) -> Result<(), Unverified> {
        let untrusted = || Unverified::Forged("its certificate is not trusted now");
        let (leaf, above) = chain.split_first().ok_or_else(untrusted)?;
        let leaf = EndEntityCert::try_from(leaf).map_err(|_| untrusted())?;
        let since = (now - DateTime::UNIX_EPOCH).to_std().map_err(|_| untrusted())?;
        leaf.verify_for_usage(
            webpki::ALL_VERIFICATION_ALGS,
            &self.trust.0,
            above,
            UnixTime::since_unix_epoch(since),
            webpki::KeyUsage::server_auth(),
            None,
            None,
        )
        .map_err(|_| untrusted())?;
        let forged = || Unverified::Forged("its signature does not hold");
        let signature = STANDARD.decode(signature).map_err(|_| forged())?;
        let by = webpki::ring::RSA_PKCS1_2048_8192_SHA256;
        leaf.verify_signature(by, signed, &signature).map_err(|_| forged())
    }

    fn kept(&self, address: &str, now: DateTime<Utc>) -> Option<Arc<[CertificateDer<'static>]>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.get(address).filter(|kept| now - kept.since < KEPT)?;
        Some(found.chain.clone())
    }

    fn keep(&self, address: &str, chain: Kept) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_KEPT {
            let oldest = kept.iter().min_by_key(|(_, kept)| kept.since);
            if let Some(address) = oldest.map(|(address, _)| address.clone()) {
                kept.remove(&address);
            }
        }
        kept.insert(address.to_owned(), chain);
    }
}

/// The certificate and those above it.
fn read(pem: &[u8]) -> Option<Arc<[CertificateDer<'static>]>> {
    if pem.len() > LARGEST {
        return None;
    }
    let all = CertificateDer::pem_slice_iter(pem).take(LONGEST_CHAIN);
    let chain: Vec<_> = all.collect::<Result<_, _>>().ok()?;
    (!chain.is_empty()).then(|| chain.into())
}

/// Nobody could be asked; PayPal sends it again.
pub(super) fn cannot_tell(failure: CallFailure) -> Unverified {
    Unverified::CannotTell(failure.why().clone())
}

#[cfg(test)]
mod tests {
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
    use rustls_pki_types::SubjectPublicKeyInfoDer;
    use serde_json::Value;

    use super::*;

    /// The certificate behind PayPal's published samples is not known, its key is.
    #[test]
    fn what_is_signed_is_what_paypal_published() {
        let vectors = include_str!("../../../fixtures/paypal/webhook-vectors.json");
        let vectors: Value = serde_json::from_str(vectors).unwrap();
        let key = vectors["published_public_key_pem"].as_str().unwrap();
        let key = SubjectPublicKeyInfoDer::from_pem_slice(key.as_bytes()).unwrap();
        // The header of such a key with 2048 bits is 24 bytes long.
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &key.as_ref()[24..]);
        let published = vectors["published"].as_array().unwrap();
        for sample in published {
            let headers: Vec<(String, String)> = sample["headers"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(name, value)| (name.to_lowercase(), value.as_str().unwrap().to_owned()))
                .collect();
            let body = sample["raw_body"].as_str().unwrap().as_bytes();
            let note = RawNote { headers: &headers, body };
            let sent = Transmission::of(&note).unwrap();
            let signed = sent.signed(sample["webhook_id"].as_str().unwrap(), body);
            assert_eq!(signed, sample["string_to_verify"].as_str().unwrap());
            let signature = STANDARD.decode(sent.signature).unwrap();
            assert!(key.verify(signed.as_bytes(), &signature).is_ok());
        }
        assert_eq!(published.len(), 2);
    }

    #[test]
    fn an_address_is_paypals_by_its_host_alone() {
        for address in [
            "https://api.paypal.com/v1/notifications/certs/CERT-1",
            "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1",
            "https://api.paypal.com:443/v1/notifications/certs/CERT-1",
        ] {
            assert!(paypals(address).is_ok(), "{address}");
        }
        for address in [
            "http://api.paypal.com/x",
            "https://api.paypal.com.evil.example/x",
            "https://api.paypal.com@evil.example/x",
            "https://user@api.paypal.com/x",
            "https://api.paypal.com:8443/x",
            "https://evil.example/api.paypal.com",
            "https://evil.example#api.paypal.com",
            "https://evil.example\\@api.paypal.com/x",
            "https://xapi.paypal.com/x",
            "https://paypal.com/x",
            "file:///api.paypal.com",
            "",
        ] {
            assert!(paypals(address).is_err(), "{address}");
        }
    }
}
