//! Use cases about tax rates: define one, set another rate, retire it, exempt a client; and how a
//! sale is taxed by them (TAX-01 to TAX-04).

mod asked;
mod define;
mod exempt;
mod preview;
mod rates;
mod retire;
mod set;

pub use asked::{AskedLine, AskedTax};
pub use define::{DefineRate, RateDefined};
pub use exempt::{EndExemption, ExemptClient};
pub use preview::{WhichTax, which_tax};
pub(super) use rates::{AllRates, Customer, Rates, is_vat_number};
pub use retire::RetireRate;
pub use set::SetRate;
