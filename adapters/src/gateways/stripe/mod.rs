//! Stripe: cards and wallets (STR-01…08).
//!
//! Speaks version 2023-08-16 of the API, named on every call, in forms, as Stripe's own contract
//! in `adapters/fixtures/stripe` has them. A payment carries our id in its metadata, a page of
//! Stripe's in its reference: by these a call is found whose answer was lost, in lists, which show
//! at once what was done; Stripe's search does not.
//!
//! Guarantees: only the status `succeeded` of a payment is money; the query with which a payer
//! comes back proves nothing and is not read; a card is charged as a card alone, so that no method
//! of the dashboard wants a page where nobody is; the key of a call is that of its try, so that
//! another card after a decline is another charge.
//!
//! Absent on purpose: Stripe's invoices and subscriptions, which are ours to write; manual
//! capture; fees of single charges, which its balance report tells.

mod charging;
mod checkout;
mod client;
mod disputing;
mod form;
mod money;
mod refunding;
mod report;
mod seeking;
mod settings;
mod statement;
mod storing;
mod testing;
mod webhook;
mod wire;

use billfold_app::ports::driver::{DriverDescription, SettingValues};
use billfold_app::ports::gateway::{
    Charging, CheckoutPages, ConnectionTest, Disputing, Gateway, Notifications, Refunding,
    Statements, StoringMethods,
};
use billfold_domain::kernel::Invalid;

use crate::outbound::Outbound;

/// The driver.
#[derive(Clone, Debug)]
pub(super) struct Stripe {
    out: Outbound,
}

impl Stripe {
    /// By this way out.
    pub(super) fn new(out: &Outbound) -> Self {
        Self { out: out.clone() }
    }
}

impl Gateway for Stripe {
    fn description(&self) -> &'static DriverDescription {
        &settings::DESCRIPTION
    }

    fn check(&self, settings: &SettingValues) -> Result<(), Invalid> {
        settings::check(settings)
    }

    fn is_live(&self, settings: &SettingValues) -> bool {
        settings::is_live(settings)
    }

    fn charging(&self) -> Option<&dyn Charging> {
        Some(self)
    }

    fn paging(&self) -> Option<&dyn CheckoutPages> {
        Some(self)
    }

    fn refunding(&self) -> Option<&dyn Refunding> {
        Some(self)
    }

    fn storing(&self) -> Option<&dyn StoringMethods> {
        Some(self)
    }

    fn disputing(&self) -> Option<&dyn Disputing> {
        Some(self)
    }

    fn notifying(&self) -> Option<&dyn Notifications> {
        Some(self)
    }

    fn testing(&self) -> Option<&dyn ConnectionTest> {
        Some(self)
    }

    fn stating(&self) -> Option<&dyn Statements> {
        Some(self)
    }
}
