//! Port: second steps of sign-ins: the secret of codes that change with time, and recovery codes.
//!
//! Contract: a secret comes sealed and a recovery code as a keyed hash; an interval's code and a
//! recovery code are taken once, however many ask at the same time.

use async_trait::async_trait;
use billfold_domain::kernel::TenantId;
use chrono::{DateTime, Utc};

use super::{Holder, StoreFailure};

/// The second step of an account.
#[derive(Clone, Debug)]
pub struct SecondFactorRow {
    /// The seller.
    pub tenant: TenantId,
    /// Whose it is.
    pub holder: Holder,
    /// The sealed secret, as JSON.
    pub secret: serde_json::Value,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Since when it is asked for; not yet, if absent.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Recovery codes that nobody used.
    pub codes_left: u32,
}

/// The second steps.
#[async_trait]
pub trait SecondFactors: Send + Sync {
    /// The second step of an account, confirmed or not.
    async fn find(
        &self,
        tenant: TenantId,
        holder: Holder,
    ) -> Result<Option<SecondFactorRow>, StoreFailure>;

    /// Stores a secret that is not confirmed, in place of another such one; false when the account
    /// has a confirmed one.
    async fn propose(&self, row: &SecondFactorRow) -> Result<bool, StoreFailure>;

    /// Makes the proposed secret count, with the interval whose code proved it and with new
    /// recovery codes; false when none is proposed.
    async fn confirm(
        &self,
        tenant: TenantId,
        holder: Holder,
        at: DateTime<Utc>,
        step: i64,
        codes: &[[u8; 32]],
    ) -> Result<bool, StoreFailure>;

    /// Takes the code of an interval; false when that one or a later one was taken before.
    async fn take_step(
        &self,
        tenant: TenantId,
        holder: Holder,
        step: i64,
    ) -> Result<bool, StoreFailure>;

    /// Spends a recovery code; false when there is none such or it was spent.
    async fn take_recovery_code(
        &self,
        tenant: TenantId,
        holder: Holder,
        code: &[u8; 32],
        at: DateTime<Utc>,
    ) -> Result<bool, StoreFailure>;

    /// Puts new recovery codes in the place of all older ones; nothing without a second step.
    async fn renew_codes(
        &self,
        tenant: TenantId,
        holder: Holder,
        codes: &[[u8; 32]],
    ) -> Result<(), StoreFailure>;

    /// Takes the second step away with its recovery codes; false when there was none.
    async fn remove(&self, tenant: TenantId, holder: Holder) -> Result<bool, StoreFailure>;
}
