//! billfold-api
