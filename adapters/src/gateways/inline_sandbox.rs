//! A gateway that moves no money: for trials, demos and tests. A tenant must choose it by name.
//!
//! The last two digits of the amount, in minor units, choose the answer: `…41` declined, do not
//! honour, retrying may help; `…51` declined, insufficient funds, retrying may help; `…54`
//! declined, card expired, for good; `…59` declined, suspected fraud, for good; anything else
//! settles.
//! Guarantees: the same idempotency key gives the same reference, in any process, because both
//! follow from the input.

use async_trait::async_trait;
use billfold_app::ports::{Charge, ChargeAnswer, ChargeUnknown, InlineGateway};
use sha2::{Digest, Sha256};

/// The driver.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sandbox;

/// Last two digits, reason, whether a retry may help.
const DECLINES: [(i64, &str, bool); 4] = [
    (41, "do not honour", true),
    (51, "insufficient funds", true),
    (54, "card expired", false),
    (59, "suspected fraud", false),
];

#[async_trait]
impl InlineGateway for Sandbox {
    fn key(&self) -> &'static str {
        "sandbox"
    }

    fn label(&self) -> &'static str {
        "Sandbox"
    }

    fn is_sandbox(&self) -> bool {
        true
    }

    async fn charge(&self, charge: &Charge) -> Result<ChargeAnswer, ChargeUnknown> {
        let ending = charge.amount.minor().rem_euclid(100);
        let decline = DECLINES.iter().find(|(digits, ..)| *digits == ending);
        Ok(match decline {
            Some((_, reason, retry_may_help)) => ChargeAnswer::Declined {
                reason: (*reason).to_owned(),
                retry_may_help: *retry_may_help,
            },
            None => ChargeAnswer::Settled { reference: reference(charge) },
        })
    }
}

fn reference(charge: &Charge) -> String {
    use std::fmt::Write;
    let digest = Sha256::new()
        .chain_update(charge.tenant.uuid().as_bytes())
        .chain_update(charge.idempotency_key.as_bytes())
        .finalize();
    digest.iter().take(12).fold("sbx_".to_owned(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use billfold_domain::kernel::{Currency, Money, TenantId};
    use uuid::Uuid;

    use super::*;

    async fn answer(minor: i64, key: &str) -> ChargeAnswer {
        let amount = Money::try_new(minor, Currency::parse("EUR").unwrap()).unwrap();
        let tenant = TenantId::new(Uuid::from_u128(1));
        let charge = Charge {
            tenant,
            idempotency_key: key.to_owned(),
            amount,
            statement: "INV-2026-000001".to_owned(),
        };
        Sandbox.charge(&charge).await.unwrap()
    }

    #[tokio::test]
    async fn the_cents_choose_the_answer_and_the_key_the_reference() {
        assert!(matches!(
            answer(1051, "a").await,
            ChargeAnswer::Declined { retry_may_help: true, .. }
        ));
        assert!(matches!(
            answer(1054, "a").await,
            ChargeAnswer::Declined { retry_may_help: false, .. }
        ));
        assert_eq!(answer(1000, "a").await, answer(1000, "a").await);
        assert_ne!(answer(1000, "a").await, answer(1000, "b").await);
    }
}
