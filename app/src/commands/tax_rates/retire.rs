//! Charges a tax no longer from a day on; it may begin again.

use async_trait::async_trait;
use billfold_domain::kernel::TaxRateId;
use billfold_domain::tax_rate::{TaxRate, TaxRateCommand};
use chrono::NaiveDate;
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// End a tax rate.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RetireRate {
    /// Which.
    pub tax_rate_id: TaxRateId,
    /// First day without a rate; today unless given.
    pub from: Option<NaiveDate>,
}

#[async_trait]
impl UseCase for RetireRate {
    const NAME: &'static str = "retire_tax_rate";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (id, from) = (self.tax_rate_id.uuid(), self.from);
        Ok(Touches::new(room.tenant).main::<TaxRate>(id).decide(move |table| {
            let from = from.unwrap_or_else(|| table.today());
            table.decide::<TaxRate>(id, TaxRateCommand::Retire { from })?;
            Ok(())
        }))
    }
}
