//! The admin pages, one a file: what the page shows, how it is asked for, what its forms send.

pub(crate) mod audit;
pub(crate) mod client;
pub(crate) mod clients;
pub(crate) mod events;
pub(crate) mod fault;
pub(crate) mod integrity;
pub(crate) mod invoice;
pub(crate) mod invoice_form;
pub(crate) mod invoices;
pub(crate) mod journal;
pub(crate) mod list;
pub(crate) mod orders;
pub(crate) mod overview;
pub(crate) mod payments;
pub(crate) mod products;
pub(crate) mod projections;
pub(crate) mod search;
pub(crate) mod sign_in;
pub(crate) mod trial_balance;

#[cfg(test)]
mod more_samples;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
