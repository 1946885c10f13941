//! What people do with Billfold, told through its JSON API: real HTTP, a real database, a clock
//! that is moved where time matters.
//!
//! Every story is told by `Shop::story`, at whose end debits must equal credits.

mod billing;
mod discounts;
mod erasing;
mod gift_cards;
mod numbering;
mod overpaying;
mod past;
mod paying;
mod sellers;
mod subscribing;
mod taking_back;
mod together;
mod troubles;
