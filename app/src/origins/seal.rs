//! Seals the origin of a request for the events it leads to.
//!
//! Guarantee: a key is asked for once per seller, month and process; a request costs one cipher of
//! some hundred bytes. Whether that key was destroyed since does not matter: what it seals then is
//! unreadable, as it should be.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use billfold_domain::kernel::{KeyClass, TenantId};
use chrono::{DateTime, Utc};

use super::Month;
use crate::access::SessionOrigin;
use crate::commands::{RequestOrigin, cut};
use crate::vault::{KeyRing, Vault, VaultError, Wanted, field};

/// Characters of a program's name that are kept.
const LONGEST_AGENT: usize = 200;
/// Sellers and months whose keys are kept at hand at most.
const KEPT: usize = 10_000;

/// The keys of the present month, by seller.
pub(crate) struct Origins {
    vault: Arc<Vault>,
    rings: Mutex<HashMap<(TenantId, Month), Arc<KeyRing>>>,
}

impl Origins {
    pub(crate) fn new(vault: Arc<Vault>) -> Self {
        Self { vault, rings: Mutex::new(HashMap::new()) }
    }

    /// The origin as events keep it; nothing for a request that came from nowhere.
    pub(crate) async fn seal(
        &self,
        tenant: TenantId,
        origin: &RequestOrigin,
        at: DateTime<Utc>,
    ) -> Result<Option<String>, VaultError> {
        let agent = origin.user_agent.as_deref();
        let user_agent = agent.map(|text| cut(text, LONGEST_AGENT));
        if origin.ip.is_none() && user_agent.is_none() {
            return Ok(None);
        }
        let month = Month::of(at);
        let ring = self.ring(tenant, month, at).await?;
        let origin = SessionOrigin { address: origin.ip, user_agent };
        let (subject, class) = (month.subject(tenant), KeyClass::Operational);
        match ring.seal(subject, class, field::REQUEST_ORIGIN, &origin) {
            Ok(sealed) => Ok(Some(format!("{month}.{}", sealed.sealed()))),
            // A seller who keeps no origins at all has no key for this month any more.
            Err(VaultError::Erased { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn ring(
        &self,
        tenant: TenantId,
        month: Month,
        at: DateTime<Utc>,
    ) -> Result<Arc<KeyRing>, VaultError> {
        if let Some(ring) = self.known(tenant, month) {
            return Ok(ring);
        }
        let (subject, class) = (month.subject(tenant), KeyClass::Operational);
        let wanted = Wanted { subject, class, retain_until: None };
        let ring = Arc::new(self.vault.ring_to_seal(tenant, &[wanted], at).await?);
        let mut known = self.rings.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert((tenant, month), Arc::clone(&ring));
        Ok(ring)
    }

    fn known(&self, tenant: TenantId, month: Month) -> Option<Arc<KeyRing>> {
        let known = self.rings.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&(tenant, month)).map(Arc::clone)
    }
}
