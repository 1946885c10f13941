//! A device with passkeys, in software: the WebAuthn client and authenticator of somebody else, so
//! that what we check is not written by whoever checks it.
//!
//! Guarantees: what it makes and signs went through CTAP2 and WebAuthn as a browser's does. Absent
//! on purpose: a way to lie; tests change what it said afterwards.

use passkey_authenticator::{Authenticator, UiHint, UserCheck, UserValidationMethod};
use passkey_client::{Client, DefaultClientData};
use passkey_crypto::rust_crypto::RustCryptoBackend;
use passkey_types::Passkey;
use passkey_types::ctap2::{Aaguid, Ctap2Error};
use reqwest::Url;
use serde_json::{Value, json};

/// A device that holds one passkey at most.
pub struct Device {
    passkey: Option<Passkey>,
    origin: Url,
}

/// Whoever sits at it, and shows a face or a finger.
struct Owner;

#[async_trait::async_trait]
impl UserValidationMethod for Owner {
    type PasskeyItem = Passkey;

    async fn check_user<'a>(
        &self,
        _: UiHint<'a, Passkey>,
        presence: bool,
        _: bool,
    ) -> Result<UserCheck, Ctap2Error> {
        Ok(UserCheck { presence, verification: true })
    }

    fn is_presence_enabled(&self) -> bool {
        true
    }

    fn is_verification_enabled(&self) -> Option<bool> {
        Some(true)
    }
}

impl Device {
    /// A device whose browser shows this origin.
    pub fn at(origin: &str) -> Self {
        Self { passkey: None, origin: origin.parse().expect("an origin") }
    }

    /// Makes a passkey, as asked by the API.
    pub async fn makes(&mut self, options: &Value) -> Value {
        let asked = serde_json::from_value(json!({ "publicKey": options })).expect("options");
        let mut browser = Client::new(self.authenticator()).allows_insecure_localhost(true);
        let made = browser.register(&self.origin, asked, DefaultClientData).await;
        let made = serde_json::to_value(made.expect("a passkey")).expect("JSON");
        self.passkey.clone_from(browser.authenticator().store());
        made
    }

    /// Shows its passkey, as asked by the API.
    pub async fn shows(&mut self, options: &Value) -> Value {
        let asked = serde_json::from_value(json!({ "publicKey": options })).expect("options");
        let mut browser = Client::new(self.authenticator()).allows_insecure_localhost(true);
        let shown = browser.authenticate(&self.origin, asked, DefaultClientData).await;
        let shown = serde_json::to_value(shown.expect("a signature")).expect("JSON");
        self.passkey.clone_from(browser.authenticator().store());
        shown
    }

    fn authenticator(&self) -> Authenticator<Option<Passkey>, Owner, RustCryptoBackend> {
        let (model, held) = (Aaguid::new_empty(), self.passkey.clone());
        let mut device = Authenticator::new(model, held, Owner, RustCryptoBackend);
        device.set_make_credentials_with_signature_counter(true);
        device
    }
}
