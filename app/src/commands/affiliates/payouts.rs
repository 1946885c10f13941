//! Pays out what is owed to an affiliate, and records what became of it (AFF-04).
//!
//! Guarantees: a payout holds every commission whose hold is over, less clawbacks, and each of
//! them is in one payout; one that becomes credit is credit in the same append.

use async_trait::async_trait;
use billfold_domain::affiliate::{Affiliate, AffiliateCommand, AffiliateEvent, PayoutTo};
use billfold_domain::credit::{CreditBalance, CreditSource};
use billfold_domain::kernel::{AffiliateId, Currency, Money};
use serde::{Deserialize, Serialize};

use crate::commands::credit::keep_as_credit;
use crate::commands::{No, Plan, Room, Table, Touches, UseCase};
use crate::error::Error;

/// What the books call a payout that became credit.
const CREDITED: &str = "customer credit";

/// Pay out what is owed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PayOutCommissions {
    /// To whom.
    pub affiliate_id: AffiliateId,
    /// Which currency.
    pub currency: Currency,
    /// Where to.
    pub to: PayoutTo,
    /// What the bank calls it, if the money went out already.
    pub reference: Option<String>,
}

/// Money is on its way to the affiliate, or there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutMade {
    /// Counts the payouts of the affiliate from 1.
    pub no: u32,
    /// How much.
    pub amount: Money,
    /// Whether it is there.
    pub sent: bool,
}

#[async_trait]
impl UseCase for PayOutCommissions {
    const NAME: &'static str = "pay_out_commissions";
    type Answer = PayoutMade;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<PayoutMade>, Error> {
        let id = self.affiliate_id.uuid();
        let mut touches = Touches::new(room.tenant).main::<Affiliate>(id);
        let known = room.load::<Affiliate>(id).await?;
        if let (Some(partner), PayoutTo::CustomerCredit) = (known.state.0.partner(), &self.to) {
            let balance = CreditBalance::id_of(partner.client_id, self.currency);
            touches = touches.reads::<CreditBalance>(balance.uuid());
        }
        let ask = self.clone();
        Ok(touches.decide(move |table| ask.pay_out(table)))
    }
}

impl PayOutCommissions {
    fn pay_out(&self, table: &mut Table<'_, '_>) -> Result<PayoutMade, No> {
        let id = self.affiliate_id.uuid();
        table.decide::<Affiliate>(id, AffiliateCommand::ApproveDue)?;
        let (currency, to) = (self.currency, self.to.clone());
        let request = AffiliateCommand::RequestPayout { currency, to };
        let events = table.decide::<Affiliate>(id, request)?;
        let requested = events.into_iter().find_map(|event| match event {
            AffiliateEvent::PayoutRequested { no, amount, .. } => Some((no, amount)),
            _ => None,
        });
        let (no, amount) =
            requested.ok_or_else(|| No::Broken("requested and not requested".to_owned()))?;
        let reference = match &self.to {
            PayoutTo::CustomerCredit => Some(CREDITED.to_owned()),
            PayoutTo::Channel { .. } => self.reference.clone(),
        };
        let Some(reference) = reference else {
            return Ok(PayoutMade { no, amount, sent: false });
        };
        table.decide::<Affiliate>(id, AffiliateCommand::RecordPayoutSent { no, reference })?;
        self.credit(table, no, amount)?;
        Ok(PayoutMade { no, amount, sent: true })
    }

    fn credit(&self, table: &mut Table<'_, '_>, no: u32, amount: Money) -> Result<(), No> {
        if self.to != PayoutTo::CustomerCredit {
            return Ok(());
        }
        let partner = table.state::<Affiliate>(self.affiliate_id.uuid())?.partner();
        let client_id = partner.map(|partner| partner.client_id);
        let client_id = client_id.ok_or_else(|| No::Broken("paid and absent".to_owned()))?;
        let source = CreditSource::CommissionPayout { affiliate_id: self.affiliate_id, no };
        keep_as_credit(table, client_id, amount, source)
    }
}

/// Record that the money of a payout went out.
#[derive(Clone, Debug, Serialize)]
pub struct ConfirmPayout {
    /// To whom.
    pub affiliate_id: AffiliateId,
    /// Which payout.
    pub no: u32,
    /// What the bank calls it, 1 to 200 characters.
    pub reference: String,
}

#[async_trait]
impl UseCase for ConfirmPayout {
    const NAME: &'static str = "confirm_payout";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let Self { affiliate_id, no, reference } = self.clone();
        let id = affiliate_id.uuid();
        Ok(Touches::new(room.tenant).main::<Affiliate>(id).decide(move |table| {
            let sent = AffiliateCommand::RecordPayoutSent { no, reference: reference.clone() };
            table.decide::<Affiliate>(id, sent)?;
            Ok(())
        }))
    }
}

/// Record that the money of a payout did not go out; what was in it waits for another.
#[derive(Clone, Debug, Serialize)]
pub struct FailPayout {
    /// To whom.
    pub affiliate_id: AffiliateId,
    /// Which payout.
    pub no: u32,
    /// What the bank said, 1 to 500 characters; no personal data.
    pub reason: String,
}

#[async_trait]
impl UseCase for FailPayout {
    const NAME: &'static str = "fail_payout";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let Self { affiliate_id, no, reason } = self.clone();
        let id = affiliate_id.uuid();
        Ok(Touches::new(room.tenant).main::<Affiliate>(id).decide(move |table| {
            let failed = AffiliateCommand::RecordPayoutFailed { no, reason: reason.clone() };
            table.decide::<Affiliate>(id, failed)?;
            Ok(())
        }))
    }
}
