//! billfold-app
