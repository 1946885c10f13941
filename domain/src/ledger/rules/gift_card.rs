//! What gift cards post.
//!
//! | fact                | debit                        | credit                                |
//! | ------------------- | ---------------------------- | ------------------------------------- |
//! | activated: sold     | gateway clearing, receivable | gift card liability                   |
//! | redeemed            | gift card liability          | customer credit, receivable           |
//! | redemption reversed | customer credit, receivable  | gift card liability                   |
//! | expired             | gift card liability          | breakage revenue: what was left       |
//! | cancelled           | gift card liability          | customer credit, refunds payable: left |

use crate::gift_card::{Funding, GiftCardEvent, RedeemTo, Remainder};
use crate::ledger::accounts::{
    BREAKAGE, CUSTOMER_CREDIT, GATEWAY_CLEARING, GIFT_CARDS, RECEIVABLE, REFUNDS_PAYABLE,
};
use crate::ledger::posting::{Draft, Target};
use crate::ledger::{LedgerError, Posting};

pub(super) fn postings(event: &GiftCardEvent) -> Result<Option<Posting>, LedgerError> {
    let liability = Target::of(GIFT_CARDS);
    match event {
        GiftCardEvent::Activated { value, funding, .. } => {
            let from = match funding {
                Funding::Gateway { gateway } => Target::detailed(GATEWAY_CLEARING, gateway),
                Funding::Receivable { client_id } => Target::of_client(RECEIVABLE, *client_id),
            };
            Draft::transfer(*value, from, liability)
        }
        GiftCardEvent::Redeemed { amount, to, .. } => Draft::transfer(*amount, liability, paid(to)),
        GiftCardEvent::RedemptionReversed { amount, to, .. } => {
            Draft::transfer(*amount, paid(to), liability)
        }
        GiftCardEvent::Expired { left, .. } => {
            Draft::transfer(*left, liability, Target::of(BREAKAGE))
        }
        GiftCardEvent::Cancelled { left: Some(left), remainder, .. } => {
            let to = match remainder {
                Remainder::CustomerCredit { client_id } => {
                    Target::of_client(CUSTOMER_CREDIT, *client_id)
                }
                Remainder::Refund { client_id } => Target::of_client(REFUNDS_PAYABLE, *client_id),
            };
            Draft::transfer(*left, liability, to)
        }
        GiftCardEvent::Issued { .. } | GiftCardEvent::Cancelled { left: None, .. } => Ok(None),
    }
}

fn paid(to: &RedeemTo) -> Target {
    match to {
        RedeemTo::CustomerCredit { client_id } => Target::of_client(CUSTOMER_CREDIT, *client_id),
        RedeemTo::Invoice { client_id, .. } => Target::of_client(RECEIVABLE, *client_id),
    }
}
