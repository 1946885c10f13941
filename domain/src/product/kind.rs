//! What a hosting provider sells.

use serde::{Deserialize, Serialize};

use crate::invoice::LineKind;

/// What a product is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductKind {
    /// Web hosting.
    Hosting,
    /// A domain name.
    Domain,
    /// A virtual server.
    Vps,
    /// A game server.
    GameServer,
    /// A certificate.
    SslCertificate,
    /// A software licence.
    Licence,
    /// Anything that is shipped or done once.
    Goods,
}

impl ProductKind {
    /// Every kind, in the order screens list them.
    pub const ALL: [Self; 7] = [
        Self::Hosting,
        Self::Domain,
        Self::Vps,
        Self::GameServer,
        Self::SslCertificate,
        Self::Licence,
        Self::Goods,
    ];

    /// The stored word.
    pub fn word(self) -> &'static str {
        LineKind::from(self).word()
    }
}

impl From<ProductKind> for LineKind {
    /// The kind of line that bills a product.
    fn from(kind: ProductKind) -> Self {
        match kind {
            ProductKind::Hosting => Self::Hosting,
            ProductKind::Domain => Self::Domain,
            ProductKind::Vps => Self::Vps,
            ProductKind::GameServer => Self::GameServer,
            ProductKind::SslCertificate => Self::SslCertificate,
            ProductKind::Licence => Self::Licence,
            ProductKind::Goods => Self::Goods,
        }
    }
}
