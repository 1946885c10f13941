//! Where requests came from: address and program, kept beside each event and sealed there.
//!
//! Guarantees: no event holds an address in clear; all requests of a seller in one month lie under
//! one key, so that destroying it makes them unreadable together, without a touch to the chain;
//! events of older releases, which hold them in clear, still read.
//! Absent on purpose: when a month is over for good, which `retention` says; and the id of the
//! request, which tells nothing about anybody.

mod month;
mod seal;

use std::collections::BTreeMap;

use billfold_domain::kernel::{KeyClass, Pii, TenantId};
use billfold_projections::event_index::Stored;

use crate::access::SessionOrigin;
use crate::vault::{Opened, Vault, VaultError, field};

pub use month::Month;
pub(crate) use seal::Origins;

/// The name under which events keep what is sealed, and readers find what became of it.
pub const ORIGIN: &str = "origin";
/// What readers find there once the month's key was destroyed.
pub const ERASED: &str = "erased";
/// What readers find there when the key is another one, such as after a restore without keys.
pub const UNREADABLE: &str = "unreadable";

/// Puts address (`ip`) and program (`user_agent`) of the requests behind these events beside them
/// in clear; where they cannot be read any more, `origin` says why. One look-up for all of them.
///
/// # Errors
/// The key table does not answer.
pub async fn reveal<'a>(
    vault: &Vault,
    tenant: TenantId,
    events: impl IntoIterator<Item = &'a mut Stored>,
) -> Result<(), VaultError> {
    let mut sealed = Vec::new();
    for event in events {
        if let Some((month, text)) = event.metadata.remove(ORIGIN).and_then(|it| parse(&it)) {
            sealed.push((&mut event.metadata, month, text));
        }
    }
    let subjects = sealed.iter().map(|(_, month, _)| month.subject(tenant));
    let wanted = subjects.map(|subject| (subject, KeyClass::Operational));
    let ring = vault.ring_to_open(tenant, wanted).await?;
    for (metadata, month, text) in sealed {
        let origin = Pii::<SessionOrigin>::new(month.subject(tenant), KeyClass::Operational, text);
        match ring.open(&origin, field::REQUEST_ORIGIN) {
            Ok(Opened::Clear(origin)) => tell(metadata, origin),
            Ok(Opened::Erased) => {
                metadata.insert(ORIGIN.to_owned(), ERASED.to_owned());
            }
            Err(_) => {
                metadata.insert(ORIGIN.to_owned(), UNREADABLE.to_owned());
            }
        }
    }
    Ok(())
}

fn tell(metadata: &mut BTreeMap<String, String>, origin: SessionOrigin) {
    let parts =
        [("ip", origin.address.map(|ip| ip.to_string())), ("user_agent", origin.user_agent)];
    for (name, text) in parts {
        if let Some(text) = text {
            metadata.insert(name.to_owned(), text);
        }
    }
}

/// `2026-03.` and the ciphertext in base 64.
fn parse(text: &str) -> Option<(Month, String)> {
    let (month, sealed) = text.split_once('.')?;
    Some((Month::parse(month)?, sealed.to_owned()))
}
