//! bcrypt: hashes that other systems made (AUT-03), verified until argon2id takes their place.
//!
//! bcrypt looks at the first 72 bytes of a password and no further, and so must a verification.

use std::ops::RangeInclusive;

use bcrypt::HashParts;
use billfold_app::ports::PasswordRefusal;

use super::refusal;

/// The logarithm of the rounds: fewer protect nothing, more take longer than a sign-in may.
const COSTS: RangeInclusive<u32> = 10..=14;
/// Characters of every bcrypt hash.
const LENGTH: usize = 60;

/// Whether this is how the text of such a hash begins.
pub(super) fn is_one(stored: &str) -> bool {
    ["$2a$", "$2b$", "$2x$", "$2y$"].iter().any(|kind| stored.starts_with(kind))
}

/// Whether it can be verified in reasonable time.
pub(super) fn check(stored: &str) -> Result<(), PasswordRefusal> {
    if stored.len() != LENGTH {
        return Err(refusal(format!("a bcrypt hash has {LENGTH} characters")));
    }
    let cost = stored.parse::<HashParts>().map_err(refusal)?.get_cost();
    if COSTS.contains(&cost) {
        return Ok(());
    }
    let (least, most) = (COSTS.start(), COSTS.end());
    Err(refusal(format!("its cost is {cost}; {least} to {most} are accepted")))
}

pub(super) fn verify(password: &str, stored: &str) -> Result<bool, PasswordRefusal> {
    check(stored)?;
    bcrypt::verify(password, stored).map_err(refusal)
}
