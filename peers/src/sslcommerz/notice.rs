//! What the provider tells of its own accord: a signed form.

use std::collections::BTreeMap;

use md5::Md5;
use sha2::{Digest, Sha256};

use super::{STORE_ID, STORE_PASSWD, Try, answers};

/// A notice to be delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Where to.
    pub url: String,
    /// The form.
    pub body: String,
}

impl Notice {
    pub(super) fn of(one: &Try, url: &str) -> Self {
        let mut fields = answers::told(one);
        fields.insert("store_id".to_owned(), STORE_ID.to_owned());
        if !one.is_paid() {
            // As the provider does: what came to nothing has neither a try nor a card.
            let of_payment = |name: &str| {
                name == "val_id"
                    || name == "store_amount"
                    || name.starts_with("card_")
                    || name.starts_with("risk_")
            };
            fields.retain(|name, _| !of_payment(name));
        }
        Self { url: url.to_owned(), body: signed(fields, STORE_PASSWD) }
    }
}

/// A form of these fields, all of them signed, in both ways.
fn signed(mut fields: BTreeMap<String, String>, password: &str) -> String {
    let names: Vec<String> = fields.keys().cloned().collect();
    let of = |hidden: String| {
        let mut all = fields.clone();
        all.insert("store_passwd".to_owned(), hidden);
        let parts: Vec<String> =
            all.iter().map(|(name, value)| format!("{name}={value}")).collect();
        parts.join("&")
    };
    let sign = hex(&Md5::digest(of(hex(&Md5::digest(password)))));
    let newer = hex(&Sha256::digest(of(hex(&Sha256::digest(password)))));
    fields.insert("verify_key".to_owned(), names.join(","));
    fields.insert("verify_sign".to_owned(), sign);
    fields.insert("verify_sign_sha2".to_owned(), newer);
    form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
