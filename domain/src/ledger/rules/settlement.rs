//! What settlements post.
//!
//! | fact          | debit                   | credit                                |
//! | ------------- | ----------------------- | ------------------------------------- |
//! | payout booked | bank: to the bank       | gateway clearing: what left the       |
//! |               | payment fees: fees      | account                               |
//! | fee booked    | payment fees: fee       | gateway clearing: fee                 |
//!
//! What is negative, such as a payout that the bank sent back, changes sides. A line that is
//! matched or that a person settled posts nothing here: its money is in the books by its payment.

use crate::ledger::accounts::{BANK, GATEWAY_CLEARING, PAYMENT_FEES};
use crate::ledger::posting::{Draft, Target};
use crate::ledger::{LedgerError, Posting};
use crate::settlement::SettlementEvent;

pub(super) fn postings(event: &SettlementEvent) -> Result<Option<Posting>, LedgerError> {
    match event {
        SettlementEvent::PayoutBooked { gateway, amount, fees, to_bank, .. } => {
            let mut draft = Draft::new(amount.currency());
            draft.debit(Target::of(BANK), *to_bank)?;
            draft.debit(Target::of(PAYMENT_FEES), *fees)?;
            draft.credit(Target::detailed(GATEWAY_CLEARING, gateway), *amount)?;
            draft.finish()
        }
        SettlementEvent::FeeBooked { gateway, fee, .. } => Draft::transfer(
            *fee,
            Target::of(PAYMENT_FEES),
            Target::detailed(GATEWAY_CLEARING, gateway),
        ),
        SettlementEvent::Opened { .. }
        | SettlementEvent::LinesRead { .. }
        | SettlementEvent::LineMatched { .. }
        | SettlementEvent::LineUnmatched { .. }
        | SettlementEvent::LineSettled { .. }
        | SettlementEvent::Closed {} => Ok(None),
    }
}
