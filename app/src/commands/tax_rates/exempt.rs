//! Lets a client not pay a tax, and pay it again. What proves it is sealed under the fiscal key:
//! an authority may ask for it as long as for the documents themselves.

use async_trait::async_trait;
use billfold_domain::client::{Client, ClientRefusal};
use billfold_domain::kernel::{ClientId, KeyClass, TaxRateId};
use billfold_domain::tax::ExemptionReason;
use billfold_domain::tax_rate::{
    Exemption, ExemptionEvidence, TaxRate, TaxRateCommand, TaxRateRefusal,
};
use chrono::NaiveDate;
use serde::Serialize;

use crate::commands::clients::{must_be_active, subject_of};
use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::{Error, Refused};
use crate::retention::Records;
use crate::vault::{Wanted, field};

/// Let a client not pay a tax.
#[derive(Clone, Debug, Serialize)]
pub struct ExemptClient {
    /// Which tax.
    pub tax_rate_id: TaxRateId,
    /// Who does not pay it.
    pub client_id: ClientId,
    /// First day; today unless given.
    pub valid_from: Option<NaiveDate>,
    /// First day on which it no longer holds; nothing while no end is known.
    pub valid_to: Option<NaiveDate>,
    /// What proves it.
    pub evidence: ExemptionEvidence,
    /// Which article exempts the client, as documents say it.
    pub reason: Option<ExemptionReason>,
}

/// Let a client pay a tax again.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct EndExemption {
    /// Which tax.
    pub tax_rate_id: TaxRateId,
    /// Who pays it.
    pub client_id: ClientId,
    /// First day; today unless given.
    pub from: Option<NaiveDate>,
}

#[async_trait]
impl UseCase for ExemptClient {
    const NAME: &'static str = "exempt_client";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let ask = self.clone();
        ask.evidence.check().map_err(|invalid| Refused::of(&invalid.under("evidence")))?;
        ask.must_be_there(room).await?;
        let today = room.settings().await?.day_of(room.now);
        let last = ask.valid_to.unwrap_or(today).max(today);
        let retain_until = room.law().await?.keeps_until(Records::Exemptions, last);
        let (subject, class) = (subject_of(ask.client_id), KeyClass::Fiscal);
        let wanted = Wanted { subject, class, retain_until };
        let ring = room.vault().ring_to_seal(room.tenant, &[wanted], room.now).await?;
        let sealed =
            ring.seal(wanted.subject, KeyClass::Fiscal, field::TAX_EXEMPTION, &ask.evidence)?;
        let id = ask.tax_rate_id.uuid();
        let touches =
            Touches::new(room.tenant).main::<TaxRate>(id).reads::<Client>(ask.client_id.uuid());
        Ok(touches.decide(move |table| {
            must_be_active(table, ask.client_id)?;
            let exemption = Exemption {
                valid_from: ask.valid_from.unwrap_or_else(|| table.today()),
                valid_to: ask.valid_to,
                evidence: sealed.clone(),
                reason: ask.reason.clone(),
            };
            let exempt = TaxRateCommand::Exempt { client_id: ask.client_id, exemption };
            table.decide::<TaxRate>(id, exempt)?;
            Ok(())
        }))
    }
}

impl ExemptClient {
    /// Refuses before a key is made for somebody who is no client, or for a tax that is none.
    async fn must_be_there(&self, room: &Room<'_>) -> Result<(), Error> {
        if room.load::<TaxRate>(self.tax_rate_id.uuid()).await?.state.0 == TaxRate::Absent {
            return Err(Refused::of(&TaxRateRefusal::Absent).into());
        }
        if room.load::<Client>(self.client_id.uuid()).await?.state.0 == Client::Absent {
            return Err(Refused::of(&ClientRefusal::Absent).into());
        }
        Ok(())
    }
}

#[async_trait]
impl UseCase for EndExemption {
    const NAME: &'static str = "end_exemption";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let Self { tax_rate_id, client_id, from } = *self;
        let id = tax_rate_id.uuid();
        Ok(Touches::new(room.tenant).main::<TaxRate>(id).decide(move |table| {
            let from = from.unwrap_or_else(|| table.today());
            table.decide::<TaxRate>(id, TaxRateCommand::EndExemption { client_id, from })?;
            Ok(())
        }))
    }
}
