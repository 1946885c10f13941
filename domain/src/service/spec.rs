//! What a service is to be on its server: the package, and what it is called there.
//!
//! Guarantees bounded texts of letters that deceive nobody. Absent on purpose: what the fields of a
//! package mean, which the driver of the server says.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::kernel::Invalid;
use crate::kernel::text::{check_key, check_line, is_deceptive};

/// How many fields a package may have.
const MOST_FIELDS: usize = 100;
/// The longest value of one, in characters.
const LONGEST_VALUE: usize = 4_000;

/// What is asked of a server for a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceSpec {
    /// What it is called there, 1 to 200 characters; of the business, naming no person.
    pub name: String,
    /// What it gets, in the words of the driver, such as `memory`; see [`check_package`].
    pub package: BTreeMap<String, String>,
}

impl ServiceSpec {
    /// Refuses a name or a package that is none.
    pub fn check(&self) -> Result<(), Invalid> {
        Invalid::gather([check_line("name", &self.name, 200), check_package(&self.package)])
    }

    /// Roughly how many bytes its texts occupy, for caches.
    pub fn weight(&self) -> usize {
        package_weight(&self.package).saturating_add(self.name.len())
    }
}

/// Refuses more than 100 fields, names that are no keys, and values that are longer than 4,000
/// characters or hold control characters but line breaks, or letters that turn their direction.
pub fn check_package(package: &BTreeMap<String, String>) -> Result<(), Invalid> {
    if package.len() > MOST_FIELDS {
        let detail = format!("must not be more than {MOST_FIELDS}");
        return Err(Invalid::one("package", "list.too_long", detail));
    }
    let each = package.iter().map(|(name, value)| {
        check_key(name, name)?;
        check_value(name, value)
    });
    Invalid::gather(each).map_err(|invalid| invalid.under("package"))
}

/// Roughly how many bytes the texts of a package occupy.
pub(crate) fn package_weight(package: &BTreeMap<String, String>) -> usize {
    let each = package.iter().map(|(name, value)| name.len().saturating_add(value.len()));
    each.fold(0, usize::saturating_add)
}

fn check_value(field: &str, value: &str) -> Result<(), Invalid> {
    if value.chars().count() > LONGEST_VALUE {
        let detail = format!("must not be longer than {LONGEST_VALUE} characters");
        return Err(Invalid::one(field, "text.too_long", detail));
    }
    if value.chars().any(|c| is_deceptive(c) && c != '\n') {
        let detail = "must not hold control characters but line breaks, \
                      nor letters that turn its direction";
        return Err(Invalid::one(field, "text.control_character", detail));
    }
    Ok(())
}
