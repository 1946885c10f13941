//! Use cases about accounting periods: close a month, ask to reopen it, reopen it, post entries by
//! hand (EVT-11).

use async_trait::async_trait;
use billfold_domain::accounting_period::{
    AccountingPeriod, AccountingPeriodCommand, AccountingPeriodEvent, AdjustmentLine, Month,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Close a month, and all before it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ClosePeriod {
    /// Which.
    pub month: Month,
}

/// Ask that the last closed month be opened again; somebody else has to do it.
#[derive(Clone, Debug, Serialize)]
pub struct AskReopening {
    /// Which.
    pub month: Month,
    /// Why.
    pub reason: String,
}

/// Open the last closed month again, as somebody else asked.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ReopenPeriod {
    /// Which.
    pub month: Month,
}

/// Post entries by hand.
#[derive(Clone, Debug, Serialize)]
pub struct PostAdjustment {
    /// The business day, in an open month; today at the seller's place unless given.
    pub day: Option<NaiveDate>,
    /// Why.
    pub reason: String,
    /// The entries; debits equal credits in each currency.
    pub lines: Vec<AdjustmentLine>,
}

/// Entries were posted by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdjustmentPosted {
    /// Counts the seller's adjustments from 1.
    pub no: u32,
    /// The business day.
    pub day: NaiveDate,
}

#[async_trait]
impl UseCase for ClosePeriod {
    const NAME: &'static str = "close_period";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        Ok(decide(room, AccountingPeriodCommand::Close { month: self.month }))
    }
}

#[async_trait]
impl UseCase for AskReopening {
    const NAME: &'static str = "ask_reopening";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (month, reason) = (self.month, self.reason.clone());
        Ok(decide(room, AccountingPeriodCommand::AskReopening { month, reason }))
    }
}

#[async_trait]
impl UseCase for ReopenPeriod {
    const NAME: &'static str = "reopen_period";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        Ok(decide(room, AccountingPeriodCommand::Reopen { month: self.month }))
    }
}

#[async_trait]
impl UseCase for PostAdjustment {
    const NAME: &'static str = "post_adjustment";
    type Answer = AdjustmentPosted;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<AdjustmentPosted>, Error> {
        let id = AccountingPeriod::id_of(room.tenant).uuid();
        let Self { day, reason, lines } = self.clone();
        Ok(Touches::new(room.tenant).main::<AccountingPeriod>(id).decide(move |table| {
            let day = day.unwrap_or_else(|| table.today());
            let post = billfold_domain::accounting_period::PostAdjustment {
                day,
                reason: reason.clone(),
                lines: lines.clone(),
            };
            let post = AccountingPeriodCommand::PostAdjustment(post);
            let events = table.decide::<AccountingPeriod>(id, post)?;
            let no = events.iter().find_map(|event| match event {
                AccountingPeriodEvent::AdjustmentPosted(adjustment) => Some(adjustment.no),
                _ => None,
            });
            Ok(AdjustmentPosted { no: no.unwrap_or_default(), day })
        }))
    }
}

fn decide(room: &Room<'_>, command: AccountingPeriodCommand) -> Plan<()> {
    let id = AccountingPeriod::id_of(room.tenant).uuid();
    Touches::new(room.tenant).main::<AccountingPeriod>(id).decide(move |table| {
        table.decide::<AccountingPeriod>(id, command.clone())?;
        Ok(())
    })
}
