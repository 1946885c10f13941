//! billfold-projections
