//! A gift card: money that was paid before anything was bought.
//!
//! | state     | issue  | activate | redeem, reverse | expire  | cancel    |
//! | --------- | ------ | -------- | --------------- | ------- | --------- |
//! | absent    | issued | –        | –               | –       | –         |
//! | issued    | –      | active   | –               | –       | cancelled |
//! | active    | –      | –        | active          | expired | cancelled |
//! | expired   | –      | –        | –               | –       | –         |
//! | cancelled | –      | –        | –               | –       | –         |
//!
//! A card is sold when it is activated; from then on its balance is owed. Guarantees that the
//! balance never goes below zero nor above the value, that a cent of it is spent once, and that
//! events hold a keyed hash of the code and never the code (claim `gift_card.code`). Scope GFT-01
//! to GFT-03. Absent on purpose: cards given away, which are coupons; applying what was redeemed
//! to an invoice, which the invoice does in the same append.

mod command;
mod decide;
mod error;
mod event;
mod money;
mod state;
#[cfg(test)]
mod tests;

pub use command::{GiftCardCommand, IssueGiftCard};
pub use error::GiftCardRefusal;
pub use event::GiftCardEvent;
pub use money::{Funding, RedeemTo, Remainder};
pub use state::{Card, CardRedemption, GiftCard};
