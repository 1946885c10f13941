//! The read side on a real PostgreSQL, under the real roles.

mod as_of;
mod books;
mod closing;
mod follow;
mod generations;
mod lists;
mod log;
mod pages;
mod records;
mod tenants;
mod unusual;
