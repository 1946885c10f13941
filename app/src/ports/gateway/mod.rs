//! Port: a payment gateway, split by what it can do.
//!
//! A driver answers by capability; what it cannot do it does not have. Each call answers what the
//! provider decided, or a [`CallFailure`](super::driver::CallFailure) that says what is certain.
//!
//! Contract: a call with the same key does it once, within the window that the description tells;
//! a look-up finds by our own reference what a call did whose answer was lost; a status the driver
//! does not know is "under way", never money; amounts are minor units, converted at the edge by a
//! table of the provider, and a value with more decimals than the provider takes is refused before
//! anything is sent.

mod charging;
mod disputing;
mod notifying;
mod refunding;
mod stating;
mod storing;
mod testing;

use std::sync::Arc;

use billfold_domain::kernel::Invalid;

pub use charging::{
    Capturing, ChargeAsk, ChargeReport, ChargeStage, ChargeWay, Charging, CheckoutPages, Handover,
    PageAsk, PayLine, Payer, PayerAddress, Returns, Risk, Sought, StoredToken,
};
pub use disputing::{DisputeReport, DisputeStage, Disputing, Evidence};
pub use notifying::{News, Notifications, RawNote, Receiving, Unreadable, Unverified, Verified};
pub use refunding::{RefundAsk, RefundReport, RefundStageThere, Refunding, SoughtRefund};
pub use stating::{StatedKind, StatedLine, StatementRefusal, Statements};
pub use storing::{CardFace, MethodReport, MethodStage, StoreAsk, StoringMethods};
pub use testing::{ConnectionTest, Tested};

use super::driver::{DriverDescription, SettingValues};

/// A driver.
pub trait Gateway: Send + Sync {
    /// What it is.
    fn description(&self) -> &'static DriverDescription;

    /// What settings must keep to together, such as two keys of one mode.
    ///
    /// # Errors
    /// Which setting breaks which rule.
    fn check(&self, settings: &SettingValues) -> Result<(), Invalid> {
        let _ = settings;
        Ok(())
    }

    /// Whether what is set moves real money.
    fn is_live(&self, settings: &SettingValues) -> bool {
        let _ = settings;
        !self.description().is_sandbox
    }

    /// Charges by a stored method or on our own page.
    fn charging(&self) -> Option<&dyn Charging> {
        None
    }

    /// Pages of the provider on which a client pays.
    fn paging(&self) -> Option<&dyn CheckoutPages> {
        None
    }

    /// Money that is taken after the client said yes.
    fn capturing(&self) -> Option<&dyn Capturing> {
        None
    }

    /// Money that goes back.
    fn refunding(&self) -> Option<&dyn Refunding> {
        None
    }

    /// Ways to pay that are kept for later.
    fn storing(&self) -> Option<&dyn StoringMethods> {
        None
    }

    /// Money that the client's bank takes back.
    fn disputing(&self) -> Option<&dyn Disputing> {
        None
    }

    /// What the provider tells of its own accord.
    fn notifying(&self) -> Option<&dyn Notifications> {
        None
    }

    /// Whether the settings let us in.
    fn testing(&self) -> Option<&dyn ConnectionTest> {
        None
    }

    /// Files that say what the provider paid out and kept; read without asking anybody.
    fn stating(&self) -> Option<&dyn Statements> {
        None
    }
}

/// The gateways of this build, by key.
#[derive(Clone, Default)]
pub struct Gateways(Vec<Arc<dyn Gateway>>);

impl Gateways {
    /// A list of drivers; a later one with the same key is never found.
    #[must_use]
    pub fn new(drivers: Vec<Arc<dyn Gateway>>) -> Self {
        Self(drivers)
    }

    /// The driver with this key.
    #[must_use]
    pub fn find(&self, key: &str) -> Option<&Arc<dyn Gateway>> {
        self.0.iter().find(|driver| driver.description().key == key)
    }

    /// Every driver, in the order of the list.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Gateway>> {
        self.0.iter()
    }
}

impl std::fmt::Debug for Gateways {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|driver| driver.description().key)).finish()
    }
}
