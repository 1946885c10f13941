//! Money that the client's bank takes back.

use async_trait::async_trait;
use billfold_domain::kernel::Money;
use chrono::{DateTime, Utc};

use crate::ports::driver::{Call, CallFailure, Found};

/// What a provider says about a dispute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisputeReport {
    /// The provider's own name for it.
    pub reference: String,
    /// The provider's name for the payment.
    pub payment_reference: String,
    /// What the bank claims.
    pub amount: Money,
    /// What the provider keeps for it, where it says so.
    pub fee: Option<Money>,
    /// What the bank says.
    pub reason: String,
    /// How far it has come.
    pub stage: DisputeStage,
    /// Until when it can be answered.
    pub answer_by: Option<DateTime<Utc>>,
}

/// How far a dispute has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisputeStage {
    /// A question of the bank: no money was taken.
    Inquiry,
    /// Money was taken, and nothing is decided.
    Opened,
    /// The money comes back.
    Won,
    /// The money is gone.
    Lost,
    /// A state the driver does not know: look again.
    Other,
}

/// What is said against a dispute.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// What was sold.
    pub product: String,
    /// What is to be said, in plain words.
    pub text: String,
    /// The day it was delivered, as `YYYY-MM-DD`.
    pub service_date: Option<String>,
}

impl std::fmt::Debug for Evidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Evidence").finish_non_exhaustive()
    }
}

/// Answers disputes.
#[async_trait]
pub trait Disputing: Send + Sync {
    /// Looks one up.
    ///
    /// # Errors
    /// The provider could not be asked.
    async fn look_up(
        &self,
        call: &Call<'_>,
        reference: &str,
    ) -> Result<Found<DisputeReport>, CallFailure>;

    /// Lets the client have the money.
    ///
    /// # Errors
    /// What is certain when there is no decision.
    async fn accept(&self, call: &Call<'_>, reference: &str) -> Result<DisputeReport, CallFailure>;

    /// Says what is to be said against it; drivers that cannot refuse it as rejected.
    ///
    /// # Errors
    /// What is certain when there is no decision.
    async fn answer(
        &self,
        call: &Call<'_>,
        reference: &str,
        evidence: &Evidence,
    ) -> Result<DisputeReport, CallFailure>;
}
