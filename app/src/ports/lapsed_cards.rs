//! Port: gift cards whose last day is over.
//!
//! Contract: what was sold, spent or cancelled before the question is in the answer.

use async_trait::async_trait;
use billfold_domain::kernel::{GiftCardId, Money, TenantId};
use chrono::NaiveDate;

use super::StoreFailure;

/// A card that is still active though its last day is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LapsedCard {
    /// Which.
    pub gift_card_id: GiftCardId,
    /// Its last day.
    pub expires_on: NaiveDate,
    /// What is left on it.
    pub left: Money,
}

/// Cards that nobody can redeem any more.
#[async_trait]
pub trait LapsedCards: Send + Sync {
    /// Active cards whose last day lies before a day, by last day and id, those behind `after`; at
    /// most `limit`.
    async fn before(
        &self,
        tenant: TenantId,
        day: NaiveDate,
        after: Option<(NaiveDate, GiftCardId)>,
        limit: u32,
    ) -> Result<Vec<LapsedCard>, StoreFailure>;
}
