//! Whether the settings of an account let us in (PAY-28).

use async_trait::async_trait;

use crate::ports::driver::{Call, CallFailure};

/// What a test found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tested {
    /// In plain words, such as `account acct_1 answers, test mode`.
    pub says: String,
    /// Whether it moves real money.
    pub is_live: bool,
}

/// Tests the settings of an account; reads only.
#[async_trait]
pub trait ConnectionTest: Send + Sync {
    /// Asks the provider something that every account may ask.
    ///
    /// # Errors
    /// Why it does not let us in.
    async fn test(&self, call: &Call<'_>) -> Result<Tested, CallFailure>;
}
