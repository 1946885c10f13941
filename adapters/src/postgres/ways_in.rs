//! Everything that somebody signs in with, whoever they are: what goes when they are erased.

use billfold_app::ports::{StoreFailure, SubjectRef};
use sqlx::{Postgres, Transaction};

use super::scoped::failed;

/// Removes everything a person signed in with, beside the end of their keys: the account, its
/// sessions with their refresh tokens, the second step, passkeys, links to providers, and codes
/// that set a password or prove an address.
pub(super) async fn forget(
    tx: &mut Transaction<'static, Postgres>,
    of: SubjectRef,
) -> Result<(), StoreFailure> {
    for statement in [
        "delete from client_accounts where tenant_id = $1 and client_id = $2",
        "delete from staff where tenant_id = $1 and staff_id = $2",
        "delete from sign_in_directory where tenant_id = $1 and staff_id = $2",
        "delete from sessions where tenant_id = $1 and coalesce(staff_id, client_id) = $2",
        "delete from recovery_codes where tenant_id = $1 and account_id = $2",
        "delete from second_factors where tenant_id = $1 and account_id = $2",
        "delete from reset_codes where tenant_id = $1 and account_id = $2",
        "delete from address_codes where tenant_id = $1 and account_id = $2",
        "delete from passkeys where tenant_id = $1 and staff_id = $2",
        "delete from provider_links where tenant_id = $1 and staff_id = $2",
    ] {
        sqlx::query(statement)
            .bind(of.tenant.uuid())
            .bind(of.subject.uuid())
            .execute(&mut **tx)
            .await
            .map_err(failed)?;
    }
    Ok(())
}
