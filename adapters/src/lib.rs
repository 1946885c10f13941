//! billfold-adapters
