//! What a browser and a device say, and whether it holds (WebAuthn level 3, sections 7.1 and 7.2).
//!
//! Guarantees: what is believed was said to our own page, to the challenge that was asked, by a
//! device that saw its owner and verified them; a signature is checked before anything in it
//! counts. Absent on purpose: attestation, which tells the make of a device and is not asked for.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::PasskeySite;

use ciborium::Value;

/// Algorithms by their COSE numbers, the ones we would rather have first.
pub(super) const ALGORITHMS: [i32; 3] = [ES256, EDDSA, RS256];
const ES256: i32 = -7;
const EDDSA: i32 = -8;
const RS256: i32 = -257;

/// The owner was there, and the device verified who it was.
const PRESENT_AND_VERIFIED: u8 = 0b101;
/// A new credential is told.
const ATTESTED: u8 = 0b0100_0000;

/// What a device made, as browsers write it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Made {
    pub(super) raw_id: String,
    pub(super) response: MadeResponse,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MadeResponse {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    attestation_object: String,
}

/// What a device signed, as browsers write it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Signed {
    pub(super) raw_id: String,
    pub(super) response: SignedResponse,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SignedResponse {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    authenticator_data: String,
    signature: String,
    pub(super) user_handle: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BrowserSays {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
}

/// A credential that a device made.
pub(super) struct Credential {
    pub(super) id: Vec<u8>,
    pub(super) algorithm: i32,
    pub(super) public_key: Vec<u8>,
    pub(super) sign_count: u32,
}

/// The head of what an authenticator says.
struct Said<'a> {
    sign_count: u32,
    flags: u8,
    rest: &'a [u8],
}

/// The credential that a device made for this challenge; nothing if what it says does not hold.
pub(super) fn made(site: &PasskeySite, challenge: &[u8], made: &Made) -> Option<Credential> {
    holds(site, "webauthn.create", challenge, &decode(&made.response.client_data)?)?;
    let object: Value = ciborium::from_reader(&*decode(&made.response.attestation_object)?).ok()?;
    let said = text_key(&object, "authData")?.as_bytes()?;
    let said = said_by(site, said)?;
    if said.flags & ATTESTED == 0 {
        return None;
    }
    // The model of the device is not looked at.
    let (length, rest) = said.rest.get(16..)?.split_first_chunk::<2>()?;
    let length = usize::from(u16::from_be_bytes(*length));
    let (id, mut key) = rest.split_at_checked(length)?;
    if !(16..=1_023).contains(&length) || decode(&made.raw_id)? != id {
        return None;
    }
    let key: Value = ciborium::from_reader(&mut key).ok()?;
    let (algorithm, public_key) = public_key(&key)?;
    Some(Credential { id: id.to_vec(), algorithm, public_key, sign_count: said.sign_count })
}

/// How often the device says that it was used, if it signed this challenge.
pub(super) fn signed(
    site: &PasskeySite,
    challenge: &[u8],
    signed: &Signed,
    (algorithm, public_key): (i32, &[u8]),
) -> Option<u32> {
    let client_data = decode(&signed.response.client_data)?;
    holds(site, "webauthn.get", challenge, &client_data)?;
    let said = decode(&signed.response.authenticator_data)?;
    let sign_count = said_by(site, &said)?.sign_count;
    let message = [said.as_slice(), &Sha256::digest(&client_data)].concat();
    let signature = decode(&signed.response.signature)?;
    verified(algorithm, public_key, &message, &signature).then_some(sign_count)
}

fn verified(algorithm: i32, public_key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    match algorithm {
        ES256 => UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, public_key)
            .verify(message, signature)
            .is_ok(),
        EDDSA => UnparsedPublicKey::new(&ED25519, public_key).verify(message, signature).is_ok(),
        RS256 => public_key.split_last_chunk::<3>().is_some_and(|(n, e)| {
            let public = RsaPublicKeyComponents { n, e };
            public.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
        }),
        _ => false,
    }
}

fn holds(site: &PasskeySite, kind: &str, challenge: &[u8], client_data: &[u8]) -> Option<()> {
    let said: BrowserSays = serde_json::from_slice(client_data).ok()?;
    let same = bool::from(decode(&said.challenge)?.ct_eq(challenge));
    let ours = said.kind == kind && said.origin == site.origin && !said.cross_origin;
    (same && ours).then_some(())
}

fn said_by<'a>(site: &PasskeySite, bytes: &'a [u8]) -> Option<Said<'a>> {
    let (site_hash, rest) = bytes.split_first_chunk::<32>()?;
    let (flags, rest) = rest.split_first()?;
    let (count, rest) = rest.split_first_chunk::<4>()?;
    let ours = *site_hash == <[u8; 32]>::from(Sha256::digest(&site.rp_id));
    let verified = flags & PRESENT_AND_VERIFIED == PRESENT_AND_VERIFIED;
    let sign_count = u32::from_be_bytes(*count);
    (ours && verified).then_some(Said { sign_count, flags: *flags, rest })
}

/// The algorithm of a COSE key (RFC 9053), and the key in the form in which it is stored: a point,
/// 32 bytes, or a modulus followed by an exponent of three bytes.
fn public_key(key: &Value) -> Option<(i32, Vec<u8>)> {
    let number = |label| i32::try_from(i128::from(int_key(key, label)?.as_integer()?)).ok();
    let bytes = |label| int_key(key, label)?.as_bytes().map(Vec::as_slice);
    let of_length = |label, length| bytes(label).filter(|bytes| bytes.len() == length);
    match (number(1)?, number(3)?) {
        (2, ES256) if number(-1)? == 1 => {
            let point = [&[4], of_length(-2, 32)?, of_length(-3, 32)?].concat();
            Some((ES256, point))
        }
        (1, EDDSA) if number(-1)? == 6 => Some((EDDSA, of_length(-2, 32)?.to_vec())),
        (3, RS256) => Some((RS256, [bytes(-1)?, of_length(-2, 3)?].concat())),
        _ => None,
    }
}

fn int_key(map: &Value, label: i32) -> Option<&Value> {
    let found = map
        .as_map()?
        .iter()
        .find(|(key, _)| key.as_integer().is_some_and(|key| i128::from(key) == i128::from(label)));
    found.map(|(_, value)| value)
}

fn text_key<'a>(map: &'a Value, name: &str) -> Option<&'a Value> {
    map.as_map()?.iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value)
}

/// Base 64 for addresses, as browsers write bytes; at most 16 KiB of it.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    if text.len() > 16 * 1024 {
        return None;
    }
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}
