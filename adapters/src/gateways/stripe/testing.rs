//! Whether the keys of an account let us in.

use async_trait::async_trait;
use billfold_app::ports::driver::{Call, CallFailure};
use billfold_app::ports::gateway::{ConnectionTest, Tested};

use super::client::{Client, word};
use super::form::Form;
use super::wire::AccountThere;
use super::{Stripe, settings};

#[async_trait]
impl ConnectionTest for Stripe {
    async fn test(&self, call: &Call<'_>) -> Result<Tested, CallFailure> {
        let client = Client::new(&self.out, call);
        let said = client.get("/v1/account", &Form::new()).await?;
        let account: AccountThere = said.or_rejected()?;
        let is_live = settings::is_live(&call.account().settings);
        let mode = if is_live { "live" } else { "test" };
        Ok(Tested { says: format!("account {} answers, {mode} mode", word(&account.id)), is_live })
    }
}
