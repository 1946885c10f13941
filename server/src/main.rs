//! The binary `billfold`.
fn main() {}
