//! The JSON API over real HTTP, on a real database, with the followers running.

mod access;
mod documents;
mod errors;
mod foreign_ids;
mod hostile;
mod limits;
mod lists;
mod operations;
mod pages_of_resellers;
mod reach;
mod routes;
mod writes;
