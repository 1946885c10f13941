//! The roles that every seller has: what they allow is in the code, who has them in the log.

use serde::{Deserialize, Serialize};

use super::permission::{Permission, Permissions};
use crate::kernel::{RoleId, TenantId};

/// A role that is built in. It cannot be changed or deleted (RBA-02, RBA-07).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SystemRole {
    /// Everything.
    Admin,
    /// Money: invoices, payments, affiliates, the books.
    Finance,
    /// Clients and what they have.
    Support,
    /// Running the system, without touching money.
    Operator,
    /// Seeing everything, changing nothing.
    Auditor,
    /// Selling to clients of one's own.
    Reseller,
    /// Seeing one's own account: clients have it, and nobody else.
    Client,
}

/// Whose things a role is about (RBA-09, RBA-11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Those of one's own account.
    OwnAccount,
    /// Those of clients who were given to the holder.
    OwnClients,
    /// Those of the whole seller.
    Seller,
}

impl SystemRole {
    /// Every one that staff can have, in the order they are shown in.
    pub const ALL: [Self; 6] =
        [Self::Admin, Self::Finance, Self::Support, Self::Operator, Self::Auditor, Self::Reseller];

    /// Its name for machines.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Finance => "finance",
            Self::Support => "support",
            Self::Operator => "operator",
            Self::Auditor => "auditor",
            Self::Reseller => "reseller",
            Self::Client => "client",
        }
    }

    /// What it is for, for people.
    pub fn description(self) -> &'static str {
        match self {
            Self::Admin => "Everything",
            Self::Finance => "Invoices, payments, affiliates and the books",
            Self::Support => "Clients, their orders and subscriptions",
            Self::Operator => "Running the system, without touching money",
            Self::Auditor => "Seeing everything, changing nothing",
            Self::Reseller => "Selling to clients of one's own",
            Self::Client => "Seeing one's own account, for clients who sign in",
        }
    }

    /// What it allows.
    pub fn permissions(self) -> Permissions {
        use Permission as P;
        match self {
            Self::Admin => Permissions::all(),
            Self::Auditor => Permission::all().filter(|permission| permission.is_read()).collect(),
            Self::Finance => {
                let reads = Self::Auditor.permissions();
                let writes = [
                    P::InvoicesWrite,
                    P::InvoicesWriteOff,
                    P::PaymentsWrite,
                    P::PaymentsRefund,
                    P::PaymentsPay,
                    P::AffiliatesWrite,
                    P::AffiliatesPay,
                    P::LedgerWrite,
                    P::ApprovalsDecide,
                ];
                reads.and(writes.into_iter().collect())
            }
            Self::Support => Permissions::from_iter([
                P::ClientsRead,
                P::ClientsWrite,
                P::ProductsRead,
                P::OrdersRead,
                P::OrdersWrite,
                P::SubscriptionsRead,
                P::SubscriptionsWrite,
                P::InvoicesRead,
                P::PaymentsRead,
                P::ServicesRead,
                P::ServicesWrite,
            ]),
            Self::Operator => Permissions::from_iter([
                P::GatewaysRead,
                P::GatewaysWrite,
                P::ServersRead,
                P::ServersWrite,
                P::EventsRead,
                P::SettingsRead,
                P::WebhooksRead,
                P::WebhooksWrite,
                P::EffectsRead,
                P::EffectsWrite,
                P::OperationsRun,
            ]),
            Self::Reseller => Permissions::from_iter([
                P::ClientsRead,
                P::ClientsWrite,
                P::ProductsRead,
                P::OrdersRead,
                P::OrdersWrite,
                P::SubscriptionsRead,
                P::SubscriptionsWrite,
                P::InvoicesRead,
                P::PaymentsRead,
            ]),
            Self::Client => Permissions::from_iter([
                P::OrdersRead,
                P::SubscriptionsRead,
                P::InvoicesRead,
                P::PaymentsRead,
                P::PaymentsPay,
                P::ServicesRead,
            ]),
        }
    }

    /// Whose things it is about.
    pub fn reach(self) -> Reach {
        match self {
            Self::Reseller => Reach::OwnClients,
            Self::Client => Reach::OwnAccount,
            _ => Reach::Seller,
        }
    }

    /// Its id with a seller.
    pub fn id(self, tenant: TenantId) -> RoleId {
        RoleId::derive(tenant.uuid(), self.slug())
    }
}
