//! Rules of subscriptions, by given, when, then, and laws over random histories.

mod changes;
mod laws;
mod rules;
mod time;
