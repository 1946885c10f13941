//! Wraps every data key anew under the key-encryption key that wraps now.
//!
//! Guarantees: page by page, each page one statement, so that a killed rotation goes on where it
//! stood and a repeat changes nothing; a key that is destroyed meanwhile stays destroyed; data keys
//! themselves, and so everything that is sealed, stay as they are. Keys that no file here opens are
//! counted and left alone.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use serde::Serialize;

use super::KeyEncryption;
use super::error::VaultError;
use crate::ports::{AllKeys, Rewrapped, StoredKey};

/// Keys in one statement.
const PAGE: u32 = 500;

/// What a rotation did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Rotation {
    /// The key-encryption key that wraps now.
    pub wraps_now: String,
    /// Data keys that were wrapped anew.
    pub rewrapped: u64,
    /// Data keys that no key-encryption key of this installation opens, by the id of theirs.
    pub unknown: BTreeMap<String, u64>,
    /// Whether it was stopped before its end.
    pub interrupted: bool,
}

/// Goes through all data keys that lie under another key than the one that wraps now. `progress` is
/// told how many were wrapped anew, and says whether to go on.
///
/// # Errors
/// The key table does not answer, or a row of it was changed.
pub async fn rotate(
    keys: &KeyEncryption,
    rows: &dyn AllKeys,
    progress: impl Fn(u64) -> ControlFlow<()>,
) -> Result<Rotation, VaultError> {
    let wrapping = keys.wrapping()?;
    let mut done = Rotation { wraps_now: wrapping.id().to_owned(), ..Rotation::default() };
    let mut after = None;
    loop {
        let page = rows.not_under(wrapping.id(), after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(done) };
        after = Some(last.of);
        let mut anew = Vec::with_capacity(page.len());
        for row in page {
            let StoredKey { of, wrapped: Some(before), .. } = &row else { continue };
            match keys.unwrap(&row, before) {
                Ok(key) => {
                    let after = wrapping.wrap(of, &key)?;
                    let kek_id = wrapping.id().to_owned();
                    anew.push(Rewrapped { of: *of, before: before.clone(), after, kek_id });
                }
                Err(VaultError::OtherKek { kek_id }) => {
                    *done.unknown.entry(kek_id).or_default() += 1;
                }
                Err(error) => return Err(error),
            }
        }
        done.rewrapped += rows.rewrap(&anew).await?;
        if progress(done.rewrapped).is_break() {
            done.interrupted = true;
            return Ok(done);
        }
    }
}
