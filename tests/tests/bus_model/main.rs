//! Random histories of two sellers, asked of the real door over the real log on real PostgreSQL,
//! against a model of them that is a page of arithmetic.
//!
//! After every step: each state equals the model's, numbers have no gap, the books balance and say
//! what the model owes, a repeated key has its first answer. A failure shrinks to the shortest
//! history that shows it. `PROPTEST_CASES` sets how many histories (default 128).

mod bus;
mod house;
mod model;

use proptest::test_runner::Config;
use proptest_state_machine::prop_state_machine;

use crate::bus::Bus;

fn config() -> Config {
    let told = std::env::vars().any(|(name, _)| name == "PROPTEST_CASES");
    let usual = Config { failure_persistence: None, ..Config::default() };
    if told { usual } else { Config { cases: 128, ..usual } }
}

prop_state_machine! {
    #![proptest_config(config())]

    #[test]
    fn the_bus_answers_every_history_as_the_model_does(sequential 1..64 => Bus);
}
