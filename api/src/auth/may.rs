//! What a route needs, written in its signature.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use billfold_app::access::Access;
use billfold_domain::role::Permission;

use super::caller::Caller;
use crate::problem::{Kind, Problem};

/// A permission as a type.
pub trait Need: Send + Sync {
    /// The permission.
    const PERMISSION: Permission;
}

/// A caller who may do what `N` names.
pub struct May<N: Need>(pub Caller, pub(crate) PhantomData<N>);

impl<S, N> FromRequestParts<S> for May<N>
where
    S: Send + Sync,
    N: Need,
    Arc<Access>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, state).await?;
        if caller.identity.may(N::PERMISSION) {
            return Ok(Self(caller, PhantomData));
        }
        let detail = format!("this needs the permission {}", N::PERMISSION);
        Err(Problem::new(Kind::Forbidden, "permission.missing", detail))
    }
}

macro_rules! needs {
    ($($name:ident: $doc:literal;)+) => {$(
        #[doc = $doc]
        pub struct $name;

        impl Need for $name {
            const PERMISSION: Permission = Permission::$name;
        }
    )+};
}

needs! {
    ClientsRead: "See clients.";
    ClientsWrite: "Register, change and suspend clients.";
    ClientsErase: "Erase the personal data of clients.";
    ProductsRead: "See products, prices and coupons.";
    ProductsWrite: "Make products, prices, coupons and gift cards.";
    OrdersRead: "See orders.";
    OrdersWrite: "Place, accept and cancel orders.";
    SubscriptionsRead: "See subscriptions.";
    SubscriptionsWrite: "Begin, change, pause, end and bill subscriptions.";
    InvoicesRead: "See invoices and credit notes.";
    InvoicesWrite: "Draft, issue, void and credit invoices.";
    InvoicesWriteOff: "Give up what is owed.";
    PaymentsRead: "See payments.";
    PaymentsWrite: "Record payments and charge.";
    PaymentsRefund: "Give money back.";
    AffiliatesRead: "See affiliates and commissions.";
    AffiliatesWrite: "Enrol affiliates, agree on terms, approve commissions.";
    AffiliatesPay: "Pay commissions out.";
    LedgerRead: "See the journal, balances and reports.";
    LedgerWrite: "Recognise revenue, close and reopen months, set taxes.";
    EventsRead: "See events and the audit log.";
    StaffRead: "See staff, departments and roles.";
    StaffWrite: "Add, change and stop staff.";
    RolesWrite: "Make roles and give them to staff.";
    ApiKeysWrite: "Make and revoke keys for programs.";
    ApprovalsDecide: "Say yes or no to what needs a second person.";
    SettingsRead: "See settings and the brand.";
    SettingsWrite: "Change settings and the brand.";
    WebhooksRead: "See webhooks and what they sent.";
    WebhooksWrite: "Make, change and replay webhooks.";
    OperationsRun: "Rebuild read models and run jobs.";
}
