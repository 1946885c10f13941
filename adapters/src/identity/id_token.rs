//! What a provider signed: an ID token (OpenID Connect Core 1.0, section 3.1.3.7).
//!
//! Guarantees: the signature is checked before a claim is read, by a key of the issuer and of the
//! kind that the algorithm wants; the algorithm is one of two, never `none` or a shared secret;
//! issuer, audience, nonce and time all hold. Absent on purpose: encrypted tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use billfold_app::ports::Vouched;
use chrono::{DateTime, Utc};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;
use subtle::ConstantTimeEq;

/// Characters of a token at most.
const LONGEST: usize = 16 * 1024;
/// Seconds that two clocks may differ.
const SKEW: i64 = 60;
/// Seconds ago that a token may have been made.
const OLDEST: i64 = 600;

/// The keys of an issuer (RFC 7517).
#[derive(Debug, Default, Deserialize)]
pub(super) struct Keys {
    keys: Vec<Key>,
}

#[derive(Debug, Deserialize)]
struct Key {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// What a token has to be for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    pub(super) now: DateTime<Utc>,
}

/// Why a token is not taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// No key of the issuer is the one that the token names; newer keys may have it.
    UnknownKey,
    /// It never will be.
    NotValid(&'static str),
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nonce: Option<String>,
    email: Option<String>,
    #[serde(default)]
    email_verified: Option<serde_json::Value>,
}

/// Whom a token vouches for.
pub(super) fn read(token: &str, keys: &Keys, expected: Expected<'_>) -> Result<Vouched, Refusal> {
    if token.len() > LONGEST {
        return Err(Refusal::NotValid("the token is too long"));
    }
    let parts = token.rsplit_once('.').and_then(|(signed, signature)| {
        let (header, claims) = signed.split_once('.')?;
        Some((signed, decode(header)?, decode(claims)?, decode(signature)?))
    });
    let (signed, header, claims, signature) =
        parts.ok_or(Refusal::NotValid("the token is none"))?;
    let header: Header = serde_json::from_slice(&header)
        .map_err(|_| Refusal::NotValid("the header of the token is none"))?;
    check_signature(&header, keys, signed.as_bytes(), &signature)?;
    let claims: Claims = serde_json::from_slice(&claims)
        .map_err(|_| Refusal::NotValid("the token lacks a claim"))?;
    check_claims(&claims, expected)?;
    // Some providers write the word instead of the truth.
    let verified = claims.email_verified.is_some_and(|it| it == true || it == "true");
    let verified_email = claims.email.filter(|email| verified && !email.trim().is_empty());
    Ok(Vouched { issuer: claims.iss, subject: claims.sub, verified_email })
}

fn check_claims(claims: &Claims, expected: Expected<'_>) -> Result<(), Refusal> {
    let Expected { issuer, client_id, nonce, now } = expected;
    let refuse = |what| Err(Refusal::NotValid(what));
    let (ours, alone) = match &claims.aud {
        Audience::One(one) => (one == client_id, true),
        Audience::Many(many) => (many.iter().any(|one| one == client_id), many.len() == 1),
    };
    if claims.iss != issuer {
        return refuse("the token is of another issuer");
    }
    let presenter = claims.azp.as_deref();
    if !ours || presenter.map_or(!alone, |azp| azp != client_id) {
        return refuse("the token is for somebody else");
    }
    if claims.sub.is_empty() || claims.sub.len() > 255 {
        return refuse("the token names nobody");
    }
    let now = now.timestamp();
    if claims.exp <= now - SKEW || claims.iat > now + SKEW || claims.iat < now - OLDEST {
        return refuse("the token is past its end, or not of now");
    }
    let given = claims.nonce.as_deref().unwrap_or_default();
    if !bool::from(given.as_bytes().ct_eq(nonce.as_bytes())) {
        return refuse("the token is of another visit");
    }
    Ok(())
}

fn check_signature(
    header: &Header,
    keys: &Keys,
    signed: &[u8],
    signature: &[u8],
) -> Result<(), Refusal> {
    let kty = match header.alg.as_str() {
        "RS256" => "RSA",
        "ES256" => "EC",
        _ => return Err(Refusal::NotValid("the token is signed in a way that is not taken")),
    };
    if header.crit.is_some() {
        return Err(Refusal::NotValid("the token asks for an extension"));
    }
    let fits = |key: &&Key| {
        key.kty == kty
            && (header.kid.is_none() || key.kid == header.kid)
            && key.purpose.as_deref().is_none_or(|purpose| purpose == "sig")
            && key.alg.as_deref().is_none_or(|alg| alg == header.alg)
    };
    let mut fitting = keys.keys.iter().filter(fits).peekable();
    if fitting.peek().is_none() {
        return Err(Refusal::UnknownKey);
    }
    let holds = fitting.any(|key| match kty {
        "RSA" => rsa_holds(key, signed, signature),
        _ => ec_holds(key, signed, signature),
    });
    if holds { Ok(()) } else { Err(Refusal::NotValid("the signature of the token is not right")) }
}

fn rsa_holds(key: &Key, signed: &[u8], signature: &[u8]) -> bool {
    let part = |text: &Option<String>| text.as_deref().and_then(decode);
    let (Some(n), Some(e)) = (part(&key.n), part(&key.e)) else { return false };
    let public = RsaPublicKeyComponents { n, e };
    public.verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature).is_ok()
}

fn ec_holds(key: &Key, signed: &[u8], signature: &[u8]) -> bool {
    let part = |text: &Option<String>| text.as_deref().and_then(decode);
    let (Some(x), Some(y)) = (part(&key.x), part(&key.y)) else { return false };
    if key.crv.as_deref() != Some("P-256") || x.len() != 32 || y.len() != 32 {
        return false;
    }
    let point = [&[4], x.as_slice(), y.as_slice()].concat();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed, signature).is_ok()
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
