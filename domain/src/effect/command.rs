//! What may be asked of an effect.

use crate::effect::{EffectOf, EffectOutcome};

/// A request about an effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EffectCommand {
    /// Give it up: it was tried as often as it may be, or needs a person.
    Die {
        /// What is to be done.
        of: EffectOf,
        /// How often it was tried or asked about.
        tries: u32,
        /// Why it is given up. Words of a provider are cut to 500 characters of one line.
        reason: String,
    },
    /// Try it again, or at once.
    Retry {
        /// How it stands; nothing unless it is open.
        open: Option<OpenEffect>,
        /// Why, 1 to 500 characters.
        reason: String,
    },
    /// Say what came of it, for a person looked.
    Resolve {
        /// How it stands; nothing unless it is open.
        open: Option<OpenEffect>,
        /// What came of it.
        outcome: EffectOutcome,
        /// How that is known, 1 to 500 characters.
        reason: String,
    },
    /// Do not do it any more.
    Skip {
        /// How it stands; nothing unless it is open.
        open: Option<OpenEffect>,
        /// Why, 1 to 500 characters.
        reason: String,
    },
}

/// What the queue says of an effect that is not dead, and that no one is at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenEffect {
    /// What is to be done.
    pub of: EffectOf,
    /// Where it stands.
    pub standing: Standing,
    /// How often it was tried or asked about.
    pub tries: u32,
}

/// Where an effect stands that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its time is to come.
    Waiting,
    /// It may have been done; nobody knows.
    Unknown,
}
