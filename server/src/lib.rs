//! billfold-server
