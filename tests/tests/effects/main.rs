//! Effects: what the log wants is wanted once, and done once.

mod queue;
mod reacting;
