//! Records that a method is good no longer; it stops being the default.

use async_trait::async_trait;
use billfold_domain::kernel::PaymentMethodId;
use billfold_domain::payment_method::{PaymentMethod, PaymentMethodCommand};
use serde::Serialize;

use super::detach::claims_of;
use crate::commands::{Plan, Room, Touches, UseCase};
use crate::error::Error;

/// Record that a payment method expired.
#[derive(Clone, Debug, Serialize)]
pub struct ExpirePaymentMethod {
    /// Which.
    pub payment_method_id: PaymentMethodId,
}

#[async_trait]
impl UseCase for ExpirePaymentMethod {
    const NAME: &'static str = "expire_payment_method";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let id = self.payment_method_id.uuid();
        let known = room.load::<PaymentMethod>(id).await?;
        let touches = Touches::new(room.tenant).main::<PaymentMethod>(id);
        Ok(claims_of(touches, &known.state.0).decide(move |table| {
            table.decide::<PaymentMethod>(id, PaymentMethodCommand::Expire)?;
            Ok(())
        }))
    }
}
