//! Ways to pay that a provider keeps for later. We keep its token and what the client must
//! recognise it by, never a card number (PAY-17).

use async_trait::async_trait;
use billfold_domain::kernel::{ClientId, PaymentMethodId};
use chrono::{DateTime, Utc};

use super::charging::{Handover, Payer, Returns, StoredToken};
use crate::ports::driver::{Call, CallFailure, Found, Why};

/// A method to store.
#[derive(Debug)]
pub struct StoreAsk<'a> {
    /// Our own reference of it.
    pub method_id: PaymentMethodId,
    /// Whose.
    pub client_id: ClientId,
    /// Who that is.
    pub payer: &'a Payer,
    /// The provider's own name for the client, if one is known.
    pub holder: Option<&'a str>,
    /// Whether the provider's page is used, or our own.
    pub on_page: bool,
    /// Where the client comes back to.
    pub returns: &'a Returns,
}

/// What a provider says about storing a method.
#[derive(Clone, Debug)]
pub struct MethodReport {
    /// The provider's own name for the storing.
    pub reference: String,
    /// The provider's own name for the client.
    pub holder: Option<String>,
    /// How far it has come.
    pub stage: MethodStage,
}

/// How far storing has come.
#[derive(Clone, Debug)]
pub enum MethodStage {
    /// It is stored.
    Stored {
        /// Its token.
        token: StoredToken,
        /// What the client recognises it by.
        face: CardFace,
    },
    /// The client has to do something.
    NeedsClient {
        /// Where.
        handover: Handover,
        /// Until when, if it ends.
        until: Option<DateTime<Utc>>,
    },
    /// It was refused or given up.
    Failed {
        /// What the provider said.
        why: Why,
    },
}

/// What a client recognises a method by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardFace {
    /// Such as `Visa`.
    pub label: String,
    /// The last four digits, if it has any.
    pub last_four: Option<String>,
    /// The last month it works in, as year and month 1 to 12.
    pub expires: Option<(i32, u32)>,
}

/// Stores methods.
#[async_trait]
pub trait StoringMethods: Send + Sync {
    /// Begins to store one, once per key.
    ///
    /// # Errors
    /// What is certain when there is no decision.
    async fn begin(&self, call: &Call<'_>, ask: &StoreAsk<'_>)
    -> Result<MethodReport, CallFailure>;

    /// Looks up what became of it.
    ///
    /// # Errors
    /// The provider could not be asked.
    async fn look_up(
        &self,
        call: &Call<'_>,
        reference: &str,
    ) -> Result<Found<MethodReport>, CallFailure>;

    /// Lets the provider forget a method; one that it does not know is forgotten already.
    ///
    /// # Errors
    /// What is certain when it is not forgotten.
    async fn forget(&self, call: &Call<'_>, token: &StoredToken) -> Result<(), CallFailure>;
}
