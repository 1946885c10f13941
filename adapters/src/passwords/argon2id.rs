//! Argon2id: 19 MiB, two passes, one lane. What new passwords are hashed with.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use billfold_app::ports::PasswordRefusal;

use super::refusal;

/// What a hash of today's parameters begins with.
const CURRENT: &str = "$argon2id$v=19$m=19456,t=2,p=1$";
/// Memory in KiB, passes and lanes that a hash from elsewhere may ask for at most.
const MOST: [(&str, u32); 3] = [("m", 65_536), ("t", 10), ("p", 4)];

/// Whether this is how the text of such a hash begins.
pub(super) fn is_one(stored: &str) -> bool {
    stored.starts_with("$argon2id$")
}

/// Whether it was made with today's parameters.
pub(super) fn is_current(stored: &str) -> bool {
    stored.starts_with(CURRENT)
}

/// Whether it can be verified, and costs no more than we are ready to pay.
pub(super) fn check(stored: &str) -> Result<(), PasswordRefusal> {
    let parsed = PasswordHash::new(stored).map_err(refusal)?;
    if parsed.hash.is_none() || parsed.salt.is_none() {
        return Err(refusal("it has no salt or no digest"));
    }
    for (name, most) in MOST {
        if parsed.params.get_decimal(name).is_none_or(|value| value > most) {
            return Err(refusal(format!("its parameter {name} is missing or more than {most}")));
        }
    }
    Ok(())
}

pub(super) fn hash(password: &str) -> Result<String, PasswordRefusal> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(refusal)
}

pub(super) fn verify(password: &str, stored: &str) -> Result<bool, PasswordRefusal> {
    check(stored)?;
    let stored = PasswordHash::new(stored).map_err(refusal)?;
    Ok(Argon2::default().verify_password(password.as_bytes(), &stored).is_ok())
}
