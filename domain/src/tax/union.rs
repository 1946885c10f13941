//! The European Union as VAT sees it.
//!
//! Guarantees the member states of directive 2006/112/EC as amended, with Monaco treated as
//! France (article 7). Absent on purpose: states that left or joined before the first event of
//! any book (the United Kingdom is outside), and rates.

use crate::kernel::Country;

/// Members by code.
const MEMBERS: [&str; 27] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT",
    "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// The member state whose VAT a country has; nothing outside the Union.
pub fn member_state(country: Country) -> Option<Country> {
    match country.code() {
        "MC" => Country::parse("FR").ok(),
        code => MEMBERS.contains(&code).then_some(country),
    }
}
