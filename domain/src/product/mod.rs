//! A product: what is sold, at which price from which day.
//!
//! | state   | create | set price, rename, describe, set quotas, options or hosting | retire  |
//! | ------- | ------ | ----------------------------------------------------------- | ------- |
//! | absent  | listed | –                                                           | –       |
//! | listed  | –      | listed                                                      | retired |
//! | retired | –      | –                                                           | –       |
//!
//! What is described, the quotas, the options and the hosting are each set as a whole; what was
//! sold before keeps its terms (PRD-07). Groups of clients with a tier have prices of their own,
//! which are set like the list prices.
//!
//! Guarantees that a code belongs to one product for ever and that a price, once set, never
//! changes: a new one is a new version. Absent on purpose: stock, taxes, and what the fields of
//! a package mean to a server.

mod command;
mod decide;
mod error;
mod event;
mod hosting;
mod kind;
mod option;
mod presentation;
mod quota;
mod state;
#[cfg(test)]
mod tests;

pub use command::{NewPrice, ProductCommand};
pub use error::ProductRefusal;
pub use event::ProductEvent;
pub use hosting::HostingTerms;
pub use kind::ProductKind;
pub use option::{OptionChoice, OptionKind, ProductOption, Reply};
pub use presentation::{Feature, Presentation};
pub use quota::{Quota, QuotaKind, QuotaLimit};
pub use state::{Listing, Price, Product, TierPrice};
