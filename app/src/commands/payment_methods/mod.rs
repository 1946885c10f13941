//! Use cases about a stored payment method.

mod attach;
mod detach;
mod expire;
mod make_default;

pub use attach::{AttachPaymentMethod, PaymentMethodAttached};
pub use detach::DetachPaymentMethod;
pub use expire::ExpirePaymentMethod;
pub use make_default::MakeDefaultPaymentMethod;
