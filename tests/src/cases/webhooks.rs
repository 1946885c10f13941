//! Webhooks: is a message signed by whom it says, and is it fresh.

use billfold_adapters::webhooks::signature::{
    ID_HEADER, SIGNATURE_HEADER, SignatureHeaders, SignatureScheme, SigningKey, TIMESTAMP_HEADER,
};
use serde_json::{Value, json};

use super::{Answer, text};

/// Checks a message.
pub(super) fn signature(given: &Value, when: &Value) -> Answer {
    let word = text(given, "scheme")?;
    let scheme = SignatureScheme::from_word(word).ok_or_else(|| format!("no scheme {word}"))?;
    let tolerance = given["tolerance_seconds"].as_u64().unwrap_or(SigningKey::TOLERANCE_SECONDS);
    let key = SigningKey::try_new(scheme, text(given, "secret")?, tolerance)?;
    let header = |name: &str| header(&when["headers"], name);
    let headers = match scheme {
        SignatureScheme::Standard => SignatureHeaders::Standard {
            id: header(ID_HEADER),
            timestamp: header(TIMESTAMP_HEADER),
            signatures: header(SIGNATURE_HEADER),
        },
        SignatureScheme::TimestampAndV1 | SignatureScheme::HmacHex => {
            SignatureHeaders::Single(header("signature"))
        }
    };
    let now = when["now"].as_i64().ok_or("now is missing")?;
    Ok(match key.verify(headers, text(when, "body")?.as_bytes(), now) {
        Ok(()) => json!({ "valid": true }),
        Err(refusal) => json!({ "valid": false, "reason": refusal.word() }),
    })
}

/// A header by its name in any case; empty if it is not there.
fn header<'a>(headers: &'a Value, name: &str) -> &'a str {
    let mut found = headers.as_object().into_iter().flatten();
    let value = found.find(|(key, _)| key.eq_ignore_ascii_case(name));
    value.and_then(|(_, value)| value.as_str()).unwrap_or_default()
}
