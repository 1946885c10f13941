//! What may be asked of a group of clients.

use crate::kernel::{ClientId, Percent};

/// A request about a group of clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientGroupCommand {
    /// Make a group without a discount.
    Create {
        /// Unique name for machines: lower case letters, digits, `_` and `-`, at most 40.
        code: String,
        /// Name for people, 1 to 200 characters.
        name: String,
    },
    /// Set what members pay less; zero ends it.
    SetDiscount {
        /// The share that comes off, at most 100.
        discount: Percent,
    },
    /// Set whose prices members pay, by the tier's key; nothing for the list price.
    SetPriceTier {
        /// The key: lower case letters, digits, `_` and `-`, at most 40.
        tier: Option<String>,
    },
    /// Let a client belong to the group; one who is in another is refused by the claim.
    AddMember {
        /// The client.
        client_id: ClientId,
    },
    /// Let a client belong to it no longer.
    RemoveMember {
        /// The client.
        client_id: ClientId,
    },
}
