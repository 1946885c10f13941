//! What may be asked of a dunning strategy.

use crate::dunning::strategy::{Holder, Strategy};

/// A request about a dunning strategy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DunningStrategyCommand {
    /// Write down a strategy.
    Define {
        /// Unique name for machines: lower case letters, digits, `_` and `-`, at most 40.
        code: String,
        /// Name for people, 1 to 200 characters.
        name: String,
        /// What it says.
        strategy: Strategy,
    },
    /// Say something else from now on; open cases keep what they began with.
    Revise {
        /// What it says.
        strategy: Strategy,
    },
    /// Let it hold for somebody who has none.
    Assign {
        /// For whom.
        holder: Holder,
    },
    /// Let it no longer hold for somebody.
    Withdraw {
        /// For whom.
        holder: Holder,
    },
    /// Use it no longer, once it holds for nobody.
    Retire,
}
