//! Finds clients by a part of their name, company or address.
//!
//! Names lie sealed, and no index of them exists that a stolen database could be searched by. So
//! the newest clients are opened and looked through, a bounded number for each answer; whoever
//! wants older ones asks for the next part.
//! Guarantees: nothing found is kept; an erased client is never found; a whole mail address is
//! found by its keyed hash, however many clients there are.

use billfold_domain::client::ContactCard;
use billfold_domain::kernel::{Pii, TenantId};
use billfold_projections::client_list::{self, ClientRow, Filter};
use billfold_projections::paging::{Page, Wanted};
use billfold_projections::{Answer, Error as ReadError, Order, Reads};

use crate::vault::{Vault, VaultError, field};

/// Clients that one answer looks through at most.
const MOST_OPENED: u32 = 5_000;
/// Clients that are opened at a time.
const CHUNK: u32 = 500;

/// Why nothing was looked through.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The list does not answer, or the cursor is of another one.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The key table does not answer, or a contact was changed.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// Clients whose name, company, mail address or place holds all words of `text`, newest first. The
/// page's `next` leads on to the clients that were not looked through; there is no total, which
/// only looking through all of them would tell.
///
/// # Errors
/// The database or the key table does not answer; the cursor is of another list.
pub async fn search(
    (vault, reads): (&Vault, &Reads),
    tenant: TenantId,
    text: &str,
    filter: &Filter,
    wanted: &Wanted,
) -> Result<Answer<Page<ClientRow>>, SearchError> {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let room = usize::try_from(wanted.limit.max(1)).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    let (mut after, mut opened) = (wanted.after.clone(), 0);
    loop {
        let part = Wanted { after: after.take(), limit: CHUNK, total: false };
        let page = client_list::page(reads, tenant, filter, Order::Descending, &part).await?;
        opened += CHUNK;
        let contacts = open(vault, tenant, &page.value.rows).await?;
        let hits = page.value.rows.iter().zip(contacts);
        let hits = hits.filter(|(_, card)| card.as_ref().is_some_and(|card| fits(card, &words)));
        for (row, _) in hits {
            found.push(row.clone());
            if found.len() >= room {
                let next = Some(client_list::after(row)).filter(|_| {
                    page.value.next.is_some()
                        || page.value.rows.last().is_some_and(|last| last != row)
                });
                let value = Page { rows: found, next, total: None };
                return Ok(Answer { as_of_position: page.as_of_position, value });
            }
        }
        after.clone_from(&page.value.next);
        if after.is_none() || opened >= MOST_OPENED {
            let value = Page { rows: found, next: after, total: None };
            return Ok(Answer { as_of_position: page.as_of_position, value });
        }
    }
}

/// The contacts of clients in their order; none for one that was erased.
async fn open(
    vault: &Vault,
    tenant: TenantId,
    rows: &[ClientRow],
) -> Result<Vec<Option<ContactCard>>, VaultError> {
    let sealed: Vec<&Pii<ContactCard>> =
        rows.iter().filter_map(|row| row.contact.as_ref().map(|contact| &contact.0)).collect();
    let mut opened = vault.open_all(tenant, field::CLIENT_CONTACT, &sealed).await?.into_iter();
    let of_row = |row: &ClientRow| row.contact.as_ref().and_then(|_| opened.next()?.clear());
    Ok(rows.iter().map(of_row).collect())
}

fn fits(card: &ContactCard, words: &[String]) -> bool {
    let parts = [
        Some(card.name.as_str()),
        card.company.as_deref(),
        card.email.as_deref(),
        card.address.city.as_deref(),
    ];
    let text = parts.into_iter().flatten().collect::<Vec<_>>().join("\n").to_lowercase();
    words.iter().all(|word| text.contains(word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_must_be_found_somewhere_in_whatever_case() {
        let card = ContactCard {
            name: "Ada Lovelace".into(),
            company: Some("Analytical Engines".into()),
            ..ContactCard::default()
        };
        let words = |text: &str| text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>();
        assert!(fits(&card, &words("LOVE eng")));
        assert!(!fits(&card, &words("love hopper")));
        assert!(fits(&card, &words("")));
    }
}
