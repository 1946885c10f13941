//! billfold-tests
