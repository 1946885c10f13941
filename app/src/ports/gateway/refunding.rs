//! Money that goes back to where it came from.

use std::time::Duration;

use async_trait::async_trait;
use billfold_domain::kernel::{Money, PaymentId, RefundId};
use chrono::{DateTime, Utc};

use crate::ports::driver::{Call, CallFailure, Found, Why};

/// A refund to make.
#[derive(Clone, Copy, Debug)]
pub struct RefundAsk<'a> {
    /// Our own reference of it.
    pub refund_id: RefundId,
    /// Of which payment.
    pub payment_id: PaymentId,
    /// The provider's name for the payment.
    pub reference: &'a str,
    /// How much.
    pub amount: Money,
    /// What arrived once.
    pub paid: Money,
    /// Whether anything went back before.
    pub is_first: bool,
    /// What the payer reads of it.
    pub description: &'a str,
}

/// A refund that is looked for.
#[derive(Clone, Copy, Debug)]
pub struct SoughtRefund<'a> {
    /// Our own reference of it.
    pub refund_id: RefundId,
    /// The provider's name for the payment.
    pub payment_reference: &'a str,
    /// The provider's name for the refund, if it is known.
    pub reference: Option<&'a str>,
    /// How much.
    pub amount: Money,
    /// When it was sent, if it was.
    pub sent_at: Option<DateTime<Utc>>,
}

/// What a provider says about a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundReport {
    /// The provider's own name for it.
    pub reference: String,
    /// Our own reference, where the provider tells it: none for one that was made there.
    pub ours: Option<RefundId>,
    /// How much, as the provider says it.
    pub amount: Option<Money>,
    /// How far it has come.
    pub stage: RefundStageThere,
}

/// How far a refund has come at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefundStageThere {
    /// It was sent. It may still come back.
    Sent,
    /// The provider works on it.
    UnderWay {
        /// When it is worth looking again.
        look_again: Duration,
    },
    /// It was not sent, or came back.
    Failed {
        /// What the provider said.
        why: Why,
    },
}

/// Sends money back.
#[async_trait]
pub trait Refunding: Send + Sync {
    /// Sends it, once per key.
    ///
    /// # Errors
    /// What is certain when there is no decision.
    async fn refund(
        &self,
        call: &Call<'_>,
        ask: &RefundAsk<'_>,
    ) -> Result<RefundReport, CallFailure>;

    /// Looks one up.
    ///
    /// # Errors
    /// The provider could not be asked.
    async fn look_up(
        &self,
        call: &Call<'_>,
        about: &SoughtRefund<'_>,
    ) -> Result<Found<RefundReport>, CallFailure>;

    /// Every refund of a payment, those made at the provider among them. Empty where the provider
    /// has no such list.
    ///
    /// # Errors
    /// The provider could not be asked.
    async fn all_of(
        &self,
        call: &Call<'_>,
        payment_reference: &str,
    ) -> Result<Vec<RefundReport>, CallFailure>;
}
