//! Signatures of webhooks: HMAC-SHA-256 (RFC 2104) in the three schemes that gateways use.
//!
//! | scheme     | signed              | where the signature stands                   |
//! | ---------- | ------------------- | -------------------------------------------- |
//! | `standard` | `id.timestamp.body` | header `webhook-signature`: `v1,BASE64 v1,…` |
//! | `t_v1`     | `timestamp.body`    | one header: `t=TIMESTAMP,v1=HEX,v1=…`        |
//! | `hmac_hex` | the body            | one header: lower-case HEX, the whole of it  |
//!
//! Guarantees that a message counts only if one of its signatures is ours for the bytes that
//! arrived; that signatures are compared in constant time, every one of them to its end; and that a
//! secret is shown by no `Debug` and not kept once the key is made of it. Times are seconds since
//! 1970 and an input: a message is accepted up to and including the tolerance, to either side.
//! Sources: the specification of Standard Webhooks 1.0 and the published vectors of its peers; case
//! family `webhook.signature`; scope ids PAY-19, EVT-40.
//!
//! Absent on purpose: remembering messages. A message sent twice has two good signatures; that it
//! counts once is the inbox's business.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};
use thiserror::Error;
use zeroize::Zeroizing;

/// Header of a message's id under [`SignatureScheme::Standard`].
pub const ID_HEADER: &str = "webhook-id";
/// Header of its time under [`SignatureScheme::Standard`].
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
/// Header of its signatures under [`SignatureScheme::Standard`].
pub const SIGNATURE_HEADER: &str = "webhook-signature";

/// What the secrets of [`SignatureScheme::Standard`] begin with; the rest is base 64.
const SECRET_PREFIX: &str = "whsec_";

/// How a message is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignatureScheme {
    /// Id, timestamp and body in base 64, as Standard Webhooks has it.
    Standard,
    /// Timestamp and body in hex, in one header with its timestamp.
    TimestampAndV1,
    /// The body in hex.
    HmacHex,
}

impl SignatureScheme {
    /// Every scheme.
    pub const ALL: [Self; 3] = [Self::Standard, Self::TimestampAndV1, Self::HmacHex];

    /// The stored word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::TimestampAndV1 => "t_v1",
            Self::HmacHex => "hmac_hex",
        }
    }

    /// The scheme of a stored word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scheme| scheme.word() == word)
    }
}

/// Why a message is not accepted. Which of several signatures came close is nobody's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SignatureRefusal {
    /// Too old, from the future, or without a time although its scheme has one.
    #[error("the webhook's timestamp is missing or outside the tolerance, check both clocks")]
    Timestamp,
    /// No signature of ours.
    #[error("the webhook is not signed with the secret we know, check the secret")]
    Signature,
}

impl SignatureRefusal {
    /// The stored word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Timestamp => "timestamp",
            Self::Signature => "signature",
        }
    }
}

/// A secret that no scheme can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SecretRefusal {
    /// Anybody could sign with it.
    #[error("the webhook secret is empty")]
    Empty,
    /// Not what the scheme wants.
    #[error("the webhook secret must be {SECRET_PREFIX} and base 64")]
    NotBase64,
}

/// A message's headers, as far as its signature needs them.
#[derive(Clone, Copy, Debug)]
pub enum SignatureHeaders<'a> {
    /// Those of [`SignatureScheme::Standard`].
    Standard {
        /// [`ID_HEADER`].
        id: &'a str,
        /// [`TIMESTAMP_HEADER`].
        timestamp: &'a str,
        /// [`SIGNATURE_HEADER`].
        signatures: &'a str,
    },
    /// The one header of the other schemes, whose name each vendor chooses.
    Single(&'a str),
}

/// The key that messages are signed and checked with.
#[derive(Clone)]
pub struct SigningKey {
    scheme: SignatureScheme,
    tolerance_seconds: u64,
    mac: Hmac<Sha256>,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("scheme", &self.scheme)
            .field("tolerance_seconds", &self.tolerance_seconds)
            .finish_non_exhaustive()
    }
}

impl SigningKey {
    /// How far apart two clocks may be, unless somebody says otherwise: five minutes.
    pub const TOLERANCE_SECONDS: u64 = 300;

    /// Takes a secret as the other side shows it: base 64 with or without `whsec_` for
    /// [`SignatureScheme::Standard`], any text for the others.
    pub fn try_new(
        scheme: SignatureScheme,
        secret: &str,
        tolerance_seconds: u64,
    ) -> Result<Self, SecretRefusal> {
        let secret = Zeroizing::new(match scheme {
            SignatureScheme::Standard => {
                let encoded = secret.strip_prefix(SECRET_PREFIX).unwrap_or(secret);
                STANDARD.decode(encoded).map_err(|_| SecretRefusal::NotBase64)?
            }
            SignatureScheme::TimestampAndV1 | SignatureScheme::HmacHex => secret.into(),
        });
        let mac = keyed(&secret).filter(|_| !secret.is_empty()).ok_or(SecretRefusal::Empty)?;
        Ok(Self { scheme, tolerance_seconds, mac })
    }

    /// Accepts a message with the bytes that arrived, at a time in seconds since 1970. The time
    /// is looked at first, as it costs nothing.
    pub fn verify(
        &self,
        headers: SignatureHeaders<'_>,
        body: &[u8],
        now: i64,
    ) -> Result<(), SignatureRefusal> {
        match (self.scheme, headers) {
            (
                SignatureScheme::Standard,
                SignatureHeaders::Standard { id, timestamp, signatures },
            ) => {
                self.check_time(timestamp, now)?;
                let expected = self.sign_standard(id, timestamp, body);
                accept(signatures.split(' '), &expected)
            }
            (SignatureScheme::TimestampAndV1, SignatureHeaders::Single(header)) => {
                let timestamp = parts(header, "t").next().unwrap_or_default();
                self.check_time(timestamp, now)?;
                let expected = hex(&self.mac(&[timestamp.as_bytes(), b".", body]));
                accept(parts(header, "v1"), &expected)
            }
            (SignatureScheme::HmacHex, SignatureHeaders::Single(header)) => {
                accept([header].into_iter(), &hex(&self.mac(&[body])))
            }
            _ => Err(SignatureRefusal::Signature),
        }
    }

    /// The value of [`SIGNATURE_HEADER`] for a message of ours: `v1,` and base 64.
    #[must_use]
    pub fn sign_standard(&self, id: &str, timestamp: &str, body: &[u8]) -> String {
        let mac = self.mac(&[id.as_bytes(), b".", timestamp.as_bytes(), b".", body]);
        format!("v1,{}", STANDARD.encode(mac))
    }

    fn check_time(&self, timestamp: &str, now: i64) -> Result<(), SignatureRefusal> {
        let plain = !timestamp.is_empty() && timestamp.bytes().all(|byte| byte.is_ascii_digit());
        let sent: Option<i64> = plain.then(|| timestamp.parse().ok()).flatten();
        match sent {
            Some(sent) if sent.abs_diff(now) <= self.tolerance_seconds => Ok(()),
            _ => Err(SignatureRefusal::Timestamp),
        }
    }

    fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        digest(self.mac.clone(), parts)
    }
}

/// HMAC-SHA-256 under a secret of any length; longer ones than a block are hashed first.
fn keyed(secret: &[u8]) -> Option<Hmac<Sha256>> {
    <Hmac<Sha256> as KeyInit>::new_from_slice(secret).ok()
}

/// The digest of some bytes in a row.
fn digest(mut mac: Hmac<Sha256>, parts: &[&[u8]]) -> [u8; 32] {
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// Whether one of several signatures is the expected one. Each is compared to its end, so that
/// time tells neither where one differs nor which it is; their length is no secret.
fn accept<'a>(
    found: impl Iterator<Item = &'a str>,
    expected: &str,
) -> Result<(), SignatureRefusal> {
    let equal = |found: &str| found.as_bytes().ct_eq(expected.as_bytes());
    let any = found.map(equal).fold(Choice::from(0), |any, equal| any | equal);
    if bool::from(any) { Ok(()) } else { Err(SignatureRefusal::Signature) }
}

/// The values of a name in `name=value,name=value`.
fn parts<'a>(header: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    header
        .split(',')
        .filter_map(|part| part.trim().split_once('='))
        .filter(move |(found, _)| *found == name)
        .map(|(_, value)| value)
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value & 15)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_614_265_330;

    /// The test cases of RFC 4231 for RFC 2104 with SHA-256: key, data, digest.
    #[test]
    fn the_digest_is_that_of_the_published_vectors() {
        let cases: [(&[u8], &[u8], &str); 6] = [
            (
                &[0x0b; 20],
                b"Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                &[0xaa; 20],
                &[0xdd; 50],
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
            ),
            (
                &std::array::from_fn::<u8, 25, _>(|at| u8::try_from(at + 1).unwrap()),
                &[0xcd; 50],
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
            ),
            (
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
            (
                &[0xaa; 131],
                b"This is a test using a larger than block-size key and a larger than \
                  block-size data. The key needs to be hashed before being used by the HMAC \
                  algorithm.",
                "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
            ),
        ];
        for (key, data, digest) in cases {
            let found = |parts: &[&[u8]]| hex(&super::digest(keyed(key).unwrap(), parts));
            assert_eq!(found(&[data]), digest);
            let (head, tail) = data.split_at(data.len() / 2);
            assert_eq!(found(&[head, b"", tail]), digest, "parts are one message");
        }
    }

    fn key(scheme: SignatureScheme) -> SigningKey {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        SigningKey::try_new(scheme, secret, SigningKey::TOLERANCE_SECONDS).unwrap()
    }

    fn standard(timestamp: &str, signatures: &str, now: i64) -> Result<(), SignatureRefusal> {
        let id = "msg_1";
        let headers = SignatureHeaders::Standard { id, timestamp, signatures };
        key(SignatureScheme::Standard).verify(headers, b"{}", now)
    }

    #[test]
    fn one_good_signature_among_others_is_enough() {
        let sent = NOW.to_string();
        let good = key(SignatureScheme::Standard).sign_standard("msg_1", &sent, b"{}");
        assert_eq!(standard(&sent, &good, NOW), Ok(()));
        assert_eq!(standard(&sent, &format!("v1,AAAA v1a,BBBB {good}"), NOW), Ok(()));
        let refused = Err(SignatureRefusal::Signature);
        let other = good.replacen("v1,", "v2,", 1);
        for wrong in ["", "v1,", "v1", &good[..good.len() - 1], &good[3..], &other] {
            assert_eq!(standard(&sent, wrong, NOW), refused, "{wrong}");
        }
    }

    #[test]
    fn a_message_is_accepted_up_to_the_tolerance_on_either_side() {
        let sent = NOW.to_string();
        let good = key(SignatureScheme::Standard).sign_standard("msg_1", &sent, b"{}");
        for (now, accepted) in [(-301, false), (-300, true), (300, true), (301, false)] {
            let expected = if accepted { Ok(()) } else { Err(SignatureRefusal::Timestamp) };
            assert_eq!(standard(&sent, &good, NOW + now), expected, "{now}");
        }
        for wrong in ["", "now", "-5", "+1614265330", "99999999999999999999", " 1614265330"] {
            let signed = key(SignatureScheme::Standard).sign_standard("msg_1", wrong, b"{}");
            let refused = Err(SignatureRefusal::Timestamp);
            assert_eq!(standard(wrong, &signed, NOW), refused, "{wrong}");
        }
        assert_eq!(standard(&sent, &good, i64::MIN), Err(SignatureRefusal::Timestamp));
    }

    #[test]
    fn a_header_may_hold_several_signatures_and_schemes_we_do_not_know() {
        let key = key(SignatureScheme::TimestampAndV1);
        let good = hex(&key.mac(&[NOW.to_string().as_bytes(), b".", b"{}"]));
        let verify =
            |header: &str, body: &[u8]| key.verify(SignatureHeaders::Single(header), body, NOW);
        assert_eq!(verify(&format!("t={NOW},v1={good}"), b"{}"), Ok(()));
        assert_eq!(verify(&format!("v0=ff, v1=00, v1={good}, t={NOW}"), b"{}"), Ok(()));
        let unsigned = Err(SignatureRefusal::Signature);
        assert_eq!(verify(&format!("t={NOW},v0={good}"), b"{}"), unsigned);
        assert_eq!(verify(&format!("t={NOW},v1={good}"), b"{} "), unsigned);
        assert_eq!(verify(&format!("t={},v1={good}", NOW + 1), b"{}"), unsigned);
        let undated = Err(SignatureRefusal::Timestamp);
        assert_eq!(verify(&format!("v1={good}"), b"{}"), undated);
        assert_eq!(verify("", b"{}"), undated);
    }

    #[test]
    fn a_signature_in_hex_is_compared_as_a_whole() {
        let key = key(SignatureScheme::HmacHex);
        let good = hex(&key.mac(&[b"{}"]));
        let verify = |header: &str| key.verify(SignatureHeaders::Single(header), b"{}", NOW);
        assert_eq!(verify(&good), Ok(()));
        let longer = format!("{good}0");
        for wrong in ["", &good[..62], &good.to_uppercase(), &longer, &format!("sha256={good}")] {
            assert_eq!(verify(wrong), Err(SignatureRefusal::Signature), "{wrong}");
        }
    }

    #[test]
    fn headers_of_another_scheme_are_no_signature() {
        let single = SignatureHeaders::Single("v1,x");
        let found = key(SignatureScheme::Standard).verify(single, b"", NOW);
        assert_eq!(found, Err(SignatureRefusal::Signature));
        let all = SignatureHeaders::Standard { id: "", timestamp: "", signatures: "" };
        let found = key(SignatureScheme::HmacHex).verify(all, b"", NOW);
        assert_eq!(found, Err(SignatureRefusal::Signature));
    }

    #[test]
    fn a_secret_is_never_shown_and_never_empty() {
        let shown = format!("{:?}", key(SignatureScheme::HmacHex));
        assert_eq!(shown, "SigningKey { scheme: HmacHex, tolerance_seconds: 300, .. }");
        for scheme in SignatureScheme::ALL {
            let refused = SigningKey::try_new(scheme, "", 300).err();
            assert_eq!(refused, Some(SecretRefusal::Empty), "{}", scheme.word());
            assert_eq!(SignatureScheme::from_word(scheme.word()), Some(scheme));
        }
        let refused = SigningKey::try_new(SignatureScheme::Standard, "whsec_%", 300).err();
        assert_eq!(refused, Some(SecretRefusal::NotBase64));
        let bare = SigningKey::try_new(SignatureScheme::Standard, "aGVsbG8=", 300).unwrap();
        let prefixed = SigningKey::try_new(SignatureScheme::Standard, "whsec_aGVsbG8=", 300);
        assert_eq!(bare.mac(&[b"x"]), prefixed.unwrap().mac(&[b"x"]));
    }
}
