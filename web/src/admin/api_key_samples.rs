//! API keys, filled and empty.

use super::samples::*;
use super::staff::Tick;
use super::*;
use crate::fields::{Fields, Wrong};
use crate::view::{Badge, Moment, Tone};

pub(super) fn list(filled: bool) -> api_keys::ApiKeys {
    let at = Moment(chrono::DateTime::UNIX_EPOCH);
    let valid = api_keys::KeyRow {
        name: "Shop <import>".to_owned(),
        id: "key_01kchkq7w7fc9r6a8b9c0d1e2f".to_owned(),
        scopes: "clients:read, orders:write".to_owned(),
        by: "Ada <Lovelace>".to_owned(),
        at,
        ends: None,
        status: Badge::new(Tone::Green, "Valid"),
        revoke: Some("/admin/api-keys/key_01/revoke".to_owned()),
    };
    let revoked = api_keys::KeyRow {
        ends: Some(at),
        status: Badge::new(Tone::Red, "Revoked"),
        revoke: None,
        ..valid.clone()
    };
    let rows = if filled { vec![valid, revoked] } else { Vec::new() };
    api_keys::ApiKeys { shell: shell("/admin/api-keys"), rows }
}

pub(super) fn form(error: &str) -> api_keys::NewKey {
    let tick = |on| Tick {
        value: "invoices:read".to_owned(),
        label: "See invoices".to_owned(),
        hint: "invoices:read".to_owned(),
        on,
    };
    api_keys::NewKey {
        shell: shell("/admin/api-keys"),
        key: "0198".to_owned(),
        error: error.to_owned(),
        fields: api_keys::fields(&Fields::of(&[("name", "<x>")]), &Wrong::default()),
        modules: vec![("Invoices", vec![tick(true), tick(false)])],
    }
}

pub(super) fn made() -> api_keys::MadeKey {
    api_keys::MadeKey {
        shell: shell("/admin/api-keys"),
        name: "Shop <import>".to_owned(),
        secret: "bfk_AZov".to_owned(),
    }
}
