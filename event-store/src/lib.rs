//! billfold-event-store
