//! What people do with Billfold, told through its JSON API: real HTTP, a real database, a clock
//! that is moved where time matters.
//!
//! Every story is told by `Shop::story`, at whose end debits must equal credits.

mod affiliates;
mod billing;
mod correcting;
mod discounts;
mod dunning;
mod erasing;
mod gift_cards;
mod going_back;
mod groups;
mod numbering;
mod overpaying;
mod past;
mod paying;
mod proformas;
mod register;
mod sellers;
mod subscribing;
mod taking_back;
mod taxes;
mod together;
mod troubles;
