//! Notifications, signed with a chain of certificates that was made for tests.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{self, RsaKeyPair, UnparsedPublicKey};
use serde_json::{Value, json};

use super::state::{State, moment};

static VECTORS: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!("../../../adapters/fixtures/paypal/webhook-vectors.json");
    serde_json::from_str(text).expect("vectors in JSON")
});

static KEY: LazyLock<RsaKeyPair> = LazyLock::new(|| {
    let pem = certificate("leaf_private_key_pem");
    let inner: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let key = STANDARD.decode(inner).expect("a key in PEM");
    RsaKeyPair::from_pkcs8(&key).expect("an RSA key")
});

/// A notification as PayPal sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its headers, names in small letters.
    pub headers: Vec<(String, String)>,
    /// Its body, byte for byte.
    pub body: Vec<u8>,
}

/// A text of the vectors' own chain, such as `root_ca_pem`.
pub(super) fn certificate(name: &str) -> &'static str {
    VECTORS["synthetic"][name].as_str().expect("a text of the vectors")
}

/// Something happened that PayPal tells.
pub(super) fn event(state: &mut State, kind: &str, of: &str, resource: Value) {
    let id = state.name("WH-");
    let event = json!({
        "id": id, "event_version": "1.0", "create_time": moment(state.now),
        "resource_type": of, "resource_version": "2.0", "event_type": kind,
        "summary": kind, "resource": resource, "links": [],
    });
    state.events.push(event);
}

/// An event, signed for a webhook; each sending has a name of its own.
pub(super) fn signed(state: &mut State, event: &Value, webhook_id: &str) -> Notice {
    let transmission = state.name("t-");
    let time = moment(state.now);
    let body = event.to_string().into_bytes();
    let text = format!("{transmission}|{time}|{webhook_id}|{}", crc32(&body));
    let mut signature = vec![0; KEY.public().modulus_len()];
    KEY.sign(&signature::RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
        .expect("a key that signs");
    let address = "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-peer";
    let headers = [
        ("content-type", "application/json"),
        ("paypal-auth-algo", "SHA256withRSA"),
        ("paypal-cert-url", address),
        ("paypal-transmission-id", &transmission),
        ("paypal-transmission-time", &time),
        ("paypal-transmission-sig", &STANDARD.encode(signature)),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    Notice { headers, body }
}

/// Whether a notification that is asked about was signed here: over the bytes as they stand in
/// the question.
pub(super) fn notice_is_ours(question: &Value, raw: &[u8]) -> bool {
    let name = b"\"webhook_event\":";
    let Some(at) = raw.windows(name.len()).position(|part| part == name) else { return false };
    let Some(body) = raw.get(at + name.len()..raw.len() - 1) else { return false };
    let of = |name: &str| question[name].as_str().unwrap_or_default();
    let text = format!(
        "{}|{}|{}|{}",
        of("transmission_id"),
        of("transmission_time"),
        of("webhook_id"),
        crc32(body)
    );
    let Ok(signature) = STANDARD.decode(of("transmission_sig")) else { return false };
    let key = KEY.public().as_ref();
    let key = UnparsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, key);
    key.verify(text.as_bytes(), &signature).is_ok()
}

/// CRC-32 as zlib has it.
fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            let is_odd = sum & 1 == 1;
            sum >>= 1;
            if is_odd {
                sum ^= 0xEDB8_8320;
            }
        }
    }
    !sum
}
