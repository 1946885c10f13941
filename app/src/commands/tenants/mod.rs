//! Use cases about a seller: open the books, rename it.

mod open;
mod rename;

pub use open::{OpenTenant, TenantOpened};
pub use rename::RenameTenant;
