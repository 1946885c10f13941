//! billfold-web
