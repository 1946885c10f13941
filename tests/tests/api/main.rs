//! The JSON API over real HTTP, on a real database, with the followers running.

mod access;
mod documents;
mod errors;
mod hostile;
mod limits;
mod lists;
mod operations;
mod routes;
mod writes;
