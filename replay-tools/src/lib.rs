//! billfold-replay-tools
