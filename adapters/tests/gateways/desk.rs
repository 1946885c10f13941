//! A desk from which a test calls a driver as the worker does: by right of a claimed effect.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use billfold_app::access::Secret;
use billfold_app::effects::{
    Claimed, EffectRow, EffectSubject, Ending, Lane, LaneWord, with_claimed,
};
use billfold_app::ports::StoreFailure;
use billfold_app::ports::driver::{Account, Call, SettingValues};
use billfold_app::ports::effect_queue::{Claiming, EffectQueue, Granted};
use billfold_domain::kernel::{EffectId, TenantId};
use chrono::{DateTime, TimeZone, Utc};
use uuid::Uuid;

/// A queue whose only row is always due.
struct OneRow(EffectRow);

#[async_trait]
impl EffectQueue for OneRow {
    async fn due_lanes(&self, _: DateTime<Utc>, _: u32) -> Result<Vec<Lane>, StoreFailure> {
        Ok(vec![self.0.lane.clone()])
    }

    async fn claim(&self, _: &Lane, how: &Claiming<'_>) -> Result<Granted, StoreFailure> {
        let claimed = Claimed::granted(self.0.clone(), Instant::now() + how.lease);
        Ok(Granted { rows: vec![claimed], ..Granted::default() })
    }

    async fn finish(&self, _: &[Ending]) -> Result<Vec<EffectRow>, StoreFailure> {
        Ok(Vec::new())
    }

    async fn take_back(&self, _: DateTime<Utc>, _: u32) -> Result<u64, StoreFailure> {
        Ok(0)
    }

    async fn note_lane(&self, _: &Lane, _: &LaneWord) -> Result<(), StoreFailure> {
        Ok(())
    }
}

/// An account with a provider, and the time it is.
pub(crate) struct Desk {
    pub(crate) account: Account,
    pub(crate) now: DateTime<Utc>,
}

impl Desk {
    /// An account with these settings, at noon of a day.
    pub(crate) fn new(key: &str, settings: &[(&str, &str)]) -> Self {
        let settings = settings.iter().map(|(name, value)| (name.to_string(), Secret::new(*value)));
        let (tenant, settings) = (TenantId::new(Uuid::from_u128(7)), SettingValues::new(settings));
        let account = Account { tenant, key: key.to_owned(), settings };
        Self { account, now: Utc.with_ymd_and_hms(2026, 11, 24, 12, 0, 0).unwrap() }
    }

    /// Calls for an effect of its own.
    pub(crate) async fn call<T>(&self, then: impl AsyncFnOnce(&Call<'_>) -> T) -> T {
        self.call_for(EffectId::new(Uuid::new_v4()), 1, then).await
    }

    /// Calls for an effect, under the key of one of its tries.
    pub(crate) async fn call_for<T>(
        &self,
        effect_id: EffectId,
        try_no: u32,
        then: impl AsyncFnOnce(&Call<'_>) -> T,
    ) -> T {
        let lane = Lane {
            tenant: self.account.tenant,
            key: format!("gateway/{}", self.account.key),
            driver: self.account.key.clone(),
        };
        let row = EffectRow {
            tenant: self.account.tenant,
            effect_id,
            kind: "gateway.charge".to_owned(),
            position: 1,
            subject: EffectSubject { kind: "payment".to_owned(), id: Uuid::nil(), part: 0 },
            lane: lane.clone(),
            asks: false,
            sent_at: Some(self.now),
            wanted_at: self.now,
            tries: 1,
            asked: 0,
            try_no,
            reference: None,
            epoch: 1,
        };
        let claiming =
            Claiming { owner: "test", now: self.now, limit: 1, lease: Duration::from_secs(60) };
        let queue = OneRow(row);
        let called = with_claimed(&queue, &lane, &claiming, async |leave| {
            then(&Call::new(leave, &self.account, self.now)).await
        });
        called.await.unwrap().unwrap()
    }
}
