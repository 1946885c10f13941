//! Begins to charge a tax; a place, a class and a code have one stream of rates.

use async_trait::async_trait;
use billfold_domain::kernel::TaxRateId;
use billfold_domain::tax_rate::{DefineTaxRate, TaxRate, TaxRateCommand, TaxRateEvent};
use serde::{Deserialize, Serialize};

use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Define a tax rate.
#[derive(Clone, Debug, Serialize)]
pub struct DefineRate {
    /// The id to use; a new one unless given.
    pub tax_rate_id: Option<TaxRateId>,
    /// Which tax, where, on what, and its first rate.
    #[serde(with = "DefineShape")]
    pub define: DefineTaxRate,
}

/// How the request is told apart from another.
#[derive(Serialize)]
#[serde(remote = "DefineTaxRate")]
struct DefineShape {
    tax: billfold_domain::tax_rate::TaxIdentity,
    rate: billfold_domain::kernel::Percent,
    valid_from: chrono::NaiveDate,
    valid_to: Option<chrono::NaiveDate>,
}

/// The rate is defined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateDefined {
    /// Its id.
    pub tax_rate_id: TaxRateId,
}

#[async_trait]
impl UseCase for DefineRate {
    const NAME: &'static str = "define_tax_rate";
    type Answer = RateDefined;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<RateDefined>, Error> {
        let tax_rate_id = self.tax_rate_id.unwrap_or_else(|| TaxRateId::new(room.mint()));
        let define = self.define.clone();
        let touches = Touches::new(room.tenant)
            .begins::<TaxRate>(tax_rate_id.uuid())
            .claims(TaxRateEvent::PLACE_SCOPE, Some(&define.tax.key()));
        Ok(touches.decide(move |table| {
            let define = TaxRateCommand::Define(define.clone());
            table.decide::<TaxRate>(tax_rate_id.uuid(), define)?;
            Ok(RateDefined { tax_rate_id })
        }))
    }
}
