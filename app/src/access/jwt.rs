//! Signed claims: JSON web tokens of one kind, HMAC with SHA-256 under a key of the installation.
//!
//! Guarantees: the algorithm is ours, never the token's: a header that is not byte for byte the one
//! we write is refused, `none` included; the signature is compared in constant time before a claim
//! is read. Absent on purpose: other algorithms, keys in headers, and the clock; whoever reads the
//! claims looks at their end.
//!
//! The libraries of the field bring RSA and elliptic curves for that, or want a provider of
//! cryptography to be written; what is left of them here is these few lines.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;

use super::{AccessError, Secret};

/// `{"alg":"HS256","typ":"JWT"}`.
const HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
/// Characters of a token at most.
const LONGEST: usize = 2_048;

/// Signs claims.
pub(super) fn sign(key: &[u8; 32], claims: &impl Serialize) -> Result<Secret, AccessError> {
    let claims = serde_json::to_vec(claims).map_err(crate::Error::bug)?;
    let signed = format!("{HEADER}.{}", URL_SAFE_NO_PAD.encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(mac(key, &signed)?.finalize().into_bytes());
    Ok(Secret::new(format!("{signed}.{signature}")))
}

/// The claims of a token, if this key signed it.
pub(super) fn read<T: DeserializeOwned>(key: &[u8; 32], token: &str) -> Option<T> {
    if token.len() > LONGEST {
        return None;
    }
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    if header != HEADER {
        return None;
    }
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    mac(key, signed).ok()?.verify_slice(&signature).ok()?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
}

fn mac(key: &[u8; 32], signed: &str) -> Result<Hmac<Sha256>, AccessError> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).map_err(crate::Error::bug)?;
    mac.update(signed.as_bytes());
    Ok(mac)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const KEY: [u8; 32] = [7; 32];

    fn token() -> String {
        sign(&KEY, &json!({ "sub": "ada", "exp": 1_300_819_380 })).unwrap().reveal().to_owned()
    }

    #[test]
    fn the_header_says_what_it_stands_for() {
        let header: Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(HEADER).unwrap()).unwrap();
        assert_eq!(header, json!({ "alg": "HS256", "typ": "JWT" }));
    }

    #[test]
    fn claims_read_back_under_the_key_that_signed_them() {
        let claims: Value = read(&KEY, &token()).unwrap();
        assert_eq!(claims["sub"], "ada");
        assert!(read::<Value>(&[8; 32], &token()).is_none());
    }

    #[test]
    fn what_was_altered_or_says_another_algorithm_is_refused() {
        let token = token();
        let parts: Vec<&str> = token.split('.').collect();
        let encode = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let none = encode(json!({ "alg": "none", "typ": "JWT" }));
        let other = encode(json!({ "alg": "HS512", "typ": "JWT" }));
        let eve = encode(json!({ "sub": "eve", "exp": 1_300_819_380 }));
        for altered in [
            String::new(),
            "..".to_owned(),
            format!("{}.{}", parts[0], parts[1]),
            format!("{}.{}.", parts[0], parts[1]),
            format!("{none}.{}.", parts[1]),
            format!("{none}.{}.{}", parts[1], parts[2]),
            format!("{other}.{}.{}", parts[1], parts[2]),
            format!("{}.{eve}.{}", parts[0], parts[2]),
            format!("{token}A"),
            format!("{token}.{}", parts[2]),
            format!("{token}{}", "A".repeat(LONGEST)),
        ] {
            assert!(read::<Value>(&KEY, &altered).is_none(), "{altered}");
        }
    }
}
