//! Which seller a host name belongs to.
//!
//! Guarantees: bounded; an answer is trusted for [`TRUST`], which is how late a name that was just
//! taken or given up is known everywhere.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use billfold_domain::kernel::TenantId;
use billfold_domain::tenant::{HostName, TenantEvent};
use uuid::Uuid;

use crate::commands::Door;
use crate::error::Error;

/// How long an answer is used without asking again.
const TRUST: Duration = Duration::from_secs(2);
/// Names kept at most.
const LIMIT: usize = 10_000;

/// The host names that were asked for lately.
pub struct HostNames {
    door: Door,
    known: Mutex<HashMap<HostName, (Option<TenantId>, Instant)>>,
}

impl HostNames {
    /// Nothing is known yet.
    #[must_use]
    pub fn new(door: Door) -> Self {
        Self { door, known: Mutex::default() }
    }

    /// The seller that is found under what a `Host` header says; none if nobody took the name.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn seller_at(&self, host: &str) -> Result<Option<TenantId>, Error> {
        let Some(name) = host_name_of(host) else { return Ok(None) };
        if let Some(known) = self.remembered(&name) {
            return Ok(known);
        }
        let scope = TenantEvent::HOST_NAME_SCOPE;
        let nobody = TenantId::new(Uuid::nil());
        let found = self.door.holder(nobody, scope, name.as_str()).await?.map(TenantId::new);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= LIMIT {
            known.clear();
        }
        known.insert(name, (found, Instant::now()));
        Ok(found)
    }

    fn remembered(&self, name: &HostName) -> Option<Option<TenantId>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (tenant, since) = known.get(name)?;
        (since.elapsed() < TRUST).then_some(*tenant)
    }
}

impl std::fmt::Debug for HostNames {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HostNames").finish_non_exhaustive()
    }
}

/// The name in what a person or a browser wrote: in lower case and ASCII, without port and last
/// dot. None for addresses of networks and for what is no name.
#[must_use]
pub fn host_name_of(written: &str) -> Option<HostName> {
    let name = match written.rsplit_once(':') {
        Some((name, port)) if port.chars().all(|c| c.is_ascii_digit()) => name,
        Some(_) => return None,
        None => written,
    };
    let name = name.trim().strip_suffix('.').unwrap_or(name.trim());
    idna::domain_to_ascii(name).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::host_name_of;

    #[test]
    fn a_name_is_brought_to_one_spelling() {
        for (written, name) in [
            ("Billing.Example.COM", "billing.example.com"),
            ("billing.example.com:8443", "billing.example.com"),
            ("billing.example.com.", "billing.example.com"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("BÜCHER.example:80", "xn--bcher-kva.example"),
            ("localhost:8080", "localhost"),
        ] {
            assert_eq!(host_name_of(written).unwrap().as_str(), name, "{written}");
        }
        for no_name in ["127.0.0.1:80", "[::1]:8080", "", ":80", "a b.example", "a:b.example"] {
            assert_eq!(host_name_of(no_name), None, "{no_name}");
        }
    }
}
