//! What a route needs, written in its signature.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use billfold_app::access::{Access, Identity};
use billfold_domain::role::{Permission, Reach};

use super::caller::Caller;
use crate::problem::{Kind, Problem};

/// A permission as a type.
pub trait Need: Send + Sync {
    /// The permission.
    const PERMISSION: Permission;
    /// The narrowest reach that a route serves which asks for it with a scope.
    const NARROWEST: Reach = Reach::OwnClients;
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
        Err(missing::<N>(&caller.identity))
    }
}

/// What a caller is told whose reach a route does not serve.
pub(crate) fn out_of_reach() -> Problem {
    Problem::new(Kind::Forbidden, "permission.out_of_reach", "this is not open to you")
}

/// What a caller is told who may not do what `N` names. Of a route that does not serve their reach
/// nothing is told.
pub(super) fn missing<N: Need>(who: &Identity) -> Problem {
    if who.rights.reach != Reach::Seller && who.rights.permissions.allow(N::PERMISSION) {
        return out_of_reach();
    }
    let detail = format!("this needs the permission {}", N::PERMISSION);
    Problem::new(Kind::Forbidden, "permission.missing", detail)
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
    ClientsErase: "Erase and hand out the personal data of clients.";
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
    PaymentsPay: "Pay what is owed.";
    GatewaysRead: "See accounts at payment providers.";
    GatewaysWrite: "Set up, test, enable and disable accounts at payment providers.";
    ServicesRead: "See services and where they are kept.";
    ServicesWrite: "Provision, suspend, resume, resize and terminate services.";
    ServersRead: "See servers and their groups.";
    ServersWrite: "Set up, test and maintain servers and their groups.";
    AffiliatesRead: "See affiliates and commissions.";
    AffiliatesWrite: "Enrol affiliates, agree on terms, approve commissions.";
    AffiliatesPay: "Pay commissions out.";
    LedgerRead: "See the journal, balances and reports.";
    LedgerWrite: "Recognise revenue, close and reopen months, set taxes.";
    EventsRead: "See events and the audit log.";
    StaffRead: "See staff, departments and roles.";
    StaffWrite: "Add, change and stop staff; make departments.";
    RolesWrite: "Make roles and give them to staff.";
    ApiKeysWrite: "Make and revoke keys for programs.";
    ApprovalsDecide: "Say yes or no to what needs a second person.";
    SettingsRead: "See settings and the brand.";
    SettingsWrite: "Change settings and the brand.";
    WebhooksRead: "See webhooks and what they sent.";
    WebhooksWrite: "Make, change and replay webhooks.";
    EffectsRead: "See what is to be done outside, and how it went.";
    EffectsWrite: "Retry, resolve and skip what failed outside; pause and resume drivers.";
    OperationsRun: "Rebuild read models and run jobs.";
    TenantsRead: "As operator, see all sellers.";
    TenantsWrite: "As operator, create, suspend and close sellers.";
}
