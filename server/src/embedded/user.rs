//! Which user runs the server.
//!
//! Started by an ordinary user: that user. Started as root, which PostgreSQL refuses: the owner of
//! the cluster if there is one, else `postgres`, else `nobody`. The user owns the cluster and the
//! socket folder and nothing else: our own files in the data folder stay closed to it.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::unistd::{Gid, Uid, User, geteuid};

use super::EmbeddedError;
use super::cluster::Layout;

/// A user to switch to before a program of the server starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServerUser {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
}

impl ServerUser {
    fn from_passwd(user: User) -> Self {
        Self { name: user.name, uid: user.uid.as_raw(), gid: user.gid.as_raw() }
    }
}

/// The user to switch to; `None` when the server runs as the user who started us.
pub(super) fn server_user(layout: &Layout) -> Result<Option<ServerUser>, EmbeddedError> {
    if !geteuid().is_root() {
        return Ok(None);
    }
    if let Ok(owner) = fs::metadata(&layout.data)
        && owner.uid() != 0
    {
        let named = User::from_uid(Uid::from_raw(owner.uid())).ok().flatten();
        let nameless =
            ServerUser { name: owner.uid().to_string(), uid: owner.uid(), gid: owner.gid() };
        return Ok(Some(named.map_or(nameless, ServerUser::from_passwd)));
    }
    let known = ["postgres", "nobody"]
        .into_iter()
        .find_map(|name| User::from_name(name).ok().flatten().filter(|user| !user.uid.is_root()));
    known.map(|user| Some(ServerUser::from_passwd(user))).ok_or(EmbeddedError::NoUser)
}

/// Refuses a folder that the server's user could not enter, naming what is in the way.
pub(super) fn check_reach(user: Option<&ServerUser>, dir: &Path) -> Result<(), EmbeddedError> {
    let Some(user) = user else { return Ok(()) };
    let closed = |folder: &&Path| {
        fs::metadata(folder).is_ok_and(|meta| {
            let bit = match meta.uid() == user.uid {
                true => 0o100,
                false if meta.gid() == user.gid => 0o010,
                false => 0o001,
            };
            meta.permissions().mode() & bit == 0
        })
    };
    let way: Vec<&Path> = dir.ancestors().collect();
    match way.into_iter().rev().find(closed) {
        Some(blocker) => Err(EmbeddedError::Unreachable {
            user: user.name.clone(),
            blocker: PathBuf::from(blocker),
        }),
        None => Ok(()),
    }
}

/// Gives a folder to the server's user and closes it to everybody else.
pub(super) fn hand_over(user: Option<&ServerUser>, folder: &Path) -> Result<(), EmbeddedError> {
    let failed = |source| EmbeddedError::io("cannot hand over the folder", folder, source);
    if let Some(user) = user {
        let (uid, gid) = (Uid::from_raw(user.uid), Gid::from_raw(user.gid));
        nix::unistd::chown(folder, Some(uid), Some(gid)).map_err(|errno| failed(errno.into()))?;
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(failed)
}
