//! Makes a method the one that is charged unless another is named. A client has one default at
//! most: the log holds who it is, and refuses a second one.

use async_trait::async_trait;
use billfold_domain::kernel::{ClientId, PaymentMethodId};
use billfold_domain::payment_method::{PaymentMethod, PaymentMethodCommand, PaymentMethodRefusal};
use serde::Serialize;

use super::detach::claims_of;
use crate::commands::{No, Plan, Room, Table, Touches, UseCase};
use crate::error::{Error, Refused};

/// Make a payment method the client's default.
#[derive(Clone, Debug, Serialize)]
pub struct MakeDefaultPaymentMethod {
    /// Which.
    pub payment_method_id: PaymentMethodId,
    /// The present default, as the caller has seen it; it is cleared first.
    pub instead_of: Option<PaymentMethodId>,
}

#[async_trait]
impl UseCase for MakeDefaultPaymentMethod {
    const NAME: &'static str = "make_default_payment_method";
    type Answer = ();

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<()>, Error> {
        let (id, instead_of) = (self.payment_method_id, self.instead_of);
        let instead_of = instead_of.filter(|other| *other != id);
        let known = room.load::<PaymentMethod>(id.uuid()).await?;
        let touches = Touches::new(room.tenant).main::<PaymentMethod>(id.uuid());
        let touches = claims_of(touches, &known.state.0);
        let touches = match instead_of {
            Some(other) => {
                let known = room.load::<PaymentMethod>(other.uuid()).await?;
                claims_of(touches, &known.state.0).reads::<PaymentMethod>(other.uuid())
            }
            None => touches,
        };
        Ok(touches.decide(move |table| {
            if let Some(other) = instead_of {
                must_be_of_one_client(table, id, other)?;
                let clear = PaymentMethodCommand::ClearDefault;
                table.decide::<PaymentMethod>(other.uuid(), clear)?;
            }
            table.decide::<PaymentMethod>(id.uuid(), PaymentMethodCommand::MakeDefault)?;
            Ok(())
        }))
    }
}

/// Refuses to put a method in the place of another client's, as if there were no such method.
fn must_be_of_one_client(
    table: &Table<'_, '_>,
    id: PaymentMethodId,
    other: PaymentMethodId,
) -> Result<(), No> {
    let client = |id: PaymentMethodId| -> Result<Option<ClientId>, No> {
        Ok(match table.state::<PaymentMethod>(id.uuid())? {
            PaymentMethod::Attached(method) | PaymentMethod::Expired(method) => {
                Some(method.client_id)
            }
            PaymentMethod::Absent | PaymentMethod::Detached => None,
        })
    };
    match (client(id)?, client(other)?) {
        (Some(one), Some(another)) if one != another => {
            Err(Refused::of(&PaymentMethodRefusal::Absent).at("/instead_of").into())
        }
        _ => Ok(()),
    }
}
