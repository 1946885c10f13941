//! The program under test: the same entry as the binary `billfold`, built together with the tests,
//! so that they never run a stale one.

fn main() -> std::process::ExitCode {
    billfold_server::run()
}
