//! Recognises revenue through a day (EVT-27).

use async_trait::async_trait;
use billfold_domain::recognition::{Earned, Recognition, RecognitionCommand, RecognitionEvent};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Bring revenue to where it should stand once a day is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RecogniseRevenue {
    /// The day; yesterday at the seller's place unless given.
    pub through: Option<NaiveDate>,
}

/// Revenue is recognised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevenueRecognised {
    /// The last day that is recognised.
    pub through: NaiveDate,
    /// What became revenue by this very request; nothing if all of it had before.
    pub earned: Vec<Earned>,
}

#[async_trait]
impl UseCase for RecogniseRevenue {
    const NAME: &'static str = "recognise_revenue";
    type Answer = RevenueRecognised;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<RevenueRecognised>, Error> {
        let id = Recognition::id_of(room.tenant).uuid();
        let today = room.settings().await?.day_of(room.now);
        let through = self.through.or(today.pred_opt()).unwrap_or(today);
        let should_be = room.deferrals().earned_by(room.tenant, through).await?;
        Ok(Touches::new(room.tenant).main::<Recognition>(id).decide(move |table| {
            let recognise = RecognitionCommand::Recognise { through, earned: should_be.clone() };
            let events = table.decide::<Recognition>(id, recognise)?;
            let earned =
                events.into_iter().flat_map(|RecognitionEvent::Posted { earned, .. }| earned);
            Ok(RevenueRecognised { through, earned: earned.collect() })
        }))
    }
}
