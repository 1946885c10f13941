//! What a provider tells of its own accord.

use async_trait::async_trait;
use billfold_domain::kernel::PaymentId;
use chrono::{DateTime, Utc};

use super::charging::ChargeReport;
use super::disputing::DisputeReport;
use super::refunding::RefundReport;
use super::storing::MethodReport;
use crate::ports::driver::{Account, Why};

/// A notification as it came.
#[derive(Clone, Copy)]
pub struct RawNote<'a> {
    /// Its headers: names in small letters.
    pub headers: &'a [(String, String)],
    /// Its body, byte for byte.
    pub body: &'a [u8],
}

impl RawNote<'_> {
    /// The first header of a name in small letters.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(header, _)| header == name);
        found.map(|(_, value)| value.as_str())
    }
}

impl std::fmt::Debug for RawNote<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RawNote").field("bytes", &self.body.len()).finish_non_exhaustive()
    }
}

/// The desk at which a notification is received; a driver may ask the provider about it there.
/// Nothing makes one but what takes notifications in.
#[derive(Debug)]
pub struct Receiving<'a> {
    account: &'a Account,
    now: DateTime<Utc>,
}

impl<'a> Receiving<'a> {
    /// For what takes notifications in.
    #[must_use]
    pub fn at(account: &'a Account, now: DateTime<Utc>) -> Self {
        Self { account, now }
    }

    /// To whom it came.
    #[must_use]
    pub fn account(&self) -> &'a Account {
        self.account
    }

    /// The installation's clock.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }
}

/// A notification that the provider sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The provider's own name for it: the same each time it is sent.
    pub event_id: String,
    /// What kind it says it is.
    pub kind: String,
    /// Whether it speaks of real money, where it says so.
    pub is_live: Option<bool>,
}

/// Why a notification is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unverified {
    /// The provider did not send it, or somebody changed it.
    #[error("this notification was not signed by the provider: {0}")]
    Forged(&'static str),
    /// It cannot be told now; the provider should send it again.
    #[error("this notification cannot be verified now: {0}")]
    CannotTell(Why),
}

/// A notification that was verified and cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a verified notification cannot be read: {0}")]
pub struct Unreadable(pub &'static str);

/// What a notification says.
#[derive(Clone, Debug)]
pub enum News {
    /// A charge of ours, said in full.
    Charge {
        /// Our own reference, where the notification holds it.
        payment_id: Option<PaymentId>,
        /// What it says.
        report: Box<ChargeReport>,
    },
    /// A refund of a payment, said in full.
    Refund {
        /// The provider's name for the payment.
        payment_reference: String,
        /// What it says.
        report: RefundReport,
    },
    /// A dispute, said in full.
    Dispute(DisputeReport),
    /// A method that is stored now.
    Method(Box<MethodReport>),
    /// A method that the provider forgot.
    MethodGone {
        /// The provider's token of it.
        token: String,
    },
    /// Something changed; what, only a look-up tells.
    LookAt {
        /// Our own reference, where the notification holds it.
        payment_id: Option<PaymentId>,
        /// The provider's.
        reference: Option<String>,
        /// What helps the look-up, such as the id of one try.
        hint: Option<String>,
    },
}

/// Takes notifications in.
#[async_trait]
pub trait Notifications: Send + Sync {
    /// Whether the provider sent it: over the raw bytes, before anything of it is believed, in
    /// constant time.
    ///
    /// # Errors
    /// It did not, or it cannot be told now.
    async fn verify(
        &self,
        desk: &Receiving<'_>,
        note: &RawNote<'_>,
    ) -> Result<Verified, Unverified>;

    /// What it says; nothing where it is of no interest. Members it does not know never break it.
    ///
    /// # Errors
    /// It is not what it was said to be.
    fn read(&self, account: &Account, note: &RawNote<'_>) -> Result<Vec<News>, Unreadable>;
}
