//! The binary `billfold`: everything it does stands in the library of this crate.

fn main() -> std::process::ExitCode {
    billfold_server::run()
}
