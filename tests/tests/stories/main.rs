//! What people do with Billfold, told through its JSON API: real HTTP, a real database, a clock
//! that is moved where time matters.
//!
//! Every story is told by `Shop::story`, at whose end debits must equal credits.

mod affiliates;
mod approving;
mod auditing;
mod billing;
mod billing_runs;
mod clients;
mod clients_mail;
mod clients_proof;
mod clients_ways_in;
mod closing;
mod correcting;
mod departments;
mod discounts;
mod dunning;
mod entrusting;
mod erasing;
mod following;
mod gift_cards;
mod going_back;
mod groups;
mod handing_out;
mod installation;
mod keys;
mod mailing;
mod numbering;
mod ordering;
mod overpaying;
mod passkeys;
mod past;
mod paying;
mod pictures;
mod planted;
mod portal;
mod products;
mod proformas;
mod recognising;
mod register;
mod scheduling;
mod sellers;
mod settling_in;
mod signing_in;
mod staffing;
mod staying;
mod subscribing;
mod taking_back;
mod taxes;
mod test_clock;
mod together;
mod troubles;
mod vouching;
mod watching;
mod webhooks;
mod who_could;
