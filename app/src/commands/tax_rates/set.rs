//! Charges another rate from a day on; what was charged stays as it was charged.

use async_trait::async_trait;
use billfold_domain::kernel::{Percent, TaxRateId};
use billfold_domain::tax_rate::{TaxRate, TaxRateCommand};
use chrono::NaiveDate;
use serde::Serialize;

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Charge another rate.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SetRate {
    /// Of which tax.
    pub tax_rate_id: TaxRateId,
    /// The rate.
    pub rate: Percent,
    /// First day; not before today.
    pub valid_from: NaiveDate,
    /// First day on which the rate before holds again; nothing while no end is known.
    pub valid_to: Option<NaiveDate>,
}

#[async_trait]
impl UseCase for SetRate {
    const NAME: &'static str = "set_tax_rate";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let Self { tax_rate_id, rate, valid_from, valid_to } = *self;
        let id = tax_rate_id.uuid();
        Ok(Touches::new(room.tenant).main::<TaxRate>(id).decide(move |table| {
            table.decide::<TaxRate>(id, TaxRateCommand::SetRate { rate, valid_from, valid_to })?;
            Ok(())
        }))
    }
}
