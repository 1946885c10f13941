//! billfold-domain
