//! Records what the client's bank takes back, and how it ends.
//!
//! Guarantees: the payment and the invoices it had paid change in one append; never more is taken
//! than refunds left (a bank that claims all after a partial refund gets the rest); what is won
//! pays the same invoices again, as far as they ask for money; what is lost is owed, or given up at
//! once.

use async_trait::async_trait;
use billfold_domain::invoice::{Invoice, InvoiceCommand, UnapplyCause};
use billfold_domain::kernel::{Money, PaymentId};
use billfold_domain::payment::{
    Payment, PaymentCommand, PaymentEvent, PaymentRefusal, SettledPayment,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::taking_back::{Planned, apply, give_back, reopen, voided};
use crate::commands::affiliates::Earned;
use crate::commands::dunning::end_if_over;
use crate::commands::{No, Plan, Room, Table, Touches, UseCase};
use crate::error::{Error, Refused};

/// Record that the client's bank took money back.
#[derive(Clone, Debug, Serialize)]
pub struct OpenDispute {
    /// The payment.
    pub payment_id: PaymentId,
    /// The gateway's own name for the dispute; reported again, it is the same.
    pub reference: Option<String>,
    /// What the bank claims.
    pub claimed: Money,
    /// What the bank says, 1 to 500 characters; no personal data.
    pub reason: String,
    /// The day; today unless given, not in the future.
    pub opened_on: Option<NaiveDate>,
}

/// The dispute is recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputeOpened {
    /// Counts the disputes of the payment from 1.
    pub dispute_no: u32,
    /// What was taken out of the payment.
    pub amount: Money,
}

#[async_trait]
impl UseCase for OpenDispute {
    const NAME: &'static str = "open_dispute";
    type Answer = DisputeOpened;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<DisputeOpened>, Error> {
        let (planned, touches) = Planned::new(room, self.payment_id).await?;
        let ask = self.clone();
        Ok(touches.decide(move |table| ask.open(table, &planned.settled(table)?)))
    }
}

impl OpenDispute {
    fn open(
        &self,
        table: &mut Table<'_, '_>,
        settled: &SettledPayment,
    ) -> Result<DisputeOpened, No> {
        let open = PaymentCommand::OpenDispute(billfold_domain::payment::OpenDispute {
            reference: self.reference.clone(),
            claimed: self.claimed,
            voided: voided(table, settled)?,
            reason: self.reason.clone(),
            opened_on: self.opened_on.unwrap_or_else(|| table.today()),
        });
        for event in table.decide::<Payment>(self.payment_id.uuid(), open)? {
            if let PaymentEvent::DisputeOpened { no, amount, drawn, .. } = event {
                reopen(table, self.payment_id, &drawn.reversals, UnapplyCause::Disputed)?;
                return Ok(DisputeOpened { dispute_no: no, amount });
            }
        }
        // Nothing happened, so the gateway has told of it before.
        let known = settled.disputes.iter().find(|one| one.reference == self.reference);
        let known = known.ok_or_else(|| No::Broken("known and not known".to_owned()))?;
        Ok(DisputeOpened { dispute_no: known.no, amount: known.amount })
    }
}

/// Record that disputed money came back.
#[derive(Clone, Debug, Serialize)]
pub struct WinDispute {
    /// The payment.
    pub payment_id: PaymentId,
    /// Which dispute of it.
    pub dispute_no: u32,
    /// What came back; all that is undecided unless given.
    pub amount: Option<Money>,
    /// The day; today unless given, not in the future.
    pub on: Option<NaiveDate>,
}

#[async_trait]
impl UseCase for WinDispute {
    const NAME: &'static str = "win_dispute";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (planned, touches) = Planned::new(room, self.payment_id).await?;
        let ask = self.clone();
        Ok(touches.decide(move |table| {
            let settled = planned.settled(table)?;
            let dispute_no = ask.dispute_no;
            let no_such = || Refused::of(&PaymentRefusal::NoSuchDispute { dispute_no });
            let dispute = settled.dispute(dispute_no).ok_or_else(no_such)?;
            let amount = ask.amount.unwrap_or(dispute.undecided);
            let back = give_back(table, &dispute.drawn, amount)?;
            let on = ask.on.unwrap_or_else(|| table.today());
            let win = PaymentCommand::WinDispute { dispute_no, amount, back, on };
            for event in table.decide::<Payment>(ask.payment_id.uuid(), win)? {
                if let PaymentEvent::DisputeWon { allocations, .. } = event {
                    apply(table, ask.payment_id, settled.client_id, &allocations)?;
                }
            }
            Ok(())
        }))
    }
}

/// What becomes of a claim whose dispute was lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterLoss {
    /// The client owes it like any other claim.
    #[default]
    Owed,
    /// What the invoices ask for that the dispute reopened is written off.
    WrittenOff,
}

/// Record that what is undecided of a dispute is lost.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LoseDispute {
    /// The payment.
    pub payment_id: PaymentId,
    /// Which dispute of it.
    pub dispute_no: u32,
    /// What becomes of the claim.
    pub then: AfterLoss,
    /// The day; today unless given, not in the future.
    pub on: Option<NaiveDate>,
}

#[async_trait]
impl UseCase for LoseDispute {
    const NAME: &'static str = "lose_dispute";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (planned, touches) = Planned::new(room, self.payment_id).await?;
        let (earned, touches) = Earned::beside(room, self.payment_id, touches).await?;
        let ask = self.clone();
        Ok(touches.decide(move |table| {
            let settled = planned.settled(table)?;
            let dispute_no = ask.dispute_no;
            let on = ask.on.unwrap_or_else(|| table.today());
            let lose = PaymentCommand::LoseDispute { dispute_no, on };
            let lost = table.decide::<Payment>(ask.payment_id.uuid(), lose)?;
            earned.take_back(table)?;
            if ask.then == AfterLoss::Owed || lost.is_empty() {
                return Ok(());
            }
            let dispute = settled.dispute(dispute_no);
            for reversal in dispute.iter().flat_map(|dispute| &dispute.drawn.reversals) {
                let invoice = reversal.invoice_id.uuid();
                if let Invoice::Open(_) = table.state::<Invoice>(invoice)? {
                    let reason = "a dispute over its payment was lost".to_owned();
                    table.decide::<Invoice>(invoice, InvoiceCommand::WriteOff { reason })?;
                    end_if_over(table, reversal.invoice_id)?;
                }
            }
            Ok(())
        }))
    }
}

/// Record what a gateway keeps for a dispute.
#[derive(Clone, Debug, Serialize)]
pub struct ChargeDisputeFee {
    /// The payment.
    pub payment_id: PaymentId,
    /// Which dispute of it.
    pub dispute_no: u32,
    /// How much.
    pub fee: Money,
    /// The day; today unless given, not in the future.
    pub on: Option<NaiveDate>,
}

#[async_trait]
impl UseCase for ChargeDisputeFee {
    const NAME: &'static str = "charge_dispute_fee";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let ask = self.clone();
        let id = ask.payment_id.uuid();
        Ok(Touches::new(room.tenant).main::<Payment>(id).decide(move |table| {
            let on = ask.on.unwrap_or_else(|| table.today());
            let (dispute_no, fee) = (ask.dispute_no, ask.fee);
            let charge = PaymentCommand::ChargeDisputeFee { dispute_no, fee, on };
            table.decide::<Payment>(id, charge)?;
            Ok(())
        }))
    }
}
