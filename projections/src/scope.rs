//! Whose clients a question is about: those of the whole seller, of one reseller, or one client.
//!
//! Guarantees: what lies outside is never read: it is neither counted nor a place that a cursor
//! points to. Whose client somebody is stands in `client_list`, in its own index.

use billfold_domain::kernel::{ClientId, StaffId, TenantId};
use sqlx::{Postgres, QueryBuilder};

/// Whose clients a list is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// All of the seller.
    #[default]
    Seller,
    /// Those that a reseller looks after (RBA-11).
    ClientsOf(StaffId),
    /// This one alone (SEC-08).
    Only(ClientId),
}

impl Scope {
    /// Leaves out of a query whatever belongs to other clients; the table has a `client_id`.
    pub(crate) fn narrow(self, query: &mut QueryBuilder<'static, Postgres>, tenant: TenantId) {
        match self {
            Self::Seller => {}
            Self::ClientsOf(reseller) => {
                query.push(" and client_id in (select own.client_id from client_list own");
                query.push(" where own.tenant_id = ").push_bind(tenant.uuid());
                query.push(" and own.reseller_id = ").push_bind(reseller.uuid()).push(")");
            }
            Self::Only(client) => {
                query.push(" and client_id = ").push_bind(client.uuid());
            }
        }
    }
}
