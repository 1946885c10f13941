//! What may be asked of a payment method.

use crate::kernel::ClientId;
use crate::payment_method::Instrument;

/// A request about a payment method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaymentMethodCommand {
    /// Keep a gateway's token.
    Attach(AttachPaymentMethod),
    /// Charge it unless another is named. The present default is cleared first, by itself.
    MakeDefault,
    /// Charge it only when it is named.
    ClearDefault,
    /// Record that it is good no longer.
    Expire,
    /// Forget it.
    Detach {
        /// Why, 1 to 500 characters.
        reason: String,
    },
}

/// A token to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachPaymentMethod {
    /// Whose it is.
    pub client_id: ClientId,
    /// Key of the gateway that made the token.
    pub gateway: String,
    /// The token, at most 200 characters; never a card number.
    pub token: String,
    /// What a person sees of it.
    pub instrument: Instrument,
}
