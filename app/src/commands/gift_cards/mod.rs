//! Use cases about gift cards: sell, redeem into credit, cancel, expire (GFT-01 to GFT-03).
//!
//! The code of a card is a bearer secret. It follows from the key of the request that sold the
//! card and a key of the seller that is not in the database, and is kept nowhere: events hold a
//! keyed hash and the last four characters. Who asks the same request again is told the same code.
//! Absent on purpose: codes that people choose, which others can guess.

mod cancel;
mod code;
mod expire;
mod redeem;
mod sell;

pub use cancel::CancelGiftCard;
pub use code::{GiftCardCode, find_by_code};
pub use expire::{ExpireGiftCard, GiftCardExpired};
pub use redeem::{GiftCardRedeemed, RedeemGiftCard};
pub use sell::{GiftCardSold, SellGiftCard, code_of_sale};
