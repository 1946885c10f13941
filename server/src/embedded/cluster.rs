//! The files of the cluster: where they lie, how they come to be.
//!
//! ```text
//! DIR/lock          held while a program uses the folder
//! DIR/server.log    what the server says
//! DIR/cluster/data  the cluster, made elsewhere and renamed when whole
//! DIR/run           the socket, unless its path would be too long
//! ```
//!
//! Guarantee: `cluster/data` is a whole cluster or is not there, whatever kills us on the way.

use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;

use super::process::{DeathSignal, Launcher};
use super::{EmbeddedError, OWNER, PORT, ServerBinaries, make_folder, user};

/// A socket's path holds 107 bytes and a final zero.
const SOCKET_PATH_LIMIT: usize = 107;

/// Where the parts of one cluster lie; every path is absolute and free of links.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) dir: PathBuf,
    pub(super) cluster: PathBuf,
    pub(super) data: PathBuf,
    pub(super) socket: PathBuf,
    pub(super) log: PathBuf,
}

impl Layout {
    pub(super) fn within(dir: &Path) -> Self {
        let cluster = dir.join("cluster");
        Self {
            dir: dir.to_owned(),
            data: cluster.join("data"),
            cluster,
            socket: socket_folder(dir),
            log: dir.join("server.log"),
        }
    }

    /// Makes the folder of the socket.
    pub(super) fn make_socket_folder(&self, launcher: &Launcher) -> Result<(), EmbeddedError> {
        make_folder(&self.socket, 0o700)?;
        let found = fs::symlink_metadata(&self.socket)
            .map_err(|source| EmbeddedError::io("cannot read", &self.socket, source))?;
        // The short folder lies where everybody may write: one that another user made is refused.
        let ours = [geteuid().as_raw(), launcher.uid()].contains(&found.uid());
        if !found.is_dir() || !ours {
            return Err(EmbeddedError::ForeignSocketFolder { folder: self.socket.clone() });
        }
        user::hand_over(launcher.user(), &self.socket)
    }
}

/// Makes the folder if it is missing and returns its real path.
pub(super) fn open_folder(dir: &Path) -> Result<PathBuf, EmbeddedError> {
    // The server's user must be able to pass through; what lies inside has rights of its own.
    make_folder(dir, if geteuid().is_root() { 0o711 } else { 0o700 })?;
    fs::canonicalize(dir).map_err(|source| EmbeddedError::io("cannot open", dir, source))
}

/// The major version the cluster was made by; `None` if there is no cluster yet.
pub(super) fn version(layout: &Layout) -> Result<Option<String>, EmbeddedError> {
    let path = layout.data.join("PG_VERSION");
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(EmbeddedError::io("cannot read the cluster's", &path, source)),
    }
}

/// Makes the cluster beside its place and renames it when it is whole.
pub(super) fn make_if_missing(
    layout: &Layout,
    binaries: &ServerBinaries,
    launcher: &Launcher,
) -> Result<(), EmbeddedError> {
    if layout.data.join("PG_VERSION").exists() {
        return Ok(());
    }
    make_folder(&layout.cluster, 0o700)?;
    user::hand_over(launcher.user(), &layout.cluster)?;
    remove_half_made(&layout.cluster);
    // A name of its own each time: an initdb orphaned by a kill may still write into the old one.
    let half_made = layout.cluster.join(format!("new.{}", std::process::id()));
    let output = launcher
        .command(&binaries.folder.join("initdb"), DeathSignal::Kill, &layout.cluster)
        .args(["--username", OWNER, "--encoding", "UTF8", "--locale", "C", "--data-checksums"])
        .args(["--auth-local", "trust", "--auth-host", "reject", "--pgdata"])
        .arg(&half_made)
        .output()
        .map_err(|source| EmbeddedError::io("cannot run initdb of", &binaries.folder, source))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let detail = last_words(&said);
        return Err(EmbeddedError::NotMade { dir: layout.cluster.clone(), detail });
    }
    fs::rename(&half_made, &layout.data)
        .and_then(|()| File::open(&layout.cluster)?.sync_all())
        .map_err(|source| EmbeddedError::io("cannot put the cluster in", &layout.data, source))
}

/// Keeps the log from growing for ever: past 16 MiB it becomes `server.log.old` at a start.
pub(super) fn open_log(layout: &Layout) -> Result<(File, u64), EmbeddedError> {
    let failed = |source| EmbeddedError::io("cannot open the log", &layout.log, source);
    let length = fs::metadata(&layout.log).map_or(0, |meta| meta.len());
    if length > 16 * 1024 * 1024 {
        fs::rename(&layout.log, layout.log.with_extension("log.old")).map_err(failed)?;
    }
    let file = fs::OpenOptions::new().create(true).append(true).open(&layout.log);
    let file = file.map_err(failed)?;
    file.set_permissions(fs::Permissions::from_mode(0o600)).map_err(failed)?;
    let start = file.metadata().map_err(failed)?.len();
    Ok((file, start))
}

/// The last lines that say something, on one line.
pub(super) fn last_words(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.iter().skip(lines.len().saturating_sub(4)).copied().collect::<Vec<_>>().join(" | ")
}

fn remove_half_made(cluster: &Path) {
    for entry in fs::read_dir(cluster).into_iter().flatten().flatten() {
        if entry.file_name().as_bytes().starts_with(b"new.") {
            // An orphaned initdb may be writing there still; the next start tries again.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// `DIR/run`, or a short folder elsewhere, the same one each time.
fn socket_folder(dir: &Path) -> PathBuf {
    let usual = dir.join("run");
    if !too_long(&usual) {
        return usual;
    }
    let name = format!("billfold-{:016x}", fingerprint(dir));
    let temp = std::env::temp_dir().join(&name);
    if too_long(&temp) { Path::new("/tmp").join(&name) } else { temp }
}

fn too_long(folder: &Path) -> bool {
    let socket = folder.join(format!(".s.PGSQL.{PORT}"));
    socket.as_os_str().len() > SOCKET_PATH_LIMIT
}

/// The same short name for the same folder in every run (FNV-1a).
fn fingerprint(dir: &Path) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    dir.as_os_str().as_bytes().iter().fold(0xcbf2_9ce4_8422_2325, step)
}
