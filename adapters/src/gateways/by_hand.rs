//! Ways to pay that people book by hand: a bank transfer, cash. They are never called.

use std::time::Duration;

use billfold_app::ports::driver::{
    Budget, Currencies, DriverDescription, FieldKind, PageNeeds, SettingField, Window,
};
use billfold_app::ports::gateway::Gateway;

/// A way to pay that people book by hand.
#[derive(Clone, Copy, Debug)]
pub(super) struct ByHand(&'static DriverDescription);

/// Money that a client sends to the seller's bank account.
pub(super) const BANK_TRANSFER: ByHand = ByHand(&BANK_TRANSFER_DESCRIPTION);
/// Money that a client brings.
pub(super) const CASH: ByHand = ByHand(&CASH_DESCRIPTION);

/// What both have in common: nobody is called, so nothing limits the calls.
const NOBODY: DriverDescription = DriverDescription {
    key: "",
    label: "",
    summary: "",
    is_sandbox: false,
    is_by_hand: true,
    fields: &[INSTRUCTIONS],
    package: &[],
    currencies: Currencies::Any,
    webhook: None,
    budget: Budget { per_second: 1, burst: 1, at_once: 1 },
    longest_call: Duration::from_secs(1),
    idempotency: Window::None,
    page: PageNeeds::NONE,
};

const INSTRUCTIONS: SettingField = SettingField {
    name: "instructions",
    label: "What clients read",
    hint: "Shown where a client chooses this way to pay, with the invoice's number beside it.",
    kind: FieldKind::Text { most: 1_000 },
    ..SettingField::LINE
};

static BANK_TRANSFER_DESCRIPTION: DriverDescription = DriverDescription {
    key: "manual_bank",
    label: "Bank transfer",
    summary: "The client sends money to the seller's bank account; staff or a bank file book it.",
    ..NOBODY
};

static CASH_DESCRIPTION: DriverDescription = DriverDescription {
    key: "manual_cash",
    label: "Cash",
    summary: "The client brings the money; staff book it.",
    ..NOBODY
};

impl Gateway for ByHand {
    fn description(&self) -> &'static DriverDescription {
        self.0
    }
}
