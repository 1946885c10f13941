//! What every driver of an outside provider says of itself, whatever it does.
//!
//! Everything a person meets of a driver follows from its description: the form of its settings,
//! their check, which of them are secrets, the address of its notifications, the label of its
//! metrics and its row in the documentation. A new driver is one file and one row in a list.
//!
//! A driver is called by the effects engine alone: each call takes a [`Call`], which nothing makes
//! but a worker that holds a claimed effect.

mod account;
mod failure;

use std::time::Duration;

pub use account::{Account, SettingValues};
pub use failure::{CallFailure, Found, Why};

pub use crate::effects::Call;

/// What a driver is, in data.
#[derive(Debug)]
pub struct DriverDescription {
    /// Its key: small letters, digits and underscores; stored, never renamed.
    pub key: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// One sentence for the table of drivers.
    pub summary: &'static str,
    /// Whether it moves no real money and rents no real server, whatever its settings.
    pub is_sandbox: bool,
    /// Whether people do by hand what it stands for; it is never called then.
    pub is_by_hand: bool,
    /// What has to be set for an account with the provider.
    pub fields: &'static [SettingField],
    /// Panels: what a product says of the package it rents.
    pub package: &'static [SettingField],
    /// Which currencies it takes.
    pub currencies: Currencies,
    /// How the provider sends notifications, if it does.
    pub webhook: Option<WebhookStyle>,
    /// How fast it may be called.
    pub budget: Budget,
    /// How long one call may take, side calls included.
    pub longest_call: Duration,
    /// How long the provider honours an idempotency key.
    pub idempotency: Window,
    /// Pages of others that paying with it needs.
    pub page: PageNeeds,
}

/// One setting.
#[derive(Debug)]
pub struct SettingField {
    /// Its name: small letters, digits and underscores; stored, never renamed.
    pub name: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// What it is and where to find it.
    pub hint: &'static str,
    /// Its shape.
    pub kind: FieldKind,
    /// Whether it is sealed where it is stored, and never shown again.
    pub is_secret: bool,
    /// Whether it must be there.
    pub is_required: bool,
    /// Whether most people never touch it.
    pub is_advanced: bool,
    /// What it is unless set.
    pub default: Option<&'static str>,
    /// The variable of the environment that other systems keep it in.
    pub variable: Option<&'static str>,
    /// What else it must keep to; the answer is shown beside the field.
    pub check: fn(&str) -> Result<(), &'static str>,
}

impl SettingField {
    /// A line of text that is neither secret nor required, without anything else.
    pub const LINE: Self = Self {
        name: "",
        label: "",
        hint: "",
        kind: FieldKind::Text { most: 200 },
        is_secret: false,
        is_required: false,
        is_advanced: false,
        default: None,
        variable: None,
        check: |_| Ok(()),
    };
}

/// The shape of a setting. Every one is stored as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// A line of at most so many characters.
    Text {
        /// How many.
        most: usize,
    },
    /// An address that begins with `https://`, without a query.
    Url,
    /// One of several words: what is stored, and what people read.
    Choice(&'static [(&'static str, &'static str)]),
    /// A whole number.
    Number {
        /// At least.
        least: i64,
        /// At most.
        most: i64,
    },
    /// `true` or `false`.
    Switch,
    /// An object in JSON whose values are texts.
    Json,
}

/// Which currencies a driver takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Currencies {
    /// Every one.
    Any,
    /// These, by ISO 4217 code.
    Only(&'static [&'static str]),
}

impl Currencies {
    /// Whether a currency is among them.
    #[must_use]
    pub fn take(self, code: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Only(codes) => codes.contains(&code),
        }
    }
}

/// How a provider sends notifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WebhookStyle {
    /// The kinds a seller should subscribe to, as the provider names them.
    pub kinds: &'static [&'static str],
    /// Where a person sets it up at the provider.
    pub hint: &'static str,
}

/// How fast an account may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Calls a second, over all processes.
    pub per_second: u32,
    /// Calls at once after a pause.
    pub burst: u32,
    /// Calls that run at the same time.
    pub at_once: u32,
}

/// How long a provider honours an idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// Not at all: a repeat does it again.
    None,
    /// So many hours after the first call.
    Hours(u32),
    /// Always, such as where our own id must be unique with it.
    Forever,
}

/// Pages of others that a payer's browser needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageNeeds {
    /// Origins scripts are loaded from.
    pub scripts: &'static [&'static str],
    /// Origins that are framed.
    pub frames: &'static [&'static str],
    /// Origins the page talks to.
    pub connects: &'static [&'static str],
}

impl PageNeeds {
    /// None.
    pub const NONE: Self = Self { scripts: &[], frames: &[], connects: &[] };
}
