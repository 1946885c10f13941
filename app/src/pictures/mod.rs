//! Pictures that people send: drawn anew, kept by the hash of their bytes, named by events.
//!
//! Guarantees: the bytes are stored before an event names them; the same picture has the same hash.
//! Absent on purpose: drawings made of text (SVG), which can carry scripts.

mod avatars;
mod drawn;

use std::sync::Arc;

use billfold_domain::kernel::{ImageHash, TenantId};
use sha2::{Digest, Sha256};

use crate::commands::tenants::SetLogo;
use crate::commands::{Ask, Done, Door};
use crate::error::{Error, Kind, Refused};
use crate::ports::{AvatarStore, PictureStore};

pub use avatars::Avatar;
pub use drawn::{LARGEST, Unfit};

/// Pixels of the longer side of a logo.
const LOGO: u32 = 256;

/// The pictures of all sellers, and of the people they know.
#[derive(Clone)]
pub struct Pictures {
    store: Arc<dyn PictureStore>,
    avatars: Arc<dyn AvatarStore>,
    door: Door,
}

impl Pictures {
    /// Over their bytes.
    #[must_use]
    pub fn new(store: Arc<dyn PictureStore>, avatars: Arc<dyn AvatarStore>, door: Door) -> Self {
        Self { store, avatars, door }
    }

    /// Shows a picture beside the seller's name.
    ///
    /// # Errors
    /// It is no PNG, JPEG or WebP picture, or too large; the seller's books are closed.
    pub async fn set_logo(&self, ask: Ask<Vec<u8>>) -> Result<Done<()>, Error> {
        let sent = ask.command;
        let png = tokio::task::spawn_blocking(move || drawn::drawn(&sent, LOGO)).await;
        let png = png.map_err(Error::bug)?.map_err(|unfit| Error::from(refused(unfit)))?;
        let hash = ImageHash::new(Sha256::digest(&png).into());
        self.store.put(ask.tenant, hash, &png, self.door.clock().now()).await?;
        let set = Ask::new(ask.tenant, ask.actor, ask.key, SetLogo { logo: Some(hash) });
        self.door.execute(Ask { expect: ask.expect, ..set.from_origin(ask.origin) }).await
    }

    /// The bytes of a picture, a PNG, if the seller has it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn find(&self, tenant: TenantId, hash: ImageHash) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.store.find(tenant, hash).await?)
    }
}

impl std::fmt::Debug for Pictures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pictures").finish_non_exhaustive()
    }
}

fn refused(unfit: Unfit) -> Refused {
    let code = match unfit {
        Unfit::TooLarge => "picture.too_large",
        Unfit::Unreadable => "picture.unreadable",
    };
    Refused::new(code, Kind::Malformed, unfit.to_string()).at("")
}
