//! Notices of SSLCommerz, which it calls IPN.
//!
//! A notice is a form, signed with digests over the fields it names and the store's password. What
//! it says is no more than a hint where to look: the provider's validation decides (SLC-02).
//! Guarantees that digests are compared in constant time, and that a notice whose list of signed
//! fields leaves out what matters is refused however well it is signed.

use std::collections::BTreeMap;

use async_trait::async_trait;
use billfold_app::ports::driver::{Account, SettingValues};
use billfold_app::ports::gateway::{
    News, Notifications, RawNote, Receiving, Unreadable, Unverified, Verified,
};
use md5::Md5;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

use super::SslCommerz;

/// What must be signed in every notice.
const ALWAYS: &[&str] = &["tran_id", "status"];
/// What must be signed besides where money may have moved.
const OF_MONEY: &[&str] = &["amount", "val_id"];
/// Words that say that none did.
const NO_MONEY: [&str; 5] = ["FAILED", "CANCELLED", "UNATTEMPTED", "EXPIRED", "PENDING"];

/// The fields of a notice by name.
type Fields = BTreeMap<String, String>;

#[async_trait]
impl Notifications for SslCommerz {
    async fn verify(
        &self,
        desk: &Receiving<'_>,
        note: &RawNote<'_>,
    ) -> Result<Verified, Unverified> {
        let fields = fields(note).map_err(Unverified::Forged)?;
        check(&fields, &desk.account().settings).map_err(Unverified::Forged)?;
        let named = ["tran_id", "status", "val_id", "bank_tran_id"].map(|name| of(&fields, name));
        let event_id = hex(&Sha256::digest(named.join("|")));
        // Which mode it is only the store tells: each is of one.
        Ok(Verified { event_id, kind: of(&fields, "status").to_owned(), is_live: None })
    }

    fn read(&self, _: &Account, note: &RawNote<'_>) -> Result<Vec<News>, Unreadable> {
        let fields = fields(note).map_err(Unreadable)?;
        let tran_id = of(&fields, "tran_id");
        if tran_id.is_empty() {
            return Err(Unreadable("it names no payment"));
        }
        let some =
            |name| Some(of(&fields, name)).filter(|text| !text.is_empty()).map(str::to_owned);
        Ok(vec![News::LookAt {
            payment_id: tran_id.parse().ok(),
            reference: some("bank_tran_id"),
            hint: some("val_id"),
        }])
    }
}

/// The fields of a form. One that comes twice could be signed as one thing and read as another.
fn fields(note: &RawNote<'_>) -> Result<Fields, &'static str> {
    let mut fields = Fields::new();
    for (name, value) in form_urlencoded::parse(note.body) {
        if fields.insert(name.into_owned(), value.into_owned()).is_some() {
            return Err("a field comes twice");
        }
    }
    Ok(fields)
}

fn of<'f>(fields: &'f Fields, name: &str) -> &'f str {
    fields.get(name).map_or("", String::as_str)
}

fn check(fields: &Fields, settings: &SettingValues) -> Result<(), &'static str> {
    let password = settings.text("store_passwd").ok_or("the store has no password")?;
    let signed: Vec<&str> = of(fields, "verify_key").split(',').collect();
    let of_money = if NO_MONEY.contains(&of(fields, "status")) { &[] } else { OF_MONEY };
    for needed in ALWAYS.iter().chain(of_money) {
        if of(fields, needed).is_empty() || !signed.contains(needed) {
            return Err("a field that matters is not signed");
        }
    }
    let store = of(fields, "store_id");
    if !store.is_empty() && store != settings.required("store_id") {
        return Err("it is for another store");
    }
    let md5_of_password = Zeroizing::new(hex(&Md5::digest(password)));
    let text = signed_text(fields, &signed, &md5_of_password);
    let mut good = same(&hex(&Md5::digest(text.as_bytes())), of(fields, "verify_sign"));
    let newer = of(fields, "verify_sign_sha2");
    if !newer.is_empty() {
        // The vendor's own sample hides the password in it by SHA-256; by MD5 it is as secret.
        let sha2_of_password = Zeroizing::new(hex(&Sha256::digest(password)));
        let other = signed_text(fields, &signed, &sha2_of_password);
        good &= same(&hex(&Sha256::digest(text.as_bytes())), newer)
            | same(&hex(&Sha256::digest(other.as_bytes())), newer);
    }
    if bool::from(good) { Ok(()) } else { Err("no digest of it is ours") }
}

/// `name=value` of every signed field that came, and of the hidden password, by name.
fn signed_text(fields: &Fields, signed: &[&str], password: &str) -> Zeroizing<String> {
    let mut all: BTreeMap<&str, &str> = BTreeMap::new();
    for name in signed {
        if let Some(value) = fields.get(*name) {
            all.insert(name, value);
        }
    }
    all.insert("store_passwd", password);
    let parts: Vec<String> = all.iter().map(|(name, value)| format!("{name}={value}")).collect();
    Zeroizing::new(parts.join("&"))
}

fn same(ours: &str, theirs: &str) -> Choice {
    ours.as_bytes().ct_eq(theirs.as_bytes())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
