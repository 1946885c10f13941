//! An account with a provider: which driver, and what was set for it.

use std::collections::BTreeMap;

use billfold_domain::kernel::TenantId;

use crate::access::Secret;

/// An account of a seller with a provider, opened for a call.
#[derive(Clone, Debug)]
pub struct Account {
    /// The seller.
    pub tenant: TenantId,
    /// Its key, such as `stripe` or `stripe-us`: what payments name as their gateway.
    pub key: String,
    /// What is set, secrets among it.
    pub settings: SettingValues,
}

/// What is set for an account, defaults filled in. `Debug` tells names and no values.
#[derive(Clone, Default)]
pub struct SettingValues(BTreeMap<String, Secret>);

impl SettingValues {
    /// These.
    pub fn new(values: impl IntoIterator<Item = (String, Secret)>) -> Self {
        Self(values.into_iter().collect())
    }

    /// The text of a setting; nothing where it is not set or empty.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(Secret::reveal).filter(|text| !text.is_empty())
    }

    /// The text of a setting that a description requires; empty where it is not set.
    #[must_use]
    pub fn required(&self, name: &str) -> &str {
        self.text(name).unwrap_or_default()
    }

    /// Whether a switch is on.
    #[must_use]
    pub fn is_on(&self, name: &str) -> bool {
        self.text(name) == Some("true")
    }
}

impl std::fmt::Debug for SettingValues {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
