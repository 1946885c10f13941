//! Where a product is kept once it is sold, and as what.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::kernel::{Invalid, ServerGroupId};
use crate::service::{check_package, package_weight};

/// What is asked of a server for a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostingTerms {
    /// Out of which group the server is picked.
    pub server_group_id: ServerGroupId,
    /// What an account gets, in the words of the driver of those servers, such as `memory`.
    pub package: BTreeMap<String, String>,
}

impl HostingTerms {
    /// Refuses a package that is none.
    pub fn check(&self) -> Result<(), Invalid> {
        check_package(&self.package)
    }

    /// Roughly how many bytes its texts occupy.
    pub(super) fn weight(&self) -> usize {
        package_weight(&self.package)
    }
}
