//! `billfold import …`: other people's records, or our own export, into the log.

pub mod log;
