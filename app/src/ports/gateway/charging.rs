//! Money that a client pays through a provider.

use std::time::Duration;

use async_trait::async_trait;
use billfold_domain::kernel::{ClientId, Money, PaymentId};
use billfold_domain::payment::Decline;
use chrono::{DateTime, Utc};

use crate::access::Secret;
use crate::ports::driver::{Call, CallFailure, Found, Why};

/// A charge to make.
#[derive(Debug)]
pub struct ChargeAsk<'a> {
    /// The payment it will be: our own reference at the provider.
    pub payment_id: PaymentId,
    /// How much.
    pub amount: Money,
    /// What the payer reads of it, such as `Invoice INV-2026-000001`.
    pub description: &'a str,
    /// What it is for, net and tax each; empty where it is not one whole invoice.
    pub lines: &'a [PayLine],
    /// Who pays.
    pub payer: &'a Payer,
    /// By which way.
    pub way: ChargeWay<'a>,
    /// Our ids beside the payment's, such as `("invoice_id", "inv_…")`.
    pub references: &'a [(&'static str, String)],
    /// Where the payer comes back to, and where the provider tells its news.
    pub returns: &'a Returns,
}

/// By which way a charge is made.
#[derive(Debug)]
pub enum ChargeWay<'a> {
    /// By a stored method, without the client.
    Stored(&'a StoredToken),
    /// By what the client types in on our page, which the provider's script takes there.
    OnPage {
        /// Whether the method is to be kept for later.
        save: bool,
        /// The provider's own name for the client, if one is known.
        holder: Option<&'a str>,
    },
}

/// A page of the provider to be opened.
#[derive(Debug)]
pub struct PageAsk<'a> {
    /// The payment it will be.
    pub payment_id: PaymentId,
    /// How much.
    pub amount: Money,
    /// What the payer reads of it.
    pub description: &'a str,
    /// What it is for; empty where it is not one whole invoice.
    pub lines: &'a [PayLine],
    /// Who pays.
    pub payer: &'a Payer,
    /// Whether the method is to be kept for later.
    pub save: bool,
    /// The provider's own name for the client, if one is known.
    pub holder: Option<&'a str>,
    /// Our ids beside the payment's.
    pub references: &'a [(&'static str, String)],
    /// Where the payer comes back to, and where the provider tells its news.
    pub returns: &'a Returns,
}

/// A line of what is paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayLine {
    /// What it is.
    pub text: String,
    /// Without tax.
    pub net: Money,
    /// Its tax.
    pub tax: Money,
}

/// Who pays. Personal data: opened for the call, sent where a provider needs it, written nowhere.
#[derive(Clone, Default)]
pub struct Payer {
    /// Whose client.
    pub client_id: Option<ClientId>,
    /// Full name.
    pub name: Option<String>,
    /// Mail address.
    pub email: Option<String>,
    /// Phone number.
    pub phone: Option<String>,
    /// Where they live or sit.
    pub address: Option<PayerAddress>,
}

/// Where a payer lives or sits.
#[derive(Clone)]
pub struct PayerAddress {
    /// Street and number.
    pub street: String,
    /// City.
    pub city: String,
    /// Postal code; may be empty.
    pub postal_code: String,
    /// ISO 3166 code, two letters.
    pub country: String,
}

impl std::fmt::Debug for Payer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Payer").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for PayerAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PayerAddress").finish_non_exhaustive()
    }
}

/// Addresses of ours that a provider is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Returns {
    /// Where a payer comes back to who is through.
    pub back: String,
    /// Where a payer comes back to who gave up.
    pub cancel: String,
    /// Where notifications go.
    pub notify: String,
}

/// A stored way to pay, as the provider knows it.
#[derive(Clone)]
pub struct StoredToken {
    /// Its token.
    pub token: Secret,
    /// The provider's own name for the client it belongs to.
    pub holder: Option<String>,
}

impl std::fmt::Debug for StoredToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StoredToken(redacted)")
    }
}

/// What a provider says about a charge.
#[derive(Clone, Debug)]
pub struct ChargeReport {
    /// The provider's own name for it, under which it is looked up.
    pub reference: String,
    /// What arrived, as the provider says it; nothing while nothing did.
    pub amount: Option<Money>,
    /// How far it has come.
    pub stage: ChargeStage,
    /// What the provider kept, where it says so.
    pub fee: Option<Money>,
    /// What the provider thinks of its risk, where it says so.
    pub risk: Option<Risk>,
    /// A method that was kept for later.
    pub method: Option<StoredToken>,
}

/// How far a charge has come.
#[derive(Clone, Debug)]
pub enum ChargeStage {
    /// The money moved.
    Settled,
    /// The provider works on it, and it may still fail.
    Pending {
        /// When it is worth looking again.
        look_again: Duration,
    },
    /// The client has to do something.
    NeedsClient {
        /// Where.
        handover: Handover,
        /// Until when, if it ends.
        until: Option<DateTime<Utc>>,
    },
    /// The client said yes, and the money is to be taken.
    Approved {
        /// When they did; a later one is another yes.
        at: DateTime<Utc>,
    },
    /// The provider said no; no money moved.
    Declined {
        /// Whether another try may help.
        decline: Decline,
        /// What it said.
        why: Why,
        /// Whether the client could pay by hand with the same method.
        ask_client: bool,
    },
    /// It was given up or ran out; no money moved.
    Cancelled {
        /// What the provider said.
        why: Why,
    },
}

/// Where a client goes on.
#[derive(Clone, PartialEq, Eq)]
pub enum Handover {
    /// A page of the provider.
    Page {
        /// Its address.
        url: String,
    },
    /// Our own page, with the provider's script.
    Confirm {
        /// What the script needs; for this client's browser alone.
        client_secret: String,
        /// The provider's public key of the account.
        public_key: String,
    },
}

impl std::fmt::Debug for Handover {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Page { .. } => "Page",
            Self::Confirm { .. } => "Confirm",
        })
    }
}

/// What a provider thinks of a payment's risk (PAY-24).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Risk {
    /// Its own word or number.
    pub level: String,
    /// What it says to people.
    pub title: String,
    /// Whether it wants a person to look before anything is delivered.
    pub is_high: bool,
}

/// A charge that is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Sought<'a> {
    /// Our own reference.
    pub payment_id: PaymentId,
    /// The provider's, if it is known.
    pub reference: Option<&'a str>,
    /// When it was sent, if it was.
    pub sent_at: Option<DateTime<Utc>>,
    /// The provider's own name for the client, if one is known.
    pub holder: Option<&'a str>,
    /// What was asked for.
    pub amount: Money,
    /// What a notification told of it, such as the id of one try.
    pub hint: Option<&'a str>,
}

/// Charges by a stored method or on our own page.
#[async_trait]
pub trait Charging: Send + Sync {
    /// Makes a charge, once per key.
    ///
    /// # Errors
    /// What is certain when there is no decision.
    async fn charge(
        &self,
        call: &Call<'_>,
        ask: &ChargeAsk<'_>,
    ) -> Result<ChargeReport, CallFailure>;

    /// Tries again what the client has just made possible, perhaps with another method.
    ///
    /// # Errors
    /// What is certain when there is no decision.
    async fn confirm(
        &self,
        call: &Call<'_>,
        reference: &str,
        method: Option<&StoredToken>,
    ) -> Result<ChargeReport, CallFailure>;

    /// Gives up a charge that waits; what was paid meanwhile is reported as paid.
    ///
    /// # Errors
    /// What is certain when there is no decision.
    async fn cancel(&self, call: &Call<'_>, reference: &str) -> Result<ChargeReport, CallFailure>;

    /// Looks a charge up.
    ///
    /// # Errors
    /// The provider could not be asked.
    async fn look_up(
        &self,
        call: &Call<'_>,
        about: &Sought<'_>,
    ) -> Result<Found<ChargeReport>, CallFailure>;
}

/// Pages of the provider on which a client pays.
#[async_trait]
pub trait CheckoutPages: Send + Sync {
    /// Opens one, once per key.
    ///
    /// # Errors
    /// What is certain when there is no decision.
    async fn open(&self, call: &Call<'_>, ask: &PageAsk<'_>) -> Result<ChargeReport, CallFailure>;

    /// Looks up what became of one.
    ///
    /// # Errors
    /// The provider could not be asked.
    async fn look_up(
        &self,
        call: &Call<'_>,
        about: &Sought<'_>,
    ) -> Result<Found<ChargeReport>, CallFailure>;

    /// What else was paid under the same reference of ours: where a page can be paid twice, each
    /// further time is a payment of its own. Nothing where the provider lets it be paid once.
    ///
    /// # Errors
    /// The provider could not be asked.
    async fn paid_besides(
        &self,
        call: &Call<'_>,
        about: &Sought<'_>,
    ) -> Result<Vec<ChargeReport>, CallFailure> {
        let _ = (call, about);
        Ok(Vec::new())
    }

    /// Closes one that nobody needs any more; what was paid meanwhile is reported as paid.
    ///
    /// # Errors
    /// What is certain when there is no decision.
    async fn close(&self, call: &Call<'_>, reference: &str) -> Result<ChargeReport, CallFailure>;
}

/// Money that is taken after the client said yes.
#[async_trait]
pub trait Capturing: Send + Sync {
    /// Takes it, once per key.
    ///
    /// # Errors
    /// What is certain when there is no decision.
    async fn capture(
        &self,
        call: &Call<'_>,
        about: &Sought<'_>,
    ) -> Result<ChargeReport, CallFailure>;
}
