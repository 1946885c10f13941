//! The catalogue of permissions: what a role or a key may allow, by module.
//!
//! A permission is one line of [`CATALOGUE`]; nothing else has to be told of it. Scope RBA-03,
//! RBA-04. Absent on purpose: who has which one, which roles and keys say.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One thing that may be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// See clients.
    ClientsRead,
    /// Register, change, suspend clients and put them in groups.
    ClientsWrite,
    /// Destroy the keys of a client's data.
    ClientsErase,
    /// See products, prices and coupons.
    ProductsRead,
    /// Make products, prices, coupons and gift cards.
    ProductsWrite,
    /// See orders.
    OrdersRead,
    /// Place, accept and cancel orders.
    OrdersWrite,
    /// See subscriptions.
    SubscriptionsRead,
    /// Begin, change, pause, end and bill subscriptions.
    SubscriptionsWrite,
    /// See invoices and credit notes.
    InvoicesRead,
    /// Draft, issue, void and credit invoices.
    InvoicesWrite,
    /// Give up what is owed.
    InvoicesWriteOff,
    /// See payments.
    PaymentsRead,
    /// Record payments and charge.
    PaymentsWrite,
    /// Give money back.
    PaymentsRefund,
    /// Pay what is owed, with a method of the client.
    PaymentsPay,
    /// See accounts at payment providers.
    GatewaysRead,
    /// Set up, test, enable and disable accounts at payment providers.
    GatewaysWrite,
    /// See services and where they are kept.
    ServicesRead,
    /// Provision, suspend, resume, resize and terminate services.
    ServicesWrite,
    /// See servers and their groups.
    ServersRead,
    /// Set up, test and maintain servers and their groups.
    ServersWrite,
    /// See affiliates, commissions and payouts.
    AffiliatesRead,
    /// Enrol affiliates, agree on terms, approve commissions.
    AffiliatesWrite,
    /// Pay commissions out.
    AffiliatesPay,
    /// See the journal, balances and reports.
    LedgerRead,
    /// Recognise revenue, close and reopen months, set taxes.
    LedgerWrite,
    /// See events and the audit log.
    EventsRead,
    /// See staff, departments and roles.
    StaffRead,
    /// Add, change and stop staff; make departments.
    StaffWrite,
    /// Make roles and give them to staff.
    RolesWrite,
    /// Make and revoke keys for programs.
    ApiKeysWrite,
    /// Say yes or no to what needs a second person.
    ApprovalsDecide,
    /// See settings and the brand.
    SettingsRead,
    /// Change settings and the brand.
    SettingsWrite,
    /// See webhooks and what they sent.
    WebhooksRead,
    /// Make, change and replay webhooks.
    WebhooksWrite,
    /// See what is to be done outside, and how it went.
    EffectsRead,
    /// Retry, resolve and skip what failed outside; pause and resume drivers.
    EffectsWrite,
    /// Rebuild, pause and resume read models; start and stop jobs.
    OperationsRun,
    /// See the sellers of the installation; of use to staff of its operator only.
    TenantsRead,
    /// Create, suspend, resume and close sellers; of use to staff of the operator only.
    TenantsWrite,
}

/// What permissions are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Module {
    /// Clients and their groups.
    Clients,
    /// Products, prices, coupons and gift cards.
    Catalogue,
    /// Orders and subscriptions.
    Selling,
    /// Invoices, payments and accounts at payment providers.
    Billing,
    /// Services and servers.
    Hosting,
    /// Affiliates.
    Partners,
    /// The books and the log.
    Ledger,
    /// Staff, roles and keys.
    People,
    /// Settings, webhooks, effects and operations.
    System,
}

impl Module {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Clients => "Clients",
            Self::Catalogue => "Catalogue",
            Self::Selling => "Selling",
            Self::Billing => "Billing",
            Self::Hosting => "Hosting",
            Self::Partners => "Partners",
            Self::Ledger => "Ledger",
            Self::People => "People",
            Self::System => "System",
        }
    }
}

struct Entry(Permission, &'static str, Module, &'static str);

/// Every permission in the order it is shown in: its slug, its module, and what it allows.
const CATALOGUE: [Entry; 42] = {
    use Module as M;
    use Permission as P;
    [
        Entry(P::ClientsRead, "clients:read", M::Clients, "See clients"),
        Entry(P::ClientsWrite, "clients:write", M::Clients, "Register, change and suspend clients"),
        Entry(
            P::ClientsErase,
            "clients:erase",
            M::Clients,
            "Erase and hand out the personal data of clients",
        ),
        Entry(P::ProductsRead, "products:read", M::Catalogue, "See products, prices and coupons"),
        Entry(
            P::ProductsWrite,
            "products:write",
            M::Catalogue,
            "Make products, prices, coupons and gift cards",
        ),
        Entry(P::OrdersRead, "orders:read", M::Selling, "See orders"),
        Entry(P::OrdersWrite, "orders:write", M::Selling, "Place, accept and cancel orders"),
        Entry(P::SubscriptionsRead, "subscriptions:read", M::Selling, "See subscriptions"),
        Entry(
            P::SubscriptionsWrite,
            "subscriptions:write",
            M::Selling,
            "Begin, change, pause, end and bill subscriptions",
        ),
        Entry(P::InvoicesRead, "invoices:read", M::Billing, "See invoices and credit notes"),
        Entry(
            P::InvoicesWrite,
            "invoices:write",
            M::Billing,
            "Draft, issue, void and credit invoices",
        ),
        Entry(P::InvoicesWriteOff, "invoices:write_off", M::Billing, "Give up what is owed"),
        Entry(P::PaymentsRead, "payments:read", M::Billing, "See payments"),
        Entry(P::PaymentsWrite, "payments:write", M::Billing, "Record payments and charge"),
        Entry(P::PaymentsRefund, "payments:refund", M::Billing, "Give money back"),
        Entry(P::PaymentsPay, "payments:pay", M::Billing, "Pay what is owed"),
        Entry(P::GatewaysRead, "gateways:read", M::Billing, "See accounts at payment providers"),
        Entry(
            P::GatewaysWrite,
            "gateways:write",
            M::Billing,
            "Set up, test and disable accounts at payment providers",
        ),
        Entry(P::ServicesRead, "services:read", M::Hosting, "See services and where they are kept"),
        Entry(
            P::ServicesWrite,
            "services:write",
            M::Hosting,
            "Provision, suspend, resize and terminate services",
        ),
        Entry(P::ServersRead, "servers:read", M::Hosting, "See servers and their groups"),
        Entry(
            P::ServersWrite,
            "servers:write",
            M::Hosting,
            "Set up, test and maintain servers and their groups",
        ),
        Entry(P::AffiliatesRead, "affiliates:read", M::Partners, "See affiliates and commissions"),
        Entry(
            P::AffiliatesWrite,
            "affiliates:write",
            M::Partners,
            "Enrol affiliates, agree on terms, approve commissions",
        ),
        Entry(P::AffiliatesPay, "affiliates:pay", M::Partners, "Pay commissions out"),
        Entry(P::LedgerRead, "ledger:read", M::Ledger, "See the journal, balances and reports"),
        Entry(
            P::LedgerWrite,
            "ledger:write",
            M::Ledger,
            "Recognise revenue, close and reopen months, set taxes",
        ),
        Entry(P::EventsRead, "events:read", M::Ledger, "See events and the audit log"),
        Entry(P::StaffRead, "staff:read", M::People, "See staff, departments and roles"),
        Entry(
            P::StaffWrite,
            "staff:write",
            M::People,
            "Add, change and stop staff; make departments",
        ),
        Entry(P::RolesWrite, "roles:write", M::People, "Make roles and give them to staff"),
        Entry(P::ApiKeysWrite, "api_keys:write", M::People, "Make and revoke keys for programs"),
        Entry(
            P::ApprovalsDecide,
            "approvals:decide",
            M::People,
            "Say yes or no to what needs a second person",
        ),
        Entry(P::SettingsRead, "settings:read", M::System, "See settings and the brand"),
        Entry(P::SettingsWrite, "settings:write", M::System, "Change settings and the brand"),
        Entry(P::WebhooksRead, "webhooks:read", M::System, "See webhooks and what they sent"),
        Entry(P::WebhooksWrite, "webhooks:write", M::System, "Make, change and replay webhooks"),
        Entry(P::EffectsRead, "effects:read", M::System, "See what is to be done outside"),
        Entry(
            P::EffectsWrite,
            "effects:write",
            M::System,
            "Retry, resolve and skip what failed outside; pause drivers",
        ),
        Entry(P::OperationsRun, "operations:run", M::System, "Rebuild read models and run jobs"),
        Entry(P::TenantsRead, "tenants:read", M::System, "As operator: see all sellers"),
        Entry(
            P::TenantsWrite,
            "tenants:write",
            M::System,
            "As operator: create, suspend and close sellers",
        ),
    ]
};

impl Permission {
    /// Every permission, in the order they are shown in.
    pub fn all() -> impl Iterator<Item = Self> {
        CATALOGUE.iter().map(|entry| entry.0)
    }

    /// Its name for machines, such as `invoices:read`.
    pub fn slug(self) -> &'static str {
        self.entry().map_or("", |entry| entry.1)
    }

    /// What it belongs to.
    pub fn module(self) -> Module {
        self.entry().map_or(Module::System, |entry| entry.2)
    }

    /// What it allows, for people.
    pub fn description(self) -> &'static str {
        self.entry().map_or("", |entry| entry.3)
    }

    /// The permission of a slug.
    pub fn parse(slug: &str) -> Option<Self> {
        CATALOGUE.iter().find(|entry| entry.1 == slug).map(|entry| entry.0)
    }

    /// Whether it changes nothing.
    pub fn is_read(self) -> bool {
        self.slug().ends_with(":read")
    }

    fn entry(self) -> Option<&'static Entry> {
        CATALOGUE.iter().find(|entry| entry.0 == self)
    }

    fn bit(self) -> u64 {
        let mut places = (0..u64::BITS).zip(&CATALOGUE);
        let place = places.find(|(_, entry)| entry.0 == self);
        place.and_then(|(place, _)| 1_u64.checked_shl(place)).unwrap_or_default()
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}

/// A set of permissions; stored as the list of their slugs.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Permissions(u64);

impl Permissions {
    /// None.
    pub const NONE: Self = Self(0);

    /// Every one there is.
    pub fn all() -> Self {
        Permission::all().collect()
    }

    /// Whether one is in it.
    pub fn allow(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// Those of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that another set lacks.
    #[must_use]
    pub fn beyond(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its permissions, in the order they are shown in.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::all().filter(move |permission| self.allow(*permission))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |bits, permission| bits | permission.bit()))
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Permission::slug)).finish()
    }
}

impl Serialize for Permissions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Permission::slug))
    }
}

impl<'de> Deserialize<'de> for Permissions {
    /// A slug that is not known is an error: a set that silently lost one would be another set.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let slugs = Vec::<String>::deserialize(deserializer)?;
        let permission = |slug: &String| {
            Permission::parse(slug)
                .ok_or_else(|| D::Error::custom(format_args!("{slug} is no permission")))
        };
        slugs.iter().map(permission).collect()
    }
}
