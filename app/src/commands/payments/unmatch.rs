//! Takes money back that was matched to the wrong invoice, so that it can pay another.

use async_trait::async_trait;
use billfold_domain::invoice::UnapplyCause;
use billfold_domain::kernel::{Money, PaymentId};
use billfold_domain::payment::{Payment, PaymentCommand, PaymentEvent, PaymentRefusal, Source};
use serde::Serialize;

use super::taking_back::{Planned, reopen, voided};
use crate::commands::{Plan, Room, UseCase};
use crate::error::{Error, Refused};

/// Take a part of an allocation back.
#[derive(Clone, Debug, Serialize)]
pub struct UnmatchPayment {
    /// The payment.
    pub payment_id: PaymentId,
    /// Which allocation of it.
    pub allocation_no: u32,
    /// How much; all that it pays unless given.
    pub amount: Option<Money>,
    /// Where the money lies afterwards.
    pub to: Source,
}

#[async_trait]
impl UseCase for UnmatchPayment {
    const NAME: &'static str = "unmatch_payment";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (planned, touches) = Planned::new(room, self.payment_id).await?;
        let ask = self.clone();
        Ok(touches.decide(move |table| {
            let settled = planned.settled(table)?;
            let allocation_no = ask.allocation_no;
            let no_such = || Refused::of(&PaymentRefusal::NoSuchAllocation { allocation_no });
            let known = settled.allocations.iter().find(|part| part.no == allocation_no);
            let known = known.ok_or_else(no_such)?;
            let pays = settled.left_of(known).map_err(|no| Refused::of(&no))?;
            let unallocate = PaymentCommand::Unallocate {
                allocation_no,
                amount: ask.amount.unwrap_or(pays),
                to: ask.to,
                voided: voided(table, &settled)?.contains(&known.invoice_id),
            };
            for event in table.decide::<Payment>(ask.payment_id.uuid(), unallocate)? {
                if let PaymentEvent::Unallocated { reversal, .. } = event {
                    reopen(table, ask.payment_id, &[reversal], UnapplyCause::Moved)?;
                }
            }
            Ok(())
        }))
    }
}
