//! The data folder when none is named.

use std::path::PathBuf;

use nix::unistd::geteuid;

use super::Environment;

/// `~/.local/share/NAME`, or `/var/lib/NAME` for root: the private cluster runs as another user
/// then, who may not enter root's home.
pub fn default_data_folder(environment: &Environment, name: &str) -> PathBuf {
    if geteuid().is_root() {
        return PathBuf::from("/var/lib").join(name);
    }
    let share = environment
        .data_home
        .clone()
        .or_else(|| Some(environment.home.as_ref()?.join(".local/share")))
        .unwrap_or_else(|| PathBuf::from("."));
    share.join(name)
}
