//! Identities verified a moment ago, so that a busy client does not cost a look-up per request.
//!
//! Guarantees: bounded; an identity is trusted for `TRUST`, which is how late another node's
//! revocation may take effect here; a revocation on this node takes effect at once.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::identity::Identity;

/// How long a verified identity is used without asking again.
const TRUST: Duration = Duration::from_secs(5);
/// Identities kept at most.
const LIMIT: usize = 10_000;

pub(super) struct Passes(Mutex<HashMap<[u8; 32], (Identity, Instant)>>);

impl Passes {
    pub(super) fn new() -> Self {
        Self(Mutex::new(HashMap::new()))
    }

    pub(super) fn get(&self, token_hash: &[u8; 32]) -> Option<Identity> {
        let passes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (identity, since) = passes.get(token_hash)?;
        (since.elapsed() < TRUST).then(|| identity.clone())
    }

    pub(super) fn put(&self, token_hash: [u8; 32], identity: &Identity) {
        let mut passes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if passes.len() >= LIMIT {
            passes.retain(|_, (_, since)| since.elapsed() < TRUST);
            if passes.len() >= LIMIT {
                passes.clear();
            }
        }
        passes.insert(token_hash, (identity.clone(), Instant::now()));
    }

    pub(super) fn drop_one(&self, token_hash: &[u8; 32]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(token_hash);
    }

    pub(super) fn drop_all(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
