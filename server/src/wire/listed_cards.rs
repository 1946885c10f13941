//! The port "gift cards whose last day is over" over the list of gift cards: two crates that may
//! not know each other meet here.
//!
//! Guarantee: what was sold, spent or cancelled before the question counts. Absent on purpose:
//! codes.

use std::time::Duration;

use async_trait::async_trait;
use billfold_app::ports::{LapsedCard, LapsedCards, StoreFailure};
use billfold_domain::kernel::{GiftCardId, Money, TenantId};
use billfold_event_store::feed::Feed;
use billfold_projections::gift_card_list::{GiftCardList, GiftCardRow, lapsed};
use billfold_projections::{Projection as _, Reads};
use chrono::NaiveDate;

use super::catch_up::{catch_up, unread};

/// How long to wait for the list, which is usually there within milliseconds; somebody may wait for
/// the answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Gift cards, as their list knows them.
pub(super) struct ListedCards {
    pub(super) reads: Reads,
    pub(super) feed: Feed,
}

#[async_trait]
impl LapsedCards for ListedCards {
    async fn before(
        &self,
        tenant: TenantId,
        day: NaiveDate,
        after: Option<(NaiveDate, GiftCardId)>,
        limit: u32,
    ) -> Result<Vec<LapsedCard>, StoreFailure> {
        catch_up(&self.reads, &self.feed, &[GiftCardList::NAME], PATIENCE).await?;
        let found = lapsed(&self.reads, tenant, day, after, limit).await.map_err(unread)?;
        found.value.iter().filter_map(card).collect()
    }
}

fn card(row: &GiftCardRow) -> Option<Result<LapsedCard, StoreFailure>> {
    let expires_on = row.expires_on?;
    let left = Money::try_new(row.balance, row.currency);
    let left = left.map_err(|_| StoreFailure::Corrupt { what: "balance of gift_card_list" });
    Some(left.map(|left| LapsedCard { gift_card_id: row.gift_card_id, expires_on, left }))
}
