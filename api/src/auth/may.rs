//! What a route needs, written in its signature.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use billfold_app::access::{Access, Scope};

use super::caller::Caller;
use crate::problem::{Kind, Problem};

/// A permission as a type.
pub trait Need: Send + Sync {
    /// The permission.
    const NEEDS: Permission;
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
        if caller.identity.may(N::NEEDS) {
            return Ok(Self(caller, PhantomData));
        }
        let detail = format!("this needs the scope {}", N::NEEDS.as_str());
        Err(Problem::new(Kind::Forbidden, "scope.missing", detail))
    }
}

macro_rules! needs {
    ($($name:ident: $doc:literal;)+) => {$(
        #[doc = $doc]
        pub struct $name;

        impl Need for $name {
            const NEEDS: Permission = Scope::$name;
        }
    )+};
}

needs! {
    ClientsRead: "Read clients.";
    ClientsWrite: "Register, change, suspend and erase clients.";
    ProductsRead: "Read products.";
    ProductsWrite: "Create products and set prices.";
    OrdersRead: "Read orders.";
    OrdersWrite: "Place and cancel orders.";
    SubscriptionsRead: "Read subscriptions.";
    SubscriptionsWrite: "Begin, change, pause, end and bill subscriptions.";
    InvoicesRead: "Read invoices and credit notes.";
    InvoicesWrite: "Draft, issue, void and write off invoices.";
    PaymentsRead: "Read payments.";
    PaymentsWrite: "Record payments and charge.";
    AffiliatesRead: "Read affiliates, commissions and payouts.";
    AffiliatesWrite: "Enrol affiliates, record referrals, approve and pay commissions.";
    LedgerRead: "Read the journal, balances and reports.";
    LedgerWrite: "Recognise revenue, close and reopen months, post entries by hand.";
    EventsRead: "Read events, the audit log and proofs.";
    Admin: "Settings, staff and keys.";
}
