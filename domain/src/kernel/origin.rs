//! Where an imported thing came from.
//!
//! Guarantees a bounded name and id, so that a second import run recognises the first.
//! Absent on purpose: the imported record itself.

use serde::{Deserialize, Serialize};

use crate::kernel::refusal::Invalid;
use crate::kernel::text::{check_key, check_line};

/// The system a thing was imported from, and its id there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Origin {
    /// Short name of the other system, such as `whmcs`.
    pub source: String,
    /// The id there, at most 200 characters.
    pub id: String,
}

impl Origin {
    /// Checks the name and the id.
    pub fn check(&self) -> Result<(), Invalid> {
        let source = check_key("source", &self.source);
        let id = check_line("id", &self.id, 200);
        Invalid::gather([source, id]).map_err(|invalid| invalid.under("origin"))
    }
}
