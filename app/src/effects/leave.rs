//! The right to call a driver.

use chrono::{DateTime, Utc};

use super::row::{Claimed, EffectRow, Lane};
use crate::ports::StoreFailure;
use crate::ports::driver::Account;
use crate::ports::effect_queue::{Claiming, EffectQueue};

/// The right to call a driver for one claimed row, as long as it is held. Nothing makes one but
/// the worker and [`with_claimed`], from a row that a queue granted: a read model that is rebuilt,
/// a use case and a report have no queue, and so no way to a driver.
///
/// ```compile_fail
/// use billfold_app::effects::{Claimed, Leave};
/// fn invent(claimed: &Claimed) -> Leave<'_> {
///     Leave { claimed }
/// }
/// ```
///
/// ```compile_fail
/// use billfold_app::effects::{Claimed, Leave};
/// fn ask_for_one(claimed: &Claimed) -> Leave<'_> {
///     Leave::of(claimed)
/// }
/// ```
#[derive(Debug)]
pub struct Leave<'claim> {
    claimed: &'claim Claimed,
}

impl<'claim> Leave<'claim> {
    pub(in crate::effects) fn of(claimed: &'claim Claimed) -> Self {
        Self { claimed }
    }

    /// The row it is for.
    #[must_use]
    pub fn row(&self) -> &'claim EffectRow {
        self.claimed.row()
    }
}

/// One call of a driver: by which right, in whose name, under which key.
///
/// ```compile_fail
/// use billfold_app::ports::driver::{Account, Call};
/// async fn charge_while_planning(account: &Account) {
///     let call = Call { leave: todo!(), account, key: String::new(), now: todo!() };
/// }
/// ```
#[derive(Debug)]
pub struct Call<'a> {
    leave: &'a Leave<'a>,
    account: &'a Account,
    key: String,
    now: DateTime<Utc>,
}

impl<'a> Call<'a> {
    /// A call in the name of an account, now by the installation's clock.
    #[must_use]
    pub fn new(leave: &'a Leave<'a>, account: &'a Account, now: DateTime<Utc>) -> Self {
        Self { leave, account, key: leave.row().provider_key(), now }
    }

    /// In whose name.
    #[must_use]
    pub fn account(&self) -> &'a Account {
        self.account
    }

    /// The same for every repeat of this call: what the provider takes as idempotency key.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The installation's clock.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The row it is made for.
    #[must_use]
    pub fn row(&self) -> &'a EffectRow {
        self.leave.row()
    }
}

/// Claims the next due row of a lane and lends the right to call for it, as a worker would; nothing
/// where no row is due. The row is not ended: its lease runs out.
///
/// # Errors
/// The queue cannot be reached.
pub async fn with_claimed<T>(
    queue: &dyn EffectQueue,
    lane: &Lane,
    claiming: &Claiming<'_>,
    then: impl AsyncFnOnce(&Leave<'_>) -> T,
) -> Result<Option<T>, StoreFailure> {
    let granted = queue.claim(lane, claiming).await?;
    let Some(claimed) = granted.rows.first() else { return Ok(None) };
    Ok(Some(then(&Leave::of(claimed)).await))
}
