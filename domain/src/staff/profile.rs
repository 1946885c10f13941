//! Who a member of staff is: what is sealed inside [`Pii`](crate::kernel::Pii).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::client::{check_email, check_phone};
use crate::kernel::Invalid;
use crate::kernel::text::check_line;

/// Name and address of a member of staff. Personal data: never logged, never stored in clear.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffProfile {
    /// What colleagues call them, 1 to 200 characters.
    pub name: String,
    /// Where they sign in from, at most 254 characters.
    pub email: String,
    /// Phone number: digits, blanks and `+ ( ) . / -`.
    #[serde(default)]
    pub phone: Option<String>,
}

impl StaffProfile {
    /// Checks the form of every field; names all that are wrong at once.
    pub fn check(&self) -> Result<(), Invalid> {
        Invalid::gather([
            check_line("name", &self.name, 200),
            check_email(&self.email),
            self.phone.as_deref().map_or(Ok(()), check_phone),
        ])
    }
}

impl fmt::Debug for StaffProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StaffProfile(..)")
    }
}
